//! Alerts that go to one endpoint: they are about no item, and each is made when it is sent.

use super::{Work, trouble};
use crate::email::{Letter, Mailer};
use crate::webhook::{Call, Caller};
use crate::{Failure, SendError, Sent};
use release::address::masked;
use release::capability::Capability;
use release::model::{AlertKind, Channel, EndpointState, Release, SubscriptionState};
use release::render::{
    Mail, Notice, challenge_payload, confirm_hook_mail, confirm_mail, known_mail, manage_mail,
    notice_mail, sign_in_mail, test_mail, test_payload,
};
use release::time::human_duration;
use serde::Deserialize;
use store::{ChannelReport, DueDelivery, EndpointRow, ReleaseRow, Report, StoreError};

/// What the alert of a sign-in tells.
#[derive(Deserialize)]
struct SignIn {
    sign_in: i64,
}

/// What the question to the owner of a webhook tells.
#[derive(Deserialize)]
struct Hook {
    hook: i64,
}

/// How long a link to the preferences works.
pub(super) const PREFERENCES_MS: i64 = 86_400_000;

/// What the alert of a notice tells: which release, and what of it.
#[derive(Deserialize)]
struct About {
    release: i64,
    telling: String,
}

/// Calls a webhook.
pub(super) async fn call(
    work: &Work,
    caller: &Caller,
    delivery: &DueDelivery,
    id: &str,
) -> Result<Sent, SendError> {
    match work.alert.kind {
        AlertKind::Challenge => challenge(work, caller, delivery, id).await,
        AlertKind::Test => test(work, caller, delivery, id).await,
        kind => Err(untold(kind, "webhook")),
    }
}

/// Writes to a mailbox.
pub(super) async fn mail(
    work: &Work,
    mailer: &Mailer,
    delivery: &DueDelivery,
    letter: &Letter<'_>,
) -> Result<Sent, SendError> {
    let mail = match work.alert.kind {
        AlertKind::Confirm if work.alert.about.is_empty() => confirm(work, delivery).await?,
        AlertKind::Confirm => confirm_hook(work).await?,
        AlertKind::Manage if work.alert.about.is_empty() => manage(work, delivery).await?,
        AlertKind::Manage => trouble::mail(work).await?,
        AlertKind::Test => test_mail(&work.inner.wire.name),
        AlertKind::SignIn => sign_in(work)?,
        AlertKind::Notice => notice(work).await?,
        kind => return Err(untold(kind, "email")),
    };
    mailer.send_plain(letter, &mail).await
}

fn untold(kind: AlertKind, channel: &str) -> SendError {
    let error = format!("no alert of kind {kind} goes by {channel}");
    SendError::Fail(Failure::unanswered(error))
}

async fn challenge(
    work: &Work,
    caller: &Caller,
    delivery: &DueDelivery,
    id: &str,
) -> Result<Sent, SendError> {
    let now_ms = work.inner.clock.now_ms();
    let challenge = work.alert.public_id.as_str();
    let call = Call {
        id,
        url: &delivery.address,
        signers: work.hooks.signers(delivery, now_ms),
        body: challenge_payload(challenge, &delivery.endpoint_public_id, now_ms).into(),
    };
    let sent = caller.challenge(&call, challenge, now_ms).await?;
    let store = &work.inner.store;
    later(store.confirm_endpoint(delivery.endpoint_id).await)?;
    work.inner.queue.tell(queue::Telling::FiltersChanged);
    Ok(sent)
}

async fn test(
    work: &Work,
    caller: &Caller,
    delivery: &DueDelivery,
    id: &str,
) -> Result<Sent, SendError> {
    let now_ms = work.inner.clock.now_ms();
    let call = Call {
        id,
        url: &delivery.address,
        signers: work.hooks.signers(delivery, now_ms),
        body: test_payload(&delivery.endpoint_public_id, now_ms).into(),
    };
    caller.call(&call, now_ms).await
}

