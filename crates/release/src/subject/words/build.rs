//! Building the dictionary in one pass over the texts: keys go into one string, and a table of open addressing finds the
//! ones that are there already, so that no word costs an allocation.

use super::{Entry, GAP, Section, Words};
use crate::text;
use std::ops::Range;

const FREE: u32 = u32::MAX;

pub(super) fn build(texts: [&str; 4]) -> Words {
    let mut builder = Builder::default();
    let mut spans: [Range<u32>; 4] = Default::default();
    let mut next = 0;
    for (text, span) in texts.iter().zip(&mut spans) {
        let begin = next;
        text::scan(text, |key, from, to| {
            builder.place(next, key, &text[from..to], from, to);
            next += 1;
        });
        *span = begin..next;
        next += GAP;
    }
    let lead = lead(texts, &spans, &builder.places);
    let (entries, positions) = builder.sorted();
    Words {
        texts: texts.map(Box::from),
        spans,
        lead,
        places: builder.places.into(),
        keys: builder.keys.into(),
        entries,
        positions,
    }
}

/// The summary; without one, the body as far as its first empty line.
fn lead(texts: [&str; 4], spans: &[Range<u32>; 4], places: &[(u32, u32)]) -> (Section, u32) {
    let [.., summary, body] = spans;
    if !summary.is_empty() {
        return (Section::Summary, summary.end);
    }
    let of_body = &places[places.len() - body.len()..];
    let [.., text] = texts;
    // What stands before the first word is no paragraph.
    let first = of_body.first().map_or(0, |(from, _)| *from as usize);
    let end = paragraph_end(&text[first..]) + first;
    let words = of_body.partition_point(|(from, _)| (*from as usize) < end);
    (Section::Body, body.start + words as u32)
}

/// Where a line begins that holds nothing but spaces.
fn paragraph_end(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && line.trim().is_empty() {
            return at;
        }
        at += line.len();
    }
    text.len()
}

#[derive(Default)]
struct Builder {
    keys: String,
    known: Vec<Known>,
    /// Places in `known`, by hash.
    table: Vec<u32>,
    /// (place in `known`, position), in the order of the text.
    seen: Vec<(u32, u32)>,
    places: Vec<(u32, u32)>,
}

struct Known {
    key: (u32, u32),
    hash: u64,
    count: u32,
}

impl Builder {
    fn place(&mut self, position: u32, key: &str, written: &str, from: usize, to: usize) {
        self.places.push((from as u32, to as u32));
        self.see(key, position);
        text::keys(key, written, |other| self.see(other, position));
    }

    fn see(&mut self, key: &str, position: u32) {
        let known = self.find(key);
        // Two keys of one word may be alike.
        if self.seen.last() != Some(&(known, position)) {
            self.seen.push((known, position));
            self.known[known as usize].count += 1;
        }
    }

    fn find(&mut self, key: &str) -> u32 {
        if self.known.len() * 2 >= self.table.len() {
            self.grow();
        }
        let hash = hash(key);
        let mask = self.table.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let at = self.table[slot];
            if at == FREE {
                let begin = self.keys.len() as u32;
                self.keys.push_str(key);
                let end = self.keys.len() as u32;
                self.table[slot] = self.known.len() as u32;
                self.known.push(Known {
                    key: (begin, end),
                    hash,
                    count: 0,
                });
                return self.table[slot];
            }
            let known = &self.known[at as usize];
            if known.hash == hash && self.text(known) == key {
                return at;
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(1024);
        self.table.clear();
        self.table.resize(size, FREE);
        for (at, known) in self.known.iter().enumerate() {
            let mut slot = known.hash as usize & (size - 1);
            while self.table[slot] != FREE {
                slot = (slot + 1) & (size - 1);
            }
            self.table[slot] = at as u32;
        }
    }

    fn sorted(&self) -> (Box<[Entry]>, Box<[u32]>) {
        let mut order: Vec<u32> = (0..self.known.len() as u32).collect();
        order.sort_unstable_by_key(|&at| self.text(&self.known[at as usize]));
        let mut next = vec![0_u32; self.known.len()];
        let mut begin = 0;
        let mut entries = Vec::with_capacity(order.len());
        for at in order {
            let known = &self.known[at as usize];
            next[at as usize] = begin;
            let positions = (begin, begin + known.count);
            entries.push(Entry {
                key: known.key,
                positions,
            });
            begin += known.count;
        }
        let mut positions = vec![0_u32; self.seen.len()];
        for &(known, position) in &self.seen {
            let slot = &mut next[known as usize];
            positions[*slot as usize] = position;
            *slot += 1;
        }
        (entries.into(), positions.into())
    }

    fn text(&self, known: &Known) -> &str {
        &self.keys[known.key.0 as usize..known.key.1 as usize]
    }
}

/// A multiplication for each eight bytes. Hostile texts can make the table slow for themselves alone, and only as far as the
/// length of a release allows.
fn hash(key: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ key.len() as u64;
    for chunk in key.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    }
    hash
}
