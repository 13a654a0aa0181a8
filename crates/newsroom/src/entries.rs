//! How a release stands in a list.

use crate::asked::encoded;
use crate::names;
use crate::piece::Piece;
use crate::room::{Entry, Listing, Room};
use crate::{Newsroom, Trouble};
use maud::{Markup, html};
use release::model::Edition;
use release::time::ClearTime;
use std::collections::{BTreeSet, HashMap};

/// Issuers' names by slug.
pub(crate) type IssuerNames = HashMap<String, String>;

/// The names of all who speak in these pieces.
pub(crate) async fn issuer_names<'a>(
    newsroom: &Newsroom,
    pieces: impl Iterator<Item = &'a Piece>,
) -> Result<IssuerNames, Trouble> {
    let slugs = pieces.flat_map(|piece| piece.release.issuers.iter().map(String::as_str));
    names_of(newsroom, slugs).await
}

/// The names that these slugs stand for.
pub(crate) async fn names_of<'a>(
    newsroom: &Newsroom,
    slugs: impl Iterator<Item = &'a str>,
) -> Result<IssuerNames, Trouble> {
    let slugs: BTreeSet<&str> = slugs.collect();
    if slugs.is_empty() {
        return Ok(IssuerNames::new());
    }
    let slugs: Vec<&str> = slugs.into_iter().collect();
    let names = newsroom.store.issuer_names(&slugs).await?;
    Ok(names.into_iter().map(|row| (row.slug, row.name)).collect())
}

/// An issuer's name; its slug while it has none.
pub(crate) fn name_of<'a>(names: &'a IssuerNames, slug: &'a str) -> &'a str {
    names.get(slug).map_or(slug, String::as_str)
}

/// How loud a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// The newest stands out.
    Front,
    /// All alike.
    Plain,
    /// Under a heading of its own.
    Under,
}

/// The entries, newest first.
pub(crate) fn list(entries: &[Entry], names: &IssuerNames, tone: Tone) -> Markup {
    let class = match tone {
        Tone::Front => "list first",
        Tone::Plain | Tone::Under => "list",
    };
    html! {
        ol class=(class) { @for entry in entries { li { (line(entry, names, tone)) } } }
    }
}

fn line(entry: &Entry, names: &IssuerNames, tone: Tone) -> Markup {
    let piece = &*entry.piece;
    let issuers: Vec<&str> = piece
        .release
        .issuers
        .iter()
        .map(|slug| name_of(names, slug))
        .collect();
    let link = html! {
        a href=(piece.path()) lang=(piece.language()) dir=(piece.direction()) { (piece.release.headline) }
    };
    html! {
        div.what {
            @if tone == Tone::Under { h3 dir=(piece.direction()) { (link) } } @else { h2 dir=(piece.direction()) { (link) } }
            p.lead lang=(piece.language()) dir=(piece.direction()) { (piece.lead()) }
            p.meta { bdi { (issuers.join(", ")) } " · " bdi { (names::edition(&piece.release.edition)) } }
            (other_editions(entry))
        }
        div.meta { (clock(&piece.cleared)) }
    }
}

/// Links to the same news in other editions.
pub(crate) fn other_editions(entry: &Entry) -> Markup {
    html! {
        @if !entry.others.is_empty() {
            ul.editions aria-label="Other editions" { @for other in &entry.others {
                li { (edition_link(&other.public_id, &other.edition)) }
            } }
        }
    }
}

/// A link to an edition by its name, in its language.
pub(crate) fn edition_link(public_id: &str, edition: &str) -> Markup {
    let parsed = Edition::parse(edition);
    let language = parsed.as_ref().map(|edition| edition.language.as_str());
    html! { a href={ "/releases/" (public_id) } hreflang=[language] { bdi { (names::edition_text(edition)) } } }
}

/// Date and time in the release's own zone.
pub(crate) fn clock(cleared: &ClearTime) -> Markup {
    html! {
        time datetime=(cleared.rfc3339()) {
            (cleared.strftime("%b %-d, %Y,")) " " span { (cleared.strftime("%H:%M %Z")) }
        }
    }
}

/// Title of a list with what a reader may do with it.
pub(crate) fn head(room: &Room, about: Markup) -> Markup {
    html! {
        div.head {
            div { h1 { bdi { (room.title) } } (about) }
            div.acts.no-print {
                @if let Some(filter) = &room.filter { (alert_me(filter)) }
                a href={ (room.path) ".rss" } { "RSS" }
                a href={ (room.path) ".atom" } { "Atom" }
            }
        }
    }
}

/// The way to an alert for what a page shows.
pub(crate) fn alert_me(filter: &str) -> Markup {
    html! { a.button href={ "/alerts/new?filter=" (encoded(filter)) } rel="nofollow" { "Alert me" } }
}

/// Where feed readers find the feeds of a page; `query` is empty or begins with a question mark.
pub(crate) fn autodiscovery(title: &str, path: &str, query: &str) -> Markup {
    html! {
        link rel="alternate" type="application/rss+xml" title={ (title) " (RSS)" } href={ (path) ".rss" (query) };
        link rel="alternate" type="application/atom+xml" title={ (title) " (Atom)" } href={ (path) ".atom" (query) };
    }
}

/// Links to the newest and to older entries. `path` ends where the place is to be added.
pub(crate) fn pager(first: &str, older: Option<String>, is_first: bool) -> Markup {
    html! {
        @if older.is_some() || !is_first {
            nav.pages aria-label="Pages" {
                @if !is_first { a.button.quiet href=(first) { "Newest" } }
                @if let Some(older) = older { a.button.quiet href=(older) rel="next" { "Older releases" } }
            }
        }
    }
}

/// The moment of the newest thing in a list, Unix milliseconds.
pub(crate) fn newest_ms(listing: &Listing) -> Option<i64> {
    let pieces = listing
        .entries
        .iter()
        .map(|entry| entry.piece.cleared.at_ms);
    let others = listing.entries.iter().flat_map(|entry| &entry.others);
    pieces.chain(others.map(|other| other.cleared_ms)).max()
}
