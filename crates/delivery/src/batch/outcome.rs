//! An outcome on its way out: logged, handed to the recorder.

use super::{Work, identity, trouble};
use release::address::masked;
use release::bounce::{Bounce, BounceKind};
use release::model::Channel;
use store::{DueDelivery, Followed, Outcome, Verdict};
use tokio::sync::mpsc;
use tracing::{debug, warn};

/// Logs an outcome and hands it on.
pub(super) async fn report(
    work: &Work,
    delivery: &DueDelivery,
    outcomes: &mpsc::Sender<Outcome>,
    mut outcome: Outcome,
) {
    if delivery.delivered_before > 0 {
        outcome.verdict = outcome.verdict.of_redelivery();
    }
    log(work, delivery, &outcome);
    trouble::act(work, &outcome).await;
    if let Some(bounce) = no_mailbox(work, &outcome) {
        Box::pin(came_back(work, &outcome, &bounce)).await;
    }
    // The recorder lives as long as this sender: it cannot be gone.
    let _ = outcomes.send(outcome).await;
}

/// A refusal which says that there is no such mailbox: a bounce that need not travel. Any other may be about us or the relay, and
/// must not count against a reader.
fn no_mailbox(work: &Work, outcome: &Outcome) -> Option<Bounce> {
    let is_refused = outcome.attempt > 0 && matches!(outcome.status, Some(500..=599));
    match &outcome.verdict {
        Verdict::Dead { error } if is_refused && work.batch.channel == Channel::Email => {
            Bounce::of_words(error).filter(|bounce| bounce.kind == BounceKind::Hard)
        }
        _ => None,
    }
}

/// What follows from a bounce follows before its outcome stands: a crash in between sends the mail again, to an address that is
/// suppressed by then.
async fn came_back(work: &Work, outcome: &Outcome, bounce: &Bounce) {
    let (store, now_ms) = (&work.inner.store, outcome.at_ms);
    let recorded = store.record_bounce(work.batch.alert_id, outcome.endpoint_id, bounce, now_ms);
    match recorded.await {
        Ok(Followed::Nothing) => {}
        Ok(_) => {
            let kind = bounce.kind.as_str();
            metrics::counter!("dateline_bounces_total", "kind" => kind).increment(1);
        }
        Err(error) => {
            warn!(%error, "a bounce of endpoint {} could not be written down: {error}", outcome.endpoint_id);
        }
    }
}

/// One line a delivery at debug, one a failure at warn.
fn log(work: &Work, due: &DueDelivery, outcome: &Outcome) {
    let quiet = matches!(outcome.verdict, Verdict::Delivered);
    if quiet && !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
    let batch = &work.batch;
    let release = work
        .story
        .as_ref()
        .map_or("", |story| story.row.public_id.as_str());
    let worker = work.inner.settings.name.as_str();
    let channel = batch.channel.as_str();
    let name = outcome.verdict.name();
    let delivery = identity(work, due);
    let endpoint = masked(&due.address);
    let Outcome {
        attempt,
        status,
        duration_ms,
        ..
    } = *outcome;
    let (batch, request_id) = (batch.id, batch.request_id.as_str());
    // What every line of a worker tells, whatever came of the delivery.
    macro_rules! line {
        ($level:ident, $($own:tt)*) => {
            $level!(worker, release, batch, delivery, endpoint, channel, attempt, outcome = name, status, duration_ms,
                request_id, $($own)*)
        };
    }
    match &outcome.verdict {
        Verdict::Retry { due_ms, error } if attempt == 0 => {
            let next_attempt = release::time::rfc3339(*due_ms);
            line!(
                debug,
                next_attempt,
                "delivery to {endpoint} waits until {next_attempt}: {error}"
            );
        }
        Verdict::Retry { due_ms, error } => {
            let next_attempt = release::time::rfc3339(*due_ms);
            line!(
                warn,
                next_attempt,
                "delivery to {endpoint} failed, next attempt {next_attempt}: {error}"
            );
        }
        Verdict::Gathered { due_ms } => {
            let digest_at = release::time::rfc3339(*due_ms);
            line!(
                debug,
                digest_at,
                "delivery to {endpoint} waits for a digest at {digest_at}: the reader had too many within the hour"
            );
        }
        Verdict::Dead { error } => line!(warn, "delivery to {endpoint} given up: {error}"),
        Verdict::Suppressed { reason } => line!(debug, "delivery to {endpoint} not sent: {reason}"),
        Verdict::Redelivered { error: Some(error) } => line!(
            warn,
            "delivery to {endpoint} was wanted again and did not arrive again: {error}"
        ),
        Verdict::Delivered | Verdict::Superseded | Verdict::Redelivered { error: None } => {
            line!(debug, "delivery to {endpoint} {name}");
        }
    }
}
