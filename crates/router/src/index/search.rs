//! Finding: from a release to the slots of all filters that hold for it.
//!
//! First its terms are looked up, those of leaves included, and become a set of bits. Then each part's entries under each
//! of them are tested. What is found is slots, each once, and references to lists of which all are found (filters of one
//! broad facet); giving them out, one by one and without the dead, is the reader's last step.

use super::Shared;
use super::bits::Bits;
use super::dictionary::{Dictionary, Found};
use super::leaves::Woken;
use super::runs::Finding;
use super::snapshot::{Part, Snapshot};
use super::terms::{self, Kind};
use arc_swap::Guard;
use release::subject::Subject;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What searching works in; kept from one search to the next, it saves memory from being taken and cleared.
#[derive(Debug, Default)]
pub struct Scratch {
    terms: Bits,
    known: Vec<Found>,
    present: Vec<u32>,
    woken: Vec<Woken>,
    /// Places of known words (high half) and the numbers of the words.
    places: Vec<u64>,
    pair: String,
    hashes: Vec<u64>,
    entries: Vec<u64>,
    ranges: Vec<Range<usize>>,
    code: Vec<u32>,
    seen: Bits,
    /// Slots that were found, counted through all parts.
    slots: Vec<u32>,
    /// Where the slots of each part end.
    ends: Vec<usize>,
    /// Lists of which all was found: part, place, length.
    lists: Vec<(usize, usize, usize)>,
}

/// What holds for a release at one moment of the index, not given out yet.
#[derive(Debug)]
pub struct Hits<'a> {
    snapshot: &'a Snapshot,
    epoch: u64,
    scratch: &'a mut Scratch,
}

/// A moment of the index, to look at several times.
pub(super) struct View<'a> {
    shared: &'a Shared,
    snapshot: Guard<Arc<Snapshot>>,
    epoch: u64,
}

impl<'a> View<'a> {
    /// The index now.
    pub(super) fn now(shared: &'a Shared) -> View<'a> {
        let snapshot = shared.snapshot.load();
        let epoch = snapshot.epoch();
        View {
            shared,
            snapshot,
            epoch,
        }
    }

    /// Finds what holds for a release.
    pub(super) fn search<'b>(&'b self, subject: &Subject, scratch: &'b mut Scratch) -> Hits<'b> {
        scratch.look_up(self.shared, subject);
        let mut base = 0;
        for (number, part) in self.snapshot.parts.iter().enumerate() {
            scratch.search(number, part, base, self.epoch);
            base += part.slots();
        }
        Hits {
            snapshot: &self.snapshot,
            epoch: self.epoch,
            scratch,
        }
    }
}

impl Scratch {
    /// Turns a release into the set of its terms.
    fn look_up(&mut self, shared: &Shared, subject: &Subject) {
        self.terms.clear_all_of(&self.present);
        self.seen.clear_all_of(&self.slots);
        self.present.clear();
        self.known.clear();
        self.slots.clear();
        self.ends.clear();
        self.lists.clear();
        self.places.clear();
        // Terms added from here on belong to filters that are not yet of this moment.
        let len = shared.dictionary.len();
        self.terms.grow(len as usize);
        let reading = shared.dictionary.reading();
        let (terms, known, present) = (&mut self.terms, &mut self.known, &mut self.present);
        let mut take = |found: Option<Found>| {
            let found = found.filter(|found| found.term < len)?;
            if terms.insert(found.term) {
                known.push(found);
                present.push(found.term);
            }
            Some(found)
        };
        terms::each_facet(subject, |kind, text| {
            take(reading.get(kind, text));
        });
        let words: Vec<(&str, &[u32])> = subject.words.iter().collect();
        self.hashes.clear();
        let hashes = words.iter().map(|(word, _)| reading.hash(Kind::Word, word));
        self.hashes.extend(hashes);
        reading.fetch(&self.hashes, &mut self.entries);
        let mut paired: Vec<Paired<'_>> = Vec::with_capacity(words.len());
        for ((word, places), hash) in words.iter().zip(&self.hashes) {
            if let Some(found) = take(reading.find(*hash, Kind::Word, word)) {
                let number = paired.len() as u64;
                let places = places.iter().map(|&place| u64::from(place) << 32 | number);
                self.places.extend(places);
                paired.push(Paired {
                    word,
                    found,
                    followers: shared.dictionary.followers(found),
                });
            }
        }
        shared
            .dictionary
            .prefixes()
            .each_of_all(&words, |beginning| {
                take(reading.get(Kind::Prefix, beginning));
            });
        each_pair(&mut self.places, &paired, &mut self.pair, |pair| {
            take(reading.get(Kind::Pair, pair));
        });
        self.evaluate_leaves(shared, subject, len);
    }

