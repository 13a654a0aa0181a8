//! Endpoints: looked at, changed, paused, tried out, exported, erased.

pub(super) mod ledger;
pub(super) mod redeliver;

use super::Id;
use super::subscriptions::check::{
    AskedHook, Errors, check_digest_at, check_extent, check_hook, check_languages, check_repeats,
};
use super::subscriptions::shown as subscription_shown;
use crate::auth::{AnyCaller, Caller, Scope, Whose};
use crate::request_id::RequestId;
use crate::{Intake, Problem};
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use release::address::printable;
use release::ids::{Kind, PublicId};
use release::model::{AlertKind, Channel, EndpointState, Lane};
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{EndpointEdit, EndpointRow, TestResult};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// A mail address or a URL
    address: Option<String>,
    /// The mail address of their owner; a subscriber's token has its own
    owner: Option<String>,
}

/// Endpoints at an address, of an owner, or both
#[utoipa::path(get, path = "/v1/endpoints", tag = "subscriptions", params(ListQuery),
    responses((status = 200, body = EndpointsShape), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let whose = caller.whose(Scope::SubscriptionsRead)?;
    let Query(ListQuery { address, owner }) = query?;
    let store = &intake.store;
    let mut rows = match (whose.owner().or(owner.as_deref()), &address) {
        (Some(owner), _) => store.endpoints_of_owner(owner).await?,
        (None, Some(address)) => store.endpoints_at(address).await?,
        (None, None) => {
            return Err(Problem::Invalid {
                pointer: "/address".into(),
                detail: "neither `address` nor `owner` is given".into(),
                mend: "name a mail address, a URL or an owner".into(),
            });
        }
    };
    rows.retain(|row| {
        let at = address.as_deref().is_none_or(|address| row.is_at(address));
        at && owner
            .as_deref()
            .is_none_or(|owner| row.owner == owner.to_lowercase())
    });
    let mut endpoints = Vec::with_capacity(rows.len());
    for row in &rows {
        endpoints.push(one(&intake, row).await?);
    }
    Ok(Json(json!({ "endpoints": endpoints })))
}

/// An endpoint, with its subscriptions
#[utoipa::path(get, path = "/v1/endpoints/{id}", tag = "subscriptions", params(("id" = String, Path, description = "`ep_…`")),
    responses((status = 200, body = EndpointShape), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let row = find(&intake, caller.whose(Scope::SubscriptionsRead)?, &id).await?;
    let subscriptions = intake.store.subscriptions_of(row.id).await?;
    let mut one = one(&intake, &row).await?;
    one["subscriptions"] = subscriptions.iter().map(subscription_shown).collect();
    Ok(Json(one))
}

/// What an endpoint is changed to; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditEndpoint {
    /// BCP 47 tags, best first
    languages: Option<Vec<String>>,
    /// `full` or `link`
    extent: Option<String>,
    /// When daily and weekly digests come: `08:00 monday Europe/Madrid`
    digest_at: Option<String>,
    /// Of near identical stories: `each` or only the first that arrives (`once`)
    repeats: Option<String>,
    /// How a webhook's calls are signed: `hmac` or `ed25519`
    signing: Option<String>,
    /// How much of a release a webhook's calls carry: `summary` or `body`
    include: Option<String>,
    /// Whether a webhook is told of no revision before the one that it follows
    ordered: Option<bool>,
    /// Calls a minute to a webhook at most; 0 for the wire's own limit
    per_minute: Option<i64>,
    /// `active`, `paused`, or `draining`: paused once what was due by now has left
    state: Option<String>,
}

/// Change how an endpoint is told: languages, extent, digests, repeats, how a webhook is called; pause it, let it finish, resume it
#[utoipa::path(patch, path = "/v1/endpoints/{id}", tag = "subscriptions", params(("id" = String, Path, description = "`ep_…`")),
    request_body = EditEndpoint, responses((status = 200, body = EndpointShape), Problem))]
