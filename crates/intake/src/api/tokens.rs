//! Tokens: made and revoked by operators; the secret is shown once.

use super::Id;
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use release::ids::{Kind, PublicId, base32};
use release::time::rfc3339;
use serde::Deserialize;
use serde_json::{Value, json};
use store::NewToken;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    name: String,
    scopes: Vec<String>,
    #[serde(default)]
    issuers: Vec<String>,
}

pub(super) async fn add(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Add>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    caller.must(Scope::Operator)?;
    let Json(add) = body?;
    for (at, scope) in add.scopes.iter().enumerate() {
        if !Scope::ALL.iter().any(|known| known.as_str() == scope) {
            let known: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
            return Err(Problem::Invalid {
                pointer: format!("/scopes/{at}"),
                detail: format!("no scope `{}`", release::address::printable(scope)),
                mend: format!("use one of {}", known.join(", ")),
            });
        }
    }
    for (at, slug) in add.issuers.iter().enumerate() {
        if intake.store.issuer(slug).await?.is_none() {
            return Err(Problem::Invalid {
                pointer: format!("/issuers/{at}"),
                detail: format!("no issuer `{}`", release::address::printable(slug)),
                mend: "add it first with `dateline issuer add`".into(),
            });
        }
    }
    let secret = format!("dl_{}", base32(&rand::random::<[u8; 32]>()));
    let public_id = PublicId::from_random(Kind::Token, rand::random());
    let new = NewToken {
        public_id: public_id.as_str(),
        secret: &secret,
        name: add.name.trim(),
        scopes: &add.scopes.join(" "),
        issuers: &add.issuers.join(" "),
        email: "",
    };
    intake.store.add_token(&new, intake.clock.now_ms()).await?;
    let shown = json!({ "id": public_id, "token": secret, "name": add.name, "scopes": add.scopes, "issuers": add.issuers });
    Ok((StatusCode::CREATED, Json(shown)))
}

pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::Operator)?;
    let tokens = intake.store.tokens().await?;
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let shown: Vec<Value> = tokens
        .iter()
        .map(|token| {
            json!({
                "id": token.public_id, "name": token.name, "scopes": words(&token.scopes),
                "issuers": words(&token.issuers), "created_at": rfc3339(token.created_ms),
                "revoked_at": token.revoked_ms.map(rfc3339),
            })
        })
        .collect();
    Ok(Json(json!({ "tokens": shown })))
}

pub(super) async fn revoke(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    caller.must(Scope::Operator)?;
    match intake
        .store
        .revoke_token(&id, intake.clock.now_ms())
        .await?
    {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound { what: "token", id }),
    }
}
