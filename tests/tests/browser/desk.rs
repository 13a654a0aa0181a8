//! The desk in a real browser: signing in by mail, writing with the margin beside, and pages that keep nobody out.

use super::accessible::{RUN, axe};
use serde_json::{Value, json};
use tests::{Browser, DEADLINE, Scheme, TestApp, release_at};

/// A wire that listens, with an editor and somebody of acme.
async fn open() -> (TestApp, String) {
    // The browser comes over plain HTTP, as on a laptop: the cookie has to suit that.
    let app = TestApp::start_with(&["public_url=http://127.0.0.1"]).await;
    for (email, right) in [
        ("ana@acme.example", "submitter"),
        ("ed@wire.example", "editor"),
    ] {
        let person =
            json!({ "name": email, "email": email, "rights": [right], "issuers": ["acme"] });
        app.post("/v1/people", &person).await.expect(201);
    }
    let url = app.listen().await;
    (app, url)
}

async fn sign_in(app: &TestApp, browser: &Browser, url: &str, email: &str) {
    browser.go(&format!("{url}/desk")).await;
    let field = browser.field("Mail address").await;
    browser.type_into(&field, email).await;
    browser.click(&browser.named("Send me a link").await).await;
    browser.named("ask again").await;
    let arrived = async {
        while app.mails_to(email).is_empty() {
            app.settle().await;
            tokio::task::yield_now().await;
        }
    };
    let arrived = tokio::time::timeout(DEADLINE, arrived).await;
    arrived.expect("the mail arrives");
    let link = app.the_mail_to(email).link("/desk/sign-in/");
    browser.go(&format!("{url}{link}")).await;
    browser.click(&browser.named("Sign in").await).await;
    browser.named("Sign out").await;
}

#[tokio::test]
async fn margin_follows_the_writer_and_a_failed_form_takes_the_focus() {
    let (app, url) = open().await;
    let browser = Browser::start().await;
    sign_in(&app, &browser, &url, "ana@acme.example").await;

    browser.click(&browser.named("Write").await).await;
    let headline = browser.field("Headline").await;
    browser
        .type_into(&headline, "Acme opens [insert number] plants")
        .await;
    let margin = browser.find("#margin .findings a[href='#f-body']").await;
    assert_eq!(browser.text(&margin).await, "body");

    browser.click(&browser.named("Submit").await).await;
    browser.find(".said.failed").await;
    let focused = "return [document.activeElement.id, document.title.slice(0, 6), \
        document.querySelector('#f-headline').value]";
    let focused = browser.script(focused, &[]).await;
    assert_eq!(
        focused,
        json!(["said", "Error:", "Acme opens [insert number] plants"])
    );
}

#[tokio::test]
async fn release_is_written_and_submitted_without_scripts() {
    let (app, url) = open().await;
    let browser = Browser::start_without_scripts().await;
    sign_in(&app, &browser, &url, "ana@acme.example").await;
    browser.go(&format!("{url}/desk/releases/new")).await;

    for (id, text) in [
        ("edition-region", "US"),
        ("edition-language", "en"),
        ("headline", "Acme opens a plant"),
        ("body", "Acme Robotics today opened a plant."),
    ] {
        let field = browser.find(&format!("#f-{id}")).await;
        browser.type_into(&field, text).await;
    }
    browser
        .click(&browser.find(".bottom button[value=submit]").await)
        .await;
    browser.find(".history").await;

    let shown = app.get("/v1/releases").await.expect(200);
    assert_eq!(shown["releases"][0]["state"], "cleared");
    app.settle().await;
}

