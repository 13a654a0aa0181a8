//! One delivery: checked once more if it waited, sent, judged.

use super::checks::{live_reasons, superseded, withheld};
use super::{ASK_AGAIN_MS, FRESH, Loaded, Work, answers, identity, load};
use super::{care, digest, direct, why};
use crate::email::{Letter, Pass, Wait};
use crate::webhook::Call;
use crate::{SendError, Sender, Sent};
use release::model::{AlertKind, Channel, Lane};
use std::time::Instant;
use store::{ActiveSubscription, BatchRow, DueDelivery, Outcome, Verdict};

/// Sends one delivery and says what became of it; none if an operator halted it before anything was sent.
pub(super) async fn attempt(work: &Work, delivery: &DueDelivery) -> Option<Outcome> {
    // What seldom happens is boxed here and below: a future is as large as its largest branch, and there is one a delivery.
    if work.loaded.elapsed() > FRESH
        && let Some(verdict) = Box::pin(stale(work, delivery)).await
    {
        return Some(unsent_outcome(work, delivery, verdict));
    }
    if work.is_halted() {
        return None;
    }
    let _pass = match may_leave(work, delivery) {
        Ok(pass) => pass,
        Err(Wait { due_ms, why }) => {
            let verdict = Verdict::Retry { due_ms, error: why };
            return Some(unsent_outcome(work, delivery, verdict));
        }
    };
    // After it: a mail that has to wait is not one that the reader had.
    if let Some(due_ms) = flooded(work, delivery) {
        let verdict = Verdict::Gathered { due_ms };
        return Some(unsent_outcome(work, delivery, verdict));
    }
    let sending = match care::begin(work, delivery).await {
        Ok(sending) => sending,
        Err(waits) => return Some(unsent_outcome(work, delivery, waits)),
    };
    let begun = Instant::now();
    let (result, left_out) = match work.alert.kind {
        AlertKind::Digest => match Box::pin(digest::prepare(work, delivery)).await {
            Ok(prepared) => {
                if let Some(empty) = prepared.empty(work, delivery) {
                    return Some(empty);
                }
                // It waits whole: sent without the halted news, it would never tell of it.
                if work.inner.halts.stop(&prepared.issuers) {
                    return None;
                }
                let id = identity(work, delivery);
                let sent = Box::pin(prepared.send(work, delivery, &id)).await;
                let mut left_out = prepared.left_out;
                if sent.is_ok() {
                    left_out.extend(prepared.beside);
                }
                (sent, left_out)
            }
            Err(error) => (Err(error), Vec::new()),
        },
        _ => (send(work, delivery).await, Vec::new()),
    };
    let health = care::fared(work, delivery, sending, &result);
    let now_ms = work.inner.clock.now_ms();
    let attempt = delivery.attempts + 1;
    let (verdict, status, answer) = match result {
        Ok(sent) => (Verdict::Delivered, sent.status, String::new()),
        Err(error) => {
            let verdict = judge(work, attempt, now_ms, &error);
            let failure = error.into_failure();
            (verdict, failure.status, failure.answer)
        }
    };
    Some(Outcome {
        endpoint_id: delivery.endpoint_id,
        verdict,
        attempt,
        status,
        answer,
        at_ms: now_ms,
        duration_ms: begun.elapsed().as_millis() as i64,
        latency_ms: now_ms
            - work
                .story
                .as_ref()
                .map_or(work.alert.created_ms, |story| story.row.clear_at_ms),
        health,
        left_out,
    })
}

/// Whether a mail may leave now, or has to wait for a relay or for its recipient's domain.
fn may_leave<'a>(work: &'a Work, delivery: &'a DueDelivery) -> Result<Option<Pass<'a>>, Wait> {
    match &work.inner.sender {
        Sender::Email(mailer) => mailer.enter(&delivery.address, work.batch.lane),
        Sender::Webhook(_) => Ok(None),
    }
}

/// When a mail may leave that would be one too many within the hour. A mail counts at its first attempt; flash is told
/// whatever came before.
fn flooded(work: &Work, delivery: &DueDelivery) -> Option<i64> {
    let guarded = work.alert.kind == AlertKind::Story
        && work.batch.channel == Channel::Email
        && work.batch.lane == Lane::Regular
        && delivery.attempts == 0;
    let now_ms = work.inner.clock.now_ms();
    let taken = guarded.then(|| work.inner.flood.take(delivery.endpoint_id, now_ms));
    taken?.err()
}