pub(super) async fn edit(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
    body: Result<Json<EditEndpoint>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let whose = caller.whose(Scope::SubscriptionsWrite)?;
    let Json(edit) = body?;
    let row = find(&intake, whose, &id).await?;
    let mut errors = Errors::at("");
    let languages = edit
        .languages
        .map(|tags| check_languages(&tags, &mut errors));
    let extent = edit
        .extent
        .and_then(|text| check_extent(&text, &mut errors));
    let digest_at = edit
        .digest_at
        .and_then(|text| check_digest_at(&text, &mut errors));
    let repeats = edit
        .repeats
        .and_then(|text| check_repeats(&text, &mut errors));
    let asked = AskedHook {
        signing: edit.signing,
        include: edit.include,
        ordered: edit.ordered,
        per_minute: edit.per_minute,
    };
    let hook = check_hook(&asked, Some(row.channel), &mut errors);
    if !errors.found.is_empty() {
        return Err(Problem::Fields(errors.found));
    }
    // First, for it is refused where there is no room for it yet.
    intake.store.edit_hook(row.id, &hook).await?;
    if let Some(state) = &edit.state {
        set_state(&intake, &row, state).await?;
    }
    let edit = EndpointEdit {
        languages: languages.as_deref(),
        extent,
        digest_at: digest_at.as_ref(),
        repeats,
    };
    intake.store.edit_endpoint(row.id, &edit).await?;
    intake.tell_filters();
    Ok(Json(one(&intake, &find(&intake, whose, &id).await?).await?))
}

async fn set_state(intake: &Intake, row: &EndpointRow, state: &str) -> Result<(), Problem> {
    let (store, id) = (&intake.store, row.id);
    let is = |state: EndpointState| row.state == state;
    let moved = match state {
        "active" => is(EndpointState::Active) || store.resume_endpoint(id).await?,
        "paused" => {
            let stopped = store.stop_draining(id).await?;
            stopped || is(EndpointState::Paused) || store.pause_endpoint(id).await?
        }
        DRAINING => store.is_draining(id).await? || store.drain_endpoint(id).await?,
        _ => {
            return Err(Problem::Invalid {
                pointer: "/state".into(),
                detail: format!("an endpoint cannot be made `{}`", printable(state)),
                mend: "use `paused`, `draining` to pause once what is due has left, or `active` to go on"
                    .into(),
            });
        }
    };
    match moved {
        true => Ok(()),
        false => Err(Problem::Conflict(format!(
            "{} is {}: only an active endpoint is paused, and only one that is paused or disabled goes on",
            row.public_id, row.state
        ))),
    }
}

/// Send a test event; its result is asked for by GET
#[utoipa::path(post, path = "/v1/endpoints/{id}/test", tag = "subscriptions", params(("id" = String, Path, description = "`ep_…`")),
    responses((status = 202, body = Value), Problem))]
pub(super) async fn test(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Extension(request): Extension<RequestId>,
    Id(id): Id,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let row = find(&intake, caller.whose(Scope::SubscriptionsWrite)?, &id).await?;
    if !matches!(row.state, EndpointState::Active | EndpointState::Paused) {
        return Err(Problem::Conflict(format!(
            "{id} is {}: a test goes to confirmed endpoints only",
            row.state
        )));
    }
    let public_id = PublicId::from_random(Kind::Alert, rand::random());
    let now_ms = intake.clock.now_ms();
    let store = &intake.store;
    let alert_id = store
        .add_direct_alert(
            public_id.as_str(),
            AlertKind::Test,
            row.id,
            &request.0,
            now_ms,
        )
        .await?;
    intake.hint_route(alert_id, Lane::Regular, &request.0).await;
    Ok((
        StatusCode::ACCEPTED,
        Json(
            json!({ "test": public_id, "state": "due", "result": format!("/v1/endpoints/{id}/test") }),
        ),
    ))
}

