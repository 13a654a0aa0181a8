//! The way of a release over the desk, from the first word to the report.

use super::{led_to, person, release_fields, sign_in, value_of};
use http::Method;
use serde_json::json;
use tests::TestApp;

async fn state(app: &TestApp, id: &str) -> String {
    let shown = app.get(&format!("/v1/releases/{id}")).await.expect(200);
    shown["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn release_is_drafted_checked_previewed_submitted_reviewed_and_cleared() {
    let app = TestApp::start_with(&["review.default=always"]).await;
    app.add_issuer("beta", "Beta Ltd.").await;
    app.reader("reader@news.example").await;
    person(&app, "ana@acme.example", &["submitter"], &["acme", "beta"]).await;
    person(&app, "ed@wire.example", &["editor"], &[]).await;
    let (ana, ed) = (
        sign_in(&app, "ana@acme.example").await,
        sign_in(&app, "ed@wire.example").await,
    );
    app.ask(Method::PATCH, "/v1/issuers/beta")
        .json(&json!({ "review": "always" }))
        .send()
        .await
        .expect(200);
    let with = |act: &'static str| {
        let mut fields = release_fields("Beta opens a plant");
        fields[0] = ("issuers/0", "beta");
        fields.push(("act", act));
        fields
    };

    // A draft keeps even what could not go.
    let drafted = ana
        .post(
            "/desk/releases/new",
            &[("headline", "Beta opens"), ("when", "now"), ("act", "save")],
        )
        .await;
    let id = led_to(&drafted);
    let edit = format!("/desk/releases/{id}/edit");
    let shown = ana.get(&edit).await;
    assert!(
        shown.text.contains("value=\"Beta opens\""),
        "{}",
        shown.text
    );

    let failed = ana
        .post(
            &edit,
            &[
                ("headline", "Beta opens"),
                ("when", "now"),
                ("act", "submit"),
            ],
        )
        .await;
    failed.expect(422);
    assert!(failed.text.contains("<title>Error: "), "{}", failed.text);
    assert!(
        failed.text.contains("id=\"f-body-found\"") && failed.text.contains("href=\"#f-body\"")
    );
    assert_eq!(state(&app, &id).await, "draft");

    let checked = ana.post(&edit, &with("check")).await;
    checked.expect(200);
    assert!(
        checked.text.contains("It could go like this"),
        "{}",
        checked.text
    );
    assert!(
        checked.text.contains("the word of: editor"),
        "{}",
        checked.text
    );
    assert!(
        checked.text.contains("Fewer than 10 would hear of it"),
        "{}",
        checked.text
    );

    let previewed = ana.post(&edit, &with("preview")).await;
    previewed.expect(200);
    assert!(previewed.text.contains("<iframe sandbox=\"\" srcdoc="));
    assert!(
        previewed.text.contains("SOURCE Beta Ltd."),
        "{}",
        previewed.text
    );

    assert_eq!(led_to(&ana.post(&edit, &with("submit")).await), id);
    assert_eq!(state(&app, &id).await, "submitted");

    let queue = ed.get("/desk/queue").await;
    assert!(
        queue.text.contains("Beta opens a plant")
            && queue.text.contains(&format!("/desk/releases/{id}/review"))
    );
    let review = ed.get(&format!("/desk/releases/{id}/review")).await;
    review.expect(200);
    let hash = value_of(&review.text, "content_hash");
    let approve = [("act", "approve"), ("content_hash", hash.as_str())];
    ed.post(&format!("/desk/releases/{id}/review"), &approve)
        .await
        .expect(303);

    assert_eq!(state(&app, &id).await, "cleared");
    app.settle().await;
    assert_eq!(app.mails_to("reader@news.example").len(), 1);
    let page = ana.get(&format!("/desk/releases/{id}")).await;
    for words in [
        "Complete: nothing is due any more",
        "<strong>approved</strong> by ed",
        "<strong>submitted</strong> by ana",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(ana.get("/desk").await.text.contains("Reached 1 of 1"));
}

#[tokio::test]
async fn approval_of_a_text_that_has_changed_is_refused() {
    let app = TestApp::start_with(&["review.default=always"]).await;
    app.ask(Method::PATCH, "/v1/issuers/acme")
        .json(&json!({ "review": "always" }))
        .send()
        .await
        .expect(200);
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    person(&app, "ed@wire.example", &["editor"], &[]).await;
    let (ana, ed) = (
        sign_in(&app, "ana@acme.example").await,
        sign_in(&app, "ed@wire.example").await,
    );
    let mut fields = release_fields("Acme opens a plant");
    fields.push(("act", "submit"));
    let id = led_to(&ana.post("/desk/releases/new", &fields).await);
    let review = format!("/desk/releases/{id}/review");
    let read = value_of(&ed.get(&review).await.text, "content_hash");

    let mut changed = release_fields("Acme opens two plants");
    changed.push(("act", "change"));
    ana.post(&format!("/desk/releases/{id}/edit"), &changed)
        .await
        .expect(303);
    let approved = ed
        .post(&review, &[("act", "approve"), ("content_hash", &read)])
        .await;

    approved.expect(409);
    assert!(
        approved
            .text
            .contains("the text has changed since it was read"),
        "{}",
        approved.text
    );
    assert_eq!(state(&app, &id).await, "submitted");
    let now = value_of(&ed.get(&review).await.text, "content_hash");
    ed.post(&review, &[("act", "approve"), ("content_hash", &now)])
        .await
        .expect(303);
    assert_eq!(state(&app, &id).await, "cleared");
    app.settle().await;
}

#[tokio::test]
async fn editor_asks_and_refuses_in_words_that_reach_the_submitter() {
    let app = TestApp::start().await;
    app.ask(Method::PATCH, "/v1/issuers/acme")
        .json(&json!({ "review": "always" }))
        .send()
        .await
        .expect(200);
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    person(&app, "ed@wire.example", &["editor"], &[]).await;
    let (ana, ed) = (
        sign_in(&app, "ana@acme.example").await,
        sign_in(&app, "ed@wire.example").await,
    );
    let mut fields = release_fields("Acme opens a plant");
    fields.push(("act", "submit"));
    let id = led_to(&ana.post("/desk/releases/new", &fields).await);
    let review = format!("/desk/releases/{id}/review");

    ed.post(&review, &[("act", "query"), ("note", "Which plant?")])
        .await
        .expect(303);
    assert_eq!(state(&app, &id).await, "submitted");
    ed.post(&review, &[("act", "refuse"), ("note", "  ")])
        .await
        .expect(422);
    ed.post(
        &review,
        &[("act", "refuse"), ("note", "<b>No</b> such plant")],
    )
    .await
    .expect(303);

    assert_eq!(state(&app, &id).await, "refused");
    let page = ana.get(&format!("/desk/releases/{id}")).await;
    assert!(
        page.text.contains("Which plant?")
            && page.text.contains("&lt;b&gt;No&lt;/b&gt; such plant"),
        "{}",
        page.text
    );
    app.settle().await;
    let mails = app.mails_to("ana@acme.example");
    assert!(
        mails.iter().any(|mail| mail.text.contains("such plant")),
        "{mails:?}"
    );
    ana.get(&format!("/desk/releases/{id}/edit"))
        .await
        .expect(409);
}

#[tokio::test]
async fn submitter_is_not_offered_to_approve_and_cannot() {
    let app = TestApp::start().await;
    app.ask(Method::PATCH, "/v1/issuers/acme")
        .json(&json!({ "approval": "required" }))
        .send()
        .await
        .expect(200);
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    person(&app, "olga@acme.example", &["approver"], &["acme"]).await;
    let (ana, olga) = (
        sign_in(&app, "ana@acme.example").await,
        sign_in(&app, "olga@acme.example").await,
    );
    let mut fields = release_fields("Acme opens a plant");
    fields.push(("act", "submit"));
    let id = led_to(&ana.post("/desk/releases/new", &fields).await);
    let review = format!("/desk/releases/{id}/review");

    let own = ana.get(&review).await;
    assert!(!own.text.contains("Approve this text"), "{}", own.text);
    let hash = value_of(&olga.get(&review).await.text, "content_hash");
    ana.post(&review, &[("act", "approve"), ("content_hash", &hash)])
        .await
        .expect(403);
    olga.post(&review, &[("act", "approve"), ("content_hash", &hash)])
        .await
        .expect(303);

    assert_eq!(state(&app, &id).await, "cleared");
    app.settle().await;
}

#[tokio::test]
async fn editions_are_added_to_a_story_and_submitted_together() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let mut fields = release_fields("Acme opens a plant");
    fields.extend([("act", "save")]);
    let english = led_to(&ana.post("/desk/releases/new", &fields).await);

    let spanish = led_to(
        &ana.post(&format!("/desk/releases/{english}/edition"), &[])
            .await,
    );
    let together = [("release", english.as_str()), ("release", spanish.as_str())];
    ana.post("/desk/together", &together).await.expect(422);
    let story = value_in(
        &ana.get(&format!("/desk/releases/{spanish}/edit"))
            .await
            .text,
        "f-story",
    );
    let mut fields = release_fields("Acme abre una planta");
    (fields[2], fields[4]) = (
        ("edition/language", "es"),
        ("summary", "Acme abrió una planta en Austin."),
    );
    fields.extend([("story", story.as_str()), ("act", "save")]);
    ana.post(&format!("/desk/releases/{spanish}/edit"), &fields)
        .await
        .expect(303);
    ana.post("/desk/together", &together[..1]).await.expect(422);
    ana.post("/desk/together", &together).await.expect(303);

    let all = app.get("/v1/releases?state=cleared").await.expect(200);
    let all = all["releases"].as_array().unwrap().clone();
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(
        !all[0]["bundle"].is_null()
            && all[0]["bundle"] == all[1]["bundle"]
            && all[0]["story"] == all[1]["story"]
    );
    assert_eq!(
        (state(&app, &english).await, state(&app, &spanish).await),
        ("cancelled".to_owned(), "cancelled".to_owned())
    );
    app.settle().await;
}

