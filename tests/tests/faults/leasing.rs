//! A batch is one worker's as long as that one lives, however slow its receivers are, and whoever else is offered it.

use crate::fleet::{Fleet, add};
use crate::halting::{forget_readers, until};
use crate::load::Receivers;
use crate::services::Services;
use serde_json::{Value, json};
use tests::release;

/// Two batches.
const READERS: usize = 6;
/// As long as a lease: a batch outlives three of them.
const ANSWERS_AFTER_MS: u64 = 3000;

/// Each worker makes one call at a time, so it holds its message for most of a batch; when the broker loses its connections, the
/// message is given to somebody else, and the sweep looks on all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batch_that_outlives_its_lease_and_its_message_is_told_by_one_worker() {
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
    services
        .run(&["rabbitmqctl", "close_all_connections", "a test"])
        .await;
    let calls = fleet.receivers.calls();
    fleet.drain().await;

    assert!(calls < READERS, "the connections were closed too late");
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
