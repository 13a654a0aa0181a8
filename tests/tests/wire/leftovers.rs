//! What a crash leaves behind is found again, and told once.

use queue::QueueName;
use serde_json::Value;
use std::time::Duration;
use store::{PlannedDelivery, StoreError};
use tests::{TestApp, release};

/// Two readers and two webhooks.
pub(crate) async fn audience(app: &TestApp) {
    for name in ["ana", "ben"] {
        app.reader(&format!("{name}@reader.example")).await;
        app.hook(&format!("/ok/{name}")).await;
    }
}

/// The queue loses everything that it holds.
async fn lose_messages(app: &TestApp) -> usize {
    let mut lost = 0;
    for name in QueueName::ALL {
        while app.app.queue.try_receive(name).await.unwrap().is_some() {
            lost += 1;
        }
    }
    lost
}

pub(crate) async fn check_told_once(app: &TestApp, accepted: &Value) {
    assert_eq!(app.taken().into_values().collect::<Vec<_>>(), [1; 4]);
    let report = app.report(accepted).await;
    assert_eq!(
        (report["delivered"].as_i64(), report["due"].as_i64()),
        (Some(4), Some(0))
    );
}

#[tokio::test]
async fn lost_route_message_is_published_again() {
    let app = TestApp::start().await;
    audience(&app).await;
    let accepted = app.submit(&release("Acme opens")).await;

    assert_eq!(lose_messages(&app).await, 1);
    app.settle().await;
    assert_eq!(app.taken().len(), 0);
    app.advance(Duration::from_secs(5));
    app.settle().await;

    check_told_once(&app, &accepted).await;
}

#[tokio::test]
async fn lost_delivery_messages_are_published_again() {
    let app = TestApp::start().await;
    audience(&app).await;
    let accepted = app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());

    assert_eq!(lose_messages(&app).await, 2);
    app.advance(Duration::from_secs(5));
    app.settle().await;

    check_told_once(&app, &accepted).await;
}

#[tokio::test]
async fn doubled_messages_tell_nobody_twice() {
    let app = TestApp::start().await;
    audience(&app).await;
    let accepted = app.submit(&release("Acme opens")).await;
    for name in QueueName::ALL {
        if let Some(received) = app.app.queue.try_receive(name).await.unwrap() {
            app.app
                .queue
                .publish(received.message.clone())
                .await
                .unwrap();
            app.app.queue.publish(received.message).await.unwrap();
        }
    }
    while app.app.router.step().await.unwrap() {}
    for name in QueueName::ALL {
        if let Some(received) = app.app.queue.try_receive(name).await.unwrap() {
            app.app
                .queue
                .publish(received.message.clone())
                .await
                .unwrap();
            app.app.queue.publish(received.message).await.unwrap();
        }
    }

    app.settle().await;

    check_told_once(&app, &accepted).await;
}

#[tokio::test]
async fn router_that_died_between_batches_is_continued() {
    let app = TestApp::start_with(&["batch.size=1"]).await;
    audience(&app).await;
    let accepted = app.submit(&release("Acme opens")).await;
    let alert = app.app.store.alert(1).await.unwrap().unwrap();
    let row = app
        .app
        .store
        .release(accepted["id"].as_str().unwrap())
        .await
        .unwrap()
        .unwrap();
    let planned = PlannedDelivery {
        endpoint_id: 1,
        channel: release::model::Channel::Email,
        release_id: Some(row.id),
        reasons: vec![1],
        gathered: None,
    };

    let now_ms = app.app.clock.now_ms();
    let first = app
        .app
        .store
        .plan_batch(&alert, std::slice::from_ref(&planned), now_ms)
        .await;
    let again = app.app.store.plan_batch(&alert, &[planned], now_ms).await;
    lose_messages(&app).await;
    app.advance(Duration::from_secs(5));
    app.settle().await;

    assert!(first.is_ok());
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    assert_eq!(app.ledger().await.len(), 4);
    check_told_once(&app, &accepted).await;
}

#[tokio::test]
async fn router_stopped_anywhere_is_continued() {
    for polls in 0..12 {
        let app = TestApp::start_with(&["batch.size=1"]).await;
        audience(&app).await;
        let accepted = app.submit(&release("Acme opens")).await;

        stopped_after(polls, app.app.router.step()).await;
        lose_messages(&app).await;
        app.advance(Duration::from_secs(5));
        app.settle().await;

        check_told_once(&app, &accepted).await;
    }
}

/// Polls a future so often, then drops it: as a crash does to a task, at any of its awaits.
async fn stopped_after<F: Future>(polls: u32, future: F) {
    let mut future = std::pin::pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(());
        }
        left -= 1;
        future.as_mut().poll(context).map(drop)
    })
    .await;
}
