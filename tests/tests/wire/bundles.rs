//! Editions of one story submitted together: all or none, at one time, each reader in their language.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

fn edition(region: &str, language: &str, headline: &str) -> Value {
    let mut text = release(headline);
    text["edition"] = json!({ "region": region, "language": language });
    text
}

async fn stop(app: &TestApp, release: &Value, order: &str) -> Value {
    let path = format!("/v1/releases/{}/{order}", release["id"].as_str().unwrap());
    app.post(&path, &json!({})).await.expect(200)
}

#[tokio::test]
async fn each_reader_is_told_once_in_their_language_whichever_edition_comes_first() {
    let app = TestApp::start().await;
    for (email, language) in [
        ("en@r.example", "en"),
        ("es@r.example", "es"),
        ("de@r.example", "de"),
    ] {
        let reader = json!({ "filter": "everything", "email": email, "languages": [language] });
        app.subscribe(reader).await;
    }
    let bundle = json!([
        edition("US", "en", "Acme opens a plant"),
        edition("US", "es", "Acme abre una planta"),
        edition("DE", "de", "Acme eröffnet ein Werk"),
    ]);

    let accepted = app.post("/v1/releases", &bundle).await.expect(202);
    app.settle().await;

    assert_eq!(accepted["releases"].as_array().unwrap().len(), 3);
    assert!(accepted["bundle"].as_str().unwrap().starts_with("bun_"));
    let subject = |email: &str| app.the_mail_to(email).header("Subject").to_owned();
    assert_eq!(subject("en@r.example"), "Acme opens a plant");
    assert_eq!(subject("es@r.example"), "Acme abre una planta");
    assert!(
        subject("de@r.example").contains("Acme"),
        "{}",
        subject("de@r.example")
    );
    let stories: Vec<_> = (0..3)
        .map(|at| &accepted["releases"][at]["story"])
        .collect();
    assert!(stories.iter().all(|story| *story == stories[0]));
    assert_eq!(accepted["releases"][2]["seq"], 3);
}

#[tokio::test]
async fn one_bad_edition_refuses_all_with_its_place() {
    let app = TestApp::start().await;
    let mut bad = edition("US", "es", "Acme abre una planta");
    bad["topics"] = json!(["no-such-topic"]);
    let bundle = json!([edition("US", "en", "Acme opens a plant"), bad]);

    let refused = app.post("/v1/releases", &bundle).await;

    refused.expect_problem(422, "findings");
    assert!(
        refused
            .findings()
            .contains(&"unknown-topic /1/topics/0".to_owned()),
        "{:?}",
        refused.findings()
    );
    let listed = app.get("/v1/releases").await.expect(200);
    assert_eq!(listed["releases"], json!([]));
}

#[tokio::test]
async fn editions_with_two_clear_times_are_refused() {
    let app = TestApp::start().await;
    let (mut one, mut two) = (edition("US", "en", "One"), edition("US", "es", "Dos"));
    one["clear_at"] = json!(app.time_in(60));
    two["clear_at"] = json!(app.time_in(61));

    let refused = app.post("/v1/releases", &json!([one, two])).await;

    refused.expect_problem(422, "findings");
    assert!(
        refused
            .findings()
            .contains(&"bundle-clear-time /1/clear_at".to_owned())
    );
}

#[tokio::test]
async fn holding_one_edition_holds_them_all() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let mut first = edition("US", "en", "Acme opens a plant");
    first["clear_at"] = json!(app.time_in(60));
    let bundle = json!([first, edition("US", "es", "Acme abre una planta")]);
    let accepted = app.post("/v1/releases", &bundle).await.expect(202);

    stop(&app, &accepted["releases"][1], "hold").await;
    app.advance(Duration::from_secs(120));
    app.settle().await;

    assert_eq!(app.http.count(), 0);
    let held = app.get("/v1/releases?state=held").await.expect(200);
    assert_eq!(held["releases"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn submitter_of_a_bundle_gets_one_notice_for_all_its_editions() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    let token = json!({ "name": "Acme", "scopes": ["releases:write"], "issuers": ["acme"], "email": "pr@acme.example" });
    let acme = app.post("/v1/tokens", &token).await.expect(201)["token"].clone();
    let bundle = json!([
        edition("US", "en", "Acme opens"),
        edition("US", "es", "Acme abre")
    ]);

    let ask = app.ask(http::Method::POST, "/v1/releases");
    let ask = ask.with_token(acme.as_str().unwrap()).json(&bundle);
    ask.send().await.expect(202);
    app.settle().await;

    let letters = app.mails_to("pr@acme.example");
    let subjects: Vec<_> = letters
        .iter()
        .map(|letter| letter.header("Subject"))
        .collect();
    assert_eq!(subjects, ["Cleared: Acme opens", "Report: Acme opens"]);
    assert!(
        letters[0].text.contains("US/en, US/es"),
        "{}",
        letters[0].text
    );
    assert!(
        letters[1].text.contains("US/en, email: 1 of 1 delivered"),
        "{}",
        letters[1].text
    );
    assert!(
        letters[1].text.contains("US/es: nobody had asked"),
        "{}",
        letters[1].text
    );
}

#[tokio::test]
async fn repeated_bundle_is_the_same_bundle() {
    let app = TestApp::start().await;
    let bundle = json!([edition("US", "en", "One"), edition("US", "es", "Dos")]);
    let send = || {
        let ask = app.ask(http::Method::POST, "/v1/releases").json(&bundle);
        ask.header("idempotency-key", "b-1").send()
    };

    let (first, second) = (send().await.expect(202), send().await.expect(202));
    app.settle().await;

    assert_eq!(first["bundle"], second["bundle"]);
    assert_eq!(second["repeated"], true);
    assert_eq!(second["releases"].as_array().unwrap().len(), 2);
    let listed = app.get("/v1/releases").await.expect(200);
    assert_eq!(listed["releases"].as_array().unwrap().len(), 2);
}
