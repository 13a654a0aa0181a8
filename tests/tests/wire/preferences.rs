//! A reader's own page: behind a mailed link that lasts a day, and every change holds at once.

use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

const ANA: &str = "ana@reader.example";

fn mining(headline: &str) -> Value {
    let mut release = release(headline);
    release["topics"] = json!(["mining"]);
    release
}

/// The path of the page, as mailed.
async fn page_of(app: &TestApp, address: &str) -> String {
    app.send_form("/alerts/manage", &[("address", address)])
        .await
        .expect(200);
    app.settle().await;
    let letters = app.mails_to(address);
    let letter = letters
        .iter()
        .rfind(|letter| letter.text.contains("/alerts/preferences/"));
    letter
        .expect("the link was mailed")
        .link("/alerts/preferences/")
}

async fn subscription_id(app: &TestApp) -> String {
    let list = app.get("/v1/subscriptions").await.expect(200);
    list["subscriptions"][0]["id"].as_str().unwrap().to_owned()
}

fn subjects(app: &TestApp) -> Vec<String> {
    let letters = app.mails_to(ANA);
    let subjects = letters
        .iter()
        .map(|letter| letter.header("Subject").to_owned());
    subjects
        .filter(|subject| !subject.starts_with("Your alerts"))
        .collect()
}

#[tokio::test]
async fn alert_itself_never_opens_the_preferences() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    let letter = app.the_mail_to(ANA);

    assert!(!letter.raw.contains("/alerts/preferences"));
    let token = letter.link("/unsubscribe/").replace("/unsubscribe/", "");
    let stolen = app.page(&format!("/alerts/preferences/{token}")).await;
    stolen.expect(400);
}

#[tokio::test]
async fn each_change_holds_with_the_next_alert() {
    let app = TestApp::start().await;
    app.subscribe(json!({ "filter": "topic:mining", "email": ANA }))
        .await;
    let path = page_of(&app, ANA).await;
    let id = subscription_id(&app).await;
    let mut told = Vec::new();

    for act in ["pause", "resume", "pause-all", "resume-all", "stop"] {
        let fields = [("act", act), ("subscription", id.as_str())];
        let answer = app.send_form(&path, &fields).await;
        answer.expect(303);
        assert!(
            answer.header("location").ends_with(&format!("?done={act}")),
            "{act}"
        );
        app.submit(&mining(&format!("After {act}"))).await;
        app.settle().await;
        told = subjects(&app);
    }

    assert_eq!(told, ["After resume", "After resume-all"]);
    app.page(&path).await.expect(200);
}

#[tokio::test]
async fn what_is_asked_for_is_changed() {
    let app = TestApp::start().await;
    app.subscribe(json!({ "filter": "topic:mining AND NOT gold", "email": ANA }))
        .await;
    let path = page_of(&app, ANA).await;
    let edit = format!("{path}/edit/{}", subscription_id(&app).await);

    let form = app.page(&edit).await;
    let checked = app
        .send_form(&edit, &[("words", "lithium"), ("step", "check")])
        .await;
    app.send_form(&edit, &[("words", "lithium"), ("step", "save")])
        .await
        .expect(303);
    app.send_form(
        &path,
        &[("act", "settings"), ("reads", "de en"), ("extent", "link")],
    )
    .await
    .expect(303);
    app.submit(&mining("Acme digs")).await;
    app.submit(&mining("Acme digs lithium")).await;
    app.settle().await;

    assert!(
        form.text.contains("value=\"mining\" checked") && form.text.contains("value=\"NOT gold\""),
        "{}",
        form.text
    );
    assert!(checked.text.contains("with “lithium”"), "{}", checked.text);
    assert_eq!(subjects(&app), ["Acme digs lithium"]);
    let list = app
        .get(&format!("/v1/endpoints?address={ANA}"))
        .await
        .expect(200);
    assert_eq!(list["endpoints"][0]["languages"], json!(["de", "en"]));
    assert_eq!(list["endpoints"][0]["extent"], "link");
}

#[tokio::test]
async fn less_like_this_narrows_what_caused_an_alert() {
    let app = TestApp::start().await;
    app.add_issuer("borealis", "Borealis Wind").await;
    app.subscribe(json!({ "filter": "topic:mining", "email": ANA }))
        .await;
    app.submit(&mining("Acme digs")).await;
    app.settle().await;
    let path = page_of(&app, ANA).await;
    let page = app.page(&path).await;
    let less = page
        .text
        .split('"')
        .find(|part| part.contains("/less/"))
        .unwrap()
        .to_owned();

    let form = app.page(&less).await;
    let nothing = app.send_form(&less, &[("step", "save")]).await;
    let foreign = app
        .send_form(&less, &[("not", "source:borealis"), ("step", "save")])
        .await;
    let shown = app
        .send_form(&less, &[("not", "source:acme"), ("step", "check")])
        .await;
    app.send_form(&less, &[("not", "source:acme"), ("step", "save")])
        .await
        .expect(303);
    app.submit(&mining("Acme digs again")).await;
    let mut other = mining("Borealis digs");
    other["issuers"] = json!(["borealis"]);
    app.submit(&other).await;
    app.settle().await;

    assert!(
        page.text.contains("Acme digs") && form.text.contains("Acme Robotics, Inc."),
        "{}",
        form.text
    );
    nothing.expect(422);
    foreign.expect(422);
    assert!(
        shown.text.contains("topic:mining AND NOT source:acme"),
        "{}",
        shown.text
    );
    assert_eq!(subjects(&app), ["Acme digs", "Borealis digs"]);
}

