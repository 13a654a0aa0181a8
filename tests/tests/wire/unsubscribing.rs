//! Unsubscribing stops the very next alert.

use http::Method;
use serde_json::json;
use tests::{Answer, Letter, TestApp, release};

async fn first_letter(app: &TestApp) -> Letter {
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    app.the_mail_to("ana@reader.example")
}

fn one_click_path(letter: &Letter) -> String {
    let url = letter.header("List-Unsubscribe").trim_matches(['<', '>']);
    url.trim_start_matches("https://news.wire.example")
        .to_owned()
}

/// As a mailbox provider does it: no cookies, no token, one form field (RFC 8058).
async fn one_click(app: &TestApp, path: &str) -> Answer {
    let ask = app.ask(Method::POST, path).without_token();
    let ask = ask.header("content-type", "application/x-www-form-urlencoded");
    ask.bytes("List-Unsubscribe=One-Click").send().await
}

#[tokio::test]
async fn looking_at_the_unsubscribe_page_changes_nothing() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    let path = one_click_path(&first_letter(&app).await);

    let page = app.ask(Method::GET, &path).without_token().send().await;
    let head = app.ask(Method::HEAD, &path).without_token().send().await;
    app.submit(&release("Acme opens again")).await;
    app.settle().await;

    page.expect(200);
    head.expect(200);
    assert!(page.text.contains("method=\"post\""));
    assert_eq!(app.mails_to("ana@reader.example").len(), 2);
}

#[tokio::test]
async fn one_click_stops_the_very_next_alert() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.reader("ben@reader.example").await;
    let path = one_click_path(&first_letter(&app).await);

    one_click(&app, &path).await.expect(200);
    app.submit(&release("Acme opens again")).await;
    app.settle().await;

    assert_eq!(app.mails_to("ana@reader.example").len(), 1);
    assert_eq!(app.mails_to("ben@reader.example").len(), 2);
    one_click(&app, &path).await.expect(200);
}

#[tokio::test]
async fn alert_routed_but_not_sent_is_withheld() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    let path = one_click_path(&first_letter(&app).await);
    let second = app.submit(&release("Acme opens again")).await;
    assert!(app.app.router.step().await.unwrap());

    one_click(&app, &path).await.expect(200);
    app.settle().await;

    assert_eq!(app.mails_to("ana@reader.example").len(), 1);
    let report = app.report(&second).await;
    assert_eq!(
        (&report["matched"], &report["suppressed"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn retry_waiting_for_an_unsubscribed_reader_is_withheld() {
    let app = TestApp::start().await;
    let subscription = app.hook("/flaky/9/ana").await;
    let release = app.submit(&release("Acme opens")).await;
    app.settle().await;
    assert_eq!(app.http.count(), 1);

    let path = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());
    app.ask(Method::DELETE, &path).send().await.expect(204);
    app.advance(std::time::Duration::from_secs(10));
    app.settle().await;

    assert_eq!(app.http.count(), 1);
    assert_eq!(app.report(&release).await["suppressed"], 1);
}

#[tokio::test]
async fn link_stops_what_its_mail_was_sent_for_and_nothing_else() {
    let app = TestApp::start().await;
    let mining =
        json!({ "filter": "topic:mining", "name": "Mining", "email": "ana@reader.example" });
    app.subscribe(mining).await;
    let earnings =
        json!({ "filter": "topic:earnings", "name": "Earnings", "email": "ana@reader.example" });
    app.subscribe(earnings).await;
    let path = one_click_path(&first_letter(&app).await);

    one_click(&app, &path).await.expect(200);
    let mut about_mining = release("Acme digs");
    about_mining["topics"] = json!(["mining"]);
    app.submit(&about_mining).await;
    app.submit(&release("Acme earns")).await;
    app.settle().await;

    let subjects: Vec<String> = app
        .mails_to("ana@reader.example")
        .iter()
        .map(|letter| letter.header("Subject").to_owned())
        .collect();
    assert_eq!(subjects, ["Acme opens", "Acme digs"]);
}

#[tokio::test]
async fn link_that_was_changed_stops_nothing() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    let path = one_click_path(&first_letter(&app).await);

    for at in "/unsubscribe/".len()..path.len() {
        let mut changed = path.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let answer = one_click(&app, &changed).await;
        assert!(answer.status == 400, "{changed}: {}", answer.status);
    }
    app.submit(&release("Acme opens again")).await;
    app.settle().await;

    assert_eq!(app.mails_to("ana@reader.example").len(), 2);
}

#[tokio::test]
async fn paused_subscription_gets_nothing_until_it_is_resumed() {
    let app = TestApp::start().await;
    let subscription = app.hook("/ok/ana").await;
    let path = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());

    app.post(&format!("{path}/pause"), &json!({}))
        .await
        .expect(200);
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    assert_eq!(app.http.count(), 0);

    app.post(&format!("{path}/resume"), &json!({}))
        .await
        .expect(200);
    app.submit(&release("Acme opens again")).await;
    app.settle().await;
    assert_eq!(app.http.count(), 1);
}
