//! Nothing of a release leaves before its time.

use serde_json::json;
use std::time::Duration;
use tests::{TestApp, release, release_at};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn scheduled_release_is_not_routed_and_leaves_at_its_time() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.hook("/ok/ana").await;
    let accepted = app.submit(&release_at("Soon", &app.time_in(60))).await;

    app.advance(MINUTE - Duration::from_millis(1));
    app.settle().await;

    assert_eq!((app.smtp.count(), app.http.count()), (0, 0));
    assert_eq!(app.ledger().await.len(), 0);
    assert_eq!(app.report(&accepted).await["matched"], 0);
    assert_eq!(app.report(&accepted).await["complete"], false);

    app.advance(Duration::from_millis(1));
    app.settle().await;

    assert_eq!((app.smtp.count(), app.http.count()), (1, 1));
    let report = app.report(&accepted).await;
    assert_eq!(
        (report["delivered"].as_i64(), report["complete"].as_bool()),
        (Some(2), Some(true))
    );
}

#[tokio::test]
async fn scheduled_release_is_visible_at_no_url() {
    let app = TestApp::start().await;
    let accepted = app.submit(&release_at("Quietly", &app.time_in(60))).await;
    let id = accepted["id"].as_str().unwrap();

    let page = app.get(&format!("/releases/{id}")).await;
    let unknown = app.get("/releases/rel_0000000000000000").await;

    page.expect(404);
    assert_eq!(page.text, unknown.text);
    assert_eq!(page.headers, unknown.headers);
    for path in ["/", "/healthz", "/readyz"] {
        let answer = app
            .ask(http::Method::GET, path)
            .without_token()
            .send()
            .await;
        answer.expect(200);
        assert!(
            !answer.text.contains("Quietly") && !answer.text.contains(id),
            "{path}"
        );
    }
    for path in ["", "/report"] {
        let path = format!("/v1/releases/{id}{path}");
        app.ask(http::Method::GET, &path)
            .without_token()
            .send()
            .await
            .expect_problem(401, "unauthorised");
    }

    app.advance(MINUTE);
    app.settle().await;

    assert!(
        app.get(&format!("/releases/{id}"))
            .await
            .text
            .contains("Quietly")
    );
    assert!(app.get("/").await.text.contains("Quietly"));
}

#[tokio::test]
async fn message_that_comes_too_early_tells_nobody() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let accepted = app.submit(&release_at("Soon", &app.time_in(60))).await;
    let row = app
        .app
        .store
        .release(accepted["id"].as_str().unwrap())
        .await
        .unwrap()
        .unwrap();

    let cleared = app
        .app
        .store
        .clear(row.id, app.app.clock.now_ms())
        .await
        .unwrap();
    app.app.router.route(1).await.unwrap();
    app.settle().await;

    assert_eq!(cleared, []);
    assert_eq!(app.http.count(), 0);
    assert_eq!(app.ledger().await.len(), 0);
}

#[tokio::test]
async fn release_with_a_past_clear_time_leaves_at_once_with_a_warning() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;

    let accepted = app.submit(&release_at("Late", &app.time_in(-60))).await;
    app.settle().await;

    let findings = accepted["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["code"] == "clear-time-past"));
    assert_eq!(app.http.count(), 1);
}

#[tokio::test]
async fn killed_and_unreleased_texts_are_not_listed_on_the_front_page() {
    let app = TestApp::start().await;
    let held = app.submit(&release_at("Held text", &app.time_in(60))).await;
    let path = format!("/v1/releases/{}/hold", held["id"].as_str().unwrap());
    app.post(&path, &json!({})).await.expect(200);
    app.submit(&release("Open text")).await;

    app.advance(MINUTE);
    app.settle().await;

    let front = app.get("/").await.text;
    assert!(front.contains("Open text") && !front.contains("Held text"));
}
