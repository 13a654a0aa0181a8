//! The ledger against what the sinks saw.

use crate::receivers::Receivers;
use anyhow::{Result, ensure};
use std::collections::{HashMap, HashSet};
use store::{Store, TracedDelivery};

/// Deliveries read at once.
const PAGE: i64 = 10_000;

/// What did not go as promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    /// Not recorded as delivered, or recorded and not seen.
    pub(crate) lost: usize,
    /// Seen more often than once.
    pub(crate) doubled: usize,
}

/// Compares the `n` deliveries of some releases with what the sinks have seen since they were cleared.
pub(crate) async fn make(
    store: &Store,
    releases: &[i64],
    n: usize,
    receivers: &Receivers,
) -> Result<Account> {
    let mut told = HashSet::new();
    for id in releases {
        let release = store.release_by_id(*id).await?;
        told.extend(release.map(|release| release.public_id));
    }
    let mut ledger = Vec::with_capacity(n);
    let mut after = (0, 0);
    loop {
        let page = store.ledger(after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        let rows = page.into_iter().map(|(_, delivery)| delivery);
        ledger.extend(rows.filter(|row| row.release.as_ref().is_some_and(|id| told.contains(id))));
    }
    settle(&ledger, n, seen(receivers))
}

/// How often each delivery was taken, by its id.
fn seen(receivers: &Receivers) -> HashMap<String, u32> {
    let mut seen = receivers.http.ids();
    for (message_id, times) in receivers.smtp.ids() {
        let id = message_id.split('@').next().unwrap_or_default();
        *seen.entry(id.to_owned()).or_default() += times;
    }
    seen
}

fn settle(ledger: &[TracedDelivery], n: usize, mut seen: HashMap<String, u32>) -> Result<Account> {
    let (mut proven, mut doubled) = (0, 0);
    for delivery in ledger {
        let times = seen.remove(&format!("{}_{}", delivery.alert, delivery.endpoint));
        proven += usize::from(delivery.state == "delivered" && times.is_some());
        doubled += usize::from(times.is_some_and(|times| times > 1));
    }
    ensure!(
        seen.is_empty(),
        "the sinks saw {} ids that the ledger does not know",
        seen.len()
    );
    Ok(Account {
        lost: n.saturating_sub(proven),
        doubled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unseen_undelivered_and_missing_are_lost_and_seen_twice_is_doubled() {
        let delivery = |endpoint: &str, state: &str| TracedDelivery {
            alert: "alr_1".into(),
            endpoint: endpoint.into(),
            release: None,
            channel: "email".into(),
            state: state.into(),
            attempts: 1,
            done_ms: None,
        };
        let ledger = [
            delivery("ep_once", "delivered"),
            delivery("ep_twice", "delivered"),
            delivery("ep_unseen", "delivered"),
            delivery("ep_due", "due"),
        ];
        let seen = |ids: &[(&str, u32)]| {
            ids.iter()
                .map(|(id, times)| ((*id).to_owned(), *times))
                .collect()
        };

        let account = settle(
            &ledger,
            5,
            seen(&[
                ("alr_1_ep_once", 1),
                ("alr_1_ep_twice", 2),
                ("alr_1_ep_due", 1),
            ]),
        );

        assert_eq!(
            account.unwrap(),
            Account {
                lost: 3,
                doubled: 1
            }
        );
        assert!(settle(&ledger, 5, seen(&[("alr_2_ep_once", 1)])).is_err());
    }
}
