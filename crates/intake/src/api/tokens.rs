//! Tokens: made and revoked by operators; the secret is shown once.

use super::{Id, PageQuery, last_of, page};
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use release::address::MailAddress;
use release::ids::{Kind, PublicId, token_secret};
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use store::NewToken;
use utoipa::ToSchema;

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddToken {
    /// What its owner is called
    name: String,
    /// releases:write, releases:read, releases:approve, releases:review, subscriptions:write, subscriptions:read, flash,
    /// bounces:write, metrics:read, operator
    #[serde(default)]
    scopes: Vec<String>,
    /// Instead of scopes: the mail address of a subscriber, whose endpoints and subscriptions it looks after
    owner: Option<String>,
    /// Slugs of the issuers it may speak for; none means all
    #[serde(default)]
    issuers: Vec<String>,
    /// Where notices about its releases go
    email: Option<String>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeToken {
    #[serde(flatten)]
    shape: TokenShape,
    /// The secret: shown once
    token: String,
}

/// A token, without its secret.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenShape {
    /// `tok_…`
    id: String,
    name: String,
    scopes: Vec<String>,
    issuers: Vec<String>,
    email: String,
    /// The subscriber whose it is, if it is one's
    owner: Option<String>,
    created_at: String,
    revoked_at: Option<String>,
}

/// A page of tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct TokensShape {
    /// Oldest first, revoked ones too
    tokens: Vec<TokenShape>,
    /// `after` for the next page; null on the last
    next_after: Option<String>,
}

/// Make a token; its secret is shown once
#[utoipa::path(post, path = "/v1/tokens", tag = "operators", request_body = AddToken,
    responses((status = 201, body = MadeToken), Problem))]
pub(super) async fn add(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<AddToken>, JsonRejection>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    caller.must(Scope::Operator)?;
    let Json(add) = body?;
    let owner = match &add.owner {
        Some(owner) => Some(check_owner(&add, owner)?),
        None => {
            check_rights(&intake, &add).await?;
            None
        }
    };
    let scopes = match owner {
        Some(_) => vec![Scope::Own.as_str().to_owned()],
        None => add.scopes,
    };
    let email = add.email.as_deref().unwrap_or_default();
    let secret = token_secret(rand::random());
    let public_id = PublicId::from_random(Kind::Token, rand::random());
    let new = NewToken {
        public_id: public_id.as_str(),
        secret: &secret,
        name: add.name.trim(),
        scopes: &scopes.join(" "),
        issuers: &add.issuers.join(" "),
        email,
        owner: owner.as_deref(),
    };
    let given = format!("{} ({}) {}", new.name, new.scopes, new.issuers);
    let act = intake.act(&caller, "token.add", new.public_id, given.trim_end());
    intake.store.add_token(&new, act).await?;
    let created_at = rfc3339(act.at_ms);
    let shape = TokenShape {
        id: public_id.to_string(),
        email: email.to_owned(),
        name: add.name,
        scopes,
        owner,
        issuers: add.issuers,
        created_at,
        revoked_at: None,
    };
    let made = MadeToken {
        shape,
        token: secret,
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// A subscriber's token has an owner, and no other right.
fn check_owner(add: &AddToken, owner: &str) -> Result<String, Problem> {
    let owner = check_address("/owner", owner)?;
    match add.scopes.is_empty() && add.issuers.is_empty() && add.email.is_none() {
        true => Ok(owner.to_string().to_lowercase()),
        false => Err(Problem::Invalid {
            pointer: "/owner".into(),
            detail: "a token with an `owner` is good for what they own, and for nothing else"
                .into(),
            mend: "give `name` and `owner` only, or make two tokens".into(),
        }),
    }
}

async fn check_rights(intake: &Intake, add: &AddToken) -> Result<(), Problem> {
    if add.scopes.is_empty() {
        return Err(Problem::Invalid {
            pointer: "/scopes".into(),
            detail: "a token without scopes and without an owner is good for nothing".into(),
            mend: "give `scopes`, or the `owner` whose endpoints it is for".into(),
        });
    }
    for (at, scope) in add.scopes.iter().enumerate() {
        let given = Scope::ALL.into_iter().filter(|scope| *scope != Scope::Own);
        let known: Vec<_> = given.map(Scope::as_str).collect();
        if !known.contains(&scope.as_str()) {
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
    match add.email.as_deref().unwrap_or_default() {
        "" => Ok(()),
        email => check_address("/email", email).map(drop),
    }
}

fn check_address(pointer: &str, text: &str) -> Result<MailAddress, Problem> {
    MailAddress::parse(text).map_err(|error| Problem::Invalid {
        pointer: pointer.to_owned(),
        detail: error.to_string(),
        mend: "write `name@example.com`".into(),
    })
}

/// Tokens, without their secrets
#[utoipa::path(get, path = "/v1/tokens", tag = "operators", params(PageQuery),
    responses((status = 200, body = TokensShape), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<TokensShape>, Problem> {
    caller.must(Scope::Operator)?;
    let Query(PageQuery { after, limit }) = query?;
    let limit = page(limit)?;
    let after = after.unwrap_or_default();
    let tokens = intake.store.tokens(&after, limit).await?;
    // The last page may be empty; a cursor that names no token is a mistake.
    if tokens.is_empty() && !after.is_empty() && !intake.store.knows_token(&after).await? {
        return Err(Problem::NotFound {
            what: "token",
            id: after,
        });
    }
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (first, last) = (tokens.first(), tokens.last());
    let id = |token: Option<&store::TokenRow>| token.map_or(0, |token| token.id);
    let mut owners = intake.store.token_owners(id(first), id(last)).await?;
    let next_after = last_of(&tokens, limit).map(|token| token.public_id.clone());
    let shape = |token: store::TokenRow| TokenShape {
        owner: owners.remove(&token.id),
        scopes: words(&token.scopes),
        issuers: words(&token.issuers),
        id: token.public_id,
        name: token.name,
        email: token.email,
        created_at: rfc3339(token.created_ms),
        revoked_at: token.revoked_ms.map(rfc3339),
    };
    Ok(Json(TokensShape {
        next_after,
        tokens: tokens.into_iter().map(shape).collect(),
    }))
}

/// Revoke a token
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "operators", params(("id" = String, Path, description = "`tok_…`")),
    responses((status = 204), Problem))]
pub(super) async fn revoke(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    caller.must(Scope::Operator)?;
    let act = intake.act(&caller, "token.revoke", &id, "");
    match intake.store.revoke_token(&id, act).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NotFound { what: "token", id }),
    }
}
