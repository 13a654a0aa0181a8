//! What the sinks saw against what was accepted.

use super::{Arrivals, READERS, RELEASES, Scene};
use release::time::parse_rfc3339;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The longest time from a receiver's answer to its commit that a loaded machine may need.
const RECORDED_WITHIN: Duration = Duration::from_secs(2);

/// Every release that was answered 202 reached everyone who asked for it.
pub(super) fn check_nothing_lost(
    submitted: &[Value],
    ledger: &BTreeMap<String, Vec<String>>,
    arrivals: &Arrivals,
) {
    assert_eq!(ledger.len(), RELEASES, "each submission is one release");
    for (number, answer) in submitted.iter().enumerate() {
        let ids = &ledger[answer["id"].as_str().unwrap()];
        let wanted = if number % 2 == 0 {
            READERS
        } else {
            READERS - READERS / 4
        };
        assert_eq!(ids.len(), wanted, "release {number}");
        for id in ids {
            assert!(
                arrivals.contains_key(id),
                "release {number}: {id} never arrived"
            );
        }
    }
    let all: usize = ledger.values().map(Vec::len).sum();
    assert_eq!(
        arrivals.len(),
        all,
        "nothing arrived that the ledger does not know"
    );
}

pub(super) fn check_nothing_early(
    scene: &Scene,
    submitted: &[Value],
    ledger: &BTreeMap<String, Vec<String>>,
    arrivals: &Arrivals,
) {
    for answer in submitted {
        let clear_at_ms = parse_rfc3339(answer["clear_at"].as_str().unwrap()).unwrap();
        for id in &ledger[answer["id"].as_str().unwrap()] {
            for &moment in &arrivals[id] {
                let early_ms = clear_at_ms - scene.ms(moment);
                assert!(early_ms <= 0, "{id} came {early_ms} ms early");
            }
        }
    }
}

/// An id comes again only if a kill fell between the receiver's answer and its commit. Gives how many did.
pub(super) fn check_doubles(arrivals: &Arrivals, kills: &[(Instant, Instant)]) -> usize {
    let mut doubles = 0;
    for (id, moments) in arrivals {
        let mut moments = moments.clone();
        moments.sort();
        for pair in moments.windows(2) {
            doubles += 1;
            let explained = kills.iter().any(|(before, after)| {
                pair[1] >= *before
                    && pair[0] <= *after + RECORDED_WITHIN
                    && before.saturating_duration_since(pair[0]) <= RECORDED_WITHIN
            });
            assert!(explained, "{id} came twice, and no kill explains it");
        }
    }
    // At a kill, hardly more than two releases are on their way between answer and commit.
    let most = kills.len() * 2 * READERS;
    assert!(doubles <= most, "{doubles} doubles are more than {most}");
    doubles
}
