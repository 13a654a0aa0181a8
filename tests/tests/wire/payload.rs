//! What a webhook gets.

use release::webhook::{Received, verify};
use serde_json::{Value, json};
use sinks::ReceivedCall;
use tests::{TestApp, release};

fn body(call: &ReceivedCall) -> Value {
    serde_json::from_slice(call.body.as_ref().unwrap()).unwrap()
}

fn received(call: &ReceivedCall) -> Received<'_> {
    Received {
        id: call.header("webhook-id").unwrap(),
        timestamp: call.header("webhook-timestamp").unwrap(),
        signatures: call.header("webhook-signature").unwrap(),
        body: call.body.as_ref().unwrap(),
    }
}

#[tokio::test]
async fn payload_tells_what_when_and_why_and_is_signed() {
    let app = TestApp::start().await;
    let subscription = app.hook("/ok/ana").await;
    let accepted = app.submit(&release("Acme öffnet \"ein\" Werk")).await;

    app.settle().await;

    let calls = app.http.calls();
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    let secret = subscription["secret"].as_str().unwrap();
    let now_s = app.app.clock.now_ms() / 1000;
    assert_eq!(verify(secret, &received(call), now_s), Ok(()));
    assert_eq!(call.header("content-type"), Some("application/json"));
    assert_eq!(
        call.header("webhook-timestamp"),
        Some(now_s.to_string().as_str())
    );
    let mut payload = body(call);
    payload["data"]["release"] = json!(payload["data"]["release"] == accepted["id"]);
    payload["data"]["story"] = json!(payload["data"]["story"] == accepted["story"]);
    let url = format!(
        "https://news.wire.example/releases/{}",
        accepted["id"].as_str().unwrap()
    );
    payload["data"]["url"] = json!(payload["data"]["url"] == url);
    payload["data"]["matched"] = json!(
        payload["data"]["matched"]
            == json!([{ "subscription": subscription["id"], "clause": "everything" }])
    );
    insta::assert_json_snapshot!("payload", payload);
}

#[tokio::test]
async fn payload_of_the_largest_release_is_under_20_kb() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let mut largest = release(&"ü".repeat(250));
    largest["subheadline"] = json!("ö".repeat(250));
    largest["summary"] = json!("\u{1F600}".repeat(900));
    largest["body"] = json!("Long text. ".repeat(45_000));
    largest["places"] = json!(["US", "DE", "FR", "GB", "JP", "BR", "US-TX", "US-CA"]);

    app.submit(&largest).await;
    app.settle().await;

    let call = &app.http.calls()[0];
    let size_bytes = call.body.as_ref().unwrap().len();
    assert!(size_bytes < 20_000, "{size_bytes}");
    assert_eq!(body(call)["type"], "release.cleared");
}

#[tokio::test]
async fn sequence_on_the_wire_has_no_gaps() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;

    for number in 1..=5 {
        app.submit(&release(&format!("Acme opens plant {number}")))
            .await;
        let mut refused = release("x");
        refused["edition"] = json!("nowhere");
        app.post("/v1/releases", &refused).await.expect(422);
    }
    app.settle().await;

    let mut seqs: Vec<i64> = app
        .http
        .calls()
        .iter()
        .map(|call| body(call)["data"]["seq"].as_i64().unwrap())
        .collect();
    seqs.sort_unstable();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
}
