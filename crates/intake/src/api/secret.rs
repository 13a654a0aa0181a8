//! The secret that calls to a webhook are signed with: another one, while the old holds on.

use super::endpoints::find;
use super::{Id, hours_ms};
use crate::auth::{AnyCaller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use release::model::Channel;
use release::time::rfc3339;
use release::webhook::new_secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long old secrets hold where nobody says otherwise, in hours.
const HOURS: i64 = 24;
const LONGEST_HOURS: i64 = 168;

/// How long the old secret holds beside the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotateSecret {
    /// 0 to 168; 24 if absent, 0 if somebody else may know it
    #[schema(minimum = 0, maximum = 168)]
    hours: Option<i64>,
}

/// A webhook's new secret.
#[derive(Serialize, ToSchema)]
pub(super) struct NewSecret {
    /// `ep_…`
    endpoint: String,
    /// What calls are signed with from now on; shown once
    secret: String,
    /// Until then they are signed with the old one, too
    old_secret_until: String,
}

/// Give a webhook another secret; calls bear signatures by both while the old one holds
///
/// An answer that was lost is mended by asking again: up to three old secrets hold beside the new one.
#[utoipa::path(post, path = "/v1/endpoints/{id}/secret", tag = "subscriptions", params(("id" = String, Path, description = "`ep_…`")),
    request_body = RotateSecret, responses((status = 200, body = NewSecret), Problem))]
pub(super) async fn rotate(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
    body: Result<Json<RotateSecret>, JsonRejection>,
) -> Result<Json<NewSecret>, Problem> {
    let whose = caller.whose(Scope::SubscriptionsWrite)?;
    let Json(RotateSecret { hours }) = body?;
    let row = find(&intake, whose, &id).await?;
    let act = intake.act(&caller, "secret.rotate", &id, "");
    let until_ms = act.at_ms + hours_ms(hours, HOURS, LONGEST_HOURS)?;
    let secret = new_secret(rand::random());
    let store = &intake.store;
    if !store.rotate_secret(row.id, &secret, until_ms, act).await? {
        let what = match row.channel {
            Channel::Email => "a mailbox".to_owned(),
            Channel::Webhook => row.state.to_string(),
        };
        return Err(Problem::Conflict(format!(
            "{id} is {what}: a secret has only a webhook that is in use"
        )));
    }
    Ok(Json(NewSecret {
        endpoint: id,
        secret,
        old_secret_until: rfc3339(until_ms),
    }))
}
