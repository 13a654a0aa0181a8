//! Subscriptions: made, looked at, changed, paused, deleted.

mod asking;
pub(super) mod check;
pub(super) mod import;

use super::releases::{IdempotencyKey, idempotency_key};
use super::{Id, page};
use crate::accept::digest;
use crate::auth::{AnyCaller, Caller, Scope, Whose};
use crate::request_id::RequestId;
use crate::{Intake, Problem};
use axum::Extension;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use check::{Add, Asked, Checked, Errors, check_fields, check_filter, check_frequency, check_name};
use release::address::printable;
use release::filter::GRAMMAR_VERSION;
use release::model::{Channel, EndpointState, SubscriptionState};
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{
    AddedOnce, Idempotency, NewSubscription, StoreError, SubscriptionEdit, SubscriptionRow,
};
use utoipa::{IntoParams, ToSchema};

/// So many subscriptions may come in one request.
const MOST_AT_ONCE: usize = 1000;

/// One subscription, or a list of them that is taken all or none.
#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Many(Vec<Value>),
    One(Value),
}

/// One subscription, or a list of up to 1,000.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the request to readers of the API")]
pub(super) enum AddSubscriptions {
    /// One
    One(Box<Add>),
    /// A list
    Many(Vec<Add>),
}

/// What was added, as it was sent: one, or a list.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the answer to readers of the API")]
pub(super) enum Added {
    /// One
    One(Box<SubscriptionShape>),
    /// A list
    Many(SubscriptionsShape),
}

/// A subscription as it stands.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionShape {
    /// `sub_…`
    id: String,
    name: String,
    /// In the filter language
    filter: String,
    /// pending, active, paused
    state: String,
    /// email or webhook
    channel: String,
    /// A mail address or a URL
    address: String,
    /// `ep_…`
    endpoint: String,
    /// pending, active, paused, disabled, deleted
    endpoint_state: String,
    /// Best first
    languages: Vec<String>,
    /// at-once, hourly, daily, weekly
    frequency: String,
    created_at: String,
    /// What calls are signed with; shown once, where the webhook is new
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A page of subscriptions.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionsShape {
    subscriptions: Vec<SubscriptionShape>,
    /// Where the next page begins; absent for what was just added
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<String>,
}

/// Add subscriptions, all or none; whoever has to be asked is asked
#[utoipa::path(post, path = "/v1/subscriptions", tag = "subscriptions", params(IdempotencyKey), request_body = AddSubscriptions,
    responses((status = 201, body = Added), (status = 200, description = "All of it was there already", body = Added), Problem))]
pub(super) async fn add(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Extension(request): Extension<RequestId>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let whose = caller.whose(Scope::SubscriptionsWrite)?;
    let (key, bytes) = (idempotency_key(&headers)?, body?);
    let body: Body = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::Malformed(format!("the body is not JSON: {error}")))?;
    let (one, many) = match body {
        Body::One(one) => (true, vec![one]),
        Body::Many(many) => (false, many),
    };
    let checked = check_all(&intake, &caller, many, one)?;
    if let Whose::Of(owner) = whose {
        must_be_own(&intake, owner, &checked).await?;
    }
    let body_hash = digest(&bytes);
    let sender = Sender {
        actor: &caller.actor,
        once: key.map(|key| Idempotency {
            key,
            body_hash: &body_hash,
        }),
        request_id: &request.0,
    };
    let (status, mut shown) = store_all(&intake, &checked, &sender).await?;
    Ok(match one {
        true => (status, Json(shown.pop().unwrap_or_default())),
        false => (status, Json(json!({ "subscriptions": shown }))),
    })
}

/// Every subscription of a request, or everything that is wrong with them.
fn check_all(
    intake: &Intake,
    caller: &Caller,
    many: Vec<Value>,
    one: bool,
) -> Result<Vec<Checked>, Problem> {
    if many.len() > MOST_AT_ONCE {
        return Err(Problem::Invalid {
            pointer: String::new(),
            detail: format!("{} subscriptions in one request", many.len()),
            mend: format!("send at most {MOST_AT_ONCE} at once"),
        });
    }
    let vouches = |value: &Value| value.get("consent").is_some_and(|text| !text.is_null());
    if many.iter().any(vouches) && !caller.may(Scope::Operator) {
        return Err(Problem::Forbidden("only an operator may vouch for a reader's `consent`; leave it out, and the reader is asked".into()));
    }
    let (mut good, mut errors) = (Vec::with_capacity(many.len()), Vec::new());
    for (at, value) in many.into_iter().enumerate() {
        let base = if one { String::new() } else { format!("/{at}") };
        let mut add: Add = serde_json::from_value(value).map_err(|error| {
            Problem::Malformed(format!(
                "{base}: {error}; see the README for the fields of a subscription"
            ))
        })?;
        if add.webhook.is_some() && add.owner.is_none() {
            add.owner = caller.owner.clone();
        }
        match check_fields(intake, caller, add, &base) {
            Ok(checked) => good.push(checked),
            Err(found) => errors.extend(found),
        }
    }
    match errors.is_empty() {
        true => Ok(good),
        false => Err(Problem::Fields(errors)),
    }
}

