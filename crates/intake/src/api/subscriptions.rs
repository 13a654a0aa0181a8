//! Subscriptions: made, looked at, paused, deleted.

mod check;

use super::{Id, page};
use crate::auth::{Caller, Scope};
use crate::request_id::RequestId;
use crate::{Intake, Problem};
use axum::Extension;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use check::{Checked, check};
use release::ids::{Kind, PublicId};
use release::model::{AlertKind, Channel, EndpointState, SubscriptionState};
use release::time::rfc3339;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{NewSubscription, SubscriptionRow};

/// So many subscriptions may come in one request.
const MOST_AT_ONCE: usize = 1000;

/// One subscription, or a list of them that is taken all or none.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Body {
    Many(Vec<Value>),
    One(Value),
}

pub(super) async fn add(
    State(intake): State<Intake>,
    caller: Caller,
    Extension(request): Extension<RequestId>,
    body: Result<Json<Body>, JsonRejection>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    caller.must(Scope::SubscriptionsWrite)?;
    let Json(body) = body?;
    match body {
        Body::One(one) => {
            let checked = check(&intake, &caller, one, "")?;
            let shown = store_all(&intake, vec![checked], &request.0)
                .await?
                .pop()
                .unwrap_or_default();
            Ok((StatusCode::CREATED, Json(shown)))
        }
        Body::Many(many) if many.len() > MOST_AT_ONCE => Err(Problem::Invalid {
            pointer: String::new(),
            detail: format!("{} subscriptions in one request", many.len()),
            mend: format!("send at most {MOST_AT_ONCE} at once"),
        }),
        Body::Many(many) => {
            let mut checked = Vec::with_capacity(many.len());
            for (at, one) in many.into_iter().enumerate() {
                checked.push(check(&intake, &caller, one, &format!("/{at}"))?);
            }
            let shown = store_all(&intake, checked, &request.0).await?;
            Ok((StatusCode::CREATED, Json(json!({ "subscriptions": shown }))))
        }
    }
}

async fn store_all(
    intake: &Intake,
    checked: Vec<Checked>,
    request_id: &str,
) -> Result<Vec<Value>, Problem> {
    let new: Vec<NewSubscription<'_>> = checked.iter().map(Checked::as_new).collect();
    let now_ms = intake.clock.now_ms();
    let subscribed = intake.store.add_subscriptions(&new, now_ms).await?;
    intake.tell_filters();
    let mut shown = Vec::with_capacity(checked.len());
    for (checked, at) in checked.iter().zip(&subscribed) {
        if at.state == EndpointState::Pending {
            ask(intake, checked.channel, at.endpoint_id, request_id).await?;
        }
        let mut one = json!({
            "id": checked.public_id, "name": checked.name, "filter": checked.filter, "channel": checked.channel,
            "address": checked.address, "endpoint_state": at.state, "state": SubscriptionState::Active,
        });
        if at.new && checked.channel == Channel::Webhook {
            one["secret"] = json!(checked.secret);
        }
        shown.push(one);
    }
    Ok(shown)
}

/// Confirmations and challenges leave through the same pipeline as alerts.
async fn ask(
    intake: &Intake,
    channel: Channel,
    endpoint_id: i64,
    request_id: &str,
) -> Result<(), Problem> {
    let kind = match channel {
        Channel::Email => AlertKind::Confirm,
        Channel::Webhook => AlertKind::Challenge,
    };
    let public_id = PublicId::from_random(Kind::Alert, rand::random());
    let now_ms = intake.clock.now_ms();
    let alert_id = intake
        .store
        .add_direct_alert(public_id.as_str(), kind, endpoint_id, request_id, now_ms)
        .await?;
    intake
        .hint_route(alert_id, release::model::Lane::Regular, request_id)
        .await;
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    after: Option<String>,
    limit: Option<i64>,
    address: Option<String>,
}

pub(super) async fn list(
    State(intake): State<Intake>,
    caller: Caller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::SubscriptionsRead)?;
    let Query(query) = query?;
    let after_id = match &query.after {
        Some(id) => find(&intake, id).await?.id,
        None => 0,
    };
    let rows = intake
        .store
        .subscriptions(after_id, page(query.limit)?, query.address.as_deref())
        .await?;
    let next = rows.last().map(|row| row.public_id.clone());
    Ok(Json(
        json!({ "subscriptions": rows.iter().map(shown).collect::<Vec<_>>(), "next_after": next }),
    ))
}

pub(super) async fn show(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::SubscriptionsRead)?;
    Ok(Json(shown(&find(&intake, &id).await?)))
}

pub(super) async fn pause(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    set_state(&intake, &caller, &id, SubscriptionState::Paused).await?;
    Ok(Json(shown(&find(&intake, &id).await?)))
}

pub(super) async fn resume(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<Json<Value>, Problem> {
    set_state(&intake, &caller, &id, SubscriptionState::Active).await?;
    Ok(Json(shown(&find(&intake, &id).await?)))
}

pub(super) async fn remove(
    State(intake): State<Intake>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    set_state(&intake, &caller, &id, SubscriptionState::Deleted).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_state(
    intake: &Intake,
    caller: &Caller,
    id: &str,
    state: SubscriptionState,
) -> Result<(), Problem> {
    caller.must(Scope::SubscriptionsWrite)?;
    if !intake.store.set_subscription_state(id, state).await? {
        return Err(Problem::NotFound {
            what: "subscription",
            id: id.to_owned(),
        });
    }
    intake.tell_filters();
    Ok(())
}

async fn find(intake: &Intake, id: &str) -> Result<SubscriptionRow, Problem> {
    let found = intake.store.subscription(id).await?;
    found.ok_or_else(|| Problem::NotFound {
        what: "subscription",
        id: id.to_owned(),
    })
}

fn shown(row: &SubscriptionRow) -> Value {
    json!({
        "id": row.public_id, "name": row.name, "filter": row.filter, "state": row.state, "channel": row.channel,
        "address": row.address, "endpoint": row.endpoint_public_id, "endpoint_state": row.endpoint_state,
        "languages": row.languages.split_whitespace().collect::<Vec<_>>(), "created_at": rfc3339(row.created_ms),
    })
}
