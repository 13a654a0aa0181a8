//! Subscriptions: made, looked at, paused, deleted.

use super::page;
use crate::auth::{Caller, Scope};
use crate::request_id::RequestId;
use crate::{Intake, Problem};
use axum::Extension;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use release::address::{MailAddress, printable};
use release::filter::{Filter, GRAMMAR_VERSION};
use release::ids::{Kind, PublicId};
use release::language::LanguageTag;
use release::model::{AlertKind, Channel, EndpointState, Extent, SubscriptionState};
use release::time::rfc3339;
use release::webhook::{check_url, new_secret};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{NewEndpoint, NewSubscription, SubscriptionRow};

/// So many subscriptions may come in one request.
const MOST_AT_ONCE: usize = 1000;

/// One subscription, or a list of them that is taken all or none.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Body {
    Many(Vec<Value>),
    One(Value),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    filter: String,
    name: Option<String>,
    email: Option<String>,
    webhook: Option<String>,
    owner: Option<String>,
    #[serde(default)]
    languages: Vec<String>,
    extent: Option<String>,
    /// How it is known that the reader wants this; an operator's word makes the endpoint active at once.
    consent: Option<String>,
}

/// A subscription that has passed every check.
struct Checked {
    public_id: String,
    endpoint_public_id: String,
    name: String,
    filter: String,
    channel: Channel,
    address: String,
    owner: String,
    secret: String,
    languages: String,
    extent: Extent,
    consent: Option<String>,
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

fn check(intake: &Intake, caller: &Caller, value: Value, base: &str) -> Result<Checked, Problem> {
    let invalid = |field: &str, detail: String, mend: &str| Problem::Invalid {
        pointer: format!("{base}/{field}"),
        detail,
        mend: mend.to_owned(),
    };
    let add: Add = serde_json::from_value(value).map_err(|error| {
        Problem::Malformed(format!(
            "{base}: {error}; see the README for the fields of a subscription"
        ))
    })?;
    let filter = check_filter(intake, &add.filter, base)?;
    let name = add.name.unwrap_or_else(|| filter.clone());
    if name.chars().any(char::is_control) || name.chars().count() > 200 {
        return Err(invalid(
            "name",
            format!("`{}` cannot be shown", printable(&name)),
            "give one line of at most 200 characters",
        ));
    }
    let mail = |field: &str, text: &str| {
        MailAddress::parse(text)
            .map_err(|error| invalid(field, error.to_string(), "write `name@example.com`"))
    };
    let (channel, address, owner, secret) = match (&add.email, &add.webhook) {
        (Some(email), None) => {
            let address = mail("email", email)?.to_string();
            (Channel::Email, address.clone(), address, String::new())
        }
        (None, Some(url)) => {
            check_url(url, intake.allow_private).map_err(|error| {
                invalid(
                    "webhook",
                    error.to_string(),
                    "give a public https URL without credentials",
                )
            })?;
            let owner = add.owner.as_deref().unwrap_or_default();
            let owner = mail("owner", owner)?.to_string();
            (
                Channel::Webhook,
                url.clone(),
                owner,
                new_secret(rand::random()),
            )
        }
        _ => {
            let detail = "a subscription goes to `email` or to `webhook`".to_owned();
            return Err(invalid("email", detail, "give one of the two"));
        }
    };
    let mut languages = Vec::new();
    for tag in &add.languages {
        let tag = LanguageTag::parse(tag).map_err(|error| {
            invalid(
                "languages",
                error.to_string(),
                "use BCP 47 tags: `de`, `pt-BR`",
            )
        })?;
        languages.push(tag.to_string());
    }
    let extent = match add.extent.as_deref() {
        None => Extent::Full,
        Some(text) => Extent::parse(text).ok_or_else(|| {
            invalid(
                "extent",
                format!("no extent `{}`", printable(text)),
                "use `full` or `link`",
            )
        })?,
    };
    if add.consent.is_some() && !caller.may(Scope::Operator) {
        return Err(Problem::Forbidden("only an operator may vouch for a reader's `consent`; leave it out, and the reader is asked".into()));
    }
    Ok(Checked {
        public_id: PublicId::from_random(Kind::Subscription, rand::random()).to_string(),
        endpoint_public_id: PublicId::from_random(Kind::Endpoint, rand::random()).to_string(),
        name,
        filter,
        channel,
        address,
        owner,
        secret,
        languages: languages.join(" "),
        extent,
        consent: add.consent,
    })
}

/// Parses the filter and looks its topics up; gives its canonical text.
fn check_filter(intake: &Intake, text: &str, base: &str) -> Result<String, Problem> {
    let pointer = format!("{base}/filter");
    let filter = Filter::parse(text).map_err(|error| Problem::Invalid {
        pointer: pointer.clone(),
        detail: format!("{error}\n{}", error.caret(text)),
        mend: "see the README for the filter language".into(),
    })?;
    for topic in filter.topics() {
        if intake.taxonomy.get(topic).is_none() {
            let nearest: Vec<_> = intake
                .taxonomy
                .nearest(topic.as_str(), 3)
                .iter()
                .map(|topic| format!("topic:{}", topic.slug))
                .collect();
            let mend = format!("nearest: {}", nearest.join(", "));
            return Err(Problem::Invalid {
                pointer,
                detail: format!("no topic `{topic}`"),
                mend,
            });
        }
    }
    Ok(filter.to_string())
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

impl Checked {
    fn as_new(&self) -> NewSubscription<'_> {
        let state = if self.consent.is_some() {
            EndpointState::Active
        } else {
            EndpointState::Pending
        };
        NewSubscription {
            public_id: &self.public_id,
            name: &self.name,
            filter: &self.filter,
            grammar: i64::from(GRAMMAR_VERSION),
            consent: self.consent.as_deref().unwrap_or("asked"),
            endpoint: NewEndpoint {
                public_id: &self.endpoint_public_id,
                channel: self.channel,
                address: &self.address,
                owner: &self.owner,
                secret: &self.secret,
                languages: &self.languages,
                extent: self.extent,
                state,
            },
        }
    }
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
        .subscriptions(after_id, page(query.limit), query.address.as_deref())
        .await?;
    let next = rows.last().map(|row| row.public_id.clone());
    Ok(Json(
        json!({ "subscriptions": rows.iter().map(shown).collect::<Vec<_>>(), "next_after": next }),
    ))
}

pub(super) async fn show(
    State(intake): State<Intake>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    caller.must(Scope::SubscriptionsRead)?;
    Ok(Json(shown(&find(&intake, &id).await?)))
}

pub(super) async fn pause(
    State(intake): State<Intake>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    set_state(&intake, &caller, &id, SubscriptionState::Paused).await?;
    Ok(Json(shown(&find(&intake, &id).await?)))
}

pub(super) async fn resume(
    State(intake): State<Intake>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    set_state(&intake, &caller, &id, SubscriptionState::Active).await?;
    Ok(Json(shown(&find(&intake, &id).await?)))
}

pub(super) async fn remove(
    State(intake): State<Intake>,
    caller: Caller,
    Path(id): Path<String>,
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
