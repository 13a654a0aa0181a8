//! Nobody is told who has not asked: double opt-in by mail, a challenge for webhooks.

use http::Method;
use serde_json::{Value, json};
use tests::{TestApp, release};

async fn ask_for(app: &TestApp, subscription: Value) -> Value {
    app.post("/v1/subscriptions", &subscription)
        .await
        .expect(201)
}

async fn endpoint_state(app: &TestApp, subscription: &Value) -> Value {
    let path = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());
    app.get(&path).await.expect(200)["endpoint_state"].clone()
}

#[tokio::test]
async fn unconfirmed_address_gets_the_question_and_nothing_else() {
    let app = TestApp::start().await;

    let ana = json!({ "filter": "everything", "name": "All news", "email": "ana@reader.example" });
    let subscription = ask_for(&app, ana).await;
    app.settle().await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    let letter = app.the_mail_to("ana@reader.example");
    assert_eq!(
        letter.header("Subject"),
        "Confirm your alerts from Dateline"
    );
    assert!(letter.text.contains("All news"), "{}", letter.text);
    assert_eq!(subscription["endpoint_state"], "pending");
}

#[tokio::test]
async fn alerts_begin_when_the_reader_presses_the_button() {
    let app = TestApp::start().await;
    let ana = json!({ "filter": "everything", "email": "ana@reader.example" });
    let subscription = ask_for(&app, ana).await;
    app.settle().await;
    let path = app.the_mail_to("ana@reader.example").link("/confirm/");

    app.ask(Method::GET, &path)
        .without_token()
        .send()
        .await
        .expect(200);
    assert_eq!(endpoint_state(&app, &subscription).await, "pending");
    app.ask(Method::POST, &path)
        .without_token()
        .send()
        .await
        .expect(200);
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!(endpoint_state(&app, &subscription).await, "active");
    assert_eq!(app.mails_to("ana@reader.example").len(), 2);
}

#[tokio::test]
async fn link_that_confirms_cannot_unsubscribe_and_the_other_way_round() {
    let app = TestApp::start().await;
    ask_for(
        &app,
        json!({ "filter": "everything", "email": "ana@reader.example" }),
    )
    .await;
    app.reader("ben@reader.example").await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let confirm = app.the_mail_to("ana@reader.example").link("/confirm/");
    let stop = app.the_mail_to("ben@reader.example").link("/unsubscribe/");

    let swapped = [
        confirm.replace("/confirm/", "/unsubscribe/"),
        stop.replace("/unsubscribe/", "/confirm/"),
    ];

    for path in swapped {
        app.ask(Method::POST, &path)
            .without_token()
            .send()
            .await
            .expect(400);
    }
}

#[tokio::test]
async fn webhook_that_answers_the_challenge_gets_alerts() {
    let app = TestApp::start().await;
    let hook = json!({ "filter": "everything", "webhook": app.http.url("/challenge/ana"), "owner": "ana@reader.example" });

    let subscription = ask_for(&app, hook).await;
    app.settle().await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!(subscription["endpoint_state"], "pending");
    assert_eq!(endpoint_state(&app, &subscription).await, "active");
    let kinds: Vec<Value> = app
        .http
        .calls()
        .iter()
        .map(|call| {
            serde_json::from_slice::<Value>(call.body.as_ref().unwrap()).unwrap()["type"].clone()
        })
        .collect();
    assert_eq!(kinds, ["endpoint.challenge", "release.cleared"]);
}

#[tokio::test]
async fn webhook_that_does_not_answer_the_challenge_gets_nothing() {
    let app = TestApp::start().await;
    let mut subscriptions = Vec::new();
    for path in ["/nochallenge/ana", "/status/204/ana", "/status/404/ana"] {
        let hook = json!({ "filter": "everything", "webhook": app.http.url(path), "owner": "ana@reader.example" });
        subscriptions.push(ask_for(&app, hook).await);
    }
    app.settle().await;
    let asked = app.http.count();

    app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!((asked, app.http.count()), (3, 3));
    for subscription in subscriptions {
        assert_eq!(endpoint_state(&app, &subscription).await, "pending");
    }
}

#[tokio::test]
async fn what_a_receiver_answered_instead_is_kept_for_its_owner() {
    let app = TestApp::start().await;
    let hook = json!({ "filter": "everything", "webhook": app.http.url("/nochallenge/ana"), "owner": "ana@reader.example" });
    ask_for(&app, hook).await;

    app.settle().await;

    let dead = app.get("/v1/deliveries/dead").await.expect(200);
    assert_eq!(dead["dead"][0]["last_answer"], "{}", "{dead}");
}

#[tokio::test]
async fn only_an_operator_may_vouch_for_consent() {
    let app = TestApp::start().await;
    let token = app.token(&["subscriptions:write"], &[]).await;
    let vouched =
        json!({ "filter": "everything", "email": "ana@reader.example", "consent": "she said so" });

    let ask = app
        .ask(Method::POST, "/v1/subscriptions")
        .with_token(&token);
    let answer = ask.json(&vouched).send().await;
    app.settle().await;

    answer.expect_problem(403, "forbidden");
    assert_eq!(app.smtp.count(), 0);
}
