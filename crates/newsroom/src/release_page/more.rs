//! What stands below a release: more of its source, and of its topics.

use crate::entries::{self, IssuerNames, Tone};
use crate::piece::Piece;
use crate::room::{Entry, Room};
use crate::{Newsroom, Trouble};
use maud::{Markup, html};
use std::collections::HashMap;

/// Stories of the same source.
const OF_SOURCE: usize = 4;
/// Stories of similar topics.
const SIMILAR: usize = 5;
/// Of each topic, the newest stories that are compared.
const OF_A_TOPIC: usize = 8;
/// Topics that are looked at.
const TOPICS: usize = 6;

/// Other stories.
#[derive(Debug)]
pub(super) struct More {
    source: Vec<Entry>,
    source_path: String,
    similar: Vec<Entry>,
}

/// More of the first issuer of a release, and of its topics; each story once, without its own.
pub(super) async fn of(newsroom: &Newsroom, piece: &Piece) -> Result<More, Trouble> {
    let mut source = Vec::new();
    let mut source_path = String::new();
    if let Some(slug) = piece.release.issuers.first()
        && let Some((room, _)) = Room::issuer(newsroom, slug).await?
    {
        let listing = room.listing(newsroom, i64::MAX, OF_SOURCE + 1).await?;
        let is_other = |entry: &Entry| entry.piece.story_id != piece.story_id;
        source.extend(listing.entries.into_iter().filter(is_other).take(OF_SOURCE));
        source_path = room.path;
    }
    let similar = similar(newsroom, piece, &source).await?;
    Ok(More {
        source,
        source_path,
        similar,
    })
}

/// The stories that share most of the topics, the newest of them first.
async fn similar(
    newsroom: &Newsroom,
    piece: &Piece,
    shown: &[Entry],
) -> Result<Vec<Entry>, Trouble> {
    let mut shared: HashMap<i64, (usize, Entry)> = HashMap::new();
    for slug in piece.release.topics.iter().take(TOPICS) {
        let Some(room) = Room::topic(newsroom, slug) else {
            continue;
        };
        for entry in room.listing(newsroom, i64::MAX, OF_A_TOPIC).await?.entries {
            let story = entry.piece.story_id;
            let is_shown = shown.iter().any(|other| other.piece.story_id == story);
            if story != piece.story_id && !is_shown {
                shared.entry(story).or_insert((0, entry)).0 += 1;
            }
        }
    }
    let mut found: Vec<(usize, Entry)> = shared.into_values().collect();
    found.sort_by_key(|(topics, entry)| std::cmp::Reverse((*topics, entry.piece.seq)));
    found.truncate(SIMILAR);
    Ok(found.into_iter().map(|(_, entry)| entry).collect())
}

impl More {
    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.source.iter().chain(&self.similar)
    }

    pub(super) fn render(&self, issuers: &IssuerNames) -> Markup {
        html! {
            @if !self.source.is_empty() {
                section.more lang="en" dir="ltr" {
                    h2 { "More from this source" }
                    (entries::list(&self.source, issuers, Tone::Under))
                    p { a href=(self.source_path) { "All releases from this source" } }
                }
            }
            @if !self.similar.is_empty() {
                section.more lang="en" dir="ltr" {
                    h2 { "Releases in similar topics" }
                    (entries::list(&self.similar, issuers, Tone::Under))
                }
            }
        }
    }
}
