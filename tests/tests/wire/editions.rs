//! One alert per endpoint and story, in the language it prefers.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

/// An edition of the story `plant`.
fn edition(region: &str, language: &str, headline: &str) -> Value {
    let mut edition = release(headline);
    edition["story"] = json!("plant");
    edition["edition"] = json!({ "region": region, "language": language });
    edition
}

fn subjects(app: &TestApp, recipient: &str) -> Vec<String> {
    let mails = app.mails_to(recipient);
    mails
        .iter()
        .map(|letter| letter.header("Subject").to_owned())
        .collect()
}

async fn reader(app: &TestApp, name: &str, languages: &[&str]) {
    let email = format!("{name}@reader.example");
    app.subscribe(json!({ "filter": "everything", "email": email, "languages": languages }))
        .await;
}

#[tokio::test]
async fn one_mailbox_in_two_letter_cases_is_told_once() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.reader("ANA@Reader.example").await;

    app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!(app.smtp.count(), 1);
}

#[tokio::test]
async fn two_matching_subscriptions_cause_one_alert_with_both_reasons() {
    let app = TestApp::start().await;
    for (filter, name) in [
        ("topic:earnings", "Earnings"),
        ("geo:US", "America"),
        ("topic:mining", "Mining"),
    ] {
        app.subscribe(json!({ "filter": filter, "name": name, "email": "ana@reader.example" }))
            .await;
    }
    let url = app.http.url("/ok/ana");
    let mut ids = Vec::new();
    for filter in ["topic:earnings", "(lithium OR geo:US-TX) AND NOT lang:de"] {
        ids.push(
            app.subscribe(json!({ "filter": filter, "webhook": url }))
                .await["id"]
                .clone(),
        );
    }

    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;

    let letter = app.the_mail_to("ana@reader.example");
    assert!(
        letter
            .text
            .contains("asked for: Earnings (topic:earnings); America (geo:US)\n"),
        "{}",
        letter.text
    );
    let calls = app.http.calls();
    assert_eq!(calls.len(), 1);
    let payload: Value = serde_json::from_slice(calls[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(
        payload["data"]["matched"],
        json!([
            { "subscription": ids[0], "clause": "topic:earnings" },
            { "subscription": ids[1], "clause": "geo:US-TX AND NOT lang:de" },
        ])
    );
    assert_eq!(app.report(&accepted).await["matched"], 2);
}

#[tokio::test]
async fn endpoint_gets_the_edition_in_its_language() {
    let app = TestApp::start().await;
    reader(&app, "deutsch", &["de", "en"]).await;
    reader(&app, "english", &["en-GB"]).await;
    reader(&app, "spanish", &["es", "fr", "de"]).await;
    reader(&app, "any", &[]).await;

    app.submit(&edition("US", "en", "In English")).await;
    app.submit(&edition("DE", "de", "Auf Deutsch")).await;
    app.settle().await;

    assert_eq!(subjects(&app, "deutsch@reader.example"), ["Auf Deutsch"]);
    assert_eq!(subjects(&app, "english@reader.example"), ["In English"]);
    assert_eq!(subjects(&app, "spanish@reader.example"), ["Auf Deutsch"]);
    assert_eq!(subjects(&app, "any@reader.example"), ["In English"]);
    assert_eq!(
        app.the_mail_to("deutsch@reader.example")
            .header("Content-Language"),
        "de"
    );
}

#[tokio::test]
async fn edition_cleared_later_reaches_only_those_not_told_yet() {
    let app = TestApp::start().await;
    reader(&app, "deutsch", &["de"]).await;
    let german = json!({ "filter": "lang:de", "email": "german-only@reader.example" });
    app.subscribe(german).await;
    let mut later = edition("DE", "de", "Auf Deutsch");
    later["clear_at"] = json!(app.time_in(60));
    let later = app.submit(&later).await;
    let first = app.submit(&edition("US", "en", "In English")).await;
    app.settle().await;
    assert_eq!(subjects(&app, "deutsch@reader.example"), ["In English"]);
    assert_eq!(app.smtp.count(), 1);

    app.advance(Duration::from_secs(60));
    app.settle().await;

    assert_eq!(subjects(&app, "deutsch@reader.example"), ["In English"]);
    assert_eq!(
        subjects(&app, "german-only@reader.example"),
        ["Auf Deutsch"]
    );
    assert_eq!(app.report(&first).await["delivered"], 1);
    assert_eq!(app.report(&later).await["delivered"], 1);
}

#[tokio::test]
async fn edition_cleared_while_the_story_is_being_routed_is_told() {
    let app = TestApp::start().await;
    let german = json!({ "filter": "lang:de", "email": "german-only@reader.example" });
    app.subscribe(german).await;
    reader(&app, "any", &[]).await;
    app.submit(&edition("US", "en", "In English")).await;
    let stale = app.app.store.alert(1).await.unwrap().unwrap();

    app.submit(&edition("DE", "de", "Auf Deutsch")).await;
    let finished = app
        .app
        .store
        .finish_routing(1, stale.generation)
        .await
        .unwrap();
    app.settle().await;

    assert!(
        !finished,
        "a router that read before the second edition must look again"
    );
    assert_eq!(
        subjects(&app, "german-only@reader.example"),
        ["Auf Deutsch"]
    );
    assert_eq!(subjects(&app, "any@reader.example"), ["In English"]);
}
