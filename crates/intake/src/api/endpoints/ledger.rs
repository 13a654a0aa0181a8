//! What became of an endpoint's deliveries, attempt by attempt: for its owner, who looks after the receiver.

use super::find;
use crate::api::trace::delivery_id;
use crate::api::{Id, page};
use crate::auth::{AnyCaller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use release::address::printable;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use store::{AttemptRow, DeliveriesAsked, EndpointRow, TraceRow};
use utoipa::{IntoParams, ToSchema};

/// Where a delivery may stand.
const STATES: [&str; 5] = ["due", "delivered", "dead", "suppressed", "superseded"];

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ListQuery {
    /// due, delivered, dead, suppressed or superseded; all if absent
    state: Option<String>,
    /// `next_before` of the page before
    before: Option<String>,
    /// 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// A page of an endpoint's deliveries.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct DeliveriesShape {
    /// Newest first; may be fewer than asked for, and none, where `next_before` goes on
    deliveries: Vec<DeliveryShape>,
    /// `before` for the next page; null on the last
    next_before: Option<String>,
}

/// What became of a delivery.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct DeliveryShape {
    /// The webhook-id, and the left part of the Message-ID: `alr_…_ep_…`
    id: String,
    /// story, challenge, test, digest, …
    kind: String,
    /// `rel_…`, if it told of one
    release: Option<String>,
    /// due, delivered, dead, suppressed or superseded
    state: String,
    /// How often it was tried
    attempts: i64,
    /// Of the last attempt
    last_status: Option<i64>,
    /// Why the last attempt failed, or nothing was sent
    last_error: Option<String>,
    /// When the wire had it to tell
    planned_at: String,
    /// Of the last attempt, or of the outcome
    last_at: Option<String>,
    /// While it is due and was tried
    next_attempt_at: Option<String>,
    /// Oldest first; where one delivery is shown
    #[serde(skip_serializing_if = "Option::is_none")]
    tries: Option<Vec<TryShape>>,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
struct TryShape {
    /// From 1
    attempt: i64,
    at: String,
    /// Kept of those that failed
    duration_ms: Option<i64>,
    /// The receiver's, if it gave one
    status: Option<i64>,
    /// Null if it did not fail
    error: Option<String>,
    /// What the receiver answered where it failed: the first 16 KiB
    answer: Option<String>,
}

/// An endpoint's deliveries, newest first
#[utoipa::path(get, path = "/v1/endpoints/{id}/deliveries", tag = "subscriptions",
    params(("id" = String, Path, description = "`ep_…`"), ListQuery), responses((status = 200, body = DeliveriesShape), Problem))]
pub(in crate::api) async fn list(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<DeliveriesShape>, Problem> {
    let endpoint = find(&intake, caller.whose(Scope::SubscriptionsRead)?, &id).await?;
    let Query(query) = query?;
    let state = query.state.as_deref();
    if let Some(state) = state.filter(|state| !STATES.contains(state)) {
        return Err(Problem::Invalid {
            pointer: "/state".into(),
            detail: format!("no delivery is ever `{}`", printable(state)),
            mend: format!("use one of {}", STATES.join(", ")),
        });
    }
    let asked = DeliveriesAsked {
        before_id: before(&intake, query.before.as_deref()).await?,
        states: state.as_slice(),
        ..DeliveriesAsked::newest(page(query.limit)?)
    };
    let page = intake
        .store
        .deliveries_of_endpoint(endpoint.id, &asked)
        .await?;
    Ok(Json(DeliveriesShape {
        deliveries: page.rows.into_iter().map(DeliveryShape::of).collect(),
        next_before: page.next_before,
    }))
}

/// A delivery of an endpoint, with each attempt
#[utoipa::path(get, path = "/v1/endpoints/{id}/deliveries/{delivery}", tag = "subscriptions",
    params(("id" = String, Path, description = "`ep_…`"), ("delivery" = String, Path, description = "The webhook-id: `alr_…_ep_…`")),
    responses((status = 200, body = DeliveryShape), Problem))]
pub(in crate::api) async fn show(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<Json<DeliveryShape>, Problem> {
    let endpoint = find(&intake, caller.whose(Scope::SubscriptionsRead)?, &id).await?;
    let row = one(&intake, &endpoint, &delivery).await?;
    let attempts = intake.store.attempts(&row).await?;
    Ok(Json(DeliveryShape {
        tries: Some(attempts.into_iter().map(TryShape::of).collect()),
        ..DeliveryShape::of(row)
    }))
}

/// The delivery of an endpoint with this webhook-id.
pub(super) async fn one(
    intake: &Intake,
    endpoint: &EndpointRow,
    delivery: &str,
) -> Result<TraceRow, Problem> {
    let store = &intake.store;
    let named = delivery_id(delivery).filter(|(_, named)| *named == endpoint.public_id);
    let alert = match named {
        Some((alert, _)) => store.alert_stands(alert).await?,
        None => None,
    };
    let row = match alert {
        Some(alert) => store.trace_delivery(endpoint.id, alert.id).await?,
        None => None,
    };
    row.ok_or_else(|| Problem::NotFound {
        what: "delivery",
        id: delivery.to_owned(),
    })
}

/// The key of the alert with which a page begins.
pub(super) async fn before(intake: &Intake, alert: Option<&str>) -> Result<i64, Problem> {
    let Some(alert) = alert else {
        return Ok(i64::MAX);
    };
    let row = intake.store.alert_stands(alert).await?;
    row.map(|row| row.id).ok_or_else(|| Problem::NotFound {
        what: "alert",
        id: alert.to_owned(),
    })
}

impl DeliveryShape {
    fn of(row: TraceRow) -> DeliveryShape {
        DeliveryShape {
            id: format!("{}_{}", row.alert, row.endpoint),
            kind: row.kind.as_str().to_owned(),
            release: row.release,
            state: row.state,
            attempts: row.attempts,
            last_status: row.last_status,
            last_error: row.last_error,
            planned_at: rfc3339(row.alert_ms),
            last_at: row.done_ms.map(rfc3339),
            next_attempt_at: row.waits_until_ms.map(rfc3339),
            tries: None,
        }
    }
}

impl TryShape {
    fn of(row: AttemptRow) -> TryShape {
        let failed = !row.error.is_empty();
        TryShape {
            attempt: row.attempt,
            at: rfc3339(row.at_ms),
            duration_ms: failed.then_some(row.duration_ms),
            status: row.status,
            error: failed.then_some(row.error),
            answer: failed.then_some(row.answer),
        }
    }
}
