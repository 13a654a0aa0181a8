//! A sealed part of the index: never changed, but for the tombstones of its slots.
//!
//! ```text
//! directory: term --> words: runs of entries --> slots --> rows: key, endpoint, profile, topics
//!                                          \--> shared: long codes, kept once a filter
//! ```
//!
//! Slots are numbered by the subscriptions' keys, so that a key is found without a table of its own. Segments are built
//! from filters, or merged from others with the dead left out.

use super::access::Compiled;
use super::bits::Bits;
use super::code;
use super::deaths::Deaths;
use super::directory::Directory;
use super::rows::{Row, Rows};
use super::runs::{self, Entries, Finding};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Words of an entry before its code, while building.
const HEADER: usize = 3;

/// A sealed part.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) rows: Rows,
    pub(super) deaths: Deaths,
    pub(super) directory: Directory,
    pub(super) words: Box<[u32]>,
    pub(super) shared: Box<[u32]>,
}

impl Segment {
    /// Where the entries of terms lie. They are touched, all at once instead of one after the other: memory answers many
    /// questions in the time of one.
    pub(super) fn ranges(&self, terms: &[u32], ranges: &mut Vec<Range<usize>>) {
        ranges.clear();
        ranges.extend(terms.iter().filter_map(|term| self.directory.range(*term)));
        let heads = ranges.iter().map(|range| self.words[range.start]);
        std::hint::black_box(heads.fold(0, |all, head| all ^ head));
    }

    /// Finds the slots of filters that are found by the term of a range and hold, dead ones included.
    #[inline]
    pub(super) fn find(&self, range: Range<usize>, terms: &Bits, found: &mut impl Finding) {
        let mut shifted = Shifted {
            by: range.start,
            found,
        };
        runs::find(&self.words[range], terms, &self.shared, &mut shifted);
    }

    /// The subscriptions that are not dead, about.
    pub(super) fn live(&self) -> usize {
        self.rows.len() - self.deaths.count() as usize
    }

    /// Bytes of memory taken.
    pub(super) fn bytes(&self) -> usize {
        let words = (self.words.len() + self.shared.len()) * 4;
        self.rows.bytes() + self.deaths.bytes() + self.directory.bytes() + words
    }
}

/// Gives places in all words instead of those of a term.
struct Shifted<'a, F> {
    by: usize,
    found: &'a mut F,
}

impl<F: Finding> Finding for Shifted<'_, F> {
    #[inline]
    fn slot(&mut self, slot: u32) {
        self.found.slot(slot);
    }

    fn list(&mut self, from: usize, len: usize) {
        self.found.list(self.by + from, len);
    }
}

/// Filters on their way into a segment.
#[derive(Debug, Default)]
pub(super) struct Builder {
    rows: Vec<Row>,
    /// Guard, place of the row, length of the code, code; one after another.
    entries: Vec<u32>,
    /// Term and place of each entry.
    order: Vec<(u32, u32)>,
    shared: Vec<u32>,
}

impl Builder {
    /// Adds a subscription; each key once.
    pub(super) fn add(&mut self, row: Row, compiled: &Compiled) {
        let at = self.rows.len() as u32;
        self.rows.push(row);
        let place = self.shared.len() as u32;
        if !compiled.shared.is_empty() {
            self.shared.push(compiled.shared.len() as u32);
            self.shared.extend(&compiled.shared);
        }
        for entry in &compiled.entries {
            self.order.push((entry.term, self.entries.len() as u32));
            self.entries
                .extend([entry.guard, at, entry.code.len() as u32]);
            match code::shared_place(&entry.code) {
                Some(_) => self.entries.push(code::shared(place)),
                None => self.entries.extend(&entry.code),
            }
        }
    }

