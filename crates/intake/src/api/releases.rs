//! Releases: submit, draft, change, look at.

use super::shapes::{
    Accepted, AcceptedShape, AlikeShape, BouncesShape, BundleShape, ReleaseShape, ReleaseWhole,
    ReportShape, ReportedShape,
};
use super::tag::{IfMatch, bound, etag, text};
use super::{Id, page};
use crate::accept::{Change, Request, Standing, accept, keep_draft, replace};
use crate::auth::{Caller, Scope};
use crate::request_id::RequestId;
use crate::trial::{Trial, trial};
use crate::{Intake, Problem, bundle};
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, body::Bytes};
use release::address::masked;
use release::model::ReleaseState;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{ReachedRow, ReleaseRow};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitQuery {
    /// Look it over and say whom it would reach; nothing is stored
    #[serde(default)]
    dry_run: bool,
    /// Keep it as a draft, whatever is wrong with it
    #[serde(default)]
    draft: bool,
}

/// Submit a release, or the editions of one story together
///
/// The body is a submission as JSON, the same as Markdown with YAML front matter, or a JSON array of submissions: editions
/// of one story, accepted all or none, with one clear time. A 202 is answered once it is on the disk.
#[utoipa::path(post, path = "/v1/releases", tag = "releases", params(SubmitQuery, IdempotencyKey),
    request_body(content((super::openapi::Submission = "application/json"), (String = "text/markdown"))),
    responses((status = 202, description = "Accepted: on the disk", body = Accepted),
              (status = 201, description = "Kept as a draft", body = Accepted),
              (status = 200, description = "Looked over (`dry_run`)", body = Trial), Problem))]
pub(super) async fn submit(
    State(intake): State<Intake>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    query: Result<Query<SubmitQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let (Query(query), key, body) = (query?, idempotency_key(&headers)?, body?);
    let request = Request {
        body: &body,
        key,
        id: &request.0,
    };
    match (query.dry_run, query.draft) {
        (true, _) => Ok(Json(trial(&intake, &caller, &body).await?).into_response()),
        (false, true) => Ok(standing(
            &intake,
            StatusCode::CREATED,
            keep_draft(&intake, &caller, request).await?,
        )),
        (false, false) => Ok(standing(
            &intake,
            StatusCode::ACCEPTED,
            accept(&intake, &caller, request).await?,
        )),
    }
}

