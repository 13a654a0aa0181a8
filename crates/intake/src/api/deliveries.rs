//! Deliveries that were given up: looked at, and replayed.

use super::page;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use release::address::masked;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DeadQuery {
    /// Of this release only
    release: Option<String>,
    /// 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// Deliveries that were given up.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadPage {
    /// Newest first
    dead: Vec<DeadShape>,
}

/// A delivery that was given up.
#[derive(Serialize, ToSchema)]
struct DeadShape {
    /// `rel_…`, unless it told of none
    release: Option<String>,
    /// `ep_…`
    endpoint: String,
    channel: String,
    /// Masked
    address: String,
    attempts: i64,
    last_status: Option<i64>,
    last_error: Option<String>,
    last_answer: Option<String>,
    given_up_at: Option<String>,
}

/// Deliveries that were given up, and why
#[utoipa::path(get, path = "/v1/deliveries/dead", tag = "operators", params(DeadQuery),
    responses((status = 200, body = DeadPage), Problem))]
pub(super) async fn dead(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<DeadQuery>, QueryRejection>,
) -> Result<Json<DeadPage>, Problem> {
    caller.must(Scope::Operator)?;
    let Query(query) = query?;
    let release_id = release_id(&intake, query.release.as_deref()).await?;
    let dead = intake
        .store
        .dead_deliveries(release_id, page(query.limit)?)
        .await?;
    let shape = |delivery: store::DeadDelivery| DeadShape {
        address: masked(&delivery.address),
        channel: delivery.channel.to_string(),
        release: delivery.release,
        endpoint: delivery.endpoint,
        attempts: delivery.attempts,
        last_status: delivery.last_status,
        last_error: delivery.last_error,
        last_answer: delivery.last_answer,
        given_up_at: delivery.done_ms.map(rfc3339),
    };
    Ok(Json(DeadPage {
        dead: dead.into_iter().map(shape).collect(),
    }))
}

/// What to try again: one of the two, or both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Replay {
    /// All of this release
    release: Option<String>,
    /// All of this endpoint
    endpoint: Option<String>,
}

/// What is tried again.
#[derive(Serialize, ToSchema)]
pub(super) struct Replayed {
    replayed: u64,
    reopened_batches: u64,
}

/// Try deliveries that were given up once more
#[utoipa::path(post, path = "/v1/deliveries/replay", tag = "operators", request_body = Replay,
    responses((status = 200, body = Replayed), Problem))]
pub(super) async fn replay(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Replay>, JsonRejection>,
) -> Result<Json<Replayed>, Problem> {
    caller.must(Scope::Operator)?;
    let Json(replay) = body?;
    if replay.release.is_none() && replay.endpoint.is_none() {
        let detail = "neither `release` nor `endpoint` is given".to_owned();
        return Err(Problem::Invalid {
            pointer: String::new(),
            detail,
            mend: "name what to replay".into(),
        });
    }
    let release_id = release_id(&intake, replay.release.as_deref()).await?;
    let endpoint_id = match &replay.endpoint {
        None => None,
        Some(id) => {
            let endpoint = intake.store.endpoint_by_public_id(id).await?;
            Some(
                endpoint
                    .ok_or_else(|| Problem::NotFound {
                        what: "endpoint",
                        id: id.clone(),
                    })?
                    .id,
            )
        }
    };
    let replayed = intake
        .store
        .replay_dead(release_id, endpoint_id, intake.clock.now_ms())
        .await?;
    let reopened = match release_id {
        Some(release_id) => intake.store.reopen_poisoned(release_id).await?,
        None => 0,
    };
    intake.tell_due();
    let named = [replay.release, replay.endpoint];
    let subject = named.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let counts = format!("{replayed} deliveries, {reopened} poisoned batches");
    let act = intake.act(&caller, "replay", &subject, &counts);
    intake.record(act).await;
    Ok(Json(Replayed {
        replayed,
        reopened_batches: reopened,
    }))
}

async fn release_id(intake: &Intake, public_id: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(public_id) = public_id else {
        return Ok(None);
    };
    match intake.store.release(public_id).await? {
        Some(row) => Ok(Some(row.id)),
        None => Err(Problem::NotFound {
            what: "release",
            id: public_id.to_owned(),
        }),
    }
}
