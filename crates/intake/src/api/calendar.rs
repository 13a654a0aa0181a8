//! What is to clear, by its time.

use super::shapes::ReleaseShape;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use release::time::parse_rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Releases in one answer.
const MOST: i64 = 1000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarQuery {
    /// From this time on, RFC 3339; now if absent
    from: Option<String>,
    /// Up to before this time, RFC 3339
    until: Option<String>,
}

/// What is to clear.
#[derive(Serialize, ToSchema)]
pub(super) struct CalendarShape {
    /// In the order of their clear times; at most 1000
    releases: Vec<ReleaseShape>,
}

/// What is scheduled, by clear time
#[utoipa::path(get, path = "/v1/calendar", tag = "releases", params(CalendarQuery),
    responses((status = 200, body = CalendarShape), Problem))]
pub(super) async fn calendar(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<CalendarQuery>, QueryRejection>,
) -> Result<Json<CalendarShape>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let Query(query) = query?;
    let from_ms = time("from", query.from.as_deref(), intake.clock.now_ms())?;
    let until_ms = time("until", query.until.as_deref(), i64::MAX)?;
    let rows = intake
        .store
        .scheduled_between(from_ms, until_ms, MOST)
        .await?;
    let seen = rows.iter().filter(|row| caller.may_see(row));
    Ok(Json(CalendarShape {
        releases: seen.map(|row| ReleaseShape::of(&intake, row)).collect(),
    }))
}

fn time(name: &str, text: Option<&str>, absent_ms: i64) -> Result<i64, Problem> {
    let Some(text) = text else {
        return Ok(absent_ms);
    };
    parse_rfc3339(text).map_err(|error| Problem::Invalid {
        pointer: format!("/{name}"),
        detail: error.to_string(),
        mend: "write `2026-12-01T09:00:00Z`".into(),
    })
}