/// Asks the store again, for the answer may have changed while the delivery waited.
async fn stale(work: &Work, delivery: &DueDelivery) -> Option<Verdict> {
    let endpoint_id = delivery.endpoint_id;
    let only = BatchRow {
        first_endpoint_id: endpoint_id,
        last_endpoint_id: endpoint_id,
        ..work.batch.clone()
    };
    let checked: store::Result<Option<Verdict>> = async {
        let (fresh, due) = match load(&work.inner, only, work.owner.clone()).await? {
            Loaded::Ready(fresh, due) => (fresh, due),
            Loaded::TooEarly { clear_at_ms } => {
                let error = "before its clear time".to_owned();
                return Ok(Some(Verdict::Retry {
                    due_ms: clear_at_ms,
                    error,
                }));
            }
        };
        let superseded = superseded(&fresh).await?;
        match due.first() {
            Some(now) => Ok(withheld(&fresh, now, superseded)),
            // Recorded by another worker: this verdict will find nothing to change.
            None => Ok(Some(Verdict::Suppressed {
                reason: "recorded by another worker".into(),
            })),
        }
    }
    .await;
    checked.unwrap_or_else(|error| {
        let due_ms = work.inner.clock.now_ms() + ASK_AGAIN_MS;
        Some(Verdict::Retry {
            due_ms,
            error: error.to_string(),
        })
    })
}

async fn send(work: &Work, delivery: &DueDelivery) -> Result<Sent, SendError> {
    let id = identity(work, delivery);
    let now_ms = work.inner.clock.now_ms();
    let reasons: Vec<&ActiveSubscription> = live_reasons(work, &delivery.reasons).collect();
    match &work.inner.sender {
        Sender::Webhook(caller) => match &work.story {
            Some(story) => {
                let matched = why::matched(&reasons, story);
                let include = work.hooks.include(delivery.endpoint_id);
                let body = story.payload.complete(now_ms, include, &matched).into();
                caller
                    .call(
                        &Call {
                            id: &id,
                            url: &delivery.address,
                            signers: work.hooks.signers(delivery, now_ms),
                            body,
                        },
                        now_ms,
                    )
                    .await
            }
            None => Box::pin(direct::call(work, caller, delivery, &id)).await,
        },
        Sender::Email(mailer) => {
            let letter = Letter {
                id: &id,
                delivery: (work.alert.id, delivery.endpoint_id),
                to: &delivery.address,
                now_ms,
                answers: &answers(work, delivery),
            };
            match &work.story {
                Some(story) => {
                    let wire = &work.inner.wire;
                    let why_url = why::url(work, delivery.endpoint_id, story, &reasons);
                    let reasons = why::reasons(&reasons, story);
                    mailer
                        .send_story(&letter, wire, &story.mails, delivery, &reasons, &why_url)
                        .await
                }
                None => Box::pin(direct::mail(work, mailer, delivery, &letter)).await,
            }
        }
    }
}

/// From what the receiver said to how the delivery goes on.
fn judge(work: &Work, attempt: i64, now_ms: i64, error: &SendError) -> Verdict {
    let (failure, after_ms) = match error {
        SendError::Fail(_) | SendError::Gone(_) => {
            return Verdict::Dead {
                error: error.to_string(),
            };
        }
        SendError::Retry { failure, after_ms } => (failure, after_ms),
    };
    let error = failure.error.clone();
    // Somebody waits for the answer to a test: the first is the one.
    if work.alert.kind == AlertKind::Test {
        return Verdict::Dead { error };
    }
    match work
        .inner
        .settings
        .retry
        .next_ms(attempt, *after_ms, now_ms, rand::random())
    {
        Some(due_ms) => Verdict::Retry { due_ms, error },
        None => Verdict::Dead {
            error: format!("after {attempt} attempts: {error}"),
        },
    }
}

/// An outcome for which nothing was sent.
pub(super) fn unsent_outcome(work: &Work, delivery: &DueDelivery, verdict: Verdict) -> Outcome {
    let at_ms = work.inner.clock.now_ms();
    let endpoint_id = delivery.endpoint_id;
    Outcome {
        endpoint_id,
        verdict,
        attempt: 0,
        status: None,
        answer: String::new(),
        at_ms,
        duration_ms: 0,
        latency_ms: 0,
        health: None,
        left_out: Vec::new(),
    }
}