fn standing(intake: &Intake, status: StatusCode, standing: Standing) -> Response {
    let repeated = standing.repeated;
    let mut releases: Vec<AcceptedShape> = standing
        .releases
        .into_iter()
        .map(|(row, findings)| AcceptedShape {
            release: ReleaseShape::of(intake, &row),
            findings,
            repeated,
        })
        .collect();
    let shown = match (releases.len(), releases.pop()) {
        (1, Some(one)) => Accepted::One(Box::new(one)),
        (_, last) => {
            releases.extend(last);
            Accepted::Many(BundleShape {
                bundle: releases
                    .first()
                    .and_then(|first| first.release.bundle.clone()),
                releases,
                repeated,
            })
        }
    };
    let mut response = (status, Json(shown)).into_response();
    if repeated {
        let headers = response.headers_mut();
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// A header that makes repeating a request harmless.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header to readers of the API")]
pub(super) struct IdempotencyKey {
    /// Yours: 1 to 255 visible ASCII characters. The same key with the same body gives what it made before
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(key)),
        _ => Err(Problem::Malformed(
            "Idempotency-Key must be 1 to 255 visible ASCII characters".into(),
        )),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Older than this release: `next_before` of the page before
    before: Option<String>,
    /// 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Only those that stand so
    state: Option<String>,
}

/// A page of releases.
#[derive(Serialize, ToSchema)]
pub(super) struct ReleasePage {
    releases: Vec<ReleaseShape>,
    /// `before` for the next page; null on the last
    next_before: Option<String>,
}

/// Releases, newest first
#[utoipa::path(get, path = "/v1/releases", tag = "releases", params(ListQuery),
    responses((status = 200, body = ReleasePage), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<ReleasePage>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let Query(query) = query?;
    let before_id = match &query.before {
        Some(id) => find(&intake, &caller, id).await?.id,
        None => i64::MAX,
    };
    let state = query.state.as_deref().map(state).transpose()?;
    let limit = page(query.limit)?;
    let rows = visible(&intake, &caller, before_id, state, limit).await?;
    let is_full = rows.len() as i64 == limit;
    let last = rows.last().filter(|_| is_full);
    Ok(Json(ReleasePage {
        next_before: last.map(|row| row.public_id.clone()),
        releases: rows
            .iter()
            .map(|row| ReleaseShape::of(&intake, row))
            .collect(),
    }))
}

fn state(text: &str) -> Result<ReleaseState, Problem> {
    ReleaseState::parse(text).ok_or_else(|| {
        let known: Vec<&str> = ReleaseState::ALL
            .iter()
            .map(|state| state.as_str())
            .collect();
        Problem::Invalid {
            pointer: "/state".into(),
            detail: format!("no state `{}`", release::address::printable(text)),
            mend: format!("use one of {}", known.join(", ")),
        }
    })
}

/// A page of what the caller may see; what it may not see is passed over and not told of, not even as the next page's start.
async fn visible(
    intake: &Intake,
    caller: &Caller,
    mut before_id: i64,
    state: Option<ReleaseState>,
    limit: i64,
) -> Result<Vec<ReleaseRow>, Problem> {
    let mut seen = Vec::new();
    loop {
        let rows = intake.store.releases(before_id, state, limit).await?;
        let is_last = (rows.len() as i64) < limit;
        before_id = rows.last().map_or(0, |row| row.id);
        seen.extend(rows.into_iter().filter(|row| caller.may_see(row)));
        if is_last || seen.len() as i64 >= limit {
            seen.truncate(limit as usize);
            return Ok(seen);
        }
    }
}

/// A release, with its text
#[utoipa::path(get, path = "/v1/releases/{id}", tag = "releases", params(("id" = String, Path, description = "`rel_…`")),
    responses((status = 200, body = ReleaseWhole, headers(("ETag" = String, description = "Tells this text from any other"))), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Response, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let row = find(&intake, &caller, &id).await?;
    let alike = intake.store.alike(&row.public_id).await?;
    let whole = ReleaseWhole {
        release: ReleaseShape::of(&intake, &row),
        content: object(&row.content),
        source: object(&row.source),
        alike: alike.iter().map(AlikeShape::of).collect(),
    };
    Ok((etag(&row), Json(whole)).into_response())
}

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::Object(serde_json::Map::new()))
}

/// Give a release another text, before it clears
///
/// What others have said of the text before holds no longer: it is reviewed again where that is needed. With `If-Match` only
/// the text that was read is replaced; without it, whatever stands.
#[utoipa::path(put, path = "/v1/releases/{id}", tag = "releases", params(("id" = String, Path, description = "`rel_…`"), IfMatch),
    request_body(content((super::openapi::Submission = "application/json"), (String = "text/markdown"))),
    responses((status = 200, body = AcceptedShape), Problem))]
pub(super) async fn change(
    State(intake): State<Intake>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    Id(id): Id,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let row = find(&intake, &caller, &id).await?;
    let read = bound(&intake, &headers, &row).await?;
    let source = bundle::read_one(&body?)?;
    let change = Change {
        source,
        read,
        act: "changed",
        request_id: &request.0,
    };
    let (row, findings) = replace(&intake, &caller, &row, change).await?;
    let shown = AcceptedShape {
        release: ReleaseShape::of(&intake, &row),
        findings,
        repeated: false,
    };
    Ok((etag(&row), Json(shown)).into_response())
}

/// Submit a draft
#[utoipa::path(post, path = "/v1/releases/{id}/submit", tag = "releases", params(("id" = String, Path, description = "`rel_…`")),
    responses((status = 202, description = "Accepted: on the disk", body = AcceptedShape), Problem))]