/// Asks for what is not confirmed yet: all that a pending address was asked for, or what is new to an active one.
async fn confirm(work: &Work, delivery: &DueDelivery) -> Result<Mail, SendError> {
    let endpoint_id = delivery.endpoint_id;
    let asked = asked(work, endpoint_id, delivery.endpoint_state).await?;
    let wire = &work.inner.wire;
    if asked.names.is_empty() && delivery.endpoint_state != EndpointState::Pending {
        return Ok(known_mail(
            &wire.name,
            &format!("{}/alerts/manage", wire.public_url),
        ));
    }
    let capability = Capability::Confirm {
        endpoint_id,
        upto: asked.upto,
    };
    let url = link(work, "confirm", &capability);
    Ok(confirm_mail(&wire.name, &asked.names, &url))
}

/// Asks the owner of a webhook before anything is called.
async fn confirm_hook(work: &Work) -> Result<Mail, SendError> {
    let Hook { hook } = about(work)?;
    let endpoint = later(work.inner.store.endpoint(hook).await)?;
    let endpoint = endpoint.ok_or_else(|| unreadable("the webhook is not there"))?;
    let asked = asked(work, hook, EndpointState::Active).await?;
    let capability = Capability::ConfirmHook {
        endpoint_id: hook,
        upto: asked.upto,
    };
    let url = link(work, "alerts/webhook/confirm", &capability);
    let wire = &work.inner.wire;
    Ok(confirm_hook_mail(
        &wire.name,
        &masked(&endpoint.address),
        &asked.names,
        &url,
    ))
}

/// The longest name that a question repeats.
const NAME_CHARS: usize = 160;

/// What a stranger may have written must not make our mail carry their message.
fn harmless(name: &str) -> String {
    let linked = ["://", "www.", "@"].iter().any(|part| name.contains(part));
    match linked || name.chars().count() > NAME_CHARS {
        true => "a filter that the page shows".to_owned(),
        false => name.to_owned(),
    }
}

/// What a confirmation is asked for: names, and the key of the last.
struct Asked {
    names: Vec<String>,
    upto: i64,
}

async fn asked(work: &Work, endpoint_id: i64, state: EndpointState) -> Result<Asked, SendError> {
    let all = later(work.inner.store.subscriptions_of(endpoint_id).await)?;
    let open = all.iter().filter(|subscription| {
        state == EndpointState::Pending || subscription.state == SubscriptionState::Pending
    });
    Ok(Asked {
        names: open
            .map(|subscription| harmless(&subscription.name))
            .collect(),
        upto: all.last().map_or(0, |subscription| subscription.id),
    })
}

/// A link for the address itself, and one for each webhook of its owner: one capability each.
async fn manage(work: &Work, delivery: &DueDelivery) -> Result<Mail, SendError> {
    let owned = later(work.inner.store.endpoints_of_owner(&delivery.address).await)?;
    let expires_ms = work.alert.created_ms + PREFERENCES_MS;
    let url = |endpoint: &EndpointRow| {
        let capability = Capability::Preferences {
            endpoint_id: endpoint.id,
            expires_ms,
        };
        link(work, "alerts/preferences", &capability)
    };
    let mut links = Vec::new();
    for endpoint in &owned {
        let what = match endpoint.channel {
            Channel::Email => "Alerts to this address".to_owned(),
            Channel::Webhook => format!("The webhook at {}", masked(&endpoint.address)),
        };
        links.push((what, url(endpoint)));
    }
    Ok(manage_mail(&work.inner.wire.name, &links))
}

fn sign_in(work: &Work) -> Result<Mail, SendError> {
    let SignIn { sign_in } = about(work)?;
    let url = link(work, "desk/sign-in", &Capability::SignIn { sign_in });
    Ok(sign_in_mail(&work.inner.wire.name, &url))
}

