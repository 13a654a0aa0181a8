//! The page of a release: what was said, by whom, when; and where a reader may go from there.

mod also;
mod head;
mod more;
pub(crate) mod wire;

use crate::asked::{Name, encoded};
use crate::conditional::Shown;
use crate::entries::{self, IssuerNames, name_of};
use crate::frame::Frame;
use crate::piece::Piece;
use crate::room::Entry;
use crate::{Newsroom, Trouble, names};
use also::Also;
use axum::extract::State;
use maud::{Markup, html};
use more::More;
use std::sync::Arc;

/// A release that has not cleared answers like one that never existed.
pub(crate) async fn show(
    State(newsroom): State<Newsroom>,
    Name(id): Name,
) -> Result<Shown, Trouble> {
    let desk = &newsroom.rooms.desk;
    let piece = desk.piece_of(&newsroom.store, &id).await?;
    let piece = piece
        .filter(|piece| piece.cleared.at_ms <= newsroom.clock.now_ms())
        .ok_or(Trouble::NotFound)?;
    let mut entries = crate::room::with_editions(&newsroom, vec![piece]).await?;
    let entry = entries.pop().ok_or(Trouble::NotFound)?;
    let more = more::of(&newsroom, &entry.piece).await?;
    let mut pieces: Vec<Arc<Piece>> = vec![entry.piece.clone()];
    pieces.extend(more.all().map(|other| other.piece.clone()));
    let also = newsroom.store.alike(&entry.piece.id).await?;
    let also: Vec<Also> = also.into_iter().filter_map(Also::of).collect();
    let named = pieces.iter().flat_map(|piece| &piece.release.issuers);
    let named = named.map(String::as_str);
    let named = named.chain(also.iter().flat_map(Also::issuers));
    let issuers = entries::names_of(&newsroom, named).await?;
    let others = more.all().chain([&entry]).flat_map(|entry| &entry.others);
    let newest_ms = pieces
        .iter()
        .map(|piece| piece.cleared.at_ms)
        .chain(others.map(|other| other.cleared_ms))
        .chain(also.iter().map(|other| other.row.cleared_ms))
        .max();
    let beside = (&more, &*also);
    let text = page(&newsroom, &entry, beside, &issuers);
    Ok(Shown::html(text, newest_ms))
}

fn page(
    newsroom: &Newsroom,
    entry: &Entry,
    (more, also): (&More, &[Also]),
    issuers: &IssuerNames,
) -> String {
    let piece = &entry.piece;
    let main = html! {
        div.two { (article(newsroom, entry, also, issuers)) (explore(newsroom, piece)) }
        (more.render(issuers))
    };
    newsroom.rooms.chrome.render(&Frame {
        language: piece.language(),
        direction: piece.direction(),
        title: &piece.release.headline,
        path: &piece.path(),
        query: "",
        head: head::of(newsroom, entry, issuers),
        main,
    })
}

/// The page of a text that has not cleared, for those who may see it: as it will be, less what else is out by then.
pub(crate) fn proof(newsroom: &Newsroom, piece: Arc<Piece>, issuers: &IssuerNames) -> String {
    let entry = Entry {
        piece,
        others: Vec::new(),
    };
    let piece = &entry.piece;
    newsroom.rooms.chrome.render(&Frame {
        language: piece.language(),
        direction: piece.direction(),
        title: &piece.release.headline,
        path: &piece.path(),
        query: "",
        head: html! { meta name="robots" content="noindex"; },
        main: html! { div.two { (article(newsroom, &entry, &[], issuers)) (explore(newsroom, piece)) } },
    })
}

fn article(newsroom: &Newsroom, entry: &Entry, also: &[Also], issuers: &IssuerNames) -> Markup {
    let piece = &*entry.piece;
    let release = &piece.release;
    html! {
        article {
            h1 { (release.headline) }
            @if let Some(subheadline) = &release.subheadline { p.sub { (subheadline) } }
            (provided_by(piece, issuers))
            (editions(entry))
            (also::render(also, issuers, &release.edition.language))
            (share(newsroom, piece))
            div.text { (wire::form_of_page(newsroom, piece, issuers)) }
        }
    }
}

/// Who says it, and when it cleared, in its own zone.
fn provided_by(piece: &Piece, issuers: &IssuerNames) -> Markup {
    html! {
        div.by lang="en" dir="ltr" {
            p { span.label { "News provided by" }
                @for (n, slug) in piece.release.issuers.iter().enumerate() {
                    @if n > 0 { ", " }
                    a href={ "/issuers/" (slug) } { bdi { (name_of(issuers, slug)) } }
                }
            }
            p { span.label { bdi { (names::edition(&piece.release.edition)) } } (entries::clock(&piece.cleared)) }
        }
    }
}

fn editions(entry: &Entry) -> Markup {
    html! {
        @if !entry.others.is_empty() {
            nav aria-label="Other editions" lang="en" dir="ltr" { ul.editions {
                @for other in &entry.others { li { (entries::edition_link(&other.public_id, &other.edition)) } }
            } }
        }
    }
}

/// Plain links: nothing is loaded from anybody before a reader follows one.
fn share(newsroom: &Newsroom, piece: &Piece) -> Markup {
    let url = newsroom.url(&piece.path());
    let (link, text) = (encoded(&url), encoded(&piece.release.headline));
    // Mail programs read a plus sign as it is (RFC 6068).
    let mail = format!("mailto:?subject={text}&body={link}").replace('+', "%20");
    html! {
        ul.share aria-label="Share" lang="en" dir="ltr" {
            li { button type="button" hidden data-copy=(url) data-done="Copied" { "Copy link" } }
            li { a href=(mail) { "Mail" } }
            li { a href={ "https://x.com/intent/post?url=" (link) "&text=" (text) } rel="noopener nofollow" { "X" } }
            li { a href={ "https://www.linkedin.com/sharing/share-offsite/?url=" (link) } rel="noopener nofollow" { "LinkedIn" } }
            li { a href={ "https://share.joinmastodon.org/#text=" (text) "%20" (link) } rel="noopener nofollow" { "Mastodon" } }
        }
    }
}

/// Its topics, and alerts for what is like it.
fn explore(newsroom: &Newsroom, piece: &Piece) -> Markup {
    let topics = &piece.release.topics;
    let topics = topics.iter().filter_map(|slug| newsroom.taxonomy.get(slug));
    let topics: Vec<_> = topics.collect();
    let mut filter: Vec<String> = topics.iter().map(|t| format!("topic:{}", t.slug)).collect();
    filter.extend(piece.release.issuers.iter().map(|s| format!("source:{s}")));
    html! {
        aside.aside.beside lang="en" dir="ltr" aria-label="Explore" {
            @if !topics.is_empty() {
                h2 { "Explore" }
                ul.topics { @for topic in &topics { li { (crate::rooms::topic_link(topic)) } } }
            }
            h2 { "Hear of it first" }
            p.soft { "News of these topics and of this source, by mail or webhook, at the second it clears." }
            p { (entries::alert_me(&filter.join(" OR "))) }
        }
    }
}
