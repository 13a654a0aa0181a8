//! All that one endpoint gets, behind a link that was mailed to its owner and works for a day.

pub(super) mod delivery;
mod secret;
mod show;
mod tokens;

use super::calls;
use super::fields::{Errors, Fields};
use super::often::DigestFields;
use super::refusal::Refusal;
use super::signup::{hint, languages};
use super::{Newsroom, page};
use crate::Trouble;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;
use queue::Telling;
use release::address::masked;
use release::capability::Capability;
use release::ids::{Kind, PublicId};
use release::model::{AlertKind, Channel, EndpointState, Extent, Repeats, SubscriptionState};
use store::{DeliveriesAsked, EndpointEdit, EndpointRow, HookEdit, NewAct};
use tracing::info;

/// The least time between two test events.
const TEST_GAP_MS: i64 = 10_000;

/// Deliveries that are sent again by one press of a button.
const AGAIN_AT_ONCE: i64 = 500;

/// The endpoint that a link opens.
pub(super) async fn open(newsroom: &Newsroom, token: &str) -> Result<EndpointRow, Refusal> {
    let Ok(Capability::Preferences {
        endpoint_id,
        expires_ms,
    }) = newsroom.link_key.verify(token)
    else {
        return Err(Trouble::BadLink.into());
    };
    if newsroom.clock.now_ms() >= expires_ms {
        return Err(Refusal::Expired);
    }
    let endpoint = newsroom.store.endpoint(endpoint_id).await?;
    let endpoint = endpoint.filter(|endpoint| !endpoint.address.is_empty());
    endpoint.ok_or(Refusal::Gone)
}

/// The path of a link's page.
pub(super) fn path(token: &str) -> String {
    format!("/alerts/preferences/{token}")
}

/// Back to the page, so that loading it again does not act again; with what was done.
pub(super) fn back(token: &str, done: &str) -> Response {
    Redirect::to(&format!("{}?done={done}", path(token))).into_response()
}

pub(super) async fn show(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let done = Fields::parse(query.unwrap_or_default().as_bytes());
    show::whole(
        &newsroom,
        &token,
        &endpoint,
        done.one("done"),
        &Errors::default(),
    )
    .await
}

/// Does what a button says. Each takes effect with the next alert that is sent.
pub(super) async fn act(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let fields = Fields::parse(&body?);
    let act = fields.one("act");
    let store = &newsroom.store;
    let set = async |state| {
        let own = fields.one("subscription");
        store
            .set_own_subscription_state(endpoint.id, own, state)
            .await
    };
    let done = match act {
        "pause-all" => {
            let stopped = store.stop_draining(endpoint.id).await?;
            stopped || store.pause_endpoint(endpoint.id).await?
        }
        "drain" => store.drain_endpoint(endpoint.id).await?,
        "resume-all" => store.resume_endpoint(endpoint.id).await?,
        "stop-all" => store.unsubscribe(endpoint.id, &[]).await? > 0,
        "pause" => set(SubscriptionState::Paused).await?,
        "resume" => set(SubscriptionState::Active).await?,
        "stop" => set(SubscriptionState::Deleted).await?,
        "settings" => return settings(&newsroom, &token, &endpoint, &fields).await,
        "test" => test(&newsroom, &endpoint).await?,
        "rotate" => return secret::rotate(&newsroom, &token, &endpoint).await,
        "replace" => return secret::replace(&newsroom, &token, &endpoint).await,
        "failed-again" => {
            let failed = DeliveriesAsked {
                states: &["dead"],
                ..DeliveriesAsked::newest(AGAIN_AT_ONCE)
            };
            delivery::send_again(&newsroom, &endpoint, &failed).await?
        }
        "make-token" => match tokens::make(&newsroom, &token, &endpoint, &fields).await? {
            Some(page) => return Ok(page),
            None => return Ok(back(&token, "many-tokens")),
        },
        "revoke-token" => tokens::revoke(&newsroom, &endpoint, &fields).await?,
        _ => return Err(Trouble::NotFound.into()),
    };
    newsroom.queue.tell(Telling::FiltersChanged);
    info!(
        worker = "newsroom",
        endpoint = endpoint.public_id,
        act,
        outcome = "changed",
        "a reader's alerts were changed: {act}"
    );
    Ok(back(&token, if done { act } else { "nothing" }))
}

