//! Alerts by webhook, by oneself: the owner's address is confirmed first, then the URL answers a challenge.

use super::confirm::{Open, apply};
use super::fields::Fields;
use super::preferences::path;
use super::refusal::Refusal;
use super::signup::{Counted, Target, blank, hint, sent};
use super::{LINK_MS, Newsroom, page};
use crate::Trouble;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, Response};
use maud::html;
use release::capability::Capability;
use release::ids::{Kind, PublicId};
use release::model::{AlertKind, EndpointState};
use release::webhook::new_secret;

pub(super) async fn form(
    State(newsroom): State<Newsroom>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refusal> {
    blank(&newsroom, query, Target::Hook).await
}

pub(super) async fn submit(
    State(newsroom): State<Newsroom>,
    counted: Counted,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    sent(&newsroom, counted, &Fields::parse(&body?), Target::Hook).await
}

pub(super) async fn ask_confirm(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Html<String>, Refusal> {
    let open = confirmation(&newsroom, &token).await?;
    let main = html! {
        @if open.pending().next().is_none() {
            h1 { "Nothing to confirm" }
            p { "This webhook was confirmed before, or what it was to get was stopped since." }
            p { a href="/alerts/manage" { "See what it gets" } }
        } @else {
            h1 { "Do you want these calls?" }
            p { "They would go to " code { (open.endpoint.address) } "." }
            form method="post" {
                (open.choices(&newsroom).await?)
                div.acts { button type="submit" { "Yes, call it" } }
            }
            p.hint { "Have it ready to answer: the first call is a challenge. The next page shows the secret that calls are signed with, once." }
        }
    };
    Ok(page(&newsroom, "Do you want these calls?", &main))
}

pub(super) async fn confirm(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Html<String>, Refusal> {
    let open = confirmation(&newsroom, &token).await?;
    let fields = Fields::parse(&body?);
    let secret = new_secret(rand::random());
    // Before the subscriptions are confirmed: afterwards it counts as seen.
    let seen_now = !open.chosen(&fields).is_empty()
        && newsroom
            .store
            .renew_unseen_secret(open.endpoint.id, &secret)
            .await?;
    apply(&newsroom, &open, &fields).await?;
    if open.endpoint.state == EndpointState::Pending && !open.chosen(&fields).is_empty() {
        challenge(&newsroom, open.endpoint.id).await?;
    }
    let capability = Capability::Preferences {
        endpoint_id: open.endpoint.id,
        expires_ms: newsroom.clock.now_ms() + LINK_MS,
    };
    let preferences = path(&newsroom.link_key.sign(&capability));
    let main = html! {
        h1 { "Confirmed" }
        @if seen_now {
            p { "Calls are signed with this secret. It is shown " strong { "this once" } ": keep it now." }
            p.secret { code { (secret) } }
        }
        @if open.endpoint.state == EndpointState::Pending {
            p { "The URL is being sent a challenge. Once it answers, calls begin." }
        }
        p { a.button href=(preferences) { "See and test this webhook" } }
    };
    Ok(page(&newsroom, "Confirmed", &main))
}

async fn challenge(newsroom: &Newsroom, endpoint_id: i64) -> Result<(), Refusal> {
    let (alert, request) = (
        PublicId::from_random(Kind::Alert, rand::random()),
        PublicId::from_random(Kind::Request, rand::random()),
    );
    let (kind, now_ms) = (AlertKind::Challenge, newsroom.clock.now_ms());
    let alert_id = newsroom
        .store
        .add_direct_alert(alert.as_str(), kind, endpoint_id, request.as_str(), now_ms)
        .await?;
    hint(newsroom, alert_id, request.as_str()).await;
    Ok(())
}

async fn confirmation(newsroom: &Newsroom, token: &str) -> Result<Open, Refusal> {
    match newsroom.link_key.verify(token) {
        Ok(Capability::ConfirmHook { endpoint_id, upto }) => {
            Open::load(newsroom, endpoint_id, upto).await
        }
        _ => Err(Trouble::BadLink.into()),
    }
}
