//! Flash items while a large regular item is under way: how long from the acceptance until each receiver has it.
//!
//! The sinks write down when they have read a call or a mail to its end, which is later than its first byte. Flash items are
//! accepted at fixed times, whether the last one is everywhere or not, so that a slow one cannot hide those behind it.

use crate::account;
use crate::audience::Audience;
use crate::figure::rounded;
use crate::item::{self, FLASH, MEASURED, WARM_UP};
use crate::pair::{Engine, Pair};
use crate::receivers::Receivers;
use crate::times::Times;
use crate::wire::Wire;
use anyhow::{Result, ensure};
use dateline::client::Client;
use serde::Serialize;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Endpoints of a flash item.
const ENDPOINTS: usize = 1_000;
/// From one flash item to the next.
const EVERY: Duration = Duration::from_millis(500);
/// Flash items with nothing else under way.
const IDLE_ITEMS: usize = 5;
/// What is promised: the p99 stays below it.
const PROMISED_MS: f64 = 2_000.0;

/// What flash items met.
#[derive(Debug, Serialize)]
pub(crate) struct LanesFigure {
    bench: &'static str,
    engine: Engine,
    /// Deliveries of the regular item.
    n: usize,
    /// Flash items that were accepted while it was under way, and the endpoints of each.
    flash_items: usize,
    endpoints: usize,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    /// With nothing else under way.
    idle_p99_ms: f64,
    lost: usize,
    doubled: usize,
}

impl LanesFigure {
    /// Whether the promise was kept, and nothing lost or doubled.
    pub(crate) fn is_clean(&self) -> bool {
        self.p99_ms < PROMISED_MS && self.lost == 0 && self.doubled == 0
    }
}

/// Flash items to 1,000 endpoints, twice a second, while one regular item goes to `n`.
pub(crate) async fn lanes(n: usize, engine: Engine, set: &[String]) -> Result<LanesFigure> {
    let receivers = Receivers::start()?;
    let (regular, flash) = (Audience::mixed(n), Audience::mixed(ENDPOINTS));
    let warm_up = regular.warm_up();
    let audiences = [(WARM_UP, warm_up), (MEASURED, regular), (FLASH, flash)];
    let wire = Wire::start(Pair::make(engine).await?, &receivers, &audiences, set).await?;
    let warmed = wire.submit(&wire.client, item::release(WARM_UP, 1)).await?;
    wire.complete(warmed, warm_up, &receivers).await?;
    receivers.clear();
    let mut flashes = Flashes {
        client: wire.flash_client().await?,
        accepted: Vec::new(),
    };

    for _ in 0..IDLE_ITEMS {
        flashes.next(&wire).await?;
    }
    let regular_id = wire
        .submit(&wire.client, item::release(MEASURED, 1))
        .await?;
    while !wire.is_complete(regular_id, regular).await? {
        flashes.next(&wire).await?;
    }
    for (release_id, _) in &flashes.accepted {
        wire.complete(*release_id, flash, &receivers).await?;
    }

    let flash_items = flashes.accepted.len() - IDLE_ITEMS;
    ensure!(
        flash_items > 0,
        "the regular item was over before the first flash item: raise --n"
    );
    let latencies = flashes.latencies(&wire, &receivers).await?;
    let (idle, busy) = latencies.split_at(IDLE_ITEMS);
    let mut releases: Vec<i64> = flashes.accepted.iter().map(|(id, _)| *id).collect();
    releases.push(regular_id);
    let all = n + flashes.accepted.len() * ENDPOINTS;
    let account = account::make(&wire.store, &releases, all, &receivers).await?;
    wire.end().await?;
    let (idle, busy) = (Times::new(idle.concat()), Times::new(busy.concat()));
    Ok(LanesFigure {
        bench: "lanes",
        engine,
        n,
        flash_items,
        endpoints: ENDPOINTS,
        p50_ms: rounded(busy.ms(0.5), 1),
        p99_ms: rounded(busy.ms(0.99), 1),
        max_ms: rounded(busy.ms(1.0), 1),
        idle_p99_ms: rounded(idle.ms(0.99), 1),
        lost: account.lost,
        doubled: account.doubled,
    })
}

/// Flash items so far: their keys, and when each was accepted.
struct Flashes {
    client: Client,
    accepted: Vec<(i64, Instant)>,
}

impl Flashes {
    /// Submits one, and waits until it is time for the next.
    async fn next(&mut self, wire: &Wire) -> Result<()> {
        let begun = Instant::now();
        let text = item::flash(FLASH, self.accepted.len());
        let release_id = wire.submit(&self.client, text).await?;
        self.accepted.push((release_id, Instant::now()));
        tokio::time::sleep(EVERY.saturating_sub(begun.elapsed())).await;
        Ok(())
    }

    /// For each item, the time from its acceptance to each receiver.
    async fn latencies(&self, wire: &Wire, receivers: &Receivers) -> Result<Vec<Vec<Duration>>> {
        let mut items = HashMap::new();
        for (at, (release_id, _)) in self.accepted.iter().enumerate() {
            let alerts = wire
                .store
                .alerts_of_release(*release_id, i64::MAX, 1)
                .await?;
            items.extend(alerts.into_iter().map(|alert| (alert.public_id, at)));
        }
        let calls = receivers.http.calls().into_iter();
        let calls = calls.map(|call| (call.webhook_id, call.received));
        let mails = receivers.smtp.mails().into_iter();
        let mails = mails.map(|mail| (mail.message_id, mail.received));
        let mut latencies = vec![Vec::new(); self.accepted.len()];
        for (id, received) in calls.chain(mails) {
            let Some(&at) = items.get(alert_of(&id)) else {
                continue;
            };
            latencies[at].push(received.saturating_duration_since(self.accepted[at].1));
        }
        Ok(latencies)
    }
}

/// A delivery's id is its alert's and its endpoint's: `alr_…_ep_…`.
fn alert_of(id: &str) -> &str {
    id.split_once("_ep_").map_or(id, |(alert, _)| alert)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alert_of_a_delivery_is_what_comes_before_its_endpoint() {
        assert_eq!(alert_of("alr_1_ep_2@wire.example"), "alr_1");
        assert_eq!(alert_of("something else"), "something else");
    }
}
