//! Feeds: RSS 2.0 and Atom 1.0 of every room and every search, whole texts, each edition by itself.
//!
//! A feed has the newest items and a link to the page with the older ones (RFC 5005), so nothing falls out of a window
//! between two looks. An item's identity is its address, which never changes. All items are usable as they stand today;
//! a correction or a kill will be an item that says so, and the place for it is [`Verdict`].

mod atom;
mod overview;
mod rss;
mod xml;

pub(crate) use overview::overview;

use crate::asked::Asked;
use crate::conditional::Shown;
use crate::entries::{self, IssuerNames, name_of};
use crate::piece::Piece;
use crate::release_page::wire;
use crate::room::Room;
use crate::{Newsroom, Trouble};
use axum::extract::State;
use release::language::LanguageTag;
use release::model::Media;
use std::sync::Arc;

/// Items of one page of a feed.
pub(crate) const ITEMS: usize = 50;

/// The two forms of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Rss,
    Atom,
}

/// What a feed is of.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) title: String,
    /// The page that shows the same.
    pub(crate) page: String,
    /// The feed's path without its ending.
    pub(crate) path: String,
    /// The feed's query, empty or without the question mark.
    pub(crate) query: String,
    pub(crate) language: Option<LanguageTag>,
}

/// A page of a feed, ready to be written.
struct Feed {
    title: String,
    wire: String,
    page_url: String,
    self_url: String,
    first_url: String,
    next_url: Option<String>,
    language: Option<String>,
    /// Unix milliseconds; 0 for an empty feed.
    updated_ms: i64,
    entries: Vec<Entry>,
}

/// An item of a feed.
struct Entry {
    url: String,
    title: String,
    language: String,
    direction: &'static str,
    cleared_ms: i64,
    issuers: Vec<String>,
    /// Names of topics with the addresses of their pages.
    topics: Vec<(String, String)>,
    summary: String,
    html: String,
    media: Vec<Media>,
    verdict: Verdict,
}

/// Whether an item may still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// As it stands.
    Usable,
}

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Rss => ".rss",
            Format::Atom => ".atom",
        }
    }
}

/// A name without the ending that asks for a feed, and which one it asks for.
pub(crate) fn split(name: &str) -> (&str, Option<Format>) {
    for format in [Format::Rss, Format::Atom] {
        if let Some(name) = name.strip_suffix(format.ending()) {
            return (name, Some(format));
        }
    }
    (name, None)
}

pub(crate) async fn all_rss(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Shown, Trouble> {
    of_room(&newsroom, &Room::all(), Format::Rss, &asked).await
}

pub(crate) async fn all_atom(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Shown, Trouble> {
    of_room(&newsroom, &Room::all(), Format::Atom, &asked).await
}

pub(crate) async fn public_rss(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Shown, Trouble> {
    of_room(&newsroom, &Room::public_companies(), Format::Rss, &asked).await
}

pub(crate) async fn public_atom(
    State(newsroom): State<Newsroom>,
    asked: Asked,
) -> Result<Shown, Trouble> {
    of_room(&newsroom, &Room::public_companies(), Format::Atom, &asked).await
}

/// A room's feed.
pub(crate) async fn of_room(
    newsroom: &Newsroom,
    room: &Room,
    format: Format,
    asked: &Asked,
) -> Result<Shown, Trouble> {
    let (pieces, next) = room.items(newsroom, asked.before(), ITEMS).await?;
    let source = Source {
        title: room.title.clone(),
        page: room.path.clone(),
        path: room.path.clone(),
        query: String::new(),
        language: room.language.clone(),
    };
    render(newsroom, &source, format, asked, pieces, next).await
}

/// Writes a page of a feed.
pub(crate) async fn render(
    newsroom: &Newsroom,
    source: &Source,
    format: Format,
    asked: &Asked,
    pieces: Vec<Arc<Piece>>,
    next: Option<i64>,
) -> Result<Shown, Trouble> {
    let issuers = entries::issuer_names(newsroom, pieces.iter().map(|piece| &**piece)).await?;
    let newest_ms = pieces.iter().map(|piece| piece.cleared.at_ms).max();
    let url = |before: Option<i64>| {
        let before = before.map(|before| format!("before={before}"));
        let query = Some(source.query.clone()).filter(|query| !query.is_empty());
        let query: Vec<String> = query.into_iter().chain(before).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let path = format!(
            "{}{}{mark}{}",
            source.path,
            format.ending(),
            query.join("&")
        );
        newsroom.url(&path)
    };
    let feed = Feed {
        title: source.title.clone(),
        wire: newsroom.name.clone(),
        page_url: newsroom.url(&source.page),
        self_url: url(asked.before),
        first_url: url(None),
        next_url: next.map(|next| url(Some(next))),
        language: source.language.as_ref().map(ToString::to_string),
        updated_ms: newest_ms.unwrap_or(0),
        entries: pieces
            .iter()
            .map(|piece| entry(newsroom, piece, &issuers))
            .collect(),
    };
    let (media_type, text) = match format {
        Format::Rss => ("application/rss+xml; charset=utf-8", rss::write(&feed)),
        Format::Atom => ("application/atom+xml; charset=utf-8", atom::write(&feed)),
    };
    Ok(Shown {
        media_type,
        text,
        newest_ms,
    })
}

fn entry(newsroom: &Newsroom, piece: &Piece, issuers: &IssuerNames) -> Entry {
    let release = &piece.release;
    let topics = release
        .topics
        .iter()
        .filter_map(|slug| newsroom.taxonomy.get(slug));
    let topics = topics.map(|topic| {
        let page = newsroom.url(&format!("/topics/{}", topic.slug));
        (topic.name.clone(), page)
    });
    Entry {
        url: newsroom.url(&piece.path()),
        title: release.headline.clone(),
        language: piece.language().to_owned(),
        direction: piece.direction(),
        cleared_ms: piece.cleared.at_ms,
        issuers: release
            .issuers
            .iter()
            .map(|slug| name_of(issuers, slug).to_owned())
            .collect(),
        topics: topics.collect(),
        summary: piece.lead().to_owned(),
        html: wire::form(newsroom, piece, issuers).into_string(),
        media: release.media.clone(),
        verdict: Verdict::Usable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_name_asks_for_a_feed() {
        assert_eq!(split("mining.rss"), ("mining", Some(Format::Rss)));
        assert_eq!(split("mining.atom"), ("mining", Some(Format::Atom)));
        assert_eq!(split("mining"), ("mining", None));
        assert_eq!(split(".rss"), ("", Some(Format::Rss)));
    }
}
