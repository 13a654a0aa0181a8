//! What is checked again at the moment of sending: suppression, subscriptions, endpoint, revision, and what was told already.

use super::Work;
use release::model::{AlertKind, EndpointState};
use store::{ActiveSubscription, DueDelivery, Result, Verdict};

/// Whether the story has a newer revision than the alert tells.
pub(super) async fn superseded(work: &Work) -> Result<bool> {
    match (work.alert.story_id, work.alert.revision) {
        (Some(story_id), Some(revision)) => {
            Ok(work.inner.store.story_revision(story_id).await? > revision)
        }
        _ => Ok(false),
    }
}

/// Why a delivery must not be sent, if so.
pub(super) fn withheld(work: &Work, delivery: &DueDelivery, superseded: bool) -> Option<Verdict> {
    if superseded {
        return Some(Verdict::Superseded);
    }
    let suppressed = |reason: &str| {
        Some(Verdict::Suppressed {
            reason: reason.to_owned(),
        })
    };
    if let Some(reason) = &delivery.suppressed {
        return suppressed(reason);
    }
    match (work.alert.kind, standing(work, delivery)) {
        (AlertKind::Story, EndpointState::Active)
            if live_reasons(work, &delivery.reasons).next().is_none() =>
        {
            suppressed("unsubscribed")
        }
        (AlertKind::Story, EndpointState::Active) => {
            let told_by = work.told.get(&delivery.endpoint_id)?;
            suppressed(told_by)
        }
        (AlertKind::Digest, EndpointState::Active) => None,
        (AlertKind::Challenge, EndpointState::Pending) => None,
        // Asked for by somebody on a page: whoever reads the mail decides.
        (AlertKind::Confirm | AlertKind::Manage, state) if state != EndpointState::Deleted => None,
        (AlertKind::Test, EndpointState::Active | EndpointState::Paused) => None,
        // To a person of the wire's own; whether the address reads alerts does not matter.
        (AlertKind::SignIn | AlertKind::Notice, _) => None,
        (_, state) => suppressed(&format!("the endpoint is {state}")),
    }
}

/// Where an endpoint stands for this alert: while one that its owner lets finish is paused, what was due by then still leaves.
/// A digest tells of nothing newer, for nothing newer is planned.
fn standing(work: &Work, delivery: &DueDelivery) -> EndpointState {
    let upto = work.hooks.drain_upto(delivery.endpoint_id);
    let finishes = match work.alert.kind {
        AlertKind::Digest => upto != 0,
        _ => work.alert.id <= upto,
    };
    match delivery.endpoint_state {
        EndpointState::Paused if finishes => EndpointState::Active,
        state => state,
    }
}

/// Those of the subscriptions that caused a delivery (their keys, space-separated) which still want it.
pub(super) fn live_reasons<'a, 'r>(
    work: &'a Work,
    reasons: &'r str,
) -> impl Iterator<Item = &'a ActiveSubscription> + use<'a, 'r> {
    reasons
        .split(' ')
        .filter_map(|id| id.parse::<i64>().ok())
        .filter_map(|id| work.subscriptions.get(&id))
}
