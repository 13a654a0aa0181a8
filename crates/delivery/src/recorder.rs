//! Outcomes on their way to the store: committed within 100 ms or 500 deliveries.

use std::collections::BTreeMap;
use std::time::Duration;
use store::{BatchRow, Outcome, Store, Verdict};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tracing::error;

const MOST_OUTCOMES: usize = 500;
const LONGEST_WAIT: Duration = Duration::from_millis(100);
const ATTEMPTS: u32 = 5;

/// Records what comes in until every sender is gone. Gives how many outcomes were recorded, by name.
pub(crate) async fn record(
    store: Store,
    batch: BatchRow,
    mut outcomes: mpsc::Receiver<Outcome>,
) -> Tally {
    let mut tally = Tally::default();
    let mut waiting = Vec::with_capacity(MOST_OUTCOMES);
    while let Some(first) = outcomes.recv().await {
        waiting.push(first);
        let deadline = Instant::now() + LONGEST_WAIT;
        while waiting.len() < MOST_OUTCOMES {
            match timeout_at(deadline, outcomes.recv()).await {
                Ok(Some(outcome)) => waiting.push(outcome),
                Ok(None) | Err(_) => break,
            }
        }
        commit(&store, &batch, &waiting).await;
        measure(&batch, &waiting);
        waiting.drain(..).for_each(|outcome| tally.count(&outcome));
    }
    tally
}

/// What was recorded.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) delivered: u64,
    pub(crate) retried: u64,
    pub(crate) dead: u64,
    pub(crate) withheld: u64,
    /// Left to a digest.
    pub(crate) gathered: u64,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        match outcome.verdict {
            Verdict::Delivered | Verdict::Redelivered { error: None } => self.delivered += 1,
            Verdict::Retry { .. } => self.retried += 1,
            Verdict::Gathered { .. } => self.gathered += 1,
            Verdict::Dead { .. } | Verdict::Redelivered { error: Some(_) } => self.dead += 1,
            Verdict::Suppressed { .. } | Verdict::Superseded => self.withheld += 1,
        }
    }

    pub(crate) fn all(&self) -> u64 {
        self.delivered + self.retried + self.dead + self.withheld + self.gathered
    }
}

/// Counts recorded outcomes for Prometheus, a batch at a time: looking a counter up costs more than adding to it.
fn measure(batch: &BatchRow, outcomes: &[Outcome]) {
    let channel = batch.channel.as_str();
    let seconds = metrics::histogram!("dateline_delivery_seconds", "channel" => channel);
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry(outcome.verdict.name()).or_default() += 1;
        if outcome.verdict == Verdict::Delivered {
            seconds.record(outcome.latency_ms as f64 / 1000.0);
        }
    }
    for (outcome, count) in counts {
        metrics::counter!("dateline_deliveries_total", "channel" => channel, "outcome" => outcome)
            .increment(count);
    }
}

/// Tries a few times: what was sent should be recorded even when the store blinks. If it cannot be, the batch stays open
/// and is sent again under the same ids.
async fn commit(store: &Store, batch: &BatchRow, outcomes: &[Outcome]) {
    for attempt in 1..=ATTEMPTS {
        match store.record_outcomes(batch, outcomes).await {
            Ok(()) => return,
            Err(error) => {
                error!(%error, batch = batch.id, attempt, "outcomes of batch {} could not be recorded: {error}", batch.id);
                tokio::time::sleep(LONGEST_WAIT * attempt).await;
            }
        }
    }
}
