//! What fails for a while is tried again on schedule; what fails for good is kept with its reason.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

async fn pass(app: &TestApp, seconds: u64) {
    app.advance(Duration::from_secs(seconds));
    app.settle().await;
}

async fn the_dead(app: &TestApp) -> Value {
    let dead = app.get("/v1/deliveries/dead").await.expect(200)["dead"].clone();
    assert_eq!(dead.as_array().map(Vec::len), Some(1), "{dead}");
    dead[0].clone()
}

#[tokio::test]
async fn webhook_that_answers_503_is_called_again_with_the_same_id() {
    let app = TestApp::start().await;
    app.hook("/flaky/1/ana").await;
    let accepted = app.submit(&release("Acme opens")).await;

    app.settle().await;
    pass(&app, 9).await;
    assert_eq!(app.http.count(), 1);
    assert_eq!(app.report(&accepted).await["due"], 1);
    pass(&app, 1).await;

    let calls = app.http.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].webhook_id, calls[1].webhook_id);
    let stamps = [0, 1].map(|at: usize| {
        calls[at]
            .header("webhook-timestamp")
            .unwrap()
            .parse::<i64>()
            .unwrap()
    });
    assert_eq!(stamps[1] - stamps[0], 10);
    assert_ne!(
        calls[0].header("webhook-signature"),
        calls[1].header("webhook-signature")
    );
    let report = app.report(&accepted).await;
    assert_eq!(
        [
            &report["matched"],
            &report["delivered"],
            &report["retried"],
            &report["due"]
        ],
        [&json!(1), &json!(1), &json!(1), &json!(0)]
    );
    pass(&app, 10_000).await;
    assert_eq!(app.http.count(), 2);
}

#[tokio::test]
async fn greylisted_mail_is_sent_again_with_the_same_id() {
    let app = TestApp::start().await;
    app.reader("greylist-2-ana@reader.example").await;
    app.submit(&release("Acme opens")).await;

    app.settle().await;
    pass(&app, 10).await;
    assert_eq!(app.smtp.count(), 0);
    pass(&app, 59).await;
    assert_eq!(app.smtp.count(), 0);
    pass(&app, 1).await;

    assert_eq!(app.smtp.count(), 1);
    let ledger = app.ledger().await;
    assert_eq!(
        (ledger[0].state.as_str(), ledger[0].attempts),
        ("delivered", 3)
    );
    let id = format!("{}_{}@wire.example", ledger[0].alert, ledger[0].endpoint);
    assert_eq!(app.smtp.mails()[0].message_id, id);
}

#[tokio::test]
async fn mail_whose_answer_was_lost_is_sent_again_with_the_same_id() {
    let app = TestApp::start().await;
    app.reader("drop-dot-ana@reader.example").await;
    app.hook("/drop/ana").await;
    app.submit(&release("Acme opens")).await;

    app.settle().await;
    pass(&app, 10).await;

    assert_eq!(app.taken().into_values().collect::<Vec<_>>(), [2, 2]);
}

#[tokio::test]
async fn mailbox_that_does_not_exist_is_dead_at_once() {
    let app = TestApp::start().await;
    app.reader("refuse-550-ana@reader.example").await;
    let accepted = app.submit(&release("Acme opens")).await;

    app.settle().await;
    pass(&app, 10_000).await;

    let dead = the_dead(&app).await;
    assert_eq!(
        (&dead["attempts"], &dead["last_status"]),
        (&json!(1), &json!(550))
    );
    assert_eq!(dead["release"], accepted["id"]);
    assert!(
        !dead["address"]
            .as_str()
            .unwrap()
            .contains("refuse-550-ana@"),
        "{dead}"
    );
    assert_eq!(app.report(&accepted).await["complete"], true);
}

#[tokio::test]
async fn webhook_that_is_gone_is_told_nothing_any_more() {
    let app = TestApp::start().await;
    let subscription = app.hook("/status/410/ana").await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    app.submit(&release("Acme opens again")).await;
    pass(&app, 10_000).await;

    assert_eq!(app.http.count(), 1);
    let path = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());
    assert_eq!(
        app.get(&path).await.expect(200)["endpoint_state"],
        "disabled"
    );
    assert_eq!(the_dead(&app).await["last_status"], 410);
}

#[tokio::test]
async fn webhook_that_never_recovers_is_dead_after_the_last_wait() {
    let app = TestApp::start().await;
    app.hook("/status/500/ana").await;
    let accepted = app.submit(&release("Acme opens")).await;

    app.settle().await;
    for wait_s in [10, 60, 600, 100_000] {
        pass(&app, wait_s).await;
    }

    assert_eq!(app.http.count(), 4);
    let dead = the_dead(&app).await;
    assert_eq!(
        (&dead["attempts"], &dead["last_status"]),
        (&json!(4), &json!(500))
    );
    let error = dead["last_error"].as_str().unwrap();
    assert!(
        error.starts_with("after 4 attempts: ") && error.contains("500"),
        "{error}"
    );
    let report = app.report(&accepted).await;
    assert_eq!(
        (&report["dead"], &report["complete"]),
        (&json!(1), &json!(true))
    );
}

#[tokio::test]
async fn dead_delivery_can_be_replayed_and_arrives() {
    let app = TestApp::start_with(&["retry.webhook_s=[]"]).await;
    app.hook("/flaky/1/ana").await;
    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    assert_eq!(the_dead(&app).await["attempts"], 1);

    let replayed = app
        .post(
            "/v1/deliveries/replay",
            &json!({ "release": accepted["id"] }),
        )
        .await;
    // It said 503, and is left alone for a moment.
    pass(&app, 5).await;

    assert_eq!(replayed.expect(200)["replayed"], 1);
    let calls = app.http.calls();
    assert_eq!(
        (calls.len(), &calls[0].webhook_id),
        (2, &calls[1].webhook_id)
    );
    let report = app.report(&accepted).await;
    assert_eq!(
        [
            &report["matched"],
            &report["delivered"],
            &report["dead"],
            &report["due"]
        ],
        [&json!(1), &json!(1), &json!(0), &json!(0)]
    );
    let again = app
        .post(
            "/v1/deliveries/replay",
            &json!({ "release": accepted["id"] }),
        )
        .await;
    assert_eq!(again.expect(200)["replayed"], 0);
}

#[tokio::test]
async fn wish_of_the_receiver_makes_the_wait_longer_never_shorter() {
    let app = TestApp::start().await;
    app.hook("/status/503/late?retry_after=30").await;
    app.hook("/status/429/soon?retry_after=1").await;
    app.submit(&release("Acme opens")).await;
    let calls_of = |part: &str| {
        app.http
            .calls()
            .iter()
            .filter(|call| call.path.contains(part))
            .count()
    };

    app.settle().await;
    pass(&app, 9).await;
    assert_eq!((calls_of("late"), calls_of("soon")), (1, 1));
    pass(&app, 1).await;
    assert_eq!((calls_of("late"), calls_of("soon")), (1, 2));
    pass(&app, 19).await;
    assert_eq!(calls_of("late"), 1);
    pass(&app, 1).await;

    assert_eq!(calls_of("late"), 2);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let app = TestApp::start().await;
    app.hook("/redirect/307/ana").await;
    app.submit(&release("Acme opens")).await;

    app.settle().await;

    let paths: Vec<String> = app.http.calls().into_iter().map(|call| call.path).collect();
    assert_eq!(paths, ["/redirect/307/ana"]);
    assert_eq!(app.status().await.retrying, 1);
}