/// A subscriber's token adds to endpoints of its owner that are there; a new one is asked for on a page, which mails its owner.
async fn must_be_own(intake: &Intake, owner: &str, checked: &[Checked]) -> Result<(), Problem> {
    let own = intake.store.endpoints_of_owner(owner).await?;
    let is_own = |checked: &&Checked| {
        let there = own.iter().any(|row| row.is_at(&checked.address));
        there && checked.owner.to_lowercase() == owner
    };
    match checked.iter().find(|checked| !is_own(checked)) {
        None => Ok(()),
        Some(checked) => Err(Problem::Forbidden(format!(
            "this token adds to your own endpoints, and `{}` is none of them; ask for alerts there at {}/alerts/new",
            printable(&checked.address),
            intake.public_url
        ))),
    }
}

/// Who asks, and how often it counts.
struct Sender<'a> {
    actor: &'a str,
    once: Option<Idempotency<'a>>,
    request_id: &'a str,
}

/// Stores what was checked and asks whoever has to be asked. 201 if anything was added.
async fn store_all(
    intake: &Intake,
    checked: &[Checked],
    sender: &Sender<'_>,
) -> Result<(StatusCode, Vec<Value>), Problem> {
    let new: Vec<NewSubscription<'_>> = checked.iter().map(Checked::as_new).collect();
    let now_ms = intake.clock.now_ms();
    let added = match sender.once {
        None => AddedOnce::New(intake.store.add_subscriptions(&new, now_ms).await?),
        Some(once) => {
            let store = &intake.store;
            match store
                .add_subscriptions_once(&new, sender.actor, once, now_ms)
                .await
            {
                // The same request was a moment faster: now it can be read.
                Err(StoreError::Conflict(_)) => {
                    store
                        .add_subscriptions_once(&new, sender.actor, once, now_ms)
                        .await?
                }
                other => other?,
            }
        }
    };
    let added = match added {
        AddedOnce::New(added) => added,
        AddedOnce::Repeated(ids) => return Ok((StatusCode::OK, repeated(intake, &ids).await?)),
        AddedOnce::KeyReused(made) => return Err(Problem::KeyReused(made)),
    };
    intake.tell_filters();
    let mut shown = Vec::with_capacity(checked.len());
    for (checked, at) in checked.iter().zip(&added) {
        if at.state == EndpointState::Pending {
            asking::ask(intake, checked, at.endpoint_id, now_ms, sender.request_id).await?;
        }
        let row = find(intake, Whose::Anybodys, &at.public_id).await?;
        let mut one = self::shown(&row);
        if at.new && checked.channel == Channel::Webhook {
            one["secret"] = json!(checked.secret);
        }
        shown.push(one);
    }
    let status = match added.iter().all(|one| one.known) {
        true => StatusCode::OK,
        false => StatusCode::CREATED,
    };
    Ok((status, shown))
}

/// What the first of two equal requests made. Its answer may have been lost, so a secret made by it is in this one too; not one
/// that came after.
async fn repeated(intake: &Intake, ids: &[String]) -> Result<Vec<Value>, Problem> {
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let row = find(intake, Whose::Anybodys, id).await?;
        let mut one = shown(&row);
        let endpoint = intake.store.endpoint(row.endpoint_id).await?;
        if let Some(endpoint) = endpoint
            && endpoint.channel == Channel::Webhook
            && endpoint.created_ms == row.created_ms
            && intake.store.hook(endpoint.id).await?.rotated_ms == 0
        {
            one["secret"] = json!(endpoint.secret);
        }
        all.push(one);
    }
    Ok(all)
}

/// What a subscription is changed to; what is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditSubscription {
    filter: Option<Asked>,
    name: Option<String>,
    /// `at-once`, `hourly`, `daily` or `weekly`
    frequency: Option<String>,
}

/// Change what a subscription asks for; it holds from the next alert on
#[utoipa::path(patch, path = "/v1/subscriptions/{id}", tag = "subscriptions", params(("id" = String, Path, description = "`sub_…`")),
    request_body = EditSubscription, responses((status = 200, body = SubscriptionShape), Problem))]