/// The state told is the one at the time of the alert; what stands beside it is of now.
async fn notice(work: &Work) -> Result<Mail, SendError> {
    let About { release, telling } = about(work)?;
    let store = &work.inner.store;
    let row = later(store.release_by_id(release).await)?;
    let row = row.ok_or_else(|| unreadable("the release is not there"))?;
    let content: Release =
        serde_json::from_str(&row.content).map_err(|error| unreadable(&error.to_string()))?;
    let events = later(store.release_events(row.id).await)?;
    let alike = alike(work, &row).await?;
    let mut counts = Vec::new();
    if telling == "reported" {
        for row in &alike {
            let report = later(store.report(row.id).await)?;
            counts.extend(lines(row, &report));
        }
    }
    let (state, clear_at_ms) = told(&telling, &row);
    Ok(notice_mail(&Notice {
        wire_name: &work.inner.wire.name,
        headline: &content.headline,
        release_id: &row.public_id,
        state,
        clear_at: content.in_zone(clear_at_ms),
        note: events.last().map(|event| event.note.as_str()),
        page_url: &format!("{}/releases/{}", work.inner.wire.public_url, row.public_id),
        desk_url: &format!(
            "{}/desk/releases/{}",
            work.inner.wire.public_url, row.public_id
        ),
        editions: &alike
            .iter()
            .map(|row| row.edition.clone())
            .collect::<Vec<_>>(),
        counts: &counts,
    }))
}

/// The release, and those of its bundle that stand as it does: one notice tells of all.
async fn alike(work: &Work, row: &ReleaseRow) -> Result<Vec<ReleaseRow>, SendError> {
    let Some(bundle) = &row.bundle else {
        return Ok(vec![row.clone()]);
    };
    let mut rows = later(work.inner.store.bundle(bundle).await)?;
    rows.retain(|other| other.state == row.state);
    Ok(rows)
}

/// Who was reached, a line an edition and channel.
fn lines(row: &ReleaseRow, report: &Report) -> Vec<String> {
    let edition = &row.edition;
    let line = |channel: &ChannelReport| {
        let ChannelReport {
            channel: name,
            matched,
            delivered,
            dead,
            ..
        } = channel;
        let within = channel.latencies.percentile_ms(0.95).map(|p95_ms| {
            let p95 = human_duration(p95_ms.round() as i64);
            format!(", 95 % of those told at once within {p95}")
        });
        format!(
            "{edition}, {name}: {delivered} of {matched} delivered{}; {dead} given up, {} to come (digests, new tries)",
            within.unwrap_or_default(),
            channel.due()
        )
    };
    match report.channels.is_empty() {
        true => vec![format!("{edition}: nobody had asked for such news")],
        false => report.channels.iter().map(line).collect(),
    }
}

/// `scheduled@1800000000000`: where the release stood, and the time that goes with it.
fn told<'a>(telling: &'a str, row: &ReleaseRow) -> (&'a str, i64) {
    let at_ms = row.cleared_ms.unwrap_or(row.clear_at_ms);
    match telling.split_once('@') {
        Some(("cleared", _)) => ("cleared", at_ms),
        Some((state, clear_at)) => (state, clear_at.parse().unwrap_or(at_ms)),
        None => (telling, at_ms),
    }
}

/// What the alert tells beside its kind.
pub(super) fn about<'a, T: Deserialize<'a>>(work: &'a Work) -> Result<T, SendError> {
    serde_json::from_str(&work.alert.about).map_err(|error| unreadable(&error.to_string()))
}

pub(super) fn link(work: &Work, path: &str, capability: &Capability) -> String {
    let wire = &work.inner.wire;
    format!(
        "{}/{path}/{}",
        wire.public_url,
        wire.link_key.sign(capability)
    )
}

pub(super) fn unreadable(reason: &str) -> SendError {
    SendError::Fail(Failure::unanswered(format!(
        "the alert cannot be told: {reason}"
    )))
}

/// A store that fails is asked again later.
pub(super) fn later<T>(result: Result<T, StoreError>) -> Result<T, SendError> {
    result.map_err(|error| Failure::unanswered(error.to_string()).retry())
}