async fn settings(
    newsroom: &Newsroom,
    token: &str,
    endpoint: &EndpointRow,
    fields: &Fields,
) -> Result<Response, Refusal> {
    let mut errors = Errors::default();
    let reads = languages(fields.one("reads"), &mut errors);
    let mail = endpoint.channel == Channel::Email;
    let digest_at = mail
        .then(|| DigestFields::read(fields).checked(&mut errors))
        .flatten();
    let repeats = Repeats::parse(fields.one("repeats"));
    let hook = match mail {
        true => HookEdit::default(),
        false => {
            let now = newsroom.store.hook(endpoint.id).await?;
            calls::checked(fields, &now, &mut errors)
        }
    };
    if !errors.is_empty() {
        let again = show::whole(newsroom, token, endpoint, "", &errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    let edit = EndpointEdit {
        languages: Some(&reads),
        extent: Extent::parse(fields.one("extent")),
        digest_at: digest_at.as_ref(),
        repeats,
    };
    newsroom.store.edit_hook(endpoint.id, &hook).await?;
    newsroom.store.edit_endpoint(endpoint.id, &edit).await?;
    newsroom.queue.tell(Telling::FiltersChanged);
    Ok(back(token, "settings"))
}

/// Sends a test event, unless one was sent a moment ago.
async fn test(newsroom: &Newsroom, endpoint: &EndpointRow) -> Result<bool, Refusal> {
    let now_ms = newsroom.clock.now_ms();
    let may = matches!(
        endpoint.state,
        EndpointState::Active | EndpointState::Paused
    );
    let last = newsroom.store.last_test(endpoint.id).await?;
    if !may || last.is_some_and(|last| now_ms - last.asked_ms < TEST_GAP_MS) {
        return Ok(false);
    }
    let (alert, request) = (
        PublicId::from_random(Kind::Alert, rand::random()),
        PublicId::from_random(Kind::Request, rand::random()),
    );
    let (kind, request) = (AlertKind::Test, request.as_str());
    let alert_id = newsroom
        .store
        .add_direct_alert(alert.as_str(), kind, endpoint.id, request, now_ms)
        .await?;
    hint(newsroom, alert_id, request).await;
    Ok(true)
}

/// Everything that is held, as a file.
pub(super) async fn export(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let held = newsroom.store.held(endpoint.id).await?;
    let text = serde_json::to_string_pretty(&held).unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"my-alerts.json\"",
        ),
    ];
    Ok((headers, text).into_response())
}

pub(super) async fn ask_erase(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Html<String>, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    let main = html! {
        h1 { "Erase everything?" }
        p { "Your address (" (masked(&endpoint.address)) "), what you asked for, and what receivers answered are erased at once, \
             and no alert is sent any more. This cannot be undone. That alerts were sent stays counted, without your address." }
        p { a href={ (path(&token)) "/export" } { "Export what is held first" } }
        form method="post" {
            div.acts {
                button.danger type="submit" name="sure" value="yes" { "Erase everything" }
                a.button.quiet href=(path(&token)) { "Go back" }
            }
        }
    };
    Ok(page(&newsroom, "Erase everything?", &main))
}

pub(super) async fn erase(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Html<String>, Refusal> {
    let endpoint = open(&newsroom, &token).await?;
    if Fields::parse(&body?).one("sure") != "yes" {
        return ask_erase(State(newsroom), Path(token)).await;
    }
    newsroom.store.erase_endpoint(endpoint.id).await?;
    let act = NewAct {
        at_ms: newsroom.clock.now_ms(),
        actor: "reader",
        act: "erase",
        subject: &endpoint.public_id,
        note: "",
        request_id: "",
    };
    newsroom.store.record_act(act).await?;
    newsroom.queue.tell(Telling::FiltersChanged);
    info!(
        worker = "newsroom",
        endpoint = endpoint.public_id,
        outcome = "erased",
        "a reader erased what was held about them"
    );
    let main = html! {
        h1 { "Erased" }
        p { "Nothing is held about you any more, and no alert is sent." }
        p { a href="/alerts/new" { "Begin anew" } }
    };
    Ok(page(&newsroom, "Erased", &main))
}
