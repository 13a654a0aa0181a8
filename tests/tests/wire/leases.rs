//! Workers that die or dawdle with a batch in hand.

use crate::leftovers::{audience, check_told_once};
use std::time::Duration;
use tests::{TestApp, release};

#[tokio::test]
async fn worker_that_claimed_and_vanished_loses_its_lease() {
    let app = TestApp::start().await;
    audience(&app).await;
    let accepted = app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());
    let now_ms = app.app.clock.now_ms();
    for batch in [1, 2] {
        let claim = app
            .app
            .store
            .claim_batch(batch, "vanished", now_ms + 60_000, now_ms, 20)
            .await;
        assert!(matches!(claim, Ok(store::Claim::Ours(_))));
    }

    app.settle().await;
    app.advance(Duration::from_secs(59));
    app.settle().await;
    assert_eq!(app.taken().len(), 0);
    app.advance(Duration::from_secs(5));
    app.settle().await;

    check_told_once(&app, &accepted).await;
}

#[tokio::test]
async fn worker_that_lost_its_lease_still_records_and_nothing_is_counted_twice() {
    let app = TestApp::start().await;
    audience(&app).await;
    let accepted = app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());
    let now_ms = app.app.clock.now_ms();
    let mut claimed = Vec::new();
    for batch in [1, 2] {
        let claim = app
            .app
            .store
            .claim_batch(batch, "slow", now_ms + 1, now_ms, 20)
            .await;
        if let Ok(store::Claim::Ours(batch)) = claim {
            claimed.push(batch);
        }
    }
    app.advance(Duration::from_secs(5));
    app.settle().await;
    check_told_once(&app, &accepted).await;

    for batch in &claimed {
        let late = store::Outcome {
            endpoint_id: batch.first_endpoint_id,
            verdict: store::Verdict::Retry {
                due_ms: now_ms + 10_000,
                error: "too late".into(),
            },
            attempt: 1,
            status: Some(503),
            at_ms: now_ms,
            duration_ms: 1,
            latency_ms: 1,
            health: None,
            left_out: Vec::new(),
            answer: String::new(),
        };
        app.app.store.record_outcomes(batch, &[late]).await.unwrap();
    }
    app.advance(Duration::from_secs(60));
    app.settle().await;

    assert_eq!(claimed.len(), 2);
    check_told_once(&app, &accepted).await;
    assert_eq!(app.status().await.open_batches, 0);
    assert_eq!(app.status().await.retrying, 0);
}

#[tokio::test]
async fn batch_claimed_twenty_times_without_an_outcome_is_set_aside() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());

    for _ in 0..20 {
        let now_ms = app.app.clock.now_ms();
        let claim = app
            .app
            .store
            .claim_batch(1, "dies", now_ms + 1, now_ms, 20)
            .await
            .unwrap();
        assert!(matches!(claim, store::Claim::Ours(_)));
        app.advance(Duration::from_secs(5));
    }
    app.settle().await;

    assert_eq!(app.http.count(), 0);
    let status = app.get("/v1/status").await.expect(200);
    assert_eq!(
        (status["verdict"].as_str(), status["poisoned"].as_i64()),
        (Some("STUCK"), Some(1))
    );
    assert_eq!(app.get("/readyz").await.status, 503);
    app.leave_unfinished();
}
