//! The deliveries of a batch, each begun when there is a slot for it.

use super::Work;
use super::attempt::{attempt, unsent_outcome};
use super::checks::{superseded, withheld};
use super::outcome::report;
use crate::slots::Slot;
use release::model::Channel;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::{DueDelivery, Outcome, Verdict};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::error;

/// How long an endpoint that was slow lately waits when too many such are being called, milliseconds.
const SLOW_MS: i64 = 5000;

/// Begins every delivery as slots become free. Gives how many were left, for the process stops, the lease was lost or an
/// operator halted them.
pub(super) async fn begin(
    work: &Arc<Work>,
    due: Vec<DueDelivery>,
    outcomes: mpsc::Sender<Outcome>,
    sending: &TaskTracker,
) -> usize {
    let superseded = match superseded(work).await {
        Ok(superseded) => superseded,
        Err(error) => {
            error!(%error, batch = work.batch.id, "batch {} could not be checked: {error}", work.batch.id);
            return due.len();
        }
    };
    let mut left = due.len();
    for delivery in due {
        if work.is_halted() {
            break;
        }
        if let Some(verdict) = withheld(work, &delivery, superseded) {
            left -= 1;
            let outcome = unsent_outcome(work, &delivery, verdict);
            report(work, &delivery, &outcomes, outcome).await;
            continue;
        }
        let slots = &work.inner.slots;
        let now_ms = work.inner.clock.now_ms();
        let slot = slots.acquire(work.batch.lane, delivery.endpoint_id, now_ms);
        let slot = slot.await;
        let lost = work.lease_lost.load(Ordering::Relaxed);
        if work.inner.stop.is_cancelled() || lost || work.is_halted() {
            break;
        }
        left -= 1;
        let Some(slot) = slot else {
            let verdict = Verdict::Retry {
                due_ms: now_ms + SLOW_MS,
                error: "the endpoint was slow lately, and too many such are being called"
                    .to_owned(),
            };
            let outcome = unsent_outcome(work, &delivery, verdict);
            report(work, &delivery, &outcomes, outcome).await;
            continue;
        };
        let (work, outcomes) = (work.clone(), outcomes.clone());
        sending.spawn(async move {
            match on_slot(&work, &delivery, slot).await {
                Some(outcome) => report(&work, &delivery, &outcomes, outcome).await,
                None => drop(work.put_back.fetch_add(1, Ordering::Relaxed)),
            }
        });
    }
    left
}

/// Sends one delivery on its slot. Only calls may go on beside the slots: as many mails as slots are what the relay takes.
async fn on_slot(work: &Work, delivery: &DueDelivery, slot: Slot) -> Option<Outcome> {
    let sent = attempt(work, delivery);
    if work.batch.channel == Channel::Email {
        let outcome = sent.await;
        drop(slot);
        return outcome;
    }
    let (slots, endpoint_id) = (&work.inner.slots, delivery.endpoint_id);
    let now_ms = || work.inner.clock.now_ms();
    let outcome = slots.make(slot, endpoint_id, now_ms, sent).await?;
    if outcome.attempt > 0 {
        let duration = Duration::from_millis(outcome.duration_ms as u64);
        slots.answered_after(endpoint_id, duration);
    }
    Some(outcome)
}
