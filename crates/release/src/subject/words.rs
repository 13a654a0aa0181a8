//! The words of a release: a dictionary from keys to places, and the texts that they stand in.

mod build;

use crate::filter::Part;
use std::ops::Range;

/// Between two parts of a release so many positions are left free, more than any nearness spans: whatever stands in a
/// row, or near, stands in one part.
pub const GAP: u32 = 64;

/// The texts of a release as words. A word has a position; within a part they follow each other without holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    texts: [Box<str>; 4],
    /// By part, the first position and the one after the last.
    spans: [Range<u32>; 4],
    /// The position after the last one of the lead.
    lead: (Section, u32),
    /// Where the words stand in their texts, in bytes; without the gaps.
    places: Box<[(u32, u32)]>,
    keys: Box<str>,
    /// Sorted by key.
    entries: Box<[Entry]>,
    positions: Box<[u32]>,
}

/// A text of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// The headline.
    Headline,
    /// The line under it.
    Subheadline,
    /// The summary.
    Summary,
    /// The body, as plain text.
    Body,
}

impl Section {
    /// In the order of their positions.
    pub const ALL: [Section; 4] = [
        Section::Headline,
        Section::Subheadline,
        Section::Summary,
        Section::Body,
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    key: (u32, u32),
    positions: (u32, u32),
}

impl Words {
    /// Parts and folds the words of the texts, in the order of [`Section::ALL`]; empty where there is none.
    pub fn of(texts: [&str; 4]) -> Words {
        build::build(texts)
    }

    /// Every key with its positions; keys in the order of their bytes, positions ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[u32])> {
        self.entries
            .iter()
            .map(|entry| (self.key(entry), self.places_of(entry)))
    }

    /// Where a word stands, ascending; nowhere if the release does not have it.
    pub fn positions(&self, key: &str) -> &[u32] {
        match self
            .entries
            .binary_search_by(|entry| self.key(entry).cmp(key))
        {
            Ok(at) => self.places_of(&self.entries[at]),
            Err(_) => &[],
        }
    }

    /// The words that begin so, with their positions.
    pub fn beginning<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a [u32])> {
        let from = self
            .entries
            .partition_point(|entry| self.key(entry) < prefix);
        self.entries[from..]
            .iter()
            .map(|entry| (self.key(entry), self.places_of(entry)))
            .take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no word at all.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The positions of a part of the text, as ranges in ascending order, none of them empty.
    pub fn ranges(&self, part: Part) -> impl Iterator<Item = Range<u32>> {
        let [headline, subheadline, summary, body] = self.spans.clone();
        let none = 0..0;
        let ranges = match part {
            Part::Anywhere => [headline, subheadline, summary, body],
            Part::Title => [headline, subheadline, none.clone(), none],
            Part::Body => [body, none.clone(), none.clone(), none],
            Part::Lead => {
                let (section, end) = self.lead;
                let lead = self.spans[section as usize].start..end;
                [lead, none.clone(), none.clone(), none]
            }
        };
        ranges.into_iter().filter(|range| !range.is_empty())
    }

    /// The text in which a position stands, and where, in bytes; none in a gap or past the end.
    pub fn place(&self, position: u32) -> Option<(Section, Range<usize>)> {
        let at = self
            .spans
            .iter()
            .position(|span| span.contains(&position))?;
        let before = self.spans[..at]
            .iter()
            .map(ExactSizeIterator::len)
            .sum::<usize>();
        let (from, to) = self.places[before + (position - self.spans[at].start) as usize];
        Some((Section::ALL[at], from as usize..to as usize))
    }

    /// The text in which a row of words stands, and where, in bytes; none if it is empty, or begins or ends in a gap.
    pub fn stretch(&self, words: &Range<u32>) -> Option<(Section, Range<usize>)> {
        let (section, first) = self.place(words.start)?;
        let (_, last) = self.place(words.end.checked_sub(1)?)?;
        Some((section, first.start..last.end))
    }

    /// The word at a position as it is written; empty in a gap or past the end.
    pub fn written(&self, position: u32) -> &str {
        self.place(position)
            .map_or("", |(section, place)| &self.texts[section as usize][place])
    }

    /// A text of the release.
    pub fn text(&self, section: Section) -> &str {
        &self.texts[section as usize]
    }

    fn key(&self, entry: &Entry) -> &str {
        &self.keys[entry.key.0 as usize..entry.key.1 as usize]
    }

    fn places_of(&self, entry: &Entry) -> &[u32] {
        &self.positions[entry.positions.0 as usize..entry.positions.1 as usize]
    }
}