pub(super) async fn edit(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
    body: Result<Json<EditSubscription>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let whose = caller.whose(Scope::SubscriptionsWrite)?;
    let Json(edit) = body?;
    let row = find(&intake, whose, &id).await?;
    let mut errors = Errors::at("");
    let filter = match &edit.filter {
        Some(asked) => check_filter(&intake, asked, &mut errors).unwrap_or_default(),
        None => row.filter.clone(),
    };
    let name = match &edit.name {
        Some(name) => check_name(name, &mut errors),
        // A name that only repeats the filter goes with it.
        None if row.name == row.filter => filter.chars().take(200).collect(),
        None => row.name.clone(),
    };
    let frequency = edit
        .frequency
        .as_deref()
        .and_then(|text| check_frequency(text, Some(row.channel), &mut errors));
    if !errors.found.is_empty() {
        return Err(Problem::Fields(errors.found));
    }
    let edit = SubscriptionEdit {
        name: &name,
        filter: &filter,
        grammar: i64::from(GRAMMAR_VERSION),
        frequency,
    };
    intake.store.edit_subscription(&id, &edit).await?;
    intake.tell_filters();
    Ok(Json(shown(&find(&intake, whose, &id).await?)))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// After this one, `sub_…`
    after: Option<String>,
    /// 1 to 500
    limit: Option<i64>,
    /// Of this mail address or URL only
    address: Option<String>,
}

/// List subscriptions, in the order in which they were made
#[utoipa::path(get, path = "/v1/subscriptions", tag = "subscriptions", params(ListQuery),
    responses((status = 200, body = SubscriptionsShape), Problem))]
pub(super) async fn list(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let whose = caller.whose(Scope::SubscriptionsRead)?;
    let Query(query) = query?;
    let after_id = match &query.after {
        Some(id) => find(&intake, whose, id).await?.id,
        None => 0,
    };
    let (limit, address) = (page(query.limit)?, query.address.as_deref());
    let rows = intake
        .store
        .subscriptions(after_id, limit, address, whose.owner())
        .await?;
    let next = rows.last().map(|row| row.public_id.clone());
    Ok(Json(
        json!({ "subscriptions": rows.iter().map(shown).collect::<Vec<_>>(), "next_after": next }),
    ))
}

/// Show a subscription
#[utoipa::path(get, path = "/v1/subscriptions/{id}", tag = "subscriptions", params(("id" = String, Path, description = "`sub_…`")),
    responses((status = 200, body = SubscriptionShape), Problem))]
pub(super) async fn show(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let whose = caller.whose(Scope::SubscriptionsRead)?;
    Ok(Json(shown(&find(&intake, whose, &id).await?)))
}

/// Keep a subscription, but send nothing
#[utoipa::path(post, path = "/v1/subscriptions/{id}/pause", tag = "subscriptions", params(("id" = String, Path, description = "`sub_…`")),
    responses((status = 200, body = SubscriptionShape), Problem))]
pub(super) async fn pause(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let row = set_state(&intake, &caller, &id, SubscriptionState::Paused).await?;
    Ok(Json(shown(&row)))
}

/// Send again
#[utoipa::path(post, path = "/v1/subscriptions/{id}/resume", tag = "subscriptions", params(("id" = String, Path, description = "`sub_…`")),
    responses((status = 200, body = SubscriptionShape), Problem))]
pub(super) async fn resume(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    let row = set_state(&intake, &caller, &id, SubscriptionState::Active).await?;
    Ok(Json(shown(&row)))
}

/// Delete a subscription
#[utoipa::path(delete, path = "/v1/subscriptions/{id}", tag = "subscriptions", params(("id" = String, Path, description = "`sub_…`")),
    responses((status = 204), Problem))]
pub(super) async fn remove(
    State(intake): State<Intake>,
    AnyCaller(caller): AnyCaller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    set_state(&intake, &caller, &id, SubscriptionState::Deleted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the subscription as it stands after.
async fn set_state(
    intake: &Intake,
    caller: &Caller,
    id: &str,
    state: SubscriptionState,
) -> Result<SubscriptionRow, Problem> {
    let mut row = find(intake, caller.whose(Scope::SubscriptionsWrite)?, id).await?;
    if !intake.store.set_subscription_state(id, state).await? {
        return Err(missing(id));
    }
    intake.tell_filters();
    row.state = state;
    Ok(row)
}

/// A subscription, if it is among those that the caller may see.
async fn find(intake: &Intake, whose: Whose<'_>, id: &str) -> Result<SubscriptionRow, Problem> {
    let found = intake.store.subscription(id).await?;
    let found = found.filter(|row| whose.includes(&row.owner));
    found.ok_or_else(|| missing(id))
}

fn missing(id: &str) -> Problem {
    Problem::NotFound {
        what: "subscription",
        id: id.to_owned(),
    }
}

/// A subscription as the API shows it.
pub(super) fn shown(row: &SubscriptionRow) -> Value {
    json!(SubscriptionShape {
        id: row.public_id.clone(),
        name: row.name.clone(),
        filter: row.filter.clone(),
        state: row.state.to_string(),
        channel: row.channel.to_string(),
        address: row.address.clone(),
        endpoint: row.endpoint_public_id.clone(),
        endpoint_state: row.endpoint_state.to_string(),
        languages: row
            .languages
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        frequency: row.frequency.to_string(),
        created_at: rfc3339(row.created_ms),
        secret: None,
    })
}
