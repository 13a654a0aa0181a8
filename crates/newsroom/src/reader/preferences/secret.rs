//! The secret of a webhook on its owner's page: another one, while the old holds on.

use super::path;
use crate::reader::refusal::Refusal;
use crate::reader::words::moment;
use crate::reader::{Newsroom, page};
use crate::webhooks::KEYS_PATH;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use release::model::{Channel, EndpointState, Signing};
use release::webhook::new_secret;
use store::{EndpointRow, Hook, NewAct};
use tracing::info;

/// How long the old secret holds beside the new one, unless it is to be of no use at once.
const OVERLAP_MS: i64 = 86_400_000;

/// What the page says of a secret, and the buttons; nothing where there is none, or no room for a second one.
pub(super) async fn section(
    newsroom: &Newsroom,
    token: &str,
    endpoint: &EndpointRow,
) -> Result<Markup, Refusal> {
    let has_secret =
        endpoint.channel == Channel::Webhook && endpoint.state != EndpointState::Deleted;
    if !has_secret || !newsroom.store.is_current().await? {
        return Ok(html! {});
    }
    let hook = newsroom.store.hook(endpoint.id).await?;
    let main = match hook.signing {
        Signing::Hmac => by_secret(&hook, token, newsroom.clock.now_ms()),
        Signing::Ed25519 => html! {
            p { "A key of the wire's: " a href=(KEYS_PATH) { "the keys to verify them with" } "." }
        },
    };
    Ok(html! {
        h2 { "What calls are signed with" }
        (main)
    })
}

fn by_secret(hook: &Hook, token: &str, now_ms: i64) -> Markup {
    html! {
        p {
            @if hook.rotated_ms == 0 { "A secret, which was shown once, and has not been changed since." }
            @else { "A secret, last changed on " (moment(hook.rotated_ms)) "." }
            @if !hook.old_secrets_at(now_ms).is_empty() {
                " The one before it holds until " (moment(hook.old_secrets_until_ms)) "."
            }
        }
        form.acts method="post" action=(path(token)) {
            button.quiet type="submit" name="act" value="rotate" { "Make a new secret" }
            button.quiet type="submit" name="act" value="replace" { "Replace it at once" }
        }
        p.hint { "The new one is shown once. For 24 hours calls bear signatures by both, so that none is lost while you change it. \
                  Replace it at once if somebody else may know it." }
    }
}

/// Another secret, beside the old one.
pub(super) async fn rotate(
    newsroom: &Newsroom,
    token: &str,
    endpoint: &EndpointRow,
) -> Result<Response, Refusal> {
    renew(newsroom, token, endpoint, OVERLAP_MS).await
}

/// Another secret; the old one is of no use from now on.
pub(super) async fn replace(
    newsroom: &Newsroom,
    token: &str,
    endpoint: &EndpointRow,
) -> Result<Response, Refusal> {
    renew(newsroom, token, endpoint, 0).await
}

async fn renew(
    newsroom: &Newsroom,
    token: &str,
    endpoint: &EndpointRow,
    overlap_ms: i64,
) -> Result<Response, Refusal> {
    let act = NewAct {
        at_ms: newsroom.clock.now_ms(),
        actor: "reader",
        act: "secret.rotate",
        subject: &endpoint.public_id,
        note: "",
        request_id: "",
    };
    let (secret, until_ms) = (new_secret(rand::random()), act.at_ms + overlap_ms);
    let store = &newsroom.store;
    if !store
        .rotate_secret(endpoint.id, &secret, until_ms, act)
        .await?
    {
        return Ok(super::back(token, "nothing"));
    }
    info!(
        worker = "newsroom",
        endpoint = endpoint.public_id,
        outcome = "changed",
        "the owner of a webhook made a new secret"
    );
    let main = html! {
        h1 { "Your new secret" }
        p { "Calls are signed with this secret from now on. It is shown " strong { "this once" } ": keep it now." }
        p.secret { code { (secret) } }
        @match overlap_ms {
            0 => p { "The old one is of no use any more." },
            _ => p { "Until " (moment(until_ms)) " they are signed with the old one, too." },
        }
        p { a.button href=(path(token)) { "Back to this webhook" } }
    };
    Ok(page(newsroom, "Your new secret", &main).into_response())
}
