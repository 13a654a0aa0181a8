//! What is held about a reader: shown whole, and erased wherever it stood.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

const ANA: &str = "ana.quill@reader.example";

async fn endpoint_id(app: &TestApp) -> String {
    let list = app
        .get(&format!("/v1/endpoints?address={ANA}"))
        .await
        .expect(200);
    list["endpoints"][0]["id"].as_str().unwrap().to_owned()
}

/// A reader who has got an alert, was refused one with an answer that names them, and owns a webhook.
async fn reader_with_a_past(app: &TestApp) -> String {
    let secret_wish = json!({ "filter": "everything AND NOT \"ana quill\"", "name": "Ana Quill's news", "email": ANA });
    app.subscribe(secret_wish).await;
    let hook = json!({ "filter": "everything", "webhook": app.http.url("/status/500/ana.quill"), "owner": ANA });
    app.subscribe(hook).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    endpoint_id(app).await
}

#[tokio::test]
async fn export_holds_all_that_is_held() {
    let app = TestApp::start().await;
    let id = reader_with_a_past(&app).await;

    let held = app
        .get(&format!("/v1/endpoints/{id}/export"))
        .await
        .expect(200);
    let owned = app
        .post("/v1/endpoints/export", &json!({ "owner": ANA }))
        .await
        .expect(200);

    assert_eq!(held["endpoint"]["address"], ANA);
    assert_eq!(held["subscriptions"][0]["name"], "Ana Quill's news");
    assert_eq!(held["subscriptions"][0]["consent"], "a test");
    assert_eq!(held["deliveries"][0]["state"], "delivered");
    assert_eq!(owned["endpoints"].as_array().unwrap().len(), 2);
    assert!(!owned.to_string().contains("whsec_"), "{owned}");
}

#[tokio::test]
async fn nothing_of_an_erased_reader_is_found_in_any_table() {
    let app = TestApp::start().await;
    reader_with_a_past(&app).await;
    app.advance(Duration::from_secs(10));
    app.settle().await;
    let words = app.traces(&["answered 500"]).await;
    let before = app.traces(&["ana.quill", "ana quill", "Ana Quill"]).await;

    let erased = app
        .post("/v1/endpoints/erase", &json!({ "owner": ANA }))
        .await
        .expect(200);
    let after = app
        .traces(&[
            "ana.quill",
            "ana quill",
            "Ana Quill",
            "whsec_",
            "answered 500",
        ])
        .await;

    assert!(before.len() > 3, "the test finds what is there: {before:?}");
    assert!(!words.is_empty(), "a receiver's words were kept");
    assert_eq!(erased["erased"].as_array().unwrap().len(), 2);
    assert_eq!(after, Vec::<String>::new());
    app.advance(Duration::from_secs(700));
    app.settle().await;
}

#[tokio::test]
async fn ledger_stays_whole_when_a_reader_is_erased() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    app.reader("ben@reader.example").await;
    let told = app.submit(&release("Acme opens")).await;
    app.settle().await;
    let before = app.report(&told).await;

    let id = endpoint_id(&app).await;
    app.post(&format!("/v1/endpoints/{id}/erase"), &json!({}))
        .await
        .expect(204);

    assert_eq!(app.report(&told).await, before);
    assert_eq!(app.ledger().await.len(), 2);
}

#[tokio::test]
async fn erased_reader_gets_nothing_more_not_even_what_was_routed() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let id = endpoint_id(&app).await;
    let second = app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());

    app.post(&format!("/v1/endpoints/{id}/erase"), &json!({}))
        .await
        .expect(204);
    app.settle().await;

    assert_eq!(app.smtp.count(), 0);
    assert_eq!(app.report(&second).await["suppressed"], 1);
}

#[tokio::test]
async fn same_address_begins_anew_and_may_be_erased_again() {
    let app = TestApp::start().await;
    for _ in 0..2 {
        app.reader(ANA).await;
        let id = endpoint_id(&app).await;
        let erase = format!("/v1/endpoints/{id}/erase");
        app.post(&erase, &json!({})).await.expect(204);
        app.post(&erase, &json!({})).await.expect(204);
    }

    let subscription = json!({ "filter": "everything", "email": ANA });
    let again = app
        .post("/v1/subscriptions", &subscription)
        .await
        .expect(201);
    app.settle().await;

    assert_eq!(again["endpoint_state"], "pending");
    assert_eq!(app.mails_to(ANA).len(), 1, "asked like anybody else");
}

#[tokio::test]
async fn suppression_outlives_erasure() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let now_ms = app.app.clock.now_ms();
    app.app
        .store
        .suppress(ANA, "complained", now_ms)
        .await
        .unwrap();
    let id = endpoint_id(&app).await;

    app.post(&format!("/v1/endpoints/{id}/erase"), &json!({}))
        .await
        .expect(204);
    let traces = app.traces(&[ANA]).await;
    app.reader(ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!(traces, Vec::<String>::new());
    assert_eq!(app.smtp.count(), 0);
}

#[tokio::test]
async fn reader_erases_by_the_mailed_link_and_it_opens_nothing_afterwards() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    app.send_form("/alerts/manage", &[("address", ANA)])
        .await
        .expect(200);
    app.settle().await;
    let path = app.the_mail_to(ANA).link("/alerts/preferences/");
    let erase = format!("{path}/erase");

    let export = app.page(&format!("{path}/export")).await.expect(200);
    app.send_form(&erase, &[]).await.expect(200);
    let unsure = app.traces(&[ANA]).await;
    app.send_form(&erase, &[("sure", "yes")]).await.expect(200);

    assert_eq!(export["endpoint"]["address"], ANA);
    assert!(!unsure.is_empty(), "asked once more before");
    assert_eq!(app.traces(&[ANA]).await, Vec::<String>::new());
    app.page(&path).await.expect(410);
}

#[tokio::test]
async fn only_operators_export_and_erase() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let id = endpoint_id(&app).await;
    let token = app
        .token(&["subscriptions:write", "subscriptions:read"], &[])
        .await;
    let ask = |method, path: String| app.ask(method, &path).with_token(&token).json(&Value::Null);

    let export = ask(http::Method::GET, format!("/v1/endpoints/{id}/export"))
        .send()
        .await;
    let erase = ask(http::Method::POST, format!("/v1/endpoints/{id}/erase"))
        .send()
        .await;

    export.expect_problem(403, "forbidden");
    erase.expect_problem(403, "forbidden");
    assert!(!app.traces(&[ANA]).await.is_empty());
}