#[tokio::test]
async fn no_page_of_the_desk_keeps_anybody_out() {
    let (app, url) = open().await;
    let browser = Browser::start().await;
    let release = app
        .submit(&release_at(
            "Acme opens a plant [insert where]",
            &app.time_in(86_400),
        ))
        .await;
    let draft = app
        .post("/v1/releases?draft=true", &json!({ "issuers": ["acme"] }))
        .await;
    let (id, draft) = (
        release["id"].as_str().unwrap(),
        draft.json()["id"].as_str().unwrap().to_owned(),
    );
    // Its review shows what has changed since.
    let changed = release_at("Acme opens two plants [insert where]", &app.time_in(86_400));
    let ask = app.ask(http::Method::PUT, &format!("/v1/releases/{id}"));
    ask.json(&changed).send().await.expect(200);
    let proof = app
        .post(&format!("/v1/releases/{id}/proof"), &json!({}))
        .await
        .expect(200);
    let proof = proof["url"].as_str().unwrap();
    let proof = proof[proof.find("/proof/").unwrap()..].to_owned();
    sign_in(&app, &browser, &url, "ed@wire.example").await;
    let axe = axe();
    let mut wrong = Vec::new();

    for (scheme, width) in [(Scheme::Light, 1280), (Scheme::Dark, 390)] {
        browser.prefer(scheme).await;
        browser.resize(width, 900).await;
        for path in [
            "/desk".to_owned(),
            "/desk/queue".to_owned(),
            "/desk/import".to_owned(),
            "/desk/calendar?month=2026-12".to_owned(),
            "/desk/releases/new".to_owned(),
            "/desk/releases/rel_nothing".to_owned(),
            format!("/desk/releases/{draft}/edit"),
            format!("/desk/releases/{id}"),
            format!("/desk/releases/{id}/review"),
            format!("/desk/releases/{id}/preview"),
            format!("/desk/releases/{id}/reschedule"),
            format!("/desk/releases/{id}/hold"),
            proof.clone(),
        ] {
            browser.go(&format!("{url}{path}")).await;
            browser.script(&axe, &[]).await;
            // Frames run nothing, not even the judge: what is in them is judged as the newsroom's pages.
            let run = RUN.replace("axe.run(document, {", "axe.run(document, { iframes: false,");
            let found = browser.script_async(&run, &[]).await;
            let found = found.as_array().unwrap().clone();
            wrong.extend(found.iter().map(|text| format!("{path} {width}: {text}")));
            let wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
            if browser.script(wide, &[]).await == Value::Bool(true) {
                wrong.push(format!("{path} {width}: the page scrolls sideways"));
            }
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_another_wrote_meanwhile_stands_beside_what_was_typed() {
    let (app, url) = open().await;
    let browser = Browser::start().await;
    let draft = json!({ "issuers": ["acme"], "headline": "Acme opens a plant" });
    let draft = app.post("/v1/releases?draft=true", &draft).await;
    let id = draft.expect(201)["id"].as_str().unwrap().to_owned();
    sign_in(&app, &browser, &url, "ana@acme.example").await;
    browser.resize(390, 900).await;
    browser.go(&format!("{url}/desk/releases/{id}/edit")).await;
    let theirs = json!({ "issuers": ["acme"], "headline": "Acme opens a mine" });
    let ask = app.ask(http::Method::PUT, &format!("/v1/releases/{id}"));
    ask.json(&theirs).send().await.expect(200);

    let headline = browser.field("Headline").await;
    browser.type_into(&headline, " in Austin").await;
    browser.click(&browser.named("Save draft").await).await;

    let beside = browser.find("table.beside tbody tr").await;
    let row = browser.text(&beside).await;
    assert!(
        row.contains("Acme opens a mine") && row.contains("plant in Austin"),
        "{row}"
    );
    browser.script(&axe(), &[]).await;
    let found = browser.script_async(RUN, &[]).await;
    assert_eq!(found, json!([]));
    let wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(browser.script(wide, &[]).await, Value::Bool(false));
    browser.click(&browser.named("Save draft").await).await;
    browser.find(".said[role=status]").await;
    let stands = app.get(&format!("/v1/releases/{id}")).await.expect(200);
    assert_eq!(stands["headline"], "Acme opens a plant in Austin");
}
