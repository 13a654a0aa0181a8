//! Receivers in trouble: their owners are told once, and who failed for days is taken out of use.

use super::Work;
use super::direct::{PREFERENCES_MS, about, later, link, unreadable};
use crate::SendError;
use crate::receivers::STALLED_OPENINGS;
use queue::{Message, RouteAlert};
use release::address::masked;
use release::capability::Capability;
use release::model::{Channel, Lane, Trouble};
use release::render::{Mail, TroubleMail, trouble_mail};
use release::time::rfc3339;
use serde::Deserialize;
use store::{HealthChange, Outcome, Result};
use tracing::{error, warn};

/// A receiver that has failed for so long stalls, milliseconds.
const STALLED_MS: i64 = 3_600_000;

/// What an outcome means for the endpoint, if it is a failure.
fn trouble(work: &Work, outcome: &Outcome) -> Option<Trouble> {
    if outcome.status == Some(410) {
        return Some(Trouble::Gone);
    }
    let opened = match outcome.health? {
        HealthChange::Recovered => return None,
        HealthChange::Failed { opened, .. } => i64::from(opened),
    };
    let health = work.failing.get(&outcome.endpoint_id)?;
    let failing_ms = outcome.at_ms - health.failing_since_ms;
    let settings = &work.inner.settings;
    if failing_ms >= settings.disable_after_ms {
        return Some(Trouble::Disabled);
    }
    let stalls = failing_ms >= STALLED_MS || health.openings + opened >= STALLED_OPENINGS;
    (stalls && health.told.is_empty()).then_some(Trouble::Stalled)
}

/// Tells the owner, and takes the endpoint out of use where that is due.
pub(super) async fn act(work: &Work, outcome: &Outcome) {
    if work.batch.channel != Channel::Webhook {
        return;
    }
    let Some(trouble) = trouble(work, outcome) else {
        return;
    };
    if let Err(error) = Box::pin(tell(work, outcome, trouble)).await {
        let endpoint = outcome.endpoint_id;
        error!(%error, "the owner of endpoint {endpoint} could not be told that it is {trouble}: {error}");
    }
}

async fn tell(work: &Work, outcome: &Outcome, trouble: Trouble) -> Result<()> {
    let (inner, endpoint_id, at_ms) = (&work.inner, outcome.endpoint_id, outcome.at_ms);
    let request_id = &work.batch.request_id;
    let alert_id = match trouble {
        Trouble::Stalled => {
            let told = inner.store.tell_stalled(endpoint_id, request_id, at_ms);
            told.await?
        }
        Trouble::Disabled | Trouble::Gone => {
            let store = &inner.store;
            let disabled = store.disable_endpoint(endpoint_id, trouble, request_id, at_ms);
            let alert_id = disabled.await?;
            inner.queue.tell(queue::Telling::FiltersChanged);
            alert_id
        }
    };
    // None: it was told, or nobody has asked for its calls yet.
    let Some(alert_id) = alert_id else {
        return Ok(());
    };
    warn!(
        endpoint = endpoint_id,
        outcome = trouble.as_str(),
        request_id,
        "endpoint {endpoint_id} is {trouble}, and its owner is told"
    );
    // A hint: the sweep finds it, too.
    let hint = Message::RouteAlert(RouteAlert {
        alert_id,
        lane: Lane::Regular,
        request_id: request_id.clone(),
    });
    let _ = inner.queue.offer(hint).await;
    Ok(())
}

/// What the mail to an owner tells.
#[derive(Deserialize)]
struct About {
    hook: i64,
    trouble: Trouble,
}

/// The mail to the owner of an endpoint in trouble, with the way back.
pub(super) async fn mail(work: &Work) -> Result<Mail, SendError> {
    let About { hook, trouble } = about(work)?;
    let (store, wire) = (&work.inner.store, &work.inner.wire);
    let endpoint = later(store.endpoint(hook).await)?;
    let endpoint = endpoint.filter(|endpoint| !endpoint.address.is_empty());
    let endpoint = endpoint.ok_or_else(|| unreadable("the webhook is not there"))?;
    let told_ms = work.alert.created_ms;
    let health = later(store.health(hook).await)?;
    let since_ms = health.map_or(told_ms, |health| health.failing_since_ms);
    let missed = later(store.missed(hook, since_ms).await)?;
    let capability = Capability::Preferences {
        endpoint_id: hook,
        expires_ms: told_ms + PREFERENCES_MS,
    };
    Ok(trouble_mail(&TroubleMail {
        wire_name: &wire.name,
        trouble,
        target: &masked(&endpoint.address),
        since: &rfc3339(since_ms),
        lost: missed.lost,
        due: missed.due,
        url: &link(work, "alerts/preferences", &capability),
        manage_url: &format!("{}/alerts/manage", wire.public_url),
    }))
}