#[tokio::test]
async fn link_expires_after_a_day() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let path = page_of(&app, ANA).await;

    app.advance(Duration::from_secs(86_399));
    app.page(&path).await.expect(200);
    app.advance(Duration::from_secs(1));

    let page = app.page(&path).await;
    page.expect(410);
    assert!(page.text.contains("/alerts/manage"));
    app.send_form(&path, &[("act", "stop-all")])
        .await
        .expect(410);
    app.page(&format!("{path}/export")).await.expect(410);
}

#[tokio::test]
async fn link_opens_nothing_but_its_own_endpoint() {
    let app = TestApp::start().await;
    app.reader("ben@reader.example").await;
    let bens = subscription_id(&app).await;
    app.reader(ANA).await;
    let path = page_of(&app, ANA).await;

    let stop = app
        .send_form(&path, &[("act", "stop"), ("subscription", bens.as_str())])
        .await;
    let edit = app
        .send_form(
            &format!("{path}/edit/{bens}"),
            &[("words", "x"), ("step", "save")],
        )
        .await;

    assert!(stop.header("location").ends_with("?done=nothing"));
    edit.expect(404);
    let row = app
        .get(&format!("/v1/subscriptions/{bens}"))
        .await
        .expect(200);
    assert_eq!(
        (&row["state"], &row["filter"]),
        (&json!("active"), &json!("everything"))
    );
}

#[tokio::test]
async fn changed_cut_and_swapped_links_open_nothing() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let path = page_of(&app, ANA).await;
    let token = path.trim_start_matches("/alerts/preferences/");

    for at in (0..token.len()).step_by(5) {
        let mut changed = token.to_owned().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        app.page(&format!("/alerts/preferences/{changed}"))
            .await
            .expect(400);
    }
    for other in ["/confirm/", "/unsubscribe/", "/alerts/webhook/confirm/"] {
        app.send_form(&format!("{other}{token}"), &[])
            .await
            .expect(400);
    }
}

#[tokio::test]
async fn looking_at_pages_and_forms_of_other_sites_change_nothing() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let path = page_of(&app, ANA).await;
    let id = subscription_id(&app).await;
    let before = app.get(&format!("/v1/subscriptions/{id}")).await.text;
    let less = app
        .page(&path)
        .await
        .text
        .split('"')
        .find(|part| part.contains("/less/"))
        .unwrap()
        .to_owned();

    for page in [
        path.clone(),
        format!("{path}/erase"),
        format!("{path}/export"),
        format!("{path}/edit/{id}"),
        less.clone(),
    ] {
        for method in [Method::GET, Method::HEAD] {
            app.ask(method, &page)
                .without_token()
                .send()
                .await
                .expect(200);
        }
    }
    for (page, fields) in [
        (path.clone(), vec![("act", "stop-all")]),
        (format!("{path}/erase"), vec![("sure", "yes")]),
        (
            format!("{path}/edit/{id}"),
            vec![("words", "x"), ("step", "save")],
        ),
        (less, vec![("not", "source:acme"), ("step", "save")]),
    ] {
        app.send_form_from_elsewhere(&page, &fields)
            .await
            .expect(403);
    }

    assert_eq!(
        app.get(&format!("/v1/subscriptions/{id}")).await.text,
        before
    );
}

#[tokio::test]
async fn pages_of_a_reader_are_not_kept_on_the_way() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let path = page_of(&app, ANA).await;

    let page = app.page(&path).await;

    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert!(
        !page.text.contains(ANA),
        "the page shows the address masked"
    );
}

#[tokio::test]
async fn test_event_shows_what_came_of_it() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let path = page_of(&app, ANA).await;

    app.send_form(&path, &[("act", "test")]).await.expect(303);
    let waiting = app.page(&path).await;
    app.settle().await;
    let done = app.page(&path).await;

    assert!(waiting.text.contains("is on its way"), "{}", waiting.text);
    assert!(done.text.contains("was answered with 250"), "{}", done.text);
    assert!(
        subjects(&app)
            .iter()
            .any(|subject| subject.starts_with("A test"))
    );
}