pub(super) async fn submit_draft(
    State(intake): State<Intake>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    Id(id): Id,
) -> Result<(StatusCode, Json<AcceptedShape>), Problem> {
    caller.must(Scope::ReleasesWrite)?;
    let row = find(&intake, &caller, &id).await?;
    if row.state != ReleaseState::Draft {
        let state = row.state;
        return Err(Problem::Conflict(format!(
            "the release is {state}: only a draft can be submitted"
        )));
    }
    let source = bundle::read_one(row.source.as_bytes())?;
    let change = Change {
        source,
        // What is submitted is the draft as it was read here, and nothing that came in between.
        read: Some(text(&row)),
        act: "submitted",
        request_id: &request.0,
    };
    let (row, findings) = replace(&intake, &caller, &row, change).await?;
    let shown = AcceptedShape {
        release: ReleaseShape::of(&intake, &row),
        findings,
        repeated: false,
    };
    Ok((StatusCode::ACCEPTED, Json(shown)))
}

/// Whom a release reached
#[utoipa::path(get, path = "/v1/releases/{id}/report", tag = "releases", params(("id" = String, Path, description = "`rel_…`")),
    responses((status = 200, body = ReportedShape), Problem))]
pub(super) async fn report(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<ReportedShape>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let row = find(&intake, &caller, &id).await?;
    let report = intake.store.report(row.id).await?;
    let asked = intake.store.find_blast(&row.public_id).await?;
    Ok(Json(ReportedShape {
        release: ReleaseShape::of(&intake, &row),
        report: ReportShape::of(&row, &report),
        bounces: BouncesShape::of(intake.store.bounces_of_release(row.id).await?),
        waits_for_word: asked.is_some_and(|asked| asked.word.is_empty()),
    }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveriesQuery {
    /// After this endpoint: `next_after` of the page before
    after: Option<String>,
    /// 1 to 500; 50 if absent
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// A page of the ledger.
#[derive(Serialize, ToSchema)]
pub(super) struct DeliveryPage {
    deliveries: Vec<DeliveryShape>,
    /// `after` for the next page; null on the last
    next_after: Option<String>,
}

/// One reader, and what became of telling them.
#[derive(Serialize, ToSchema)]
struct DeliveryShape {
    /// `ep_…`
    endpoint: String,
    /// email or webhook
    channel: String,
    /// Masked
    address: String,
    /// due, delivered, dead, suppressed, superseded
    state: String,
    attempts: i64,
    /// The receiver's last status
    status: Option<i64>,
    /// When its outcome was known
    done_at: Option<String>,
}

/// Whom a release reached, one by one
#[utoipa::path(get, path = "/v1/releases/{id}/deliveries", tag = "releases", params(("id" = String, Path, description = "`rel_…`"), DeliveriesQuery),
    responses((status = 200, body = DeliveryPage), Problem))]
pub(super) async fn deliveries(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
    query: Result<Query<DeliveriesQuery>, QueryRejection>,
) -> Result<Json<DeliveryPage>, Problem> {
    caller.must(Scope::ReleasesRead)?;
    let Query(query) = query?;
    let limit = page(query.limit)?;
    let row = find(&intake, &caller, &id).await?;
    let after_id = match query.after {
        None => 0,
        Some(after) => match intake.store.endpoint_by_public_id(&after).await? {
            Some(endpoint) => endpoint.id,
            None => {
                return Err(Problem::NotFound {
                    what: "endpoint",
                    id: after,
                });
            }
        },
    };
    let rows = intake
        .store
        .deliveries_of_release(row.id, after_id, limit)
        .await?;
    let is_full = rows.len() as i64 == limit;
    let last = rows.last().filter(|_| is_full);
    Ok(Json(DeliveryPage {
        next_after: last.map(|row| row.endpoint.clone()),
        deliveries: rows.into_iter().map(DeliveryShape::of).collect(),
    }))
}

impl DeliveryShape {
    fn of(row: ReachedRow) -> DeliveryShape {
        DeliveryShape {
            address: masked(&row.address),
            endpoint: row.endpoint,
            channel: row.channel.to_string(),
            state: row.state,
            attempts: row.attempts,
            status: row.last_status,
            done_at: row.done_ms.map(rfc3339),
        }
    }
}

/// The release, unless it is not there or not for this caller: both look the same.
pub(super) async fn find(
    intake: &Intake,
    caller: &Caller,
    id: &str,
) -> Result<ReleaseRow, Problem> {
    match intake.store.release(id).await? {
        Some(row) if caller.may_see(&row) => Ok(row),
        _ => Err(Problem::NotFound {
            what: "release",
            id: id.to_owned(),
        }),
    }
}
