//! The way to the wire: nothing leaves before everybody whose word it needs has given it, for the text that leaves.

use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Answer, TestApp, release, release_at};

/// An issuer `beta` that is reviewed so.
async fn beta(app: &TestApp, review: &str, approval: &str) {
    let beta = json!({ "slug": "beta", "name": "Beta AG", "review": review, "approval": approval });
    app.post("/v1/issuers", &beta).await.expect(201);
}

fn of_beta(headline: &str) -> Value {
    let mut release = release(headline);
    release["issuers"] = json!(["beta"]);
    release
}

async fn say(app: &TestApp, token: &str, release: &Value, what: &str, body: Value) -> Answer {
    let path = format!("/v1/releases/{}/{what}", release["id"].as_str().unwrap());
    let ask = app.ask(Method::POST, &path).with_token(token);
    ask.json(&body).send().await
}

async fn submit(app: &TestApp, token: &str, release: &Value) -> Value {
    let ask = app.ask(Method::POST, "/v1/releases").with_token(token);
    ask.json(release).send().await.expect(202)
}

fn hash(release: &Value) -> Value {
    json!({ "content_hash": release["content_hash"] })
}

#[tokio::test]
async fn first_release_of_an_issuer_waits_for_an_editor_and_the_next_does_not() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    beta(&app, "first-release", "none").await;
    let agency = app
        .token(&["releases:write", "releases:read"], &["beta"])
        .await;
    let editor = app.token(&["releases:read", "releases:review"], &[]).await;
    let first = submit(&app, &agency, &of_beta("Beta opens")).await;
    app.settle().await;
    assert_eq!(
        (&first["state"], app.http.count()),
        (&json!("submitted"), 0)
    );
    assert_eq!(first["awaits"], json!(["editor"]));

    say(&app, &agency, &first, "approve", hash(&first))
        .await
        .expect_problem(403, "forbidden");
    let approved = say(&app, &editor, &first, "approve", hash(&first)).await;
    app.settle().await;

    assert_eq!(approved.expect(200)["state"], "cleared");
    assert_eq!(app.http.count(), 1);
    let second = submit(&app, &agency, &of_beta("Beta grows")).await;
    assert_eq!(second["state"], "cleared");
    app.settle().await;
}

#[tokio::test]
async fn changed_text_needs_a_new_approval() {
    let app = TestApp::start().await;
    beta(&app, "always", "none").await;
    let agency = app
        .token(&["releases:write", "releases:read"], &["beta"])
        .await;
    let editor = app.token(&["releases:read", "releases:review"], &[]).await;
    let mut text = of_beta("Beta opens");
    text["clear_at"] = json!(app.time_in(3600));
    let release = submit(&app, &agency, &text).await;
    let path = format!("/v1/releases/{}", release["id"].as_str().unwrap());
    text["headline"] = json!("Beta opens, and buys the moon");
    let change = |text: &Value| app.ask(Method::PUT, &path).with_token(&agency).json(text);

    change(&text).send().await.expect(200);
    let stale = say(&app, &editor, &release, "approve", hash(&release)).await;
    stale.expect_problem(409, "conflict");
    let read_again = app.get(&path).await.expect(200);
    let approved = say(&app, &editor, &release, "approve", hash(&read_again)).await;
    assert_eq!(approved.expect(200)["state"], "scheduled");

    // A change after the approval takes it back.
    text["headline"] = json!("Beta opens, and buys the sun");
    let changed = change(&text).send().await.expect(200);
    app.advance(Duration::from_secs(7200));
    app.settle().await;
    assert_eq!(changed["state"], "submitted");
    app.get(&path.replace("/v1", "")).await.expect(404);
}

#[tokio::test]
async fn approver_of_the_issuer_is_somebody_else_than_the_submitter() {
    let app = TestApp::start().await;
    beta(&app, "none", "required").await;
    let scopes = &["releases:write", "releases:read", "releases:approve"];
    let (ana, ben) = (
        app.token(&scopes[..2], &["beta"]).await,
        app.token(scopes, &["beta"]).await,
    );
    let stranger = app.token(scopes, &["acme"]).await;

    let release = submit(&app, &ana, &of_beta("Beta opens")).await;
    say(&app, &stranger, &release, "approve", hash(&release))
        .await
        .expect_problem(404, "not-found");
    say(&app, &ana, &release, "approve", hash(&release))
        .await
        .expect_problem(403, "forbidden");
    let approved = say(&app, &ben, &release, "approve", hash(&release)).await;

    assert_eq!(release["awaits"], json!(["approver"]));
    assert_eq!(approved.expect(200)["state"], "cleared");
    app.settle().await;
}

