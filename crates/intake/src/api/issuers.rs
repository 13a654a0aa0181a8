//! Issuers: added and changed by operators, shown to everybody with a token.

use super::{Id, PageQuery, last_of, page};
use crate::auth::{Caller, Scope};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use release::address::printable;
use release::ids::{Kind, PublicId};
use release::model::{Approval, Review};
use serde::{Deserialize, Serialize};
use store::{IssuerRow, NewIssuer, StoreError};
use utoipa::ToSchema;

/// An issuer to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddIssuer {
    /// How releases name it: `acme-robotics`
    slug: String,
    /// As printed in the SOURCE line
    name: String,
    /// Its own site
    site: Option<String>,
    /// Its "About" paragraph, for releases that bring none
    boilerplate: Option<String>,
    /// Whether an editor sees its releases first: none, first-release, always
    review: Option<String>,
    /// Whether an approver of its own does: none, required
    approval: Option<String>,
}

/// What to change of an issuer; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeIssuer {
    name: Option<String>,
    site: Option<String>,
    boilerplate: Option<String>,
    review: Option<String>,
    approval: Option<String>,
}

/// An organisation that releases speak for.
#[derive(Serialize, ToSchema)]
pub(super) struct IssuerShape {
    /// `iss_…`
    id: String,
    slug: String,
    name: String,
    site: Option<String>,
    boilerplate: Option<String>,
    /// none, first-release, always
    review: String,
    /// none, required
    approval: String,
}

/// A page of issuers.
#[derive(Serialize, ToSchema)]
pub(super) struct IssuersShape {
    /// By slug
    issuers: Vec<IssuerShape>,
    /// `after` for the next page; null on the last
    next_after: Option<String>,
}

impl IssuerShape {
    fn of(row: &IssuerRow) -> IssuerShape {
        IssuerShape {
            id: row.public_id.clone(),
            slug: row.slug.clone(),
            name: row.name.clone(),
            site: row.site.clone(),
            boilerplate: row.boilerplate.clone(),
            review: row.review.clone(),
            approval: row.approval.clone(),
        }
    }
}

/// Add an issuer
#[utoipa::path(post, path = "/v1/issuers", tag = "operators", request_body = AddIssuer,
    responses((status = 201, body = IssuerShape), Problem))]
pub(super) async fn add(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<AddIssuer>, JsonRejection>,
) -> Result<(StatusCode, Json<IssuerShape>), Problem> {
    caller.must(Scope::Operator)?;
    let Json(add) = body?;
    if !release::lint::is_issuer_slug(&add.slug) {
        return Err(invalid(
            "/slug",
            format!("`{}` is not a slug", printable(&add.slug)),
            "use lower-case letters, digits and single hyphens: `acme-robotics`",
        ));
    }
    let public_id = PublicId::from_random(Kind::Issuer, rand::random());
    let review = add.review.as_deref().unwrap_or(intake.review.as_str());
    let new = NewIssuer {
        public_id: public_id.as_str(),
        slug: &add.slug,
        name: add.name.trim(),
        site: add.site.as_deref(),
        boilerplate: add.boilerplate.as_deref(),
        review,
        approval: add.approval.as_deref().unwrap_or(Approval::None.as_str()),
    };
    check(&new)?;
    match intake.store.add_issuer(&new, intake.clock.now_ms()).await {
        Err(StoreError::Conflict(_)) => Err(Problem::Conflict(format!(
            "the issuer `{}` is there already; choose another slug",
            add.slug
        ))),
        Err(error) => Err(error.into()),
        Ok(()) => {
            let given = policy(&new);
            let act = intake.act(&caller, "issuer.add", new.slug, &given);
            intake.record(act).await;
            let row = find(&intake, &add.slug).await?;
            Ok((StatusCode::CREATED, Json(IssuerShape::of(&row))))
        }
    }
}

/// What is asked of an issuer's releases, as the audit log keeps it.
fn policy(issuer: &NewIssuer<'_>) -> String {
    let NewIssuer {
        name,
        review,
        approval,
        ..
    } = issuer;
    format!("{name}: review {review}, approval {approval}")
}

