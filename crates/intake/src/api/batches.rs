//! Batches: the parts of an alert that workers take, each under a lease.

use super::alerts::{OutcomesShape, alert};
use super::{Id, PageQuery, last_of, page};
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use release::address::printable;
use release::time::rfc3339;
use serde::Serialize;
use store::BatchStands;
use utoipa::ToSchema;

/// A part of an alert, as workers take it: one release, one channel.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchShape {
    /// Its number, as in the log
    id: i64,
    /// `alr_…`
    alert: String,
    /// `rel_…`: the edition it tells, for stories
    release: Option<String>,
    /// email or webhook
    channel: String,
    /// flash or regular
    lane: String,
    /// 0 for the first try, then counting retries
    round: i64,
    /// open, done, or poisoned: claimed too often without an outcome, and left alone until it is replayed
    state: String,
    /// How many deliveries it was sealed with
    total: i64,
    counts: OutcomesShape,
    /// How often it was claimed since its last outcome
    claims: i64,
    /// Who works on it; for operators, while it is open and was claimed
    lease: Option<LeaseShape>,
    created_at: String,
}

/// Whose a batch is, and until when.
#[derive(Serialize, ToSchema)]
pub(super) struct LeaseShape {
    /// The worker
    worker: String,
    /// After that, anybody may claim it
    until: String,
}

/// A page of batches.
#[derive(Serialize, ToSchema)]
pub(super) struct BatchPage {
    /// In the order in which they were planned
    batches: Vec<BatchShape>,
    /// `after` for the next page; null on the last
    next_after: Option<String>,
}

impl BatchShape {
    fn of(row: BatchStands, caller: &Caller) -> BatchShape {
        let is_leased =
            row.state == "open" && row.lease_until_ms > 0 && caller.may(Scope::Operator);
        let lease = row.lease_owner.filter(|_| is_leased);
        BatchShape {
            id: row.id,
            alert: row.alert,
            release: row.release,
            channel: row.channel.to_string(),
            lane: row.lane.to_string(),
            round: row.round,
            state: row.state,
            total: row.total,
            counts: OutcomesShape::of(row.counts),
            claims: row.claims,
            lease: lease.map(|worker| LeaseShape {
                worker,
                until: rfc3339(row.lease_until_ms),
            }),
            created_at: rfc3339(row.created_ms),
        }
    }
}

/// The batches of an alert
#[utoipa::path(get, path = "/v1/alerts/{id}/batches", tag = "operators",
    params(("id" = String, Path, description = "`alr_…`"), PageQuery),
    responses((status = 200, body = BatchPage), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<BatchPage>, Problem> {
    let Query(PageQuery { after, limit }) = query?;
    let limit = page(limit)?;
    let alert = alert(&intake, &caller, &id).await?;
    let after_id = match &after {
        None => 0,
        Some(after) => after.parse().map_err(|_| Problem::Invalid {
            pointer: "/after".into(),
            detail: format!("no batch `{}`", printable(after)),
            mend: "give `next_after` of the page before".into(),
        })?,
    };
    let rows = intake
        .store
        .batches_of_alert(alert.id, after_id, limit)
        .await?;
    Ok(Json(BatchPage {
        next_after: last_of(&rows, limit).map(|row| row.id.to_string()),
        batches: rows
            .into_iter()
            .map(|row| BatchShape::of(row, &caller))
            .collect(),
    }))
}

/// A batch
#[utoipa::path(get, path = "/v1/batches/{id}", tag = "operators", params(("id" = String, Path, description = "Its number")),
    responses((status = 200, body = BatchShape), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<BatchShape>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let nothing = || Problem::NotFound {
        what: "batch",
        id: id.clone(),
    };
    let number = id.parse().map_err(|_| nothing())?;
    let row = intake.store.batch_stands(number).await?;
    let row = row.ok_or_else(nothing)?;
    // A batch is seen by whoever may see its alert; else it is answered like one that is not there.
    match alert(&intake, &caller, &row.alert).await {
        Err(Problem::NotFound { .. }) => Err(nothing()),
        Err(problem) => Err(problem),
        Ok(_) => Ok(Json(BatchShape::of(row, &caller))),
    }
}