    fn evaluate_leaves(&mut self, shared: &Shared, subject: &Subject, len: u32) {
        self.woken.clear();
        let has = |term| self.terms.has(term);
        for found in &self.known {
            let head = shared.dictionary.anchor(*found).load(Ordering::Acquire);
            shared.leaves.wake(head, &has, &mut self.woken);
        }
        self.woken.sort_unstable();
        self.woken.dedup();
        for &woken in &self.woken {
            if woken.term < len && shared.leaves.holds(woken, &shared.dictionary, subject) {
                self.terms.insert(woken.term);
                self.present.push(woken.term);
            }
        }
    }

    fn search(&mut self, number: usize, part: &Part, base: usize, epoch: u64) {
        self.seen.grow(base + part.slots());
        let mut collecting = Collecting {
            seen: &mut self.seen,
            slots: &mut self.slots,
            lists: &mut self.lists,
            base: base as u32,
            number,
        };
        match part {
            Part::Segment(segment) => {
                segment.ranges(&self.present, &mut self.ranges);
                for range in &self.ranges {
                    segment.find(range.clone(), &self.terms, &mut collecting);
                }
            }
            Part::Delta(delta) => {
                for term in &self.present {
                    delta.find_slots(*term, &self.terms, epoch, &mut self.code, |slot| {
                        collecting.slot(slot);
                    });
                }
            }
        }
        self.ends.push(self.slots.len());
    }
}

/// A known word of a release.
struct Paired<'a> {
    word: &'a str,
    found: Found,
    followers: u32,
}

/// Gives each two known words that stand next to each other and may be asked for so, with a space between; a word has a
/// place under each of its keys.
fn each_pair(
    places: &mut [u64],
    words: &[Paired<'_>],
    pair: &mut String,
    mut found: impl FnMut(&str),
) {
    places.sort_unstable();
    let place = |entry: &u64| entry >> 32;
    let mut groups = places.chunk_by(|a, b| place(a) == place(b)).peekable();
    while let Some(first) = groups.next() {
        let Some(second) = groups.peek() else { return };
        if place(&second[0]) != place(&first[0]) + 1 {
            continue;
        }
        for a in first.iter().map(|entry| &words[*entry as u32 as usize]) {
            for b in second.iter().map(|entry| &words[*entry as u32 as usize]) {
                if Dictionary::may_follow(a.followers, b.found) {
                    pair.clear();
                    pair.push_str(a.word);
                    pair.push(' ');
                    pair.push_str(b.word);
                    found(pair);
                }
            }
        }
    }
}

struct Collecting<'a> {
    seen: &'a mut Bits,
    slots: &'a mut Vec<u32>,
    lists: &'a mut Vec<(usize, usize, usize)>,
    base: u32,
    number: usize,
}

impl Finding for Collecting<'_> {
    #[inline]
    fn slot(&mut self, slot: u32) {
        let slot = self.base + slot;
        if self.seen.insert(slot) {
            self.slots.push(slot);
        }
    }

    fn list(&mut self, from: usize, len: usize) {
        self.lists.push((self.number, from, len));
    }
}

impl Hits<'_> {
    /// How many were found, at most: what stands in several lists, and what died meanwhile, is counted too.
    pub fn at_most(&self) -> usize {
        let listed: usize = self.scratch.lists.iter().map(|(.., len)| len).sum();
        self.scratch.slots.len() + listed
    }

    /// The keys of the subscriptions, each once, in no order.
    pub fn ids(self, ids: &mut Vec<i64>) {
        self.each(|part, slot| ids.push(part.id(slot)));
    }

    /// Gives out each subscription once.
    pub(super) fn each(self, mut each: impl FnMut(&Part, u32)) {
        let (mut base, mut from) = (0, 0);
        for (number, part) in self.snapshot.parts.iter().enumerate() {
            let end = self.scratch.ends[number];
            for slot in &self.scratch.slots[from..end] {
                let slot = slot - base;
                if part.alive(slot, self.epoch) {
                    each(part, slot);
                }
            }
            from = end;
            base += part.slots() as u32;
        }
        self.each_listed(each);
    }

    fn each_listed(self, mut each: impl FnMut(&Part, u32)) {
        let Scratch {
            lists, seen, slots, ..
        } = self.scratch;
        let mut next = 0;
        for (number, part) in self.snapshot.parts.iter().enumerate() {
            let base = next;
            next += part.slots() as u32;
            let Part::Segment(segment) = part else {
                continue;
            };
            for &(_, from, len) in lists.iter().filter(|list| list.0 == number) {
                for &slot in &segment.words[from..from + len] {
                    if seen.insert(base + slot) {
                        slots.push(base + slot);
                        if part.alive(slot, self.epoch) {
                            each(part, slot);
                        }
                    }
                }
            }
        }
    }
}
