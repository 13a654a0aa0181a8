//! What happened to a release: its way to the wire, and its batches.

use super::Event;
use crate::api::releases::find;
use crate::auth::Caller;
use crate::{Intake, Problem};
use store::{AlertStands, BatchStands, EventRow};

/// Alerts of a story that are looked at: one a revision.
const ALERTS: i64 = 50;
/// Batches of an alert that are shown.
const BATCHES: i64 = 500;

pub(super) async fn trace(
    intake: &Intake,
    caller: &Caller,
    id: &str,
) -> Result<Vec<Event>, Problem> {
    let store = &intake.store;
    let row = find(intake, caller, id).await?;
    let by = format!("by {}, request {}", row.submitted_by, row.request_id);
    let mut events = vec![Event::new(row.accepted_ms, "accepted", by)];
    events.extend(store.release_events(row.id).await?.iter().map(act));
    if let (Some(at_ms), Some(seq)) = (row.cleared_ms, row.seq) {
        events.push(Event::new(at_ms, "cleared", format!("as item {seq}")));
    }
    for alert in store.alerts_of_release(row.id, i64::MAX, ALERTS).await? {
        let batches = store.batches_of_alert(alert.id, 0, BATCHES).await?;
        let own: Vec<Event> = batches
            .iter()
            .filter(|batch| batch.release.as_deref() == Some(id))
            .map(sent)
            .collect();
        if alert.revision == Some(row.revision) {
            events.push(told(&alert));
        }
        events.extend(own);
    }
    for event in &mut events {
        event.release = Some(id.to_owned());
    }
    Ok(events)
}

fn act(event: &EventRow) -> Event {
    let EventRow {
        actor, act, note, ..
    } = event;
    let detail = match note.as_str() {
        "" => format!("{act} by {actor}"),
        note => format!("{act} by {actor}: {note}"),
    };
    Event::new(event.at_ms, "act", detail)
}

fn told(alert: &AlertStands) -> Event {
    let AlertStands {
        public_id,
        state,
        matched,
        ..
    } = alert;
    let detail = format!("{public_id} is {state}, {matched} endpoints of all editions");
    Event::new(alert.created_ms, "alert", detail)
}

fn sent(batch: &BatchStands) -> Event {
    let BatchStands {
        id,
        channel,
        round,
        state,
        total,
        counts,
        ..
    } = batch;
    let detail = format!(
        "batch {id} by {channel}, round {round}, is {state}: of {total} {} delivered, {} dead, {} suppressed, {} superseded, \
         {} to come later",
        counts.delivered, counts.dead, counts.suppressed, counts.superseded, counts.retried
    );
    Event::new(batch.created_ms, "batch", detail)
}
