//! Finding: from a release to the slots of all filters that hold for it.
//!
//! First its terms are looked up, those of leaves included, and become a set of bits. Then each part's entries under each
//! of them are tested. What is found is slots, each once, and references to lists of which all are found (filters of one
//! broad facet); giving them out, one by one and without the dead, is the reader's last step.

use super::Shared;
use super::bits::Bits;
use super::dictionary::Found;
use super::runs::Finding;
use super::snapshot::{Part, Snapshot};
use super::terms;
use arc_swap::Guard;
use release::matching;
use release::subject::Subject;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What searching works in; kept from one search to the next, it saves memory from being taken and cleared.
#[derive(Debug, Default)]
pub struct Scratch {
    terms: Bits,
    known: Vec<Found>,
    present: Vec<u32>,
    woken: Vec<(u32, u32)>,
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
        // Terms added from here on belong to filters that are not yet of this moment.
        let len = shared.dictionary.len();
        self.terms.grow(len as usize);
        let reading = shared.dictionary.reading();
        terms::each_of(subject, |kind, text| {
            if let Some(found) = reading.get(kind, text)
                && found.term < len
                && self.terms.insert(found.term)
            {
                self.known.push(found);
                self.present.push(found.term);
            }
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
        for &(term, number) in &self.woken {
            let filter = shared.leaves.filter(number);
            if term < len && filter.is_some_and(|leaf| matching::matches(leaf, subject)) {
                self.terms.insert(term);
                self.present.push(term);
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
                for term in &self.present {
                    segment.find(*term, &self.terms, &mut collecting);
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
    pub fn ids(&mut self, ids: &mut Vec<i64>) {
        self.each(|part, slot| ids.push(part.id(slot)));
    }

    /// Gives out each subscription once.
    pub(super) fn each(&mut self, mut each: impl FnMut(&Part, u32)) {
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

    fn each_listed(&mut self, mut each: impl FnMut(&Part, u32)) {
        let Scratch {
            lists, seen, slots, ..
        } = &mut *self.scratch;
        let mut base = 0;
        for (number, part) in self.snapshot.parts.iter().enumerate() {
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
            base += part.slots() as u32;
        }
    }
}
