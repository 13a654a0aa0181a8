//! The audit log: what people did to the wire.

use super::page;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use store::ActRow;
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditQuery {
    /// `next_before` of the page before
    before: Option<i64>,
    /// 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// A page of acts.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditPage {
    /// Newest first
    acts: Vec<ActShape>,
    /// `before` for the next page; null on the last
    next_before: Option<i64>,
}

/// Something that somebody did.
#[derive(Serialize, ToSchema)]
struct ActShape {
    id: i64,
    at: String,
    /// `tok_…`, `per_…`; `local` for commands on the same machine, `reader` for somebody with a link of their own
    by: String,
    /// What, as `halt` or `token.revoke`
    act: String,
    /// To what: an id, a slug, a masked address
    subject: String,
    /// In their words, or what it was changed to
    note: String,
    /// The request behind it, as in the log
    request: String,
}

impl ActShape {
    fn of(row: ActRow) -> ActShape {
        ActShape {
            id: row.id,
            at: rfc3339(row.at_ms),
            by: row.actor,
            act: row.act,
            subject: row.subject,
            note: row.note,
            request: row.request_id,
        }
    }
}

/// What people did to the wire: who, when, what, to what
///
/// Halts, tokens, people, issuers, suppressions, replays, erasures, and starts with their settings. What was done to a
/// release stands in its own history.
#[utoipa::path(get, path = "/v1/audit", tag = "operators", params(AuditQuery),
    responses((status = 200, body = AuditPage), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Json<AuditPage>, Problem> {
    caller.must(Scope::Operator)?;
    let Query(query) = query?;
    let limit = page(query.limit)?;
    let before = query.before.unwrap_or(i64::MAX);
    let rows = intake.store.acts(before, limit).await?;
    Ok(Json(AuditPage {
        next_before: super::last_of(&rows, limit).map(|row| row.id),
        acts: rows.into_iter().map(ActShape::of).collect(),
    }))
}
