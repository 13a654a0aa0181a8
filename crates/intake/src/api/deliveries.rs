//! Deliveries that were given up: looked at, and replayed.

use super::page;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use release::address::masked;
use release::time::rfc3339;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeadQuery {
    release: Option<String>,
    limit: Option<i64>,
}

pub(super) async fn dead(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<DeadQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::Operator)?;
    let Query(query) = query?;
    let release_id = release_id(&intake, query.release.as_deref()).await?;
    let dead = intake
        .store
        .dead_deliveries(release_id, page(query.limit))
        .await?;
    let dead: Vec<Value> = dead
        .iter()
        .map(|d| {
            json!({
                "release": d.release, "endpoint": d.endpoint, "channel": d.channel, "address": masked(&d.address),
                "attempts": d.attempts, "last_status": d.last_status, "last_error": d.last_error, "last_answer": d.last_answer,
                "given_up_at": d.done_ms.map(rfc3339),
            })
        })
        .collect();
    Ok(Json(json!({ "dead": dead })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Replay {
    release: Option<String>,
    endpoint: Option<String>,
}

pub(super) async fn replay(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Replay>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
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
    Ok(Json(
        json!({ "replayed": replayed, "reopened_batches": reopened }),
    ))
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
