//! The pages of the rooms: lists of releases, and the indexes that lead to them.

mod editions;
mod front;
mod issuers;
mod topics;

pub(crate) use editions::{edition, editions};
pub(crate) use front::front;
pub(crate) use issuers::{issuer, issuers};
pub(crate) use topics::{link as topic_link, topic, topic_all, topics};

use crate::asked::Asked;
use crate::conditional::Shown;
use crate::entries::{self, Tone};
use crate::frame::Frame;
use crate::room::{Listing, Room};
use crate::{Newsroom, Trouble};
use axum::extract::State;
use maud::{Markup, html};

/// Entries of a page.
pub(crate) const PAGE: usize = 25;

pub(crate) async fn all(State(newsroom): State<Newsroom>, asked: Asked) -> Result<Shown, Trouble> {
    let about = html! { p.soft { "Everything that went out on this wire, newest first." } };
    show(&newsroom, &Room::all(), &asked, about).await
}

pub(crate) async fn public_companies(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Shown, Trouble> {
    let about =
        html! { p.soft { "Releases that name a listed security by its exchange and symbol." } };
    show(&newsroom, &Room::public_companies(), &asked, about).await
}

/// A room's page: its title, something about it, and its list.
async fn show(
    newsroom: &Newsroom,
    room: &Room,
    asked: &Asked,
    about: Markup,
) -> Result<Shown, Trouble> {
    let listing = room.listing(newsroom, asked.before(), PAGE).await?;
    let main = html! {
        (entries::head(room, about))
        (list(newsroom, room, asked, &listing, Tone::Plain).await?)
    };
    Ok(in_frame(
        newsroom,
        room,
        asked,
        main,
        entries::newest_ms(&listing),
    ))
}

/// The list with its links to older pages.
async fn list(
    newsroom: &Newsroom,
    room: &Room,
    asked: &Asked,
    listing: &Listing,
    tone: Tone,
) -> Result<Markup, Trouble> {
    let pieces = listing.entries.iter().map(|entry| &*entry.piece);
    let names = entries::issuer_names(newsroom, pieces).await?;
    let older = listing
        .next
        .map(|next| format!("{}?before={next}", room.path));
    Ok(html! {
        @if listing.entries.is_empty() { p { (nothing(asked)) } }
        (entries::list(&listing.entries, &names, tone))
        (entries::pager(&room.path, older, asked.before.is_none()))
    })
}

fn nothing(asked: &Asked) -> &'static str {
    match asked.before {
        None => "Nothing has cleared here yet.",
        Some(_) => "There is nothing older.",
    }
}

/// A page of a room in the frame.
fn in_frame(
    newsroom: &Newsroom,
    room: &Room,
    asked: &Asked,
    main: Markup,
    newest_ms: Option<i64>,
) -> Shown {
    let page = asked
        .before
        .map_or(String::new(), |before| format!("?before={before}"));
    let head = html! {
        link rel="canonical" href=(newsroom.url(&format!("{}{page}", room.path)));
        (entries::autodiscovery(&room.title, &room.path, ""))
    };
    let text = newsroom.rooms.chrome.render(&Frame {
        language: "en",
        direction: "ltr",
        title: &room.title,
        path: &room.path,
        query: "",
        head,
        main,
    });
    Shown::html(text, newest_ms)
}

/// A page that is no list, in the frame.
pub(crate) fn plain_page(newsroom: &Newsroom, title: &str, path: &str, main: Markup) -> Shown {
    let head = html! { link rel="canonical" href=(newsroom.url(path)); };
    let text = newsroom.rooms.chrome.render(&Frame {
        language: "en",
        direction: "ltr",
        title,
        path,
        query: "",
        head,
        main,
    });
    Shown::html(text, None)
}
