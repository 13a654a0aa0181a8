//! Paused at once, or once what was due by then has left.

use super::{ANA, ask, hook_of, pass, text, token_of};
use http::Method;
use serde_json::json;
use tests::{Answer, TestApp, release};

async fn set(app: &TestApp, token: &str, id: &str, state: &str) -> Answer {
    let path = format!("/v1/endpoints/{id}");
    ask(app, token, Method::PATCH, &path, &json!({ "state": state })).await
}

/// A hook whose first delivery waits for its retry, set to this state; another release comes, the retry is due.
async fn calls_after(state: &str) -> (TestApp, usize) {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/flaky/1/ana", ANA).await;
    let token = token_of(&app, ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    assert_eq!(app.http.count(), 1);

    let shown = set(&app, &token, &id, state).await.expect(200);
    assert_eq!(shown["state"], state);
    app.submit(&release("Acme hires")).await;
    app.settle().await;
    pass(&app, 10).await;

    let calls = app.http.count();
    set(&app, &token, &id, "active").await.expect(200);
    app.submit(&release("Acme moves")).await;
    app.settle().await;
    assert_eq!(app.http.count(), calls + 1, "it goes on");
    (app, calls)
}

#[tokio::test]
async fn what_is_due_still_leaves_of_one_that_drains_and_nothing_new() {
    let (app, calls) = calls_after("draining").await;

    assert_eq!(calls, 2);
    let ids = app.http.calls();
    assert_eq!(ids[0].webhook_id, ids[1].webhook_id);
}

#[tokio::test]
async fn nothing_leaves_of_one_that_is_paused() {
    let (_, calls) = calls_after("paused").await;

    assert_eq!(calls, 1);
}

#[tokio::test]
async fn what_waits_for_a_digest_still_leaves_of_a_mailbox_that_drains() {
    let app = TestApp::start().await;
    let daily = json!({ "filter": "everything", "email": ANA, "frequency": "hourly" });
    let id = text(&app.subscribe(daily).await["endpoint"]);
    let token = token_of(&app, ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    set(&app, &token, &id, "draining").await.expect(200);
    app.submit(&release("Acme hires")).await;
    pass(&app, 3600).await;

    let letter = app.the_mail_to(ANA);
    assert!(letter.text.contains("Acme opens"), "{}", letter.text);
    assert!(!letter.text.contains("Acme hires"), "{}", letter.text);
}

#[tokio::test]
async fn draining_ends_with_any_other_state() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/flaky/1/ana", ANA).await;
    let token = token_of(&app, ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    set(&app, &token, &id, "draining").await.expect(200);
    set(&app, &token, &id, "draining").await.expect(200);
    let paused = set(&app, &token, &id, "paused").await.expect(200);
    pass(&app, 10).await;
    let refused = set(&app, &token, &id, "draining").await;
    let unknown = set(&app, &token, &id, "drowning").await;

    assert_eq!(paused["state"], "paused");
    assert_eq!(app.http.count(), 1, "its retry was withheld");
    refused.expect_problem(409, "conflict");
    assert_eq!(unknown.expect_problem(422, "invalid")["pointer"], "/state");
}
