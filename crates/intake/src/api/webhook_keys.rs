//! The wire's key that signs calls by ed25519: another one, while the old is not retired. The public halves stand at
//! `/.well-known/dateline-webhook-keys`.

use super::hours_ms;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use tracing::warn;
use utoipa::ToSchema;

/// How long the old key signs beside the new one where nobody says otherwise, in hours: a week.
const HOURS: i64 = 168;
const LONGEST_HOURS: i64 = 720;

/// How long the old key signs beside the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotateKey {
    /// 0 to 720; 168 if absent, 0 if somebody else may know it
    #[schema(minimum = 0, maximum = 720)]
    hours: Option<i64>,
}

/// The wire's new key.
#[derive(Serialize, ToSchema)]
pub(super) struct NewKey {
    id: String,
    /// `whpk_…`, the public half
    key: String,
    created_at: String,
    /// Until then the old key signs, too; absent if none does
    #[serde(skip_serializing_if = "Option::is_none")]
    old_key_until: Option<String>,
}

/// Make another key that signs calls by ed25519
///
/// Calls bear signatures by both until the old key is retired.
#[utoipa::path(post, path = "/v1/webhook-keys", tag = "operators", request_body = RotateKey,
    responses((status = 201, body = NewKey), Problem))]
pub(super) async fn rotate(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<RotateKey>, JsonRejection>,
) -> Result<(StatusCode, Json<NewKey>), Problem> {
    caller.must(Scope::Operator)?;
    let Json(RotateKey { hours }) = body?;
    let act = intake.act(&caller, "webhook-key.rotate", "webhook-key", "");
    let (now_ms, store) = (act.at_ms, &intake.store);
    let retire_ms = now_ms + hours_ms(hours, HOURS, LONGEST_HOURS)?;
    store.rotate_signing_key(retire_ms, act).await?;
    let keys = store.signing_keys(now_ms).await?;
    let keys = keys.ok_or_else(|| Problem::Internal("no key signs".into()))?;
    let (newest, before) = (keys.newest, keys.before);
    warn!(
        worker = "intake",
        by = caller.actor,
        request_id = caller.request_id,
        outcome = "rotated",
        "calls are signed by another key of the wire: {}",
        newest.key.public()
    );
    Ok((
        StatusCode::CREATED,
        Json(NewKey {
            id: newest.id.to_string(),
            key: newest.key.public(),
            created_at: rfc3339(newest.created_ms),
            old_key_until: before.map(|_| rfc3339(retire_ms)),
        }),
    ))
}
