//! Alerts: what is told, to how many, and how far that is.

use super::releases::find;
use super::{Id, last_of, page};
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use store::{AlertStands, Outcomes};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertsQuery {
    /// Only those that tell of the story of this release; without it, for operators, all
    release: Option<String>,
    /// Older than this alert: `next_before` of the page before
    before: Option<String>,
    /// 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// Something that is told: the story of releases, or what concerns one reader.
#[derive(Serialize, ToSchema)]
pub(super) struct AlertShape {
    /// `alr_…`
    id: String,
    /// story, confirm, challenge, sign-in, notice, test, digest, manage
    kind: String,
    /// flash or regular
    lane: String,
    /// unrouted, or routed: all its deliveries are planned
    state: String,
    /// `sty_…`, for stories
    story: Option<String>,
    /// Which telling of the story
    revision: Option<i64>,
    /// `ep_…`, for all other kinds
    endpoint: Option<String>,
    /// How many endpoints it was planned for, once routed
    matched: i64,
    /// How many batches carry it
    batches: i64,
    counts: OutcomesShape,
    created_at: String,
}

/// What became of deliveries.
#[derive(Serialize, ToSchema)]
pub(super) struct OutcomesShape {
    delivered: i64,
    /// Given up
    dead: i64,
    /// Not wanted any more
    suppressed: i64,
    /// Overtaken by a newer telling
    superseded: i64,
    /// Tries that failed and were or will be tried again, by another batch
    retried: i64,
}

/// A page of alerts.
#[derive(Serialize, ToSchema)]
pub(super) struct AlertPage {
    /// Newest first
    alerts: Vec<AlertShape>,
    /// `before` for the next page; null on the last
    next_before: Option<String>,
}

impl OutcomesShape {
    pub(super) fn of(counts: Outcomes) -> OutcomesShape {
        OutcomesShape {
            delivered: counts.delivered,
            dead: counts.dead,
            suppressed: counts.suppressed,
            superseded: counts.superseded,
            retried: counts.retried,
        }
    }
}

impl AlertShape {
    fn of(row: AlertStands) -> AlertShape {
        AlertShape {
            id: row.public_id,
            kind: row.kind.as_str().to_owned(),
            lane: row.lane.to_string(),
            state: row.state,
            story: row.story,
            revision: row.revision,
            endpoint: row.endpoint,
            matched: row.matched,
            batches: row.batches,
            counts: OutcomesShape::of(row.counts),
            created_at: rfc3339(row.created_ms),
        }
    }
}

/// Alerts, newest first
#[utoipa::path(get, path = "/v1/alerts", tag = "operators", params(AlertsQuery),
    responses((status = 200, body = AlertPage), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<AlertsQuery>, QueryRejection>,
) -> Result<Json<AlertPage>, Problem> {
    let Query(query) = query?;
    let limit = page(query.limit)?;
    let release = match &query.release {
        None => {
            caller.must(Scope::Operator)?;
            None
        }
        Some(id) => {
            caller.must(Scope::ReleasesRead)?;
            Some(find(&intake, &caller, id).await?)
        }
    };
    let before_id = match &query.before {
        None => i64::MAX,
        Some(id) => alert(&intake, &caller, id).await?.id,
    };
    let rows = match release {
        None => intake.store.alerts(before_id, limit).await?,
        Some(release) => {
            let alerts = intake.store.alerts_of_release(release.id, before_id, limit);
            alerts.await?
        }
    };
    Ok(Json(AlertPage {
        next_before: last_of(&rows, limit).map(|row| row.public_id.clone()),
        alerts: rows.into_iter().map(AlertShape::of).collect(),
    }))
}

/// An alert
#[utoipa::path(get, path = "/v1/alerts/{id}", tag = "operators", params(("id" = String, Path, description = "`alr_…`")),
    responses((status = 200, body = AlertShape), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<AlertShape>, Problem> {
    Ok(Json(AlertShape::of(alert(&intake, &caller, &id).await?)))
}

/// The alert, unless it is not there or not for this caller: both look the same. Whoever may see a release may see the
/// alerts of its story; all others are an operator's.
pub(super) async fn alert(
    intake: &Intake,
    caller: &Caller,
    id: &str,
) -> Result<AlertStands, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let found = intake.store.alert_stands(id).await?;
    let may_see = match &found {
        _ if caller.may(Scope::Operator) => true,
        Some(AlertStands {
            story: Some(story), ..
        }) => {
            let releases = intake.store.story(story).await?;
            releases.iter().any(|release| caller.may_see(release))
        }
        _ => false,
    };
    found.filter(|_| may_see).ok_or_else(|| Problem::NotFound {
        what: "alert",
        id: id.to_owned(),
    })
}