/// What came of the last test
#[utoipa::path(get, path = "/v1/endpoints/{id}/test", tag = "subscriptions", params(("id" = String, Path, description = "`ep_…`")),
    responses((status = 200, body = TestShape), Problem))]
pub(super) async fn test_result(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let row = find(&intake, caller.whose(Scope::SubscriptionsRead)?, &id).await?;
    let result = intake.store.last_test(row.id).await?;
    let result = result.ok_or(Problem::NotFound {
        what: "test of endpoint",
        id,
    })?;
    Ok(Json(result_shown(&result)))
}

/// What came of a test.
#[derive(Serialize, ToSchema)]
struct TestShape {
    /// `alr_…`
    test: String,
    /// due, delivered, dead, suppressed
    state: String,
    asked_at: String,
    done_at: Option<String>,
    /// From asking to the answer
    took_ms: Option<i64>,
    /// The receiver's
    status: Option<i64>,
    error: Option<String>,
    /// What the receiver answered, where it failed
    answer: Option<String>,
}

fn result_shown(result: &TestResult) -> Value {
    json!(TestShape {
        test: result.alert.clone(),
        state: result.state.clone(),
        asked_at: rfc3339(result.asked_ms),
        done_at: result.done_ms.map(rfc3339),
        took_ms: result.took_ms(),
        status: result.status,
        error: result.error.clone(),
        answer: result.answer.clone(),
    })
}

/// Everything that is held about an endpoint and its owner
#[utoipa::path(get, path = "/v1/endpoints/{id}/export", tag = "subscriptions", params(("id" = String, Path, description = "`ep_…`")),
    responses((status = 200, body = Value), Problem))]
pub(super) async fn export(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::Operator)?;
    let row = find(&intake, Whose::Anybodys, &id).await?;
    let held = intake.store.held(row.id).await?;
    intake.record(intake.act(&caller, "export", &id, "")).await;
    Ok(Json(held.unwrap_or_default()))
}

/// Erase what is held about an endpoint and its owner
#[utoipa::path(post, path = "/v1/endpoints/{id}/erase", tag = "subscriptions", params(("id" = String, Path, description = "`ep_…`")),
    responses((status = 204), Problem))]
pub(super) async fn erase(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    caller.must(Scope::Operator)?;
    let row = find(&intake, Whose::Anybodys, &id).await?;
    intake.store.erase_endpoint(row.id).await?;
    intake.record(intake.act(&caller, "erase", &id, "")).await;
    intake.tell_filters();
    tracing::info!(
        worker = "intake",
        endpoint = id,
        outcome = "erased",
        "endpoint {id} erased by an operator"
    );
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ByOwner {
    /// A mail address
    owner: String,
}

/// Everything that is held about an address: as a reader's, and as the owner of webhooks
#[utoipa::path(post, path = "/v1/endpoints/export", tag = "subscriptions", request_body = ByOwner,
    responses((status = 200, body = Value), Problem))]
pub(super) async fn export_owner(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<ByOwner>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::Operator)?;
    let Json(ByOwner { owner }) = body?;
    let mut all = Vec::new();
    for row in intake.store.endpoints_of_owner(&owner).await? {
        all.extend(intake.store.held(row.id).await?);
        let act = intake.act(&caller, "export", &row.public_id, "");
        intake.record(act).await;
    }
    Ok(Json(json!({ "endpoints": all })))
}

/// Erase what is held about an address
#[utoipa::path(post, path = "/v1/endpoints/erase", tag = "subscriptions", request_body = ByOwner,
    responses((status = 200, body = Value), Problem))]
pub(super) async fn erase_owner(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<ByOwner>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::Operator)?;
    let Json(ByOwner { owner }) = body?;
    let mut erased = Vec::new();
    for row in intake.store.endpoints_of_owner(&owner).await? {
        intake.store.erase_endpoint(row.id).await?;
        let act = intake.act(&caller, "erase", &row.public_id, "");
        intake.record(act).await;
        erased.push(row.public_id);
    }
    intake.tell_filters();
    let count = erased.len();
    tracing::info!(
        worker = "intake",
        count,
        outcome = "erased",
        "{count} endpoints of one owner erased by an operator"
    );
    Ok(Json(json!({ "erased": erased })))
}