fn invalid(pointer: &str, detail: String, mend: &str) -> Problem {
    Problem::Invalid {
        pointer: pointer.into(),
        detail,
        mend: mend.into(),
    }
}

fn check(new: &NewIssuer<'_>) -> Result<(), Problem> {
    let name = new.name;
    let is_line = !name.is_empty() && name.len() <= 200 && !name.chars().any(char::is_control);
    if !is_line || release::lint::known::has_mixed_script(name) {
        let detail = format!("`{}` is not a name", printable(name));
        let mend = "give one line of 1 to 200 characters, each word in one script";
        return Err(invalid("/name", detail, mend));
    }
    if let Some(site) = new.site
        && !["https://", "http://"]
            .iter()
            .any(|scheme| site.starts_with(scheme) && site.len() > scheme.len())
    {
        let detail = format!("`{}` is not a site", printable(site));
        return Err(invalid("/site", detail, "write `https://acme.example`"));
    }
    if new
        .boilerplate
        .is_some_and(|text| text.chars().count() > 10_000)
    {
        let detail = "a boilerplate of over 10000 characters".to_owned();
        return Err(invalid("/boilerplate", detail, "shorten it"));
    }
    if Review::parse(new.review).is_none() {
        let detail = format!("no review `{}`", printable(new.review));
        let mend = "use none, first-release or always";
        return Err(invalid("/review", detail, mend));
    }
    if Approval::parse(new.approval).is_none() {
        let detail = format!("no approval `{}`", printable(new.approval));
        return Err(invalid("/approval", detail, "use none or required"));
    }
    Ok(())
}

/// Issuers, by slug
#[utoipa::path(get, path = "/v1/issuers", tag = "operators", params(PageQuery),
    responses((status = 200, body = IssuersShape), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    _: Caller,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Json<IssuersShape>, Problem> {
    let Query(PageQuery { after, limit }) = query?;
    let limit = page(limit)?;
    let after = after.unwrap_or_default();
    let issuers = intake.store.issuers_after(&after, limit).await?;
    Ok(Json(IssuersShape {
        next_after: last_of(&issuers, limit).map(|row| row.slug.clone()),
        issuers: issuers.iter().map(IssuerShape::of).collect(),
    }))
}

/// An issuer
#[utoipa::path(get, path = "/v1/issuers/{slug}", tag = "operators", params(("slug" = String, Path)),
    responses((status = 200, body = IssuerShape), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    _: Caller,
    Id(slug): Id,
) -> Result<Json<IssuerShape>, Problem> {
    Ok(Json(IssuerShape::of(&find(&intake, &slug).await?)))
}

/// Change an issuer
#[utoipa::path(patch, path = "/v1/issuers/{slug}", tag = "operators", params(("slug" = String, Path)),
    request_body = ChangeIssuer, responses((status = 200, body = IssuerShape), Problem))]
pub(super) async fn change(
    State(intake): State<Intake>,
    caller: Caller,
    Id(slug): Id,
    body: Result<Json<ChangeIssuer>, JsonRejection>,
) -> Result<Json<IssuerShape>, Problem> {
    caller.must(Scope::Operator)?;
    let Json(change) = body?;
    let row = find(&intake, &slug).await?;
    let new = NewIssuer {
        public_id: &row.public_id,
        slug: &slug,
        name: change.name.as_deref().unwrap_or(&row.name).trim(),
        site: change.site.as_deref().or(row.site.as_deref()),
        boilerplate: change.boilerplate.as_deref().or(row.boilerplate.as_deref()),
        review: change.review.as_deref().unwrap_or(&row.review),
        approval: change.approval.as_deref().unwrap_or(&row.approval),
    };
    check(&new)?;
    intake.store.change_issuer(&new).await?;
    let given = policy(&new);
    let act = intake.act(&caller, "issuer.change", &slug, &given);
    intake.record(act).await;
    Ok(Json(IssuerShape::of(&find(&intake, &slug).await?)))
}

async fn find(intake: &Intake, slug: &str) -> Result<IssuerRow, Problem> {
    let found = intake.store.issuer(slug).await?;
    found.ok_or_else(|| Problem::NotFound {
        what: "issuer",
        id: slug.to_owned(),
    })
}
