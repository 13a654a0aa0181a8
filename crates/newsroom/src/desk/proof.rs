//! The proof of a release: what whoever has the link sees before it clears. Nothing else of it is reachable by that link,
//! and nothing once it has expired, or the release was refused or cancelled.

use super::look::Look;
use super::{Refusal, frame, when};
use crate::Newsroom;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::html;
use release::capability::Capability;
use release::model::{Release, ReleaseState};
use release::time::ClearTime;
use store::StoreError;

pub(crate) async fn show(
    State(newsroom): State<Newsroom>,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let Ok(Capability::Proof {
        release_id,
        expires_ms,
    }) = newsroom.link_key.verify(&token)
    else {
        return Err(Refusal::Link(
            StatusCode::NOT_FOUND,
            "This link does not work",
            "It was cut short or changed on its way. Copy it whole, or ask whoever sent it for another.",
        ));
    };
    let now_ms = newsroom.clock.now_ms();
    let gone = |title, text| Err(Refusal::Link(StatusCode::GONE, title, text));
    if now_ms >= expires_ms {
        return gone(
            "This proof has expired",
            "Ask whoever sent you the link for another one.",
        );
    }
    let row = newsroom
        .store
        .release_by_id(release_id)
        .await?
        .ok_or(Refusal::NotFound)?;
    match row.state {
        ReleaseState::Submitted | ReleaseState::Held | ReleaseState::Scheduled => {}
        ReleaseState::Cleared | ReleaseState::Corrected | ReleaseState::Killed => {
            return Ok(Redirect::to(&format!("/releases/{}", row.public_id)).into_response());
        }
        _ => {
            return gone(
                "There is nothing to prove any more",
                "This release was withdrawn. Ask whoever sent you the link.",
            );
        }
    }
    let release: Release = serde_json::from_str(&row.content)
        .map_err(|error| StoreError::Unreadable(format!("{}: {error}", row.public_id)))?;
    let look = Look::of(&newsroom, &row.public_id, &release, row.clear_at_ms).await?;
    let expires = ClearTime {
        at_ms: expires_ms,
        zone: release.in_zone(now_ms).zone,
    };
    let main = html! {
        div.banner role="note" {
            h1 { "Proof: not released" }
            p { "For the eyes of those it was sent to. "
                @match row.state {
                    ReleaseState::Scheduled => { "It is to clear on " (when::shown(&release.in_zone(row.clear_at_ms), now_ms)) "." }
                    ReleaseState::Held => { "It is held." }
                    _ => { "It awaits review." }
                }
                " This link works until " (when::shown(&expires, now_ms)) "." }
        }
        (look.frames())
    };
    Ok(look.answer(Html(frame::bare("Proof: not released", &main))))
}