/// An endpoint, if it is among those that the caller may see.
pub(super) async fn find(
    intake: &Intake,
    whose: Whose<'_>,
    id: &str,
) -> Result<EndpointRow, Problem> {
    let found = intake.store.endpoint_by_public_id(id).await?;
    let found = found.filter(|row| whose.includes(&row.owner));
    found.ok_or_else(|| Problem::NotFound {
        what: "endpoint",
        id: id.to_owned(),
    })
}

/// As what an endpoint stands that is paused once what was due has left.
const DRAINING: &str = "draining";

/// Where alerts go.
#[derive(Serialize, ToSchema)]
struct EndpointShape {
    /// `ep_…`
    id: String,
    /// email or webhook
    channel: String,
    /// A mail address or a URL; empty once erased
    address: String,
    /// The owner's mail address
    owner: String,
    /// pending, active, paused, draining (paused, but what was due by then still leaves), disabled, deleted
    state: String,
    /// Best first; none means any
    languages: Vec<String>,
    /// full or link
    extent: String,
    /// Time, day and zone of daily and weekly digests
    digest_at: String,
    /// What it is told of near identical stories: each or once
    repeats: String,
    /// How a webhook's calls are signed: hmac or ed25519
    #[serde(skip_serializing_if = "Option::is_none")]
    signing: Option<String>,
    /// How much of a release a webhook's calls carry: summary or body
    #[serde(skip_serializing_if = "Option::is_none")]
    include: Option<String>,
    /// Whether a webhook is told of no revision before the one that it follows
    #[serde(skip_serializing_if = "Option::is_none")]
    ordered: Option<bool>,
    /// Calls a minute to a webhook at most; 0: the wire's own limit
    #[serde(skip_serializing_if = "Option::is_none")]
    per_minute: Option<i64>,
    /// Since when calls to a webhook have failed, if the last one did
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<String>,
    /// Until when it is left alone for that
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_until: Option<String>,
    created_at: String,
    /// What it is sent for; where one endpoint is shown
    #[serde(skip_serializing_if = "Option::is_none")]
    subscriptions: Option<Vec<Value>>,
}

/// Endpoints at an address.
#[derive(Serialize, ToSchema)]
struct EndpointsShape {
    endpoints: Vec<EndpointShape>,
}

async fn one(intake: &Intake, row: &EndpointRow) -> Result<Value, Problem> {
    let repeats = intake.store.repeats(row.id).await?;
    let state = match intake.store.is_draining(row.id).await? {
        true => DRAINING,
        false => row.state.as_str(),
    };
    let hook = match row.channel {
        Channel::Email => None,
        Channel::Webhook => Some(intake.store.hook(row.id).await?),
    };
    let hook = hook.as_ref();
    let health = intake.store.health(row.id).await?;
    let stopped_until_ms = health
        .as_ref()
        .map(|health| health.open_until_ms)
        .filter(|until_ms| *until_ms > intake.clock.now_ms());
    Ok(json!(EndpointShape {
        id: row.public_id.clone(),
        channel: row.channel.to_string(),
        address: row.address.clone(),
        owner: row.owner.clone(),
        state: state.to_owned(),
        languages: row
            .languages
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        extent: row.extent.to_string(),
        digest_at: row.digest_at.clone(),
        repeats: repeats.to_string(),
        signing: hook.map(|hook| hook.signing.to_string()),
        include: hook.map(|hook| hook.include.to_string()),
        ordered: hook.map(|hook| hook.ordered),
        per_minute: hook.map(|hook| hook.per_minute),
        failing_since: health.map(|health| rfc3339(health.failing_since_ms)),
        stopped_until: stopped_until_ms.map(rfc3339),
        created_at: rfc3339(row.created_ms),
        subscriptions: None,
    }))
}
