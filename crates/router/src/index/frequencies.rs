//! How often terms stand in releases: what decides by which of its terms a filter is found.
//!
//! Kept from the releases that were routed, for all their terms and not only those that filters name, so that the first
//! filter with a word finds its frequency known. A count-min sketch (Cormode and Muthukrishnan 2005) of two rows keeps it
//! in half a MiB whatever the vocabulary; where words share a cell they seem more frequent than they are, which costs
//! time and never a match. Before anything was seen, guesses from a term's kind and length stand in.
//!
//! The frequencies that a filter was compiled by are those of that moment. They only choose; no result depends on them.

use super::hash::HashKey;
use super::terms::{self, Kind, PrefixLengths};
use release::subject::Subject;
use std::sync::atomic::{AtomicU32, Ordering};

/// Cells of a row.
pub(super) const CELLS: usize = 1 << 16;
/// When so many releases were seen, all counts are halved, so that last year's news fades.
const FULL: u32 = 1 << 16;
/// A guess counts as much as so many releases.
const GUESS_WEIGHT: f32 = 20.0;

/// Of the releases with two words, one in so many has them next to each other.
const NEXT_TO_EACH_OTHER: f32 = 50.0;

/// In how many releases each term stood.
#[derive(Debug)]
pub(super) struct Frequencies {
    key: HashKey,
    cells: Box<[AtomicU32]>,
    releases: AtomicU32,
}

impl Frequencies {
    /// Nothing seen yet.
    pub(super) fn new(key: HashKey) -> Frequencies {
        Frequencies {
            key,
            cells: super::words::zeroed(2 * CELLS),
            releases: AtomicU32::new(0),
        }
    }

    /// Counts a release's terms, each once.
    pub(super) fn observe(&self, subject: &Subject, prefixes: PrefixLengths) {
        let mut hashes = Vec::with_capacity(512);
        let hash = |kind: Kind, text: &str| self.key.hash(kind as u8, text.as_bytes());
        terms::each_facet(subject, |kind, text| hashes.push(hash(kind, text)));
        let words: Vec<(&str, &[u32])> = subject.words.iter().collect();
        hashes.extend(words.iter().map(|(word, _)| hash(Kind::Word, word)));
        prefixes.each_of_all(&words, |beginning| {
            hashes.push(hash(Kind::Prefix, beginning));
        });
        hashes.sort_unstable();
        hashes.dedup();
        for cell in hashes.into_iter().flat_map(cells) {
            self.cells[cell].fetch_add(1, Ordering::Relaxed);
        }
        if self.releases.fetch_add(1, Ordering::Relaxed) + 1 >= FULL {
            self.halve();
        }
    }

    /// Counts lost to others that count meanwhile are of no weight.
    fn halve(&self) {
        for count in self.cells.iter().chain([&self.releases]) {
            count.store(count.load(Ordering::Relaxed) / 2, Ordering::Relaxed);
        }
    }

    /// The share of releases that have a term, from 0 to 1.
    pub(super) fn of(&self, kind: Kind, text: &str) -> f32 {
        if kind == Kind::Everything {
            return 1.0;
        }
        if let Some((first, second)) = terms::of_pair(text).filter(|_| kind == Kind::Pair) {
            return self.of(Kind::Word, first) * self.of(Kind::Word, second) / NEXT_TO_EACH_OTHER;
        }
        let hash = self.key.hash(kind as u8, text.as_bytes());
        let counts = cells(hash).map(|cell| self.cells[cell].load(Ordering::Relaxed));
        let seen = counts[0].min(counts[1]) as f32;
        let releases = self.releases.load(Ordering::Relaxed) as f32;
        ((seen + guess(kind, text) * GUESS_WEIGHT) / (releases + GUESS_WEIGHT)).min(1.0)
    }

    /// The counts, and how many releases they are of: for the snapshot.
    pub(super) fn counts(&self) -> (u32, Vec<u32>) {
        let cells = self.cells.iter().map(|cell| cell.load(Ordering::Relaxed));
        (self.releases.load(Ordering::Relaxed), cells.collect())
    }

    /// Takes over counts that [`Frequencies::counts`] gave, made with the same key.
    pub(super) fn restore(&self, releases: u32, counts: &[u32]) {
        self.releases.store(releases, Ordering::Relaxed);
        for (cell, count) in self.cells.iter().zip(counts) {
            cell.store(*count, Ordering::Relaxed);
        }
    }
}

/// The cell of each row.
fn cells(hash: u64) -> [usize; 2] {
    let mask = CELLS - 1;
    [hash as usize & mask, CELLS + ((hash >> 32) as usize & mask)]
}

/// The share of releases that a term is guessed to stand in: facets are broad, long words are rare.
pub(super) fn guess(kind: Kind, text: &str) -> f32 {
    match kind {
        Kind::Everything => 1.0,
        Kind::Topic => 0.03,
        Kind::Place if text.len() == 2 => 0.08,
        Kind::Place => 0.01,
        Kind::Language => 0.3,
        Kind::Source | Kind::Symbol | Kind::Listing => 0.0005,
        Kind::Lane => 0.5,
        Kind::Pair | Kind::Leaf => 0.001,
        Kind::Prefix => match text.chars().count() {
            0..=3 => 0.2,
            4 => 0.1,
            _ => 0.05,
        },
        Kind::Word => match text.chars().count() {
            0..=3 => 0.1,
            4 => 0.06,
            5 => 0.04,
            6 => 0.02,
            7 => 0.01,
            _ => 0.005,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::fixtures::release_saying;

    #[test]
    fn what_was_seen_outweighs_the_guess() {
        let frequencies = Frequencies::new(HashKey(1));
        let guessed = frequencies.of(Kind::Word, "quarterly");
        for _ in 0..1000 {
            frequencies.observe(
                &release_saying("quarterly quarterly"),
                PrefixLengths::default(),
            );
        }

        assert!(guessed < 0.01);
        assert!(frequencies.of(Kind::Word, "quarterly") > 0.9);
        assert!(frequencies.of(Kind::Word, "lithiumniobate") < 0.01);
        assert_eq!(frequencies.of(Kind::Everything, ""), 1.0);
    }

    #[test]
    fn counts_fade_and_shares_stay() {
        let frequencies = Frequencies::new(HashKey(1));
        let profit = release_saying("profit");
        for _ in 0..FULL {
            frequencies.observe(&profit, PrefixLengths::default());
        }

        assert_eq!(frequencies.counts().0, FULL / 2);
        assert!(frequencies.of(Kind::Word, "profit") > 0.99);
    }
}
