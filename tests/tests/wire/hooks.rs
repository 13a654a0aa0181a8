//! Webhooks by oneself: the owner confirms by mail, then the URL answers a challenge; the secret is shown once.

use release::webhook::{Received, verify};
use serde_json::{Value, json};
use tests::{TestApp, release};

const OWNER: &str = "dev@reader.example";

async fn ask_for(app: &TestApp, url: &str) -> String {
    let fields = [
        ("words", "lithium"),
        ("url", url),
        ("address", OWNER),
        ("step", "ask"),
    ];
    app.send_form("/alerts/webhook", &fields).await.expect(200);
    app.settle().await;
    let letters = app.mails_to(OWNER);
    letters.last().unwrap().link("/alerts/webhook/confirm/")
}

fn called(app: &TestApp) -> Vec<String> {
    let kind = |body: &[u8]| {
        serde_json::from_slice::<Value>(body).unwrap()["type"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    app.http
        .calls()
        .iter()
        .map(|call| kind(call.body.as_ref().unwrap()))
        .collect()
}

fn secret(page: &str) -> Option<&str> {
    let at = page.find("whsec_")?;
    page[at..].split('<').next()
}

#[tokio::test]
async fn nothing_is_called_before_the_owner_confirms() {
    let app = TestApp::start().await;
    let url = app.http.url("/challenge/dev");

    let path = ask_for(&app, &url).await;
    let page = app.page(&path).await;
    app.submit(&release("Acme digs lithium")).await;
    app.settle().await;

    assert_eq!(app.http.count(), 0);
    assert!(page.text.contains(&url), "{}", page.text);
    assert!(secret(&page.text).is_none());
}

#[tokio::test]
async fn owner_confirms_sees_the_secret_once_and_gets_calls() {
    let app = TestApp::start().await;
    let path = ask_for(&app, &app.http.url("/challenge/dev")).await;

    let first = app.send_form(&path, &[]).await;
    let second = app.send_form(&path, &[]).await;
    app.settle().await;
    app.submit(&release("Acme digs lithium")).await;
    app.settle().await;

    first.expect(200);
    let shown = secret(&first.text).expect("the secret is shown");
    assert!(secret(&second.text).is_none(), "{}", second.text);
    assert_eq!(called(&app).last().unwrap(), "release.cleared");
    let call = app.http.calls().pop().unwrap();
    let received = Received {
        id: call.header("webhook-id").unwrap(),
        timestamp: call.header("webhook-timestamp").unwrap(),
        signatures: call.header("webhook-signature").unwrap(),
        body: call.body.as_ref().unwrap(),
    };
    let now_s = app.app.clock.now_ms() / 1000;
    assert_eq!(verify(shown, &received, now_s), Ok(()));
}

#[tokio::test]
async fn secret_that_was_given_to_a_program_is_not_shown_again() {
    let app = TestApp::start().await;
    let url = app.http.url("/nochallenge/dev");
    let hook = json!({ "filter": "everything", "webhook": url, "owner": OWNER });
    app.post("/v1/subscriptions", &hook).await.expect(201);
    let path = ask_for(&app, &url).await;

    let page = app.send_form(&path, &[]).await;
    app.settle().await;

    page.expect(200);
    assert!(secret(&page.text).is_none(), "{}", page.text);
}

#[tokio::test]
async fn test_event_shows_status_and_duration_by_page_and_api() {
    let app = TestApp::start().await;
    let path = ask_for(&app, &app.http.url("/challenge/dev")).await;
    let confirmed = app.send_form(&path, &[]).await;
    app.settle().await;
    let preferences = confirmed
        .text
        .split('"')
        .find(|part| part.starts_with("/alerts/preferences/"))
        .unwrap()
        .to_owned();
    let list = app
        .get(&format!(
            "/v1/endpoints?address={}",
            app.http.url("/challenge/dev")
        ))
        .await
        .expect(200);
    let id = list["endpoints"][0]["id"].as_str().unwrap();

    let none = app.get(&format!("/v1/endpoints/{id}/test")).await;
    app.send_form(&preferences, &[("act", "test")])
        .await
        .expect(303);
    app.settle().await;
    let page = app.page(&preferences).await;
    let asked = app
        .post(&format!("/v1/endpoints/{id}/test"), &json!({}))
        .await
        .expect(202);
    let waiting = app
        .get(&format!("/v1/endpoints/{id}/test"))
        .await
        .expect(200);
    app.settle().await;
    let done = app
        .get(&format!("/v1/endpoints/{id}/test"))
        .await
        .expect(200);

    none.expect_problem(404, "not-found");
    assert!(page.text.contains("was answered with 204"), "{}", page.text);
    assert_eq!(
        (&waiting["state"], &waiting["test"]),
        (&json!("due"), &asked["test"])
    );
    assert_eq!(
        (&done["state"], &done["status"]),
        (&json!("delivered"), &json!(204))
    );
    assert_eq!(
        called(&app),
        ["endpoint.challenge", "endpoint.test", "endpoint.test"]
    );
}

#[tokio::test]
async fn failed_test_is_not_tried_again() {
    let app = TestApp::start().await;
    let hook = app.hook("/status/503/dev").await;
    let shown = app
        .get(&format!(
            "/v1/subscriptions/{}",
            hook["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let id = shown["endpoint"].as_str().unwrap();

    app.post(&format!("/v1/endpoints/{id}/test"), &json!({}))
        .await
        .expect(202);
    app.settle().await;
    app.advance(std::time::Duration::from_secs(700));
    app.settle().await;

    let done = app
        .get(&format!("/v1/endpoints/{id}/test"))
        .await
        .expect(200);
    assert_eq!(
        (&done["state"], &done["status"]),
        (&json!("dead"), &json!(503))
    );
    assert_eq!(app.http.count(), 1);
}

#[tokio::test]
async fn private_addresses_are_refused_beside_the_field() {
    let app = TestApp::start_with(&["webhook.allow="]).await;

    for url in [
        "http://hook.example/",
        "https://127.0.0.1/",
        "https://u:p@hook.example/",
        "nonsense",
        "",
    ] {
        let fields = [
            ("words", "x"),
            ("url", url),
            ("address", OWNER),
            ("step", "ask"),
        ];
        let answer = app.send_form("/alerts/webhook", &fields).await;
        answer.expect(422);
        assert!(
            answer.text.contains("id=\"e-url\""),
            "{url}: {}",
            answer.text
        );
    }
}
