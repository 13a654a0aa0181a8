//! Alerts that go to one endpoint: they are about no item, and each is made when it is sent.

use super::Work;
use crate::email::{Letter, Mailer};
use crate::webhook::{Call, Caller};
use crate::{Failure, SendError, Sent};
use release::capability::Capability;
use release::model::{AlertKind, Release};
use release::render::{Mail, Notice, challenge_payload, confirm_mail, notice_mail, sign_in_mail};
use release::time::human_duration;
use serde::Deserialize;
use store::{ChannelReport, DueDelivery, ReleaseRow, Report, StoreError};

/// What the alert of a sign-in tells.
#[derive(Deserialize)]
struct SignIn {
    sign_in: i64,
}

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
        AlertKind::Confirm => confirm(work, delivery).await?,
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
        secret: &delivery.secret,
        body: challenge_payload(challenge, &delivery.endpoint_public_id, now_ms).into(),
    };
    let sent = caller.challenge(&call, challenge, now_ms).await?;
    let store = &work.inner.store;
    later(store.confirm_endpoint(delivery.endpoint_id).await)?;
    work.inner.queue.tell(queue::Telling::FiltersChanged);
    Ok(sent)
}

async fn confirm(work: &Work, delivery: &DueDelivery) -> Result<Mail, SendError> {
    let store = &work.inner.store;
    let names = later(
        store
            .endpoint_subscription_names(delivery.endpoint_id)
            .await,
    )?;
    let capability = Capability::Confirm {
        endpoint_id: delivery.endpoint_id,
    };
    let url = link(work, "confirm", &capability);
    Ok(confirm_mail(&work.inner.wire.name, &names, &url))
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
        let p95_ms = channel.latencies.percentile_ms(0.95).unwrap_or_default();
        format!(
            "{edition}, {name}: {delivered} of {matched} delivered, 95 % of them within {}; {dead} given up, {} to be tried again",
            human_duration(p95_ms.round() as i64),
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
fn about<'a, T: Deserialize<'a>>(work: &'a Work) -> Result<T, SendError> {
    serde_json::from_str(&work.alert.about).map_err(|error| unreadable(&error.to_string()))
}

fn link(work: &Work, path: &str, capability: &Capability) -> String {
    let wire = &work.inner.wire;
    format!(
        "{}/{path}/{}",
        wire.public_url,
        wire.link_key.sign(capability)
    )
}

fn unreadable(reason: &str) -> SendError {
    SendError::Fail(Failure::unanswered(format!(
        "the alert cannot be told: {reason}"
    )))
}

/// A store that fails is asked again later.
fn later<T>(result: Result<T, StoreError>) -> Result<T, SendError> {
    result.map_err(|error| Failure::unanswered(error.to_string()).retry())
}
