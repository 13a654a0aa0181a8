//! The newest part of the index: what was subscribed since the last segment was sealed.
//!
//! One writer appends while readers look, without locks. Entries hang in chains by a hash of their term; a chain's head is
//! stored last, so whoever comes by it sees whole entries. Each slot says at which epoch it was born, and a reader passes
//! over what was born after its moment. A delta that is full is frozen: a new one takes its place, and a merge makes a
//! segment of it.
//!
//! An entry: next entry plus one, term, guard, slot, length of the code, code. Shared codes lie among the entries.

use super::access::{Compiled, NO_GUARD};
use super::bits::Bits;
use super::code;
use super::deaths::Deaths;
use super::rows::Row;
use super::segment::{Builder, Segment};
use super::words::zeroed;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};

/// Words of an entry before its code.
const HEADER: usize = 5;

/// How much a delta holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Subscriptions.
    pub(super) slots: usize,
    /// Words of entries.
    pub(super) words: usize,
}

/// The newest part.
#[derive(Debug)]
pub(super) struct Delta {
    heads: Box<[AtomicU32]>,
    words: Box<[AtomicU32]>,
    ids: Box<[AtomicI64]>,
    endpoints: Box<[AtomicU32]>,
    profiles: Box<[AtomicU32]>,
    topics: Box<[AtomicU32]>,
    changes: Box<[AtomicU32]>,
    born: Box<[AtomicU64]>,
    pub(super) deaths: Deaths,
    /// What only the writer asks: it is never waited for.
    own: Mutex<Own>,
}

/// What only the writer asks.
#[derive(Debug, Default)]
struct Own {
    slots: usize,
    words: usize,
    alive: HashMap<i64, u32>,
}

impl Delta {
    /// An empty one.
    pub(super) fn new(room: Room) -> Delta {
        let slots = room.slots;
        Delta {
            heads: zeroed((slots * 2).next_power_of_two()),
            words: zeroed(room.words),
            ids: (0..slots).map(|_| AtomicI64::new(0)).collect(),
            endpoints: zeroed(slots),
            profiles: zeroed(slots),
            topics: zeroed(slots),
            changes: zeroed(slots),
            born: (0..slots).map(|_| AtomicU64::new(0)).collect(),
            deaths: Deaths::new(slots),
            own: Mutex::default(),
        }
    }

