//! The same submission twice is one release.

use futures_util::future::join_all;
use http::Method;
use serde_json::Value;
use tests::{Answer, TestApp, release};

async fn submit(app: &TestApp, key: &str, body: &Value) -> Answer {
    let ask = app
        .ask(Method::POST, "/v1/releases")
        .header("idempotency-key", key);
    ask.json(body).send().await
}

#[tokio::test]
async fn same_submission_twice_is_one_release() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;

    let first = submit(&app, "k1", &release("Acme opens")).await.expect(202);
    app.settle().await;
    let again = submit(&app, "k1", &release("Acme opens")).await;
    app.settle().await;

    assert_eq!(again.header("idempotent-replayed"), "true");
    let again = again.expect(202);
    assert_eq!(again["id"], first["id"]);
    assert_eq!(again["state"], "cleared");
    assert_eq!(app.http.count(), 1);
}

#[tokio::test]
async fn same_key_for_another_body_is_refused() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;

    submit(&app, "k1", &release("Acme opens")).await.expect(202);
    let other = submit(&app, "k1", &release("Acme closes")).await;
    app.settle().await;

    other.expect_problem(422, "idempotency-key-reused");
    assert_eq!(app.http.count(), 1);
}

#[tokio::test]
async fn key_of_one_token_means_nothing_to_another() {
    let app = TestApp::start().await;
    let token = app.token(&["releases:write"], &["acme"]).await;

    let first = submit(&app, "k1", &release("Acme opens")).await.expect(202);
    let ask = app
        .ask(Method::POST, "/v1/releases")
        .header("idempotency-key", "k1");
    let other = ask
        .with_token(&token)
        .json(&release("Acme opens"))
        .send()
        .await
        .expect(202);
    app.settle().await;

    assert_ne!(first["id"], other["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_concurrent_duplicates_are_one_release() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;

    let body = release("Acme opens");
    let answers = join_all((0..8).map(|_| submit(&app, "k1", &body))).await;
    app.settle().await;

    let mut ids: Vec<String> = answers
        .iter()
        .map(|answer| answer.expect(202)["id"].to_string())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(app.http.count(), 1);
    let listed = app.get("/v1/releases").await.expect(200);
    assert_eq!(listed["releases"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn same_edition_of_a_story_is_taken_once() {
    let app = TestApp::start().await;
    let mut story = release("Acme opens");
    story["story"] = "plant-2026".into();

    let first = app.submit(&story).await;
    story["headline"] = "Acme opens again".into();
    let second = app.post("/v1/releases", &story).await;
    app.settle().await;

    let problem = second.expect_problem(409, "conflict");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains(first["id"].as_str().unwrap())
    );
}
