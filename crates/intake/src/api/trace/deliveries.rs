//! What happened at an address, or to one delivery.

use super::{Event, Shown};
use crate::auth::Caller;
use crate::{Intake, Problem};
use release::time::rfc3339;
use store::{AttemptRow, BounceRow, DeliveriesAsked, DigestedRow, EndpointRow, TraceRow};

/// Bounces that are looked through.
const MOST_BOUNCES: i64 = 500;

/// All endpoints at an address, with their newest deliveries.
pub(super) async fn all(
    intake: &Intake,
    caller: &Caller,
    of: &str,
    limit: i64,
    shown: Shown,
) -> Result<Vec<Event>, Problem> {
    let store = &intake.store;
    let endpoints = match of.starts_with("ep_") {
        true => store.endpoint_by_public_id(of).await?.into_iter().collect(),
        false => store.endpoints_at(of).await?,
    };
    if endpoints.is_empty() {
        return Err(Problem::NotFound {
            what: "endpoint",
            id: of.to_owned(),
        });
    }
    let mut events = Vec::new();
    for endpoint in &endpoints {
        looked_at(intake, caller, &endpoint.public_id, shown).await;
        events.extend(standing(intake, endpoint, shown).await?);
        let page = store
            .deliveries_of_endpoint(endpoint.id, &DeliveriesAsked::newest(limit))
            .await?;
        events.extend(told(intake, endpoint.id, &page.rows, shown).await?);
    }
    Ok(events)
}

/// One delivery.
pub(super) async fn one(
    intake: &Intake,
    caller: &Caller,
    alert: &str,
    endpoint: &str,
    shown: Shown,
) -> Result<Vec<Event>, Problem> {
    let store = &intake.store;
    let row = match (
        store.alert_stands(alert).await?,
        store.endpoint_by_public_id(endpoint).await?,
    ) {
        (Some(alert), Some(endpoint)) => store.trace_delivery(endpoint.id, alert.id).await?,
        _ => None,
    };
    let row = row.ok_or_else(|| Problem::NotFound {
        what: "delivery",
        id: format!("{alert}_{endpoint}"),
    })?;
    looked_at(intake, caller, endpoint, shown).await;
    let to = format!("{} at {}", row.channel, shown.address(&row.address));
    let mut events = told(intake, row.endpoint_id, std::slice::from_ref(&row), shown).await?;
    if let Some(first) = events.first_mut() {
        first.detail = format!("{}, to {to}", first.detail);
    }
    Ok(events)
}

/// Whoever looks at whole addresses is remembered.
async fn looked_at(intake: &Intake, caller: &Caller, endpoint: &str, shown: Shown) {
    if let Shown::Whole = shown {
        intake
            .record(intake.act(caller, "trace", endpoint, ""))
            .await;
    }
}

/// Since when somebody is a reader, and of what.
async fn standing(
    intake: &Intake,
    endpoint: &EndpointRow,
    shown: Shown,
) -> Result<Vec<Event>, Problem> {
    let EndpointRow {
        public_id,
        channel,
        state,
        address,
        ..
    } = endpoint;
    let at = shown.address(address);
    let detail = format!("{public_id}: {channel} at {at}, {state} now");
    let mut events = vec![Event::new(endpoint.created_ms, "added", detail)];
    for subscription in intake.store.subscriptions_of(endpoint.id).await? {
        let filter = shown.words(&subscription.filter, address);
        let detail = format!(
            "{}, {} now: {filter}",
            subscription.public_id, subscription.state
        );
        events.push(Event::new(subscription.created_ms, "subscribed", detail));
    }
    if !address.is_empty()
        && let Some(row) = intake.store.suppression(address).await?
    {
        events.push(Event::new(row.created_ms, "suppressed", row.reason));
    }
    Ok(events)
}

