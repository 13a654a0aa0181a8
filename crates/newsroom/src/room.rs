//! Rooms: the lists of releases that have a page, feeds and an alert of their own.

use crate::archive::marks;
use crate::names;
use crate::piece::Piece;
use crate::{Newsroom, Trouble};
use release::language::LanguageTag;
use release::model::Edition;
use release::place::Place;
use release::topic::TopicSlug;
use std::collections::HashMap;
use std::sync::Arc;
use store::{EditionRow, IssuerRow, ItemKey};

/// A list of releases.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// As readers see it.
    pub(crate) title: String,
    /// Its page.
    pub(crate) path: String,
    /// What its alert asks for, where a filter can say it.
    pub(crate) filter: Option<String>,
    /// What its items bear; none for all items.
    mark: Option<String>,
    /// The one language of its items, if there is one.
    pub(crate) language: Option<LanguageTag>,
}

/// A story in a list: the item that stands for it, and its other editions.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) piece: Arc<Piece>,
    pub(crate) others: Vec<EditionRow>,
}

/// A page of a list.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) entries: Vec<Entry>,
    /// Where the next, older page begins.
    pub(crate) next: Option<i64>,
}

impl Room {
    pub(crate) fn all() -> Room {
        Room {
            title: "All releases".to_owned(),
            path: "/releases".to_owned(),
            filter: Some("everything".to_owned()),
            mark: None,
            language: None,
        }
    }

    /// None for a topic that the taxonomy does not have.
    pub(crate) fn topic(newsroom: &Newsroom, slug: &TopicSlug) -> Option<Room> {
        let topic = newsroom.taxonomy.get(slug)?;
        Some(Room {
            title: topic.name.clone(),
            path: format!("/topics/{slug}"),
            filter: Some(format!("topic:{slug}")),
            mark: Some(marks::topic(slug)),
            language: None,
        })
    }

    /// None for an issuer of whom nothing has cleared: that somebody is being set up is nobody's news.
    pub(crate) async fn issuer(
        newsroom: &Newsroom,
        slug: &str,
    ) -> Result<Option<(Room, IssuerRow)>, Trouble> {
        let Some(row) = newsroom.store.issuer(slug).await? else {
            return Ok(None);
        };
        if row.first_cleared_ms.is_none() {
            return Ok(None);
        }
        let room = Room {
            title: row.name.clone(),
            path: format!("/issuers/{slug}"),
            filter: Some(format!("source:{slug}")),
            mark: Some(marks::source(slug)),
            language: None,
        };
        Ok(Some((room, row)))
    }

    /// None for what is no edition, or one in which nothing has cleared.
    pub(crate) async fn edition(
        newsroom: &Newsroom,
        region: &str,
        language: &str,
    ) -> Result<Option<Room>, Trouble> {
        let (Ok(region), Ok(language)) = (Place::parse(region), LanguageTag::parse(language))
        else {
            return Ok(None);
        };
        let edition = Edition {
            region,
            language,
            audience: None,
        };
        let mark = marks::edition(&edition);
        if newsroom.store.mark_sizes(&[&mark], 1).await? != [1] {
            return Ok(None);
        }
        Ok(Some(Room {
            title: names::edition(&edition),
            path: format!("/editions/{edition}"),
            filter: Some(format!("lang:{}", edition.language)),
            mark: Some(mark),
            language: Some(edition.language),
        }))
    }

    pub(crate) fn public_companies() -> Room {
        Room {
            title: "Public companies".to_owned(),
            path: "/public-companies".to_owned(),
            filter: None,
            mark: Some(marks::PUBLIC.to_owned()),
            language: None,
        }
    }

    /// The stories before a place on the wire, newest first, editions collapsed.
    pub(crate) async fn listing(
        &self,
        newsroom: &Newsroom,
        before: i64,
        limit: usize,
    ) -> Result<Listing, Trouble> {
        // One more tells whether there is an older page.
        let wanted = limit as i64 + 1;
        let mut keys = match &self.mark {
            None => newsroom.store.stories_before(before, wanted).await?,
            Some(mark) => {
                newsroom
                    .store
                    .marked_stories_before(mark, before, wanted)
                    .await?
            }
        };
        let more = keys.len() > limit;
        keys.truncate(limit);
        let next = keys.last().filter(|_| more).map(|key| key.seq);
        let entries = entries(newsroom, &keys).await?;
        Ok(Listing { entries, next })
    }

    /// The items before a place on the wire, newest first, every edition by itself; and where the next page begins.
    pub(crate) async fn items(
        &self,
        newsroom: &Newsroom,
        before: i64,
        limit: usize,
    ) -> Result<(Vec<Arc<Piece>>, Option<i64>), Trouble> {
        let wanted = limit as i64 + 1;
        let mut seqs = match &self.mark {
            None => newsroom.store.seqs_before(before, wanted).await?,
            Some(mark) => {
                let marks = [mark.as_str()];
                let rows = newsroom.store.marked_seqs_before(&marks, before, wanted);
                rows.await?.into_iter().map(|mark| mark.seq).collect()
            }
        };
        seqs.sort_unstable_by(|a, b| b.cmp(a));
        let more = seqs.len() > limit;
        seqs.truncate(limit);
        let next = seqs.last().filter(|_| more).copied();
        let pieces = newsroom.rooms.desk.pieces(&newsroom.store, &seqs).await?;
        Ok((pieces, next))
    }
}

/// The stories that these items stand for, in their order, with their other editions.
pub(crate) async fn entries(newsroom: &Newsroom, keys: &[ItemKey]) -> Result<Vec<Entry>, Trouble> {
    let seqs: Vec<i64> = keys.iter().map(|key| key.seq).collect();
    let pieces = newsroom.rooms.desk.pieces(&newsroom.store, &seqs).await?;
    with_editions(newsroom, pieces).await
}

/// The same of items at hand.
pub(crate) async fn with_editions(
    newsroom: &Newsroom,
    pieces: Vec<Arc<Piece>>,
) -> Result<Vec<Entry>, Trouble> {
    let stories: Vec<i64> = pieces.iter().map(|piece| piece.story_id).collect();
    let mut by_telling: HashMap<(i64, i64), Vec<EditionRow>> = HashMap::new();
    for row in newsroom.store.editions_of(&stories).await? {
        let telling = (row.story_id, row.revision);
        by_telling.entry(telling).or_default().push(row);
    }
    Ok(pieces
        .into_iter()
        .map(|piece| {
            let editions = by_telling.get(&piece.telling()).into_iter().flatten();
            let others = editions.filter(|row| row.seq != piece.seq).cloned();
            Entry {
                others: others.collect(),
                piece,
            }
        })
        .collect())
}