fn value_in(page: &str, id: &str) -> String {
    let rest = &page[page.find(&format!("id=\"{id}\"")).unwrap()..];
    rest.split("value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn file_is_imported_into_the_form_and_nothing_is_stored() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let token = ana.token().await;
    let import = async |token: &str, file: &[u8]| {
        let mut body = format!(
            "--x\r\ncontent-disposition: form-data; name=\"form\"\r\n\r\n{token}\r\n--x\r\n"
        )
        .into_bytes();
        body.extend_from_slice(
            b"content-disposition: form-data; name=\"file\"; filename=\"a.md\"\r\n\r\n",
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--x--\r\n");
        let ask = app
            .ask(Method::POST, "/desk/import")
            .without_token()
            .header("cookie", ana.cookie.clone());
        ask.header("content-type", "multipart/form-data; boundary=x")
            .bytes(body)
            .send()
            .await
    };

    let filled = import(
        &token,
        b"---\nissuers: [acme]\nheadline: From a file\ntopics: [mining]\nodd: [1]\n---\nThe body.",
    )
    .await;
    filled.expect(200);
    for words in [
        "value=\"From a file\"",
        "The body.",
        "<option value=\"mining\" selected>",
        "{&quot;odd&quot;:[1]}",
    ] {
        assert!(filled.text.contains(words), "{words}: {}", filled.text);
    }
    import(&token, b"PK\x03\x04\xff\x00").await.expect(422);
    let bomb = "---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n---\n";
    import(&token, bomb.as_bytes()).await.expect(422);
    import("wrong", b"text").await.expect(403);
    assert_eq!(app.get("/v1/releases").await.json()["releases"], json!([]));
}

#[tokio::test]
async fn fields_that_the_form_does_not_show_survive_an_edit() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let mut draft = tests::release("Acme opens a plant");
    draft["media"] = json!([{ "url": "https://acme.example/a.jpg", "size": 7 }]);
    draft["colour"] = json!({ "deep": "blue" });
    let made = app
        .post("/v1/releases?draft=true", &draft)
        .await
        .expect(201);
    let id = made["id"].as_str().unwrap();
    let edit = format!("/desk/releases/{id}/edit");
    let rest = value_of(&ana.get(&edit).await.text, "rest").replace("&quot;", "\"");

    let mut fields = release_fields("Acme opens a plant");
    fields.extend([("rest", rest.as_str()), ("act", "save")]);
    ana.post(&edit, &fields).await.expect(303);

    let source = app.get(&format!("/v1/releases/{id}")).await.expect(200)["source"].clone();
    assert_eq!(
        (&source["media"], &source["colour"]),
        (&draft["media"], &draft["colour"])
    );
    fields.push(("drop", "colour"));
    ana.post(&edit, &fields).await.expect(303);
    let source = app.get(&format!("/v1/releases/{id}")).await.expect(200)["source"].clone();
    assert!(source["colour"].is_null());
}

#[tokio::test]
async fn calendar_shows_a_day_in_the_zone_that_is_picked() {
    let app = TestApp::start().await;
    person(&app, "ed@wire.example", &["editor"], &[]).await;
    let ed = sign_in(&app, "ed@wire.example").await;
    app.submit(&tests::release_at("At midnight", "2027-01-01T02:00:00Z"))
        .await;

    let here = ed.get("/desk/calendar?month=2027-01&zone=UTC").await;
    assert!(
        here.text.contains("02:00 UTC At midnight") && here.text.contains("Friday, January 1"),
        "{}",
        here.text
    );
    let there = ed
        .get("/desk/calendar?month=2026-12&zone=America/New_York")
        .await;
    assert!(
        there.text.contains("21:00 EST At midnight")
            && there.text.contains("Thursday, December 31"),
        "{}",
        there.text
    );
    assert!(
        !ed.get("/desk/calendar?month=2027-01&zone=America/New_York")
            .await
            .text
            .contains("At midnight")
    );
    for odd in [
        "month=nonsense",
        "month=9999-12",
        "month=0000-01&zone=No/Where",
        "month=2026-13",
    ] {
        ed.get(&format!("/desk/calendar?{odd}")).await.expect(200);
    }
}

#[tokio::test]
async fn margin_says_while_one_writes_what_the_check_would_say() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let mut fields = release_fields("Acme opens <b>[insert number]</b> plants");

    let margin = ana.post("/desk/lint", &fields).await;
    margin.expect(200);
    for words in [
        "<p data-said>",
        "href=\"#f-headline\"",
        "`[insert number]` looks like a placeholder",
        "Fewer than 10 would hear of it now.",
    ] {
        assert!(margin.text.contains(words), "{words}: {}", margin.text);
    }
    assert!(
        !margin.text.contains("<html") && !margin.text.contains("<b>"),
        "{}",
        margin.text
    );

    fields.retain(|(name, _)| *name != "body");
    let margin = ana.post("/desk/lint", &fields).await;
    margin.expect(200);
    assert!(margin.text.contains("href=\"#f-body\""), "{}", margin.text);
    assert_eq!(app.get("/v1/releases").await.json()["releases"], json!([]));
}

#[tokio::test]
async fn editor_sees_the_words_that_a_finding_means() {
    let app = TestApp::start_with(&["review.default=always"]).await;
    app.add_issuer("beta", "Beta Ltd.").await;
    person(&app, "ed@wire.example", &["editor"], &[]).await;
    let ed = sign_in(&app, "ed@wire.example").await;
    let mut release = tests::release("Beta opens a plant");
    release["issuers"] = json!(["beta"]);
    release["body"] = json!("Beta said \"yes\" to TBD & <i>more</i>.");
    let token = app.token(&["releases:write"], &["beta"]).await;
    let ask = app.ask(Method::POST, "/v1/releases").with_token(&token);
    let made = ask.json(&release).send().await.expect(202);

    let path = format!("/desk/releases/{}/review", made["id"].as_str().unwrap());
    let review = ed.get(&path).await;

    review.expect(200);
    let place = "Beta said &quot;yes&quot; to <mark>TBD</mark> &amp; &lt;i&gt;more";
    assert!(review.text.contains(place), "{}", review.text);
}