    fn own(&self) -> std::sync::MutexGuard<'_, Own> {
        self.own.lock().expect("no writer panics")
    }

    /// The slot of a subscription that is alive to the writer.
    pub(super) fn find(&self, id: i64) -> Option<u32> {
        self.own().alive.get(&id).copied()
    }

    /// Marks a slot as dead from an epoch on.
    pub(super) fn kill(&self, id: i64, slot: u32, epoch: u64) {
        self.own().alive.remove(&id);
        self.deaths.mark(slot, epoch);
    }

    /// Adds a subscription that is born at an epoch; false if there is no room.
    pub(super) fn add(&self, row: Row, compiled: &Compiled, epoch: u64) -> bool {
        let mut own = self.own();
        let codes = compiled.entries.iter().map(|entry| entry.code.len());
        let needed = codes.map(|len| HEADER + len).sum::<usize>() + 1 + compiled.shared.len();
        if own.slots == self.ids.len() || own.words + needed > self.words.len() {
            return false;
        }
        let slot = own.slots as u32;
        own.slots += 1;
        self.put_row(row, slot, epoch);
        own.alive.insert(row.id, slot);
        let mut at = own.words;
        let place = at as u32;
        if !compiled.shared.is_empty() {
            at = self.put(at, &[compiled.shared.len() as u32]);
            at = self.put(at, &compiled.shared);
        }
        for entry in &compiled.entries {
            let head = &self.heads[self.chain(entry.term)];
            let next = head.load(Ordering::Relaxed);
            let header = [next, entry.term, entry.guard, slot, entry.code.len() as u32];
            let begin = at;
            at = self.put(at, &header);
            at = match code::shared_place(&entry.code) {
                Some(_) => self.put(at, &[code::shared(place)]),
                None => self.put(at, &entry.code),
            };
            head.store(begin as u32 + 1, Ordering::Release);
        }
        own.words = at;
        true
    }

    fn put_row(&self, row: Row, slot: u32, epoch: u64) {
        let slot = slot as usize;
        self.ids[slot].store(row.id, Ordering::Relaxed);
        self.endpoints[slot].store(row.endpoint, Ordering::Relaxed);
        self.profiles[slot].store(row.profile, Ordering::Relaxed);
        self.topics[slot].store(row.topics, Ordering::Relaxed);
        self.changes[slot].store(row.change, Ordering::Relaxed);
        self.born[slot].store(epoch, Ordering::Relaxed);
    }

    fn put(&self, at: usize, words: &[u32]) -> usize {
        for (stored, word) in self.words[at..].iter().zip(words) {
            stored.store(*word, Ordering::Relaxed);
        }
        at + words.len()
    }

    /// Terms next to each other are of one subscription more often than not: they are spread.
    fn chain(&self, term: u32) -> usize {
        (term.wrapping_mul(0x9e37_79b1) >> 8) as usize & (self.heads.len() - 1)
    }

    fn word(&self, at: usize) -> u32 {
        self.words[at].load(Ordering::Relaxed)
    }

    /// Finds the slots that hold for a release, were born by an epoch, and are found by a term.
    pub(super) fn find_slots(
        &self,
        term: u32,
        terms: &Bits,
        epoch: u64,
        code: &mut Vec<u32>,
        mut found: impl FnMut(u32),
    ) {
        let mut next = self.heads[self.chain(term)].load(Ordering::Acquire);
        while next != 0 {
            let at = next as usize - 1;
            next = self.word(at);
            let (guard, slot) = (self.word(at + 2), self.word(at + 3));
            if self.word(at + 1) != term {
                continue;
            }
            #[cfg(test)]
            code::look();
            if (guard != NO_GUARD && !terms.has(guard))
                || self.born[slot as usize].load(Ordering::Relaxed) > epoch
            {
                continue;
            }
            self.code_at(at, code);
            if code::holds(code, terms, &[]) {
                found(slot);
            }
        }
    }

    /// The code of the entry at a place, with shared code put in its place.
    fn code_at(&self, at: usize, code: &mut Vec<u32>) {
        code.clear();
        let len = self.word(at + 4) as usize;
        let (mut from, mut to) = (at + HEADER, at + HEADER + len);
        if len == 1
            && let Some(place) = code::shared_place(&[self.word(from)])
        {
            from = place as usize + 1;
            to = from + self.word(place as usize) as usize;
        }
        code.extend((from..to).map(|at| self.word(at)));
    }

    /// The row of a slot.
    pub(super) fn row(&self, slot: u32) -> Row {
        let slot = slot as usize;
        Row {
            id: self.ids[slot].load(Ordering::Relaxed),
            endpoint: self.endpoints[slot].load(Ordering::Relaxed),
            profile: self.profiles[slot].load(Ordering::Relaxed),
            topics: self.topics[slot].load(Ordering::Relaxed),
            change: self.changes[slot].load(Ordering::Relaxed),
        }
    }

    /// How many slots there are room for.
    pub(super) fn slots(&self) -> usize {
        self.ids.len()
    }

    /// How many slots are taken, the dead included. For the writer.
    pub(super) fn taken(&self) -> usize {
        self.own().slots
    }

    /// A segment of what is alive at an epoch. For a frozen delta.
    pub(super) fn seal(&self, epoch: u64) -> Segment {
        let taken = self.taken() as u32;
        let mut compiled: Vec<Compiled> = (0..taken).map(|_| Compiled::default()).collect();
        let mut code = Vec::new();
        for head in &self.heads {
            let mut next = head.load(Ordering::Acquire);
            while next != 0 {
                let at = next as usize - 1;
                next = self.word(at);
                self.code_at(at, &mut code);
                compiled[self.word(at + 3) as usize].take(
                    self.word(at + 1),
                    self.word(at + 2),
                    &code,
                );
            }
        }
        let mut builder = Builder::default();
        for (slot, mut compiled) in (0..taken).zip(compiled) {
            if self.deaths.alive(slot, epoch) {
                compiled.share_long();
                builder.add(self.row(slot), &compiled);
            }
        }
        builder.seal()
    }

    /// Bytes of memory taken.
    pub(super) fn bytes(&self) -> usize {
        let slots = self.slots() * (8 + 4 * 4 + 8) + self.own().alive.capacity() * 17;
        (self.heads.len() + self.words.len()) * 4 + slots + self.deaths.bytes()
    }
}
