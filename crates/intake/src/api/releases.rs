//! Releases: submit, look at, stop, move.

use super::{Id, page};
use crate::accept::{Standing, accept};
use crate::auth::{Caller, Scope};
use crate::request_id::RequestId;
use crate::{Intake, Problem};
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, body::Bytes};
use release::model::{Release, ReleaseState};
use release::time::{ClearTime, TimeError, rfc3339};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{ReleaseRow, Report, Stopped};

pub(super) async fn submit(
    State(intake): State<Intake>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (key, body) = (idempotency_key(&headers)?, body?);
    let Standing {
        release,
        findings,
        repeated,
    } = accept(&intake, &caller, &body, key, &request.0).await?;
    let mut shown = summary(&intake, &release);
    shown["findings"] = json!(findings);
    shown["repeated"] = json!(repeated);
    let mut response = (StatusCode::ACCEPTED, Json(shown)).into_response();
    if repeated {
        response.headers_mut().insert(
            "idempotent-replayed",
            axum::http::HeaderValue::from_static("true"),
        );
    }
    Ok(response)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(key)),
        _ => Err(Problem::Malformed(
            "Idempotency-Key must be 1 to 255 visible ASCII characters".into(),
        )),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    before: Option<String>,
    limit: Option<i64>,
}

pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let Query(query) = query?;
    let before_id = match &query.before {
        Some(id) => find(&intake, &caller, id).await?.id,
        None => i64::MAX,
    };
    let rows = visible(&intake, &caller, before_id, page(query.limit)).await?;
    let next = rows.last().map(|row| row.public_id.clone());
    let releases: Vec<Value> = rows.iter().map(|row| summary(&intake, row)).collect();
    Ok(Json(json!({ "releases": releases, "next_before": next })))
}

/// A page of what the caller may see; what it may not see is passed over and not told of, not even as the next page's start.
async fn visible(
    intake: &Intake,
    caller: &Caller,
    mut before_id: i64,
    limit: i64,
) -> Result<Vec<ReleaseRow>, Problem> {
    let mut seen = Vec::new();
    loop {
        let rows = intake.store.releases(before_id, None, limit).await?;
        let is_last = (rows.len() as i64) < limit;
        before_id = rows.last().map_or(0, |row| row.id);
        seen.extend(rows.into_iter().filter(|row| caller.may_see(row)));
        if is_last || seen.len() as i64 >= limit {
            seen.truncate(limit as usize);
            return Ok(seen);
        }
    }
}

pub(super) async fn show(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let row = find(&intake, &caller, &id).await?;
    let mut shown = summary(&intake, &row);
    shown["content"] =
        serde_json::from_str(&row.content).map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(Json(shown))
}

pub(super) async fn report(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let row = find(&intake, &caller, &id).await?;
    let report = intake.store.report(row.id).await?;
    Ok(Json(report_json(&intake, &row, &report)))
}

pub(super) async fn hold(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    stop(&intake, &caller, &id, ReleaseState::Held).await
}

pub(super) async fn cancel(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    stop(&intake, &caller, &id, ReleaseState::Cancelled).await
}

