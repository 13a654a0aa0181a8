//! A batch is one worker's as long as that one lives, however slow its receivers are, and whoever else is offered it.

use crate::fleet::{Fleet, add};
use crate::halting::{forget_readers, until};
use crate::load::Receivers;
use crate::services::Services;
use queue::{DeliverBatch, Message, Queue, RabbitMqConfig};
use release::model::{Channel, Lane};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tests::{DEADLINE, release};

/// One batch.
const READERS: usize = 3;
/// As long as a lease, and each worker makes one call at a time: a batch outlives three leases.
const ANSWERS_AFTER_MS: u64 = 3000;
/// Enough for both workers.
const OFFERS: usize = 6;

/// A broker may give a message twice, and a sweep may offer what is at work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batch_that_is_offered_again_while_it_is_sent_is_told_by_one_worker() {
    let services = Services::take().await;
    let settings = [
        "webhook.connections=1",
        "webhook.in_flight_per_endpoint=1",
        "webhook.total_timeout_ms=20000",
    ];
    let settings = settings.map(str::to_owned);
    let fleet = Fleet::start_with(&services, Receivers::start(), &settings, &[]).await;
    forget_readers(&fleet).await;
    let hook = |n: usize| {
        let url = fleet
            .receivers
            .url(&format!("/slow/{ANSWERS_AFTER_MS}/{n}"));
        json!({ "filter": "zeppelins", "webhook": url, "owner": "o@reader.example", "consent": "a test" })
    };
    let hooks: Vec<Value> = (0..READERS).map(hook).collect();
    add(&fleet.client(), "/v1/subscriptions", json!(hooks)).await;
    let news = release("Acme builds zeppelins");
    add(&fleet.client(), "/v1/releases", news).await;

    until(&fleet, "a call comes", |fleet| fleet.receivers.calls() > 0).await;
    offer_again(&fleet, services.amqp()).await;
    let calls = fleet.receivers.calls();
    fleet.drain().await;

    assert!(calls < READERS, "it was offered too late: {calls} calls");
    let arrivals = fleet.receivers.arrivals();
    let doubled: Vec<_> = arrivals
        .iter()
        .filter(|(_, moments)| moments.len() > 1)
        .collect();
    assert_eq!(arrivals.len(), READERS);
    assert!(
        doubled.is_empty(),
        "told by two workers at once: {doubled:?}"
    );
    fleet.end().await;
}

/// Publishes the batch that is at work, as whoever takes it for lost would.
async fn offer_again(fleet: &Fleet, url: String) {
    let mut database = PgConnection::connect(fleet.database()).await.unwrap();
    let batch_id: i64 = sqlx::query_scalar("select id from batches where state = 'open'")
        .fetch_one(&mut database)
        .await
        .unwrap();
    let mut config = RabbitMqConfig::new(url);
    fleet.prefix().clone_into(&mut config.prefix);
    let queue = Queue::rabbitmq_once(config).await.unwrap();
    for _ in 0..OFFERS {
        let again = Message::DeliverBatch(DeliverBatch {
            batch_id,
            channel: Channel::Webhook,
            lane: Lane::Regular,
            request_id: "req_again".to_owned(),
        });
        queue.publish(again).await.unwrap();
    }
    queue.close(DEADLINE).await;
}
