//! Issuers: added by operators, listed for everybody with a token.

use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use release::ids::{Kind, PublicId};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{IssuerRow, NewIssuer, StoreError};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    slug: String,
    name: String,
    site: Option<String>,
    boilerplate: Option<String>,
}

pub(super) async fn add(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Add>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    caller.must(Scope::Operator)?;
    let Json(add) = body?;
    check(&add)?;
    let public_id = PublicId::from_random(Kind::Issuer, rand::random());
    let new = NewIssuer {
        public_id: public_id.as_str(),
        slug: &add.slug,
        name: add.name.trim(),
        site: add.site.as_deref(),
        boilerplate: add.boilerplate.as_deref(),
        review: "none",
        approval: "none",
    };
    match intake.store.add_issuer(&new, intake.clock.now_ms()).await {
        Ok(()) => {}
        Err(StoreError::Conflict(_)) => {
            return Err(Problem::Conflict(format!(
                "the issuer `{}` is there already; choose another slug",
                add.slug
            )));
        }
        Err(error) => return Err(error.into()),
    }
    let shown = json!({ "id": public_id, "slug": add.slug, "name": add.name, "site": add.site });
    Ok((StatusCode::CREATED, Json(shown)))
}

fn check(add: &Add) -> Result<(), Problem> {
    let invalid = |pointer: &str, detail: String, mend: &str| {
        Err(Problem::Invalid {
            pointer: pointer.into(),
            detail,
            mend: mend.into(),
        })
    };
    if !release::lint::is_issuer_slug(&add.slug) {
        let detail = format!("`{}` is not a slug", release::address::printable(&add.slug));
        return invalid(
            "/slug",
            detail,
            "use lower-case letters, digits and single hyphens: `acme-robotics`",
        );
    }
    let name = add.name.trim();
    if name.is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
        let detail = format!("`{}` is not a name", release::address::printable(&add.name));
        return invalid("/name", detail, "give one line of 1 to 200 characters");
    }
    Ok(())
}

pub(super) async fn list(State(intake): State<Intake>, _: Caller) -> Result<Json<Value>, Problem> {
    let issuers = intake.store.issuers().await?;
    Ok(Json(
        json!({ "issuers": issuers.iter().map(shown).collect::<Vec<_>>() }),
    ))
}

fn shown(issuer: &IssuerRow) -> Value {
    json!({ "id": issuer.public_id, "slug": issuer.slug, "name": issuer.name, "site": issuer.site })
}
