//! Sending that is stopped by hand while the workers of several processes are in the midst of a large item.

use crate::fleet::{Fleet, add};
use crate::load::Receivers;
use crate::services::Services;
use http::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{DEADLINE, release};
use tokio::time::sleep;

/// Readers of each channel.
const EACH: usize = 600;
/// An answer takes so long, so that an item is under way for some seconds.
const ANSWERS_AFTER_MS: u64 = 100;
/// After a halt was answered, nothing more begins than within this time.
const STOPS_WITHIN: Duration = Duration::from_millis(1500);
/// How long nothing must come: two looks at the halts, leases that end, several sweeps.
const QUIET: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn halt_stops_every_process_amid_an_item_and_resuming_loses_nothing() {
    let services = Services::take().await;
    let mut fleet = Fleet::start(&services, Receivers::start()).await;
    // Few calls at once: two processes need some seconds for an item. So many readers are usual here.
    for text in [
        "webhook.connections=10",
        "mail.connections=2",
        "blast.factor=0",
    ] {
        fleet.set(text);
    }
    for role in ["router", "email", "email-2", "webhook", "webhook-2"] {
        fleet.stop(role).await;
        fleet.start_again(role).await;
    }
    crowd(&fleet).await;
    let mut told = 0;

    for (what, still) in [
        (json!({ "all": true }), None),
        (json!({ "issuer": "acme" }), None),
        (json!({ "channel": "webhook" }), Some("email")),
    ] {
        add(
            &fleet.client(),
            "/v1/releases",
            release(&format!("Acme builds zeppelins {told}")),
        )
        .await;
        let begun = until(&fleet, "the item is under way", |fleet| {
            fleet.receivers.calls() >= told / 2 + 100
        });
        begun.await;

        let client = fleet.client();
        client
            .ask(Method::POST, "/v1/halts", Some(&what))
            .await
            .unwrap();
        let halted = Instant::now();
        sleep(STOPS_WITHIN + QUIET).await;
        let calls = fleet.receivers.calls();
        let late = fleet.receivers.last_call() - halted;

        assert!(
            late < STOPS_WITHIN,
            "{what}: a call came {late:?} after the halt"
        );
        assert!(
            calls < (told / 2) + EACH,
            "{what}: the item was not halted amid: {calls} calls"
        );
        let shown = fleet.status().await.unwrap();
        assert_eq!(shown["verdict"], "HALTED", "{shown}");
        match still {
            None => assert!(
                fleet.receivers.last_mail() < halted + STOPS_WITHIN,
                "{what}"
            ),
            Some(_) => {
                until(&fleet, "mails go on", |fleet| {
                    fleet.receivers.mails() == told / 2 + EACH
                })
                .await
            }
        }

        client
            .ask(Method::POST, "/v1/halts/resume", Some(&what))
            .await
            .unwrap();
        told += 2 * EACH;
        until(&fleet, "all are told", |fleet| {
            fleet.receivers.calls() + fleet.receivers.mails() >= told
        })
        .await;
        fleet.drain().await;
    }

    let arrivals = fleet.receivers.arrivals();
    let doubled: Vec<_> = arrivals
        .iter()
        .filter(|(_, moments)| moments.len() > 1)
        .collect();
    assert_eq!(arrivals.len(), told, "each reader was told each item");
    assert!(doubled.is_empty(), "{doubled:?}");
    fleet.end().await;
}

/// Takes the fleet's own readers, who want everything, away.
pub(crate) async fn forget_readers(fleet: &Fleet) {
    let client = fleet.client();
    let path = "/v1/subscriptions?limit=100";
    let own = client.ask(Method::GET, path, None).await.unwrap();
    for subscription in own["subscriptions"].as_array().unwrap() {
        let id = subscription["id"].as_str().unwrap();
        let path = format!("/v1/subscriptions/{id}");
        client.ask(Method::DELETE, &path, None).await.unwrap();
    }
}

/// Readers of zeppelins, and nobody else.
async fn crowd(fleet: &Fleet) {
    forget_readers(fleet).await;
    let client = fleet.client();
    let mail = |n: usize| json!({ "filter": "zeppelins", "email": format!("z-{n}@reader.example"), "consent": "a test" });
    let hook = |n: usize| {
        let url = fleet
            .receivers
            .url(&format!("/slow/{ANSWERS_AFTER_MS}/{n}"));
        json!({ "filter": "zeppelins", "webhook": url, "owner": "o@reader.example", "consent": "a test" })
    };
    let all: Vec<Value> = (0..EACH).flat_map(|n| [mail(n), hook(n)]).collect();
    for some in all.chunks(500) {
        add(&client, "/v1/subscriptions", json!(some)).await;
    }
}

/// Waits for something that the receivers will show.
pub(crate) async fn until(fleet: &Fleet, what: &str, holds: impl Fn(&Fleet) -> bool) {
    let begun = Instant::now();
    while !holds(fleet) {
        assert!(
            begun.elapsed() < 2 * DEADLINE,
            "{what}: not within {:?}",
            2 * DEADLINE
        );
        sleep(Duration::from_millis(10)).await;
    }
}