async fn stop(
    intake: &Intake,
    caller: &Caller,
    id: &str,
    state: ReleaseState,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let row = find(intake, caller, id).await?;
    let event = store::NewEvent {
        at_ms: intake.clock.now_ms(),
        actor: &caller.actor,
        act: state.as_str(),
        note: "",
    };
    let stopped = intake.store.stop_release(row.id, state, event).await?;
    settle(intake, stopped, &row, &format!("{state}, 0 told")).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reschedule {
    clear_at: String,
    zone: Option<String>,
}

pub(super) async fn reschedule(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Json<Reschedule>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let Json(to) = body?;
    let clear =
        ClearTime::parse(&to.clear_at, to.zone.as_deref()).map_err(|error| invalid_time(&error))?;
    let row = find(&intake, &caller, &id).await?;
    let at_ms = clear.at_ms.max(intake.clock.now_ms());
    let event = store::NewEvent {
        at_ms: intake.clock.now_ms(),
        actor: &caller.actor,
        act: "rescheduled",
        note: "",
    };
    let stopped = intake
        .store
        .reschedule_release(row.id, at_ms, event)
        .await?;
    intake.tell_due();
    settle(
        &intake,
        stopped,
        &row,
        &format!("rescheduled to {}", rfc3339(at_ms)),
    )
    .await
}

fn invalid_time(error: &TimeError) -> Problem {
    let mend = match error {
        TimeError::Nonexistent {
            candidates: [a, b], ..
        }
        | TimeError::Ambiguous {
            candidates: [a, b], ..
        } => {
            format!("say which is meant: `{a}` or `{b}`")
        }
        TimeError::UnknownZone(_) => "use a name such as `America/New_York` or `UTC`".to_owned(),
        _ => "write `2026-12-01T09:00:00` with a `zone`, or with an offset".to_owned(),
    };
    Problem::Invalid {
        pointer: "/clear_at".into(),
        detail: error.to_string(),
        mend,
    }
}

/// The true answer in a race: done and nobody told, or when it cleared and how many were told.
async fn settle(
    intake: &Intake,
    stopped: Stopped,
    row: &ReleaseRow,
    done: &str,
) -> Result<Json<Value>, Problem> {
    match stopped {
        Stopped::Done => {
            let row = intake
                .store
                .release_by_id(row.id)
                .await?
                .unwrap_or_else(|| row.clone());
            let mut shown = summary(intake, &row);
            shown["told"] = json!(0);
            shown["result"] = json!(done);
            Ok(Json(shown))
        }
        Stopped::Cleared { cleared_ms, told } => Err(Problem::Cleared { cleared_ms, told }),
        Stopped::NotPossible(state) => Err(Problem::Conflict(format!("the release is {state}"))),
    }
}

/// The release, unless it is not there or not for this caller: both look the same.
async fn find(intake: &Intake, caller: &Caller, id: &str) -> Result<ReleaseRow, Problem> {
    match intake.store.release(id).await? {
        Some(row) if caller.may_see(&row) => Ok(row),
        _ => Err(Problem::NotFound {
            what: "release",
            id: id.to_owned(),
        }),
    }
}

fn summary(intake: &Intake, row: &ReleaseRow) -> Value {
    let content: Option<Release> = serde_json::from_str(&row.content).ok();
    json!({
        "id": row.public_id,
        "story": row.story_public_id,
        "revision": row.revision,
        "edition": row.edition,
        "headline": content.as_ref().map(|content| content.headline.clone()),
        "issuers": content.map(|content| content.issuers),
        "state": row.state,
        "lane": row.lane,
        "clear_at": rfc3339(row.clear_at_ms),
        "accepted_at": rfc3339(row.accepted_ms),
        "cleared_at": row.cleared_ms.map(rfc3339),
        "seq": row.seq,
        "url": format!("{}/releases/{}", intake.public_url, row.public_id),
    })
}

fn report_json(intake: &Intake, row: &ReleaseRow, report: &Report) -> Value {
    let total =
        |count: fn(&store::ChannelReport) -> i64| report.channels.iter().map(count).sum::<i64>();
    let mut all = store::Latencies::default();
    report
        .channels
        .iter()
        .for_each(|channel| all.merge(&channel.latencies));
    let channels: serde_json::Map<String, Value> = report
        .channels
        .iter()
        .map(|c| {
            let counts = json!({
                "matched": c.matched, "delivered": c.delivered, "dead": c.dead, "suppressed": c.suppressed,
                "superseded": c.superseded, "due": c.due(), "untried": c.untried, "waiting": c.due() - c.untried, "retried": c.retried,
                "p50_ms": c.latencies.percentile_ms(0.5), "p95_ms": c.latencies.percentile_ms(0.95),
                "p99_ms": c.latencies.percentile_ms(0.99),
            });
            (c.channel.to_string(), counts)
        })
        .collect();
    let due = total(store::ChannelReport::due);
    let untried = total(|c| c.untried);
    let mut shown = summary(intake, row);
    shown["report"] = json!({
        "complete": row.cleared_ms.is_some() && report.routed && due == 0,
        "tried": row.cleared_ms.is_some() && report.routed && untried == 0,
        "untried": untried,
        "waiting": due - untried,
        "matched": total(|c| c.matched),
        "delivered": total(|c| c.delivered),
        "dead": total(|c| c.dead),
        "suppressed": total(|c| c.suppressed),
        "superseded": total(|c| c.superseded),
        "due": due,
        "retried": total(|c| c.retried),
        "p50_ms": all.percentile_ms(0.5),
        "p95_ms": all.percentile_ms(0.95),
        "p99_ms": all.percentile_ms(0.99),
        "channels": channels,
    });
    shown
}