    /// Seals what was added.
    pub(super) fn seal(mut self) -> Segment {
        let mut by_key: Vec<u32> = (0..self.rows.len() as u32).collect();
        by_key.sort_unstable_by_key(|&at| self.rows[at as usize].id);
        let mut slots = vec![0; by_key.len()];
        for (slot, at) in (0..).zip(&by_key) {
            slots[*at as usize] = slot;
        }
        self.order.sort_unstable();
        let mut writer = Writer::default();
        for group in self.order.chunk_by(|a, b| a.0 == b.0) {
            writer.entries.clear();
            for &(_, at) in group {
                let [guard, row, len] = self.header(at as usize);
                let from = at as usize + HEADER;
                let code = &self.entries[from..from + len as usize];
                writer.entries.add(guard, slots[row as usize], code);
            }
            writer.write(group[0].0);
        }
        let rows = Rows::new(by_key.iter().map(|&at| self.rows[at as usize]));
        writer.seal(rows, self.shared)
    }

    fn header(&self, at: usize) -> [u32; HEADER] {
        [self.entries[at], self.entries[at + 1], self.entries[at + 2]]
    }
}

/// Merges segments, leaving out what is dead at an epoch. Each key must be alive in at most one of them.
pub(super) fn merge(segments: &[Arc<Segment>], epoch: u64) -> Segment {
    let mut alive: Vec<(i64, u32, u32)> = Vec::new();
    for (number, segment) in (0..).zip(segments) {
        let slots =
            (0..segment.rows.len() as u32).filter(|&slot| segment.deaths.alive(slot, epoch));
        alive.extend(slots.map(|slot| (segment.rows.ids.get(slot), number, slot)));
    }
    // Each segment's keys ascend: the stable sort merges them.
    alive.sort_by_key(|(id, ..)| *id);
    let mut slots: Vec<Vec<u32>> = segments
        .iter()
        .map(|segment| vec![u32::MAX; segment.rows.len()])
        .collect();
    for (slot, &(_, number, old)) in (0..).zip(&alive) {
        slots[number as usize][old as usize] = slot;
    }
    let rows = Rows::new(
        alive
            .iter()
            .map(|&(_, number, slot)| segments[number as usize].rows.get(slot)),
    );
    drop(alive);
    let mut writer = Writer::default();
    let mut shared = SharedCode::default();
    for term in terms(segments) {
        writer.entries.clear();
        for (number, segment) in segments.iter().enumerate() {
            if let Some(range) = segment.directory.range(term) {
                writer.entries.add_runs(
                    &segment.words[range],
                    |slot| Some(slots[number][slot as usize]).filter(|slot| *slot != u32::MAX),
                    |place| shared.moved(number, place, &segment.shared),
                );
            }
        }
        writer.write(term);
    }
    writer.seal(rows, shared.words)
}

/// The terms of all of them, ascending, each once.
fn terms(segments: &[Arc<Segment>]) -> Vec<u32> {
    let mut terms: Vec<u32> = segments
        .iter()
        .flat_map(|segment| segment.directory.terms())
        .collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// Shared codes that moved to another segment.
#[derive(Default)]
struct SharedCode {
    words: Vec<u32>,
    moved: HashMap<(usize, u32), u32>,
}

impl SharedCode {
    fn moved(&mut self, number: usize, place: u32, from: &[u32]) -> u32 {
        *self.moved.entry((number, place)).or_insert_with(|| {
            let at = self.words.len() as u32;
            let code = code::shared_code(place, from);
            self.words.push(code.len() as u32);
            self.words.extend(code);
            at
        })
    }
}

/// Writes the runs of one term after another.
#[derive(Default)]
struct Writer {
    entries: Entries,
    terms: Vec<u32>,
    starts: Vec<u32>,
    words: Vec<u32>,
}

impl Writer {
    fn write(&mut self, term: u32) {
        let start = self.words.len();
        self.entries.write(&mut self.words);
        if self.words.len() > start {
            self.terms.push(term);
            self.starts.push(start as u32);
        }
    }

    fn seal(self, rows: Rows, shared: Vec<u32>) -> Segment {
        Segment {
            deaths: Deaths::new(rows.len()),
            directory: Directory::new(&self.terms, self.starts, self.words.len() as u32),
            words: self.words.into(),
            shared: shared.into(),
            rows,
        }
    }
}