#[tokio::test]
async fn refusal_and_query_reach_the_submitter_with_their_words() {
    let app = TestApp::start().await;
    beta(&app, "always", "none").await;
    let token = json!({ "name": "Agency", "scopes": ["releases:write", "releases:read"],
        "issuers": ["beta"], "email": "desk@agency.example" });
    let agency = app.post("/v1/tokens", &token).await.expect(201)["token"].clone();
    let agency = agency.as_str().unwrap();
    let release = submit(&app, agency, &of_beta("Beta opens")).await;
    app.settle().await;

    let operator = app.app.local_token.clone();
    let note = |text: &str| json!({ "note": text });
    say(&app, &operator, &release, "query", note("Is it 12 %?"))
        .await
        .expect(200);
    app.settle().await;
    say(&app, &operator, &release, "refuse", note("Not news."))
        .await
        .expect(200);
    app.settle().await;

    let letters = app.mails_to("desk@agency.example");
    let subjects: Vec<_> = letters
        .iter()
        .map(|letter| letter.header("Subject"))
        .collect();
    assert_eq!(
        subjects,
        [
            "Awaiting review: Beta opens",
            "Awaiting review: Beta opens",
            "Refused: Beta opens"
        ]
    );
    assert!(
        letters[1].text.contains("Is it 12 %?"),
        "{}",
        letters[1].text
    );
    assert!(letters[2].text.contains("Not news."), "{}", letters[2].text);
    say(&app, &operator, &release, "refuse", note(" "))
        .await
        .expect_problem(422, "invalid");
    let path = format!("/v1/releases/{}/history", release["id"].as_str().unwrap());
    let history = app.get(&path).await.expect(200);
    let acts: Vec<_> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["act"].as_str().unwrap())
        .collect();
    assert_eq!(acts, ["submitted", "queried", "refused"]);
    assert_eq!(history["events"][2]["note"], "Not news.");
    assert_eq!(history["events"][2]["actor"], "local");
}

#[tokio::test]
async fn submitter_hears_the_exact_clear_time_and_then_whom_it_reached() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    let token = json!({ "name": "Acme", "scopes": ["releases:write"], "issuers": ["acme"], "email": "pr@acme.example" });
    let acme = app.post("/v1/tokens", &token).await.expect(201)["token"].clone();
    let mut text = release_at("Soon", "2026-12-01T10:00:00");
    text["zone"] = json!("Europe/Berlin");
    text["clear_at"] = json!("2026-12-01T10:01:00");
    submit(&app, acme.as_str().unwrap(), &text).await;
    app.settle().await;

    app.advance(Duration::from_secs(60));
    app.settle().await;

    let letters = app.mails_to("pr@acme.example");
    let subjects: Vec<_> = letters
        .iter()
        .map(|letter| letter.header("Subject"))
        .collect();
    assert_eq!(
        subjects,
        ["Scheduled: Soon", "Cleared: Soon", "Report: Soon"]
    );
    let exact = "2026-12-01 10:01:00 +01:00 (Europe/Berlin)";
    assert!(letters[0].text.contains(exact), "{}", letters[0].text);
    assert!(letters[1].text.contains(exact), "{}", letters[1].text);
    assert!(
        letters[2].text.contains("US/en, email: 1 of 1 delivered"),
        "{}",
        letters[2].text
    );
    app.advance(Duration::from_secs(3600));
    app.settle().await;
    assert_eq!(app.mails_to("pr@acme.example").len(), 3);
}

#[tokio::test]
async fn edition_that_joins_a_cleared_story_waits_for_an_editor() {
    let app = TestApp::start_with(&["review.late_editions=wait"]).await;
    let agency = app
        .token(&["releases:write", "releases:read"], &["acme"])
        .await;
    let edition = |language: &str| {
        let mut text = release("Acme opens");
        text["story"] = json!("plant");
        text["edition"]["language"] = json!(language);
        text
    };
    let first = submit(&app, &agency, &edition("en")).await;
    app.settle().await;

    let late = submit(&app, &agency, &edition("es")).await;
    let by_operator = app.submit(&edition("de")).await;
    app.settle().await;

    assert_eq!(
        (&first["state"], &late["state"]),
        (&json!("cleared"), &json!("submitted"))
    );
    assert_eq!(late["awaits"], json!(["editor"]));
    assert_eq!(by_operator["state"], "cleared");
}

#[tokio::test]
async fn held_release_does_not_slip_past_its_review() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    beta(&app, "always", "none").await;
    let agency = app
        .token(&["releases:write", "releases:read"], &["beta"])
        .await;
    let release = submit(&app, &agency, &of_beta("Beta opens")).await;

    say(&app, &agency, &release, "hold", json!({}))
        .await
        .expect(200);
    let moved = json!({ "clear_at": app.time_in(0) });
    let moved = say(&app, &agency, &release, "reschedule", moved).await;
    app.advance(Duration::from_secs(60));
    app.settle().await;

    assert_eq!(moved.expect(200)["state"], "submitted");
    assert_eq!(app.http.count(), 0);
}
