//! Manners towards a receiver: what it has to be asked before a delivery leaves, and what came of it afterwards.
//!
//! A delivery that has to wait burns no attempt: nothing was sent.

use super::Work;
use super::direct::later;
use crate::receivers::{Asked, Fared, PutOff, Sending, TRYING_MS};
use crate::{SendError, Sent};
use release::model::{AlertKind, Channel};
use store::{DueDelivery, HalfOpen, HealthChange, Verdict};

/// How long a revision waits until it is asked again whether the one that it follows has left, milliseconds.
const ORDER_MS: i64 = 1000;
/// How long a receiver that says that it has too much to do, and not for how long, is left alone; milliseconds.
const THROTTLED_MS: i64 = 5000;
/// What says so: too many requests, bad gateway, unavailable, gateway time-out (RFC 9110, RFC 6585).
const THROTTLING: [i64; 4] = [429, 502, 503, 504];

/// Whether the receiver has to be asked: news by webhook. What somebody waits for (a test, a challenge) goes in any case.
fn is_cared_for(work: &Work) -> bool {
    work.alert.kind == AlertKind::Story && work.batch.channel == Channel::Webhook
}

/// Begins to send, or says until when the delivery waits, and why.
pub(super) async fn begin<'a>(
    work: &'a Work,
    delivery: &DueDelivery,
) -> Result<Sending<'a>, Verdict> {
    let (receivers, endpoint_id) = (&work.inner.receivers, delivery.endpoint_id);
    let now_ms = work.inner.clock.now_ms();
    if !is_cared_for(work) {
        return receivers.enter(endpoint_id, now_ms).map_err(waits);
    }
    // Boxed where it seldom happens: a future is as large as its largest branch, and there is one a delivery.
    if work.hooks.is_ordered(endpoint_id) {
        Box::pin(in_order(work, endpoint_id, now_ms)).await?;
    }
    let asked = Asked {
        endpoint_id,
        per_minute: work.hooks.per_minute(endpoint_id),
        health: work.failing.get(&endpoint_id),
        now_ms,
    };
    let sending = receivers.call(&asked).map_err(waits)?;
    if sending.is_trial {
        Box::pin(half_open(work, endpoint_id, now_ms)).await?;
    }
    Ok(sending)
}

fn waits(put_off: PutOff) -> Verdict {
    Verdict::Retry {
        due_ms: put_off.due_ms,
        error: put_off.why.to_owned(),
    }
}

fn waits_for_the_store(error: &SendError, now_ms: i64) -> Verdict {
    Verdict::Retry {
        due_ms: now_ms + ORDER_MS,
        error: error.to_string(),
    }
}

/// A revision waits for the one that it follows.
async fn in_order(work: &Work, endpoint_id: i64, now_ms: i64) -> Result<(), Verdict> {
    let (Some(story_id), Some(revision @ 1..)) = (work.alert.story_id, work.alert.revision) else {
        return Ok(());
    };
    let store = &work.inner.store;
    let earlier = store.earlier_is_due(story_id, revision, endpoint_id, now_ms);
    match later(earlier.await) {
        Ok(false) => Ok(()),
        Ok(true) => Err(waits(PutOff {
            due_ms: now_ms + ORDER_MS,
            why: "the revision before has not left yet, and the endpoint is told in order",
        })),
        Err(error) => Err(waits_for_the_store(&error, now_ms)),
    }
}

/// One call of all workers' tries a receiver that was left alone.
async fn half_open(work: &Work, endpoint_id: i64, now_ms: i64) -> Result<(), Verdict> {
    let asked = work
        .inner
        .store
        .half_open(endpoint_id, now_ms + TRYING_MS, now_ms);
    match later(asked.await) {
        Ok(HalfOpen::Ours | HalfOpen::Recovered) => Ok(()),
        Ok(HalfOpen::Until(until_ms)) => Err(waits(PutOff {
            due_ms: until_ms.max(now_ms + ORDER_MS),
            why: "the endpoint is left alone: another call tries it",
        })),
        Err(error) => Err(waits_for_the_store(&error, now_ms)),
    }
}

/// What a call says of its receiver, if it says anything.
pub(super) fn fared(
    work: &Work,
    delivery: &DueDelivery,
    sending: Sending<'_>,
    result: &Result<Sent, SendError>,
) -> Option<HealthChange> {
    if work.batch.channel != Channel::Webhook {
        return None;
    }
    let now_ms = work.inner.clock.now_ms();
    let fared = match (work.alert.kind, result) {
        (AlertKind::Story | AlertKind::Test, Ok(_)) => Fared::Well,
        (AlertKind::Story, Err(error)) => badly(error, now_ms),
        _ => Fared::Unknown,
    };
    sending.ended(fared, work.failing.get(&delivery.endpoint_id), now_ms)
}

fn badly(error: &SendError, now_ms: i64) -> Fared {
    match error {
        // Nothing was called: what is wrong is ours.
        SendError::Fail(_) => Fared::Unknown,
        SendError::Gone(_) => Fared::Badly { wish_ms: 0 },
        SendError::Retry { failure, after_ms } => {
            let throttles = failure
                .status
                .is_some_and(|status| THROTTLING.contains(&status));
            let wish_ms = after_ms.or(throttles.then_some(THROTTLED_MS));
            Fared::Badly {
                wish_ms: wish_ms.map_or(0, |wish_ms| now_ms + wish_ms),
            }
        }
    }
}
