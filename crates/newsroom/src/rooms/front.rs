//! The front page.

use crate::asked::Asked;
use crate::conditional::Shown;
use crate::entries::{self, Tone};
use crate::frame::Frame;
use crate::room::Room;
use crate::{Newsroom, Trouble, names};
use axum::extract::State;
use maud::{Markup, html};

/// Stories on the front page.
const STORIES: usize = 20;
/// Listed companies' stories beside them.
const BESIDE: usize = 6;
/// Editions named beside them.
const EDITIONS: i64 = 40;

pub(crate) async fn front(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Shown, Trouble> {
    let room = Room::all();
    let listing = room.listing(&newsroom, asked.before(), STORIES).await?;
    let public = Room::public_companies();
    let public = public.listing(&newsroom, i64::MAX, BESIDE).await?;
    let pieces = listing.entries.iter().map(|entry| &*entry.piece);
    let issuers = entries::issuer_names(&newsroom, pieces).await?;
    let older = listing.next.map(|next| format!("/releases?before={next}"));
    let main = html! {
        div.head {
            div {
                h1 { "Latest news" }
                p.soft { "Straight from those who make it, at the second it clears." }
            }
            div.acts { (entries::alert_me("everything")) a href="/feeds" { "Feeds" } }
        }
        div.two {
            div {
                @if listing.entries.is_empty() { p { "Nothing has cleared yet." } }
                (entries::list(&listing.entries, &issuers, Tone::Front))
                (entries::pager("/", older, true))
            }
            (aside(&newsroom, &public).await?)
        }
    };
    let head = html! {
        link rel="canonical" href=(newsroom.url("/"));
        (entries::autodiscovery("All releases", "/releases", ""))
    };
    let text = newsroom.rooms.chrome.render(&Frame {
        language: "en",
        direction: "ltr",
        title: "Latest news",
        path: "/",
        query: "",
        head,
        main,
    });
    Ok(Shown::html(text, entries::newest_ms(&listing)))
}

async fn aside(newsroom: &Newsroom, public: &crate::room::Listing) -> Result<Markup, Trouble> {
    let editions = newsroom
        .store
        .marks_with_prefix("edition:", EDITIONS)
        .await?;
    let editions = editions.iter().filter_map(|m| m.strip_prefix("edition:"));
    Ok(html! {
        aside.aside aria-label="More ways in" {
            @if !public.entries.is_empty() {
                h2 { a href="/public-companies" { "Public companies" } }
                ul.plain { @for entry in &public.entries { li {
                    a href=(entry.piece.path()) lang=(entry.piece.language()) dir=(entry.piece.direction()) {
                        (entry.piece.release.headline)
                    }
                } } }
            }
            h2 { a href="/editions" { "Editions" } }
            ul.plain { @for edition in editions {
                li { a href={ "/editions/" (edition) } { bdi { (names::edition_text(edition)) } } }
            } }
        }
    })
}
