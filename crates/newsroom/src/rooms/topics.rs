//! Topics: the list of all, the overview of a section or industry, and the list of each.

use crate::asked::{Asked, Name};
use crate::conditional::Shown;
use crate::entries::{self, Tone};
use crate::feeds;
use crate::room::Room;
use crate::rooms::{PAGE, in_frame, list, plain_page, show};
use crate::{Newsroom, Trouble};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use release::topic::{Topic, TopicKind, TopicSlug};

/// Stories that head an overview.
const NEWEST: usize = 8;
/// Stories under each subject of an overview.
const UNDER_EACH: usize = 2;

/// Every topic, by section and industry.
pub(crate) async fn topics(State(newsroom): State<Newsroom>) -> Shown {
    let taxonomy = &newsroom.taxonomy;
    let sections = taxonomy.iter().filter(|t| t.kind == TopicKind::Section);
    let main = html! {
        h1 { "Topics" }
        @for section in sections {
            h2 { (link(section)) }
            @for topic in taxonomy.children(&section.slug) {
                h3 { (link(topic)) }
                ul.deck { @for subject in taxonomy.children(&topic.slug) { li { (link(subject)) } } }
            }
        }
    };
    plain_page(&newsroom, "Topics", "/topics", main)
}

/// A topic's page or feed: an overview where other topics stand below it, else its list.
pub(crate) async fn topic(
    State(newsroom): State<Newsroom>,
    Name(name): Name,
    asked: Asked,
) -> Result<Response, Trouble> {
    let (slug, format) = feeds::split(&name);
    let (topic, room) = find(&newsroom, slug)?;
    if let Some(format) = format {
        return Ok(feeds::of_room(&newsroom, &room, format, &asked)
            .await?
            .into_response());
    }
    let below = newsroom.taxonomy.children(&topic.slug);
    let shown = match below.is_empty() || asked.before.is_some() {
        true => show(&newsroom, &room, &asked, crumbs(&newsroom, topic)).await?,
        false => overview(&newsroom, &room, topic, &below).await?,
    };
    Ok(shown.into_response())
}

/// The whole list of a section or industry.
pub(crate) async fn topic_all(
    State(newsroom): State<Newsroom>,
    Name(slug): Name,
    asked: Asked,
) -> Result<Shown, Trouble> {
    let (topic, room) = find(&newsroom, &slug)?;
    let mut room_of_all = room.clone();
    room_of_all.path.push_str("/all");
    let listing = room.listing(&newsroom, asked.before(), PAGE).await?;
    let main = html! {
        (entries::head(&room, crumbs(&newsroom, topic)))
        (list(&newsroom, &room_of_all, &asked, &listing, Tone::Plain).await?)
    };
    let newest_ms = entries::newest_ms(&listing);
    Ok(in_frame(&newsroom, &room, &asked, main, newest_ms))
}

fn find<'a>(newsroom: &'a Newsroom, slug: &str) -> Result<(&'a Topic, Room), Trouble> {
    let slug = TopicSlug::parse(slug).map_err(|_| Trouble::NotFound)?;
    let topic = newsroom.taxonomy.get(&slug).ok_or(Trouble::NotFound)?;
    let room = Room::topic(newsroom, &slug).ok_or(Trouble::NotFound)?;
    Ok((topic, room))
}

async fn overview(
    newsroom: &Newsroom,
    room: &Room,
    topic: &Topic,
    below: &[&Topic],
) -> Result<Shown, Trouble> {
    let listing = room.listing(newsroom, i64::MAX, NEWEST).await?;
    let pieces = listing.entries.iter().map(|entry| &*entry.piece);
    let issuers = entries::issuer_names(newsroom, pieces).await?;
    let mut newest_ms = entries::newest_ms(&listing);
    let mut blocks = Vec::with_capacity(below.len());
    for child in below {
        let Some(room) = Room::topic(newsroom, &child.slug) else {
            continue;
        };
        let newest = room.listing(newsroom, i64::MAX, UNDER_EACH).await?;
        newest_ms = newest_ms.max(entries::newest_ms(&newest));
        blocks.push(block(child, &newest));
    }
    let main = html! {
        (entries::head(room, crumbs(newsroom, topic)))
        @if listing.entries.is_empty() { p { "Nothing has cleared here yet." } }
        (entries::list(&listing.entries, &issuers, Tone::Plain))
        nav.pages aria-label="Pages" { a.button.quiet href={ (room.path) "/all" } { "View all " (topic.name) } }
        h2 { (below_title(below)) }
        ul.subjects { @for block in blocks { (block) } }
    };
    let asked = Asked {
        q: String::new(),
        before: None,
        letter: None,
    };
    Ok(in_frame(newsroom, room, &asked, main, newest_ms))
}

fn below_title(below: &[&Topic]) -> &'static str {
    match below.iter().any(|topic| topic.kind == TopicKind::Industry) {
        true => "Industries",
        false => "Subjects",
    }
}

fn block(topic: &Topic, newest: &crate::room::Listing) -> Markup {
    html! {
        li {
            h3 { (link(topic)) }
            @if !newest.entries.is_empty() {
                ul { @for entry in &newest.entries { li {
                    a href=(entry.piece.path()) lang=(entry.piece.language()) dir=(entry.piece.direction()) {
                        (entry.piece.release.headline)
                    }
                } } }
            }
        }
    }
}

/// The wider topics that a topic stands under.
fn crumbs(newsroom: &Newsroom, topic: &Topic) -> Markup {
    let parents = topic
        .parents
        .iter()
        .filter_map(|slug| newsroom.taxonomy.get(slug));
    let parents: Vec<&Topic> = parents.collect();
    html! {
        @if !parents.is_empty() {
            p.soft { "Part of " @for (n, parent) in parents.iter().enumerate() {
                @if n > 0 { ", " }
                (link(parent))
            } }
        }
    }
}

/// A link to a topic's page.
pub(crate) fn link(topic: &Topic) -> Markup {
    html! { a href={ "/topics/" (topic.slug) } { (topic.name) } }
}
