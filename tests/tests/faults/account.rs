//! What the sinks saw against what was accepted.

use crate::fleet::Fleet;
use crate::load::{Arrivals, Load};
use release::time::parse_rfc3339;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::Clock;
use tokio::time::sleep;

/// The longest time from a receiver's answer to its commit that a loaded machine may need.
const RECORDED_WITHIN: Duration = Duration::from_secs(3);
/// Everything is delivered this long after the last fault.
const DRAINED_WITHIN: Duration = Duration::from_secs(60);

/// Where an id may come twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubles {
    /// Only around a fault: the answer was not recorded.
    NearFaults,
    /// Nowhere.
    None,
}

/// The faults so far, and the same moment by both clocks.
pub(crate) struct Account {
    epoch: (Instant, i64),
    faults: Vec<(Instant, Instant)>,
}

impl Account {
    pub(crate) fn begin() -> Account {
        Account {
            epoch: (Instant::now(), Clock::System.now_ms()),
            faults: Vec::new(),
        }
    }

    pub(crate) fn fault(&mut self, moments: (Instant, Instant)) {
        self.faults.push(moments);
    }

    /// Waits until all is done, and checks that nothing was lost, early, or double without a reason. Gives how many came
    /// twice.
    pub(crate) async fn settle(self, fleet: &Fleet, load: Load, doubles: Doubles) -> usize {
        let submitted = load.all().await;
        drain(fleet).await;
        let (ledger, arrivals) = (told(fleet).await, fleet.receivers.arrivals());
        self.check_nothing_lost(fleet, &submitted, &ledger, &arrivals);
        self.check_nothing_early(&submitted, &ledger, &arrivals);
        self.check_doubles(&arrivals, doubles)
    }

    fn check_nothing_lost(
        &self,
        fleet: &Fleet,
        submitted: &[Value],
        ledger: &BTreeMap<String, Vec<String>>,
        arrivals: &Arrivals,
    ) {
        let releases = ledger.keys().filter(|release| !release.is_empty());
        assert_eq!(
            releases.count(),
            submitted.len(),
            "each submission is one release"
        );
        for answer in submitted {
            let ids = &ledger[answer["id"].as_str().unwrap()];
            assert_eq!(ids.len(), fleet.receivers.told(), "{answer}");
            for id in ids {
                assert!(arrivals.contains_key(id), "{id} never arrived: {answer}");
            }
        }
        let all: usize = ledger.values().map(Vec::len).sum();
        assert_eq!(
            arrivals.len(),
            all,
            "nothing arrived that the ledger does not know"
        );
    }

    fn check_nothing_early(
        &self,
        submitted: &[Value],
        ledger: &BTreeMap<String, Vec<String>>,
        arrivals: &Arrivals,
    ) {
        for answer in submitted {
            let clear_at_ms = parse_rfc3339(answer["clear_at"].as_str().unwrap()).unwrap();
            for id in &ledger[answer["id"].as_str().unwrap()] {
                for moment in &arrivals[id] {
                    let early_ms = clear_at_ms - self.ms(*moment);
                    // The processes keep to the database's clock, measured to a millisecond or so.
                    assert!(early_ms <= 5, "{id} came {early_ms} ms early");
                }
            }
        }
    }

    fn check_doubles(&self, arrivals: &Arrivals, allowed: Doubles) -> usize {
        let mut doubles = 0;
        for (id, moments) in arrivals {
            let mut moments = moments.clone();
            moments.sort();
            for pair in moments.windows(2) {
                doubles += 1;
                let explained = self.faults.iter().any(|(before, after)| {
                    pair[1] >= *before
                        && pair[0] <= *after + RECORDED_WITHIN
                        && before.saturating_duration_since(pair[0]) <= RECORDED_WITHIN
                });
                assert!(
                    explained && allowed == Doubles::NearFaults,
                    "{id} came twice, and no fault explains it"
                );
            }
        }
        doubles
    }

    fn ms(&self, moment: Instant) -> i64 {
        self.epoch.1 + moment.duration_since(self.epoch.0).as_millis() as i64
    }
}

/// Waits until nothing is left to be done, but for what waits for a receiver that never answers: that has days.
pub(crate) async fn drain(fleet: &Fleet) {
    let begun = Instant::now();
    loop {
        let status = fleet.status().await.unwrap_or_default();
        let left = ["scheduled", "unrouted", "open_batches", "retrying"];
        let left = left
            .iter()
            .filter(|field| **field != "retrying" || !fleet.receivers.has_hanging_hook());
        if left.into_iter().all(|field| status[*field] == 0) {
            return;
        }
        assert!(begun.elapsed() < DRAINED_WITHIN, "work is left: {status}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// The ledger, once each release was told to all receivers that answer.
async fn told(fleet: &Fleet) -> BTreeMap<String, Vec<String>> {
    let begun = Instant::now();
    loop {
        let ledger = ledger(fleet).await;
        let all = fleet.receivers.told();
        let mut of_releases = ledger.iter().filter(|(release, _)| !release.is_empty());
        if of_releases.all(|(_, ids)| ids.len() >= all) || begun.elapsed() > DRAINED_WITHIN {
            return ledger;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// The delivered ids by release; by an empty one what is about none. A receiver that never answers has none: what it failed to
/// take waits, for it is left alone.
async fn ledger(fleet: &Fleet) -> BTreeMap<String, Vec<String>> {
    let store = fleet.store().await;
    let mut ledger: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, row) in store.ledger((0, 0), 100_000).await.unwrap() {
        let ids = ledger
            .entry(row.release.clone().unwrap_or_default())
            .or_default();
        match row.state.as_str() {
            "delivered" => ids.push(format!("{}_{}", row.alert, row.endpoint)),
            "due" if fleet.receivers.has_hanging_hook() => {}
            _ => panic!("{row:?}"),
        }
    }
    store.close().await;
    ledger
}