/// What became of deliveries of one endpoint.
async fn told(
    intake: &Intake,
    endpoint_id: i64,
    rows: &[TraceRow],
    shown: Shown,
) -> Result<Vec<Event>, Problem> {
    let alerts: Vec<i64> = rows.iter().map(|row| row.alert_id).collect();
    let attempts = intake.store.trace_attempts(endpoint_id, &alerts).await?;
    let digests = intake.store.trace_digests(endpoint_id, &alerts).await?;
    let bounces = intake.store.bounces_of(endpoint_id, MOST_BOUNCES).await?;
    let now_ms = intake.clock.now_ms();
    let mut events = Vec::new();
    for row in rows {
        let attempts = attempts.iter().filter(|one| one.alert_id == row.alert_id);
        let digests = digests.iter().filter(|one| one.alert_id == row.alert_id);
        let bounces = bounces.iter().filter(|one| one.alert_id == row.alert_id);
        let mut own = vec![Event::new(row.alert_ms, "planned", planned(row))];
        own.extend(attempts.map(|attempt| tried(row, attempt, shown)));
        own.extend(digests.map(digested));
        own.push(stands(row, now_ms, shown));
        own.extend(bounces.map(|bounce| bounced(row, bounce, shown)));
        for event in &mut own {
            event.delivery = Some(format!("{}_{}", row.alert, row.endpoint));
            event.release = row.release.clone();
        }
        events.extend(own);
    }
    Ok(events)
}

fn planned(row: &TraceRow) -> String {
    let kind = row.kind;
    match row.round {
        0 => format!("{kind}, in batch {}", row.batch_id),
        round => format!("{kind}, by now in batch {}, round {round}", row.batch_id),
    }
}

fn tried(row: &TraceRow, tried: &AttemptRow, shown: Shown) -> Event {
    let AttemptRow {
        attempt,
        duration_ms,
        error,
        answer,
        ..
    } = tried;
    if error.is_empty() {
        let detail = format!("attempt {attempt}, and wanted again");
        return Event::new(tried.at_ms, "delivered", detail);
    }
    let error = shown.words(error, &row.address);
    let detail = match shown.words(answer, &row.address).as_str() {
        "" => format!("attempt {attempt}, after {duration_ms} ms: {error}"),
        answer => format!("attempt {attempt}, after {duration_ms} ms: {error}; it said: {answer}"),
    };
    Event::new(tried.at_ms, "failed", detail)
}

fn digested(row: &DigestedRow) -> Event {
    let detail = format!("told by the digest {} ({})", row.digest, row.gathered);
    Event::new(row.digest_ms, "digested", detail)
}

/// What came back of a mail that a relay may have taken.
fn bounced(row: &TraceRow, bounce: &BounceRow, shown: Shown) -> Event {
    let said = shown.words(&bounce.said, &row.address);
    let kind = bounce.kind;
    let detail = match bounce.status.as_str() {
        "" => format!("{kind}: {said}"),
        status => format!("{kind}, {status}: {said}"),
    };
    Event::new(bounce.at_ms, "bounced", detail)
}

/// Where a delivery stands: its outcome, or what it waits for.
fn stands(row: &TraceRow, now_ms: i64, shown: Shown) -> Event {
    let done_ms = row.done_ms.unwrap_or(now_ms);
    let why = shown.words(row.last_error.as_deref().unwrap_or_default(), &row.address);
    let status = row
        .last_status
        .map_or_else(String::new, |status| format!(", status {status}"));
    match row.state.as_str() {
        "delivered" => {
            let detail = format!("attempt {}{status}", row.attempts);
            Event::new(done_ms, "delivered", detail)
        }
        "dead" => Event::new(done_ms, "dead", why),
        "suppressed" => Event::new(done_ms, "suppressed", why),
        "superseded" => {
            let detail = "the story has a newer revision".to_owned();
            Event::new(done_ms, "superseded", detail)
        }
        _ => Event::new(now_ms, "waits", waits(row)),
    }
}

fn waits(row: &TraceRow) -> String {
    let batch = row.batch_id;
    match (
        row.waits_until_ms,
        row.gathered.as_deref().unwrap_or_default(),
    ) {
        (Some(until_ms), "") => format!("for its next attempt, at {}", rfc3339(until_ms)),
        (Some(until_ms), why) => format!("for a digest ({why}), at {}", rfc3339(until_ms)),
        (None, _) if row.halted => {
            format!("in batch {batch}, halted by an operator: `dateline status` says why")
        }
        (None, _) if row.batch_state == "poisoned" => {
            format!("in batch {batch}, which is poisoned: see the log, then `dateline dead replay`")
        }
        (None, _) if row.batch_state == "done" => "for the outcome of its digest".to_owned(),
        (None, _) => format!("in batch {batch}, not sent yet"),
    }
}
