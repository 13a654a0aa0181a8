//! A receiver that misbehaves delays nobody else.

use tests::{DEADLINE, TestApp, release};

#[tokio::test]
async fn stalled_webhook_delays_nobody_else() {
    let app = TestApp::start_with(&[
        "webhook.connect_timeout_ms=500",
        "webhook.total_timeout_ms=500",
        "webhook.connections=4",
        "webhook.in_flight_per_endpoint=2",
    ])
    .await;
    app.hook("/stall/ana").await;
    for reader in 0..40 {
        app.hook(&format!("/ok/{reader}")).await;
    }
    app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());

    let worker = app.app.webhook.clone();
    let sending = tokio::spawn(async move { worker.step().await });
    app.http.wait_for_ids(40, DEADLINE).await.unwrap();
    let still_waiting = !sending.is_finished();
    sending.await.unwrap().unwrap();
    app.settle().await;

    assert!(
        still_waiting,
        "the others were told while the stalled one hung"
    );
    let ledger = app.ledger().await;
    assert_eq!(
        ledger.iter().filter(|row| row.state == "delivered").count(),
        40
    );
    assert_eq!(app.status().await.retrying, 1);
}

#[tokio::test]
async fn stalled_mailbox_delays_nobody_else() {
    let app = TestApp::start_with(&["mail.connections=4"]).await;
    app.reader("stall-rcpt-ana@reader.example").await;
    for reader in 0..20 {
        app.reader(&format!("reader-{reader}@reader.example")).await;
    }
    app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());

    let worker = app.app.email.clone();
    let sending = tokio::spawn(async move { worker.step().await });
    app.smtp.wait_for_ids(20, DEADLINE).await.unwrap();

    assert!(!sending.is_finished());
    // The relay's own time-out is a minute, longer than a test may take: this one ends with the mail on its way.
    sending.abort();
    app.leave_unfinished();
}

#[tokio::test]
async fn endless_and_dripping_answers_end_a_call_in_time() {
    let app = TestApp::start_with(&[
        "webhook.connect_timeout_ms=500",
        "webhook.total_timeout_ms=500",
    ])
    .await;
    app.hook("/huge/ana").await;
    app.hook("/drip/ana").await;
    let accepted = app.submit(&release("Acme opens")).await;

    app.settle().await;

    assert_eq!(app.report(&accepted).await["delivered"], 2);
}

#[tokio::test]
async fn failing_batch_mates_do_not_fail_the_others() {
    let app = TestApp::start().await;
    let paths = [
        "/ok/a",
        "/status/500/b",
        "/drop/c",
        "/status/404/d",
        "/ok/e",
        "/status/410/f",
    ];
    for path in paths {
        app.hook(path).await;
    }
    for name in [
        "ok",
        "refuse-550-a",
        "reject-554-b",
        "drop-data-c",
        "lure-550-d",
        "fine",
    ] {
        app.reader(&format!("{name}@reader.example")).await;
    }
    let accepted = app.submit(&release("Acme opens")).await;

    app.settle().await;

    let report = app.report(&accepted).await;
    assert_eq!(report["channels"]["webhook"]["delivered"], 2);
    assert_eq!(report["channels"]["email"]["delivered"], 2);
    assert_eq!(report["matched"], 12);
    assert_eq!(app.http.count(), 6);
}
