//! Looking for items, newest first, a bounded number at a time.

use super::plan::{Cover, Plan};
use crate::piece::Piece;
use crate::{Newsroom, Trouble};
use release::filter::Filter;
use release::matching::matches;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Items looked up at once.
const CHUNK: i64 = 200;
/// Chunks of a request.
const CHUNKS: usize = 12;
/// Items of a request that the evaluator reads.
const EVALUATED: usize = 200;
/// Counted up to this, for choosing what to read.
const COUNTED: i64 = 1000;
/// A cover of more marks than this costs more than reading all items.
const WIDEST_COVER: usize = 64;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Newest first.
    pub(crate) pieces: Vec<Arc<Piece>>,
    /// Where to go on.
    pub(crate) next: Option<i64>,
    /// Whether the search ended because it had looked at enough, not because the page was full.
    pub(crate) cut: bool,
}

/// How the editions of a story are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Editions {
    /// The newest match stands for its story.
    Collapsed,
    /// Each by itself.
    Apart,
}

/// The items before a place that a filter holds for.
pub(crate) async fn find(
    newsroom: &Newsroom,
    filter: &Filter,
    before: i64,
    limit: usize,
    editions: Editions,
) -> Result<Found, Trouble> {
    let plan = Plan::of(filter);
    let names: Vec<&str> = plan.marks.iter().map(String::as_str).collect();
    let sizes = newsroom.store.mark_sizes(&names, COUNTED).await?;
    let cover = match plan.cover(&sizes) {
        Cover::Marks(marks) if marks.len() <= WIDEST_COVER => Cover::Marks(marks),
        _ => Cover::Everything,
    };
    let mut search = Search {
        newsroom,
        filter,
        plan,
        limit,
        editions,
        evaluated: 0,
        told: HashSet::new(),
        found: Found::default(),
    };
    let mut before = before;
    for _ in 0..CHUNKS {
        let chunk = search.chunk(&cover, before).await?;
        if search.look_at(&chunk.seqs).await? {
            return Ok(search.found);
        }
        match chunk.next {
            Some(next) => before = next,
            None => return Ok(search.found),
        }
    }
    search.found.next = Some(before);
    search.found.cut = true;
    Ok(search.found)
}

/// Items to look at, newest first, and where those after them begin.
struct Chunk {
    seqs: Vec<i64>,
    next: Option<i64>,
}

struct Search<'a> {
    newsroom: &'a Newsroom,
    filter: &'a Filter,
    plan: Plan,
    limit: usize,
    editions: Editions,
    evaluated: usize,
    told: HashSet<(i64, i64)>,
    found: Found,
}

impl Search<'_> {
    async fn chunk(&self, cover: &Cover, before: i64) -> Result<Chunk, Trouble> {
        let store = &self.newsroom.store;
        let Cover::Marks(marks) = cover else {
            let seqs = store.seqs_before(before, CHUNK).await?;
            let next = seqs.last().filter(|_| seqs.len() as i64 == CHUNK).copied();
            return Ok(Chunk { seqs, next });
        };
        let marks: Vec<&str> = marks
            .iter()
            .map(|&at| self.plan.marks[at].as_str())
            .collect();
        let rows = store.marked_seqs_before(&marks, before, CHUNK).await?;
        let mut of_mark: HashMap<&str, (i64, i64)> = HashMap::new();
        for row in &rows {
            let (count, oldest) = of_mark.entry(&row.mark).or_insert((0, i64::MAX));
            *count += 1;
            *oldest = row.seq.min(*oldest);
        }
        // A mark that was not read to its end may have items below its oldest one here: what is older waits.
        let unread = of_mark.values().filter(|(count, _)| *count == CHUNK);
        let next = unread.map(|(_, oldest)| *oldest).max();
        let mut seqs: Vec<i64> = rows.iter().map(|row| row.seq).collect();
        seqs.retain(|seq| next.is_none_or(|next| *seq >= next));
        seqs.sort_unstable_by(|a, b| b.cmp(a));
        seqs.dedup();
        Ok(Chunk { seqs, next })
    }

    /// Takes what matches; true once the page is full, or enough was looked at.
    async fn look_at(&mut self, seqs: &[i64]) -> Result<bool, Trouble> {
        let names: Vec<&str> = self.plan.marks.iter().map(String::as_str).collect();
        let mut borne: HashMap<i64, u128> = HashMap::new();
        let places: HashMap<&str, usize> = names.iter().enumerate().map(|(n, m)| (*m, n)).collect();
        for row in self.newsroom.store.marks_among(&names, seqs).await? {
            *borne.entry(row.seq).or_default() |= 1 << places[row.mark.as_str()];
        }
        let held = |seq: &i64| {
            let held = self.plan.holds(borne.get(seq).copied().unwrap_or(0));
            (held != Some(false)).then_some((*seq, held.is_some()))
        };
        let candidates: Vec<(i64, bool)> = seqs.iter().filter_map(held).collect();
        // As many as fill a page: what lies beyond it need not be read.
        for group in candidates.chunks(self.limit.max(1)) {
            let seqs: Vec<i64> = group.iter().map(|(seq, _)| *seq).collect();
            let desk = &self.newsroom.rooms.desk;
            let pieces = desk.pieces(&self.newsroom.store, &seqs).await?;
            let sure: HashSet<i64> = group
                .iter()
                .filter(|(_, sure)| *sure)
                .map(|(seq, _)| *seq)
                .collect();
            for piece in pieces {
                if self.evaluated == EVALUATED {
                    self.found.next = Some(piece.seq + 1);
                    self.found.cut = true;
                    return Ok(true);
                }
                if (sure.contains(&piece.seq) || self.matches(&piece).await?) && self.take(piece) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    async fn matches(&mut self, piece: &Arc<Piece>) -> Result<bool, Trouble> {
        self.evaluated += 1;
        let (piece, filter) = (piece.clone(), self.filter.clone());
        let taxonomy = self.newsroom.taxonomy.clone();
        // Rendering and folding a text is computing: it must not hold up the tasks of this thread.
        let verdict =
            tokio::task::spawn_blocking(move || matches(&filter, &piece.subject(&taxonomy)));
        verdict
            .await
            .map_err(|error| store::StoreError::Unreadable(error.to_string()).into())
    }

    /// True if the page was full before. What belongs to a story that stands on it already still joins it, so that the
    /// next page does not begin with a story told on this one.
    fn take(&mut self, piece: Arc<Piece>) -> bool {
        if self.editions == Editions::Collapsed && self.told.contains(&piece.telling()) {
            return false;
        }
        if self.found.pieces.len() == self.limit {
            self.found.next = Some(piece.seq + 1);
            return true;
        }
        self.told.insert(piece.telling());
        self.found.pieces.push(piece);
        false
    }
}
