//! Stopping and moving a release before its clear time.

use super::Id;
use super::note::Note;
use super::releases::find;
use super::shapes::ReleaseShape;
use super::tag::name_of;
use crate::accept::{clear_if_due, stands};
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use release::model::ReleaseState;
use release::time::{ClearTime, TimeError, rfc3339};
use serde::{Deserialize, Serialize};
use store::{NewEvent, Power, ReleaseRow, Stopped};
use utoipa::ToSchema;

/// A release that was stopped or moved before anybody was told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoppedShape {
    #[serde(flatten)]
    release: ReleaseShape,
    /// How many had been told: 0, for else it would be too late
    told: i64,
    /// In words
    result: String,
}

/// Hold a release before its clear time
///
/// With it those that were submitted together with it. Whoever has the right may let it go on; what is held with the scope
/// `releases:review`, only they may. Too late is a 409 with `cleared_at` and `told`.
#[utoipa::path(post, path = "/v1/releases/{id}/hold", tag = "releases", params(("id" = String, Path, description = "`rel_…`")),
    request_body = Option<Note>, responses((status = 200, body = StoppedShape), Problem))]
pub(super) async fn hold(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<StoppedShape>, Problem> {
    let note = Note::of_body(&body?)?;
    stop(&intake, &caller, &id, ReleaseState::Held, &note).await
}

/// By which right this caller stops and moves releases.
fn power(caller: &Caller) -> Power {
    match caller.may(Scope::ReleasesReview) {
        true => Power::Editor,
        false => Power::Submitter,
    }
}

/// Cancel a release before its clear time
#[utoipa::path(post, path = "/v1/releases/{id}/cancel", tag = "releases", params(("id" = String, Path, description = "`rel_…`")),
    responses((status = 200, body = StoppedShape), Problem))]
pub(super) async fn cancel(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<StoppedShape>, Problem> {
    stop(&intake, &caller, &id, ReleaseState::Cancelled, "").await
}

async fn stop(
    intake: &Intake,
    caller: &Caller,
    id: &str,
    state: ReleaseState,
    note: &str,
) -> Result<Json<StoppedShape>, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let row = find(intake, caller, id).await?;
    let event = NewEvent {
        at_ms: intake.clock.now_ms(),
        actor: &caller.actor,
        act: state.as_str(),
        note,
    };
    let stopped = intake
        .store
        .stop_release(row.id, state, power(caller), event)
        .await?;
    intake.tell_due();
    settle(intake, stopped, &row, format!("{state}, 0 told")).await
}

/// Another clear time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reschedule {
    /// `2026-12-01T09:00` with a `zone`, or a time with an offset
    clear_at: String,
    /// An IANA zone
    zone: Option<String>,
}

/// Give a held or scheduled release another clear time, and let it go on
///
/// What an editor holds only an editor or operator lets go on: for others that is a 403 that says who holds it and why.
#[utoipa::path(post, path = "/v1/releases/{id}/reschedule", tag = "releases", params(("id" = String, Path, description = "`rel_…`")),
    request_body = Reschedule, responses((status = 200, body = StoppedShape), Problem))]
pub(super) async fn reschedule(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    body: Result<Json<Reschedule>, JsonRejection>,
) -> Result<Json<StoppedShape>, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let Json(to) = body?;
    let clear =
        ClearTime::parse(&to.clear_at, to.zone.as_deref()).map_err(|error| invalid_time(&error))?;
    let row = find(&intake, &caller, &id).await?;
    let now_ms = intake.clock.now_ms();
    let at_ms = clear.at_ms.max(now_ms);
    let event = NewEvent {
        at_ms: now_ms,
        actor: &caller.actor,
        act: "rescheduled",
        note: &clear.rfc3339(),
    };
    let stopped = intake
        .store
        .reschedule_release(row.id, at_ms, power(&caller), event)
        .await?;
    if stopped == Stopped::Done {
        clear_if_due(&intake, row.id, at_ms, now_ms).await;
    }
    let done = format!("rescheduled to {}", rfc3339(at_ms));
    settle(&intake, stopped, &row, done).await
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
    result: String,
) -> Result<Json<StoppedShape>, Problem> {
    match stopped {
        Stopped::Done => {
            let row = stands(intake, row.id).await?;
            Ok(Json(StoppedShape {
                release: ReleaseShape::of(intake, &row),
                told: 0,
                result,
            }))
        }
        Stopped::Cleared { cleared_ms, told } => Err(Problem::Cleared { cleared_ms, told }),
        Stopped::HeldByEditor { by, note } => {
            let by = name_of(intake, &by).await?;
            let why = match note.is_empty() {
                true => "without saying why".to_owned(),
                false => format!("and says: {note}"),
            };
            Err(Problem::Forbidden(format!(
                "{by} holds the release as an editor, {why}; only an editor or operator lets it go on: ask them"
            )))
        }
        Stopped::NotPossible(state) => Err(Problem::Conflict(format!("the release is {state}"))),
    }
}
