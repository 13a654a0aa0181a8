//! The entries of one term, as words of 32 bits: runs that share a guard.
//!
//! ```text
//! guard | kind, length | body        guard | kind, length | body        ...
//! ```
//!
//! | kind | body | for entries with |
//! | --- | --- | --- |
//! | slots | slot, slot, … | nothing left to test: the whole run is found at once |
//! | pairs | (code, slot), … | one word of code |
//! | codes | (slot, length, code …), … | more |
//!
//! One look at a guard's bit passes over a run. A guard that fewer than three entries share is not worth a header and
//! stands as code instead. A body is read from front to back, so the memory behind it arrives ahead of time.

use super::access::NO_GUARD;
use super::bits::Bits;
use super::code;

const KIND: u32 = 0b11 << 30;
const SLOTS: u32 = 0;
const PAIRS: u32 = 0b01 << 30;
const CODES: u32 = 0b10 << 30;
/// Fewer entries do not get a run of their own for their guard.
const WORTH_A_RUN: usize = 3;
/// A run of so many slots is given as a reference.
const LIST: usize = 256;

/// Entries of one term on their way into runs.
#[derive(Debug, Default)]
pub(super) struct Entries {
    items: Vec<Item>,
    code: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Item {
    guard: u32,
    slot: u32,
    from: u32,
    len: u32,
}

impl Entries {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.code.clear();
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, guard: u32, slot: u32, code: &[u32]) {
        let from = self.code.len() as u32;
        self.code.extend(code);
        let len = code.len() as u32;
        self.items.push(Item {
            guard,
            slot,
            from,
            len,
        });
    }

    /// Adds the entries of written runs, with other slots and places of shared code; entries whose slot is gone are left out.
    pub(super) fn add_runs(
        &mut self,
        words: &[u32],
        slot: impl Fn(u32) -> Option<u32>,
        mut shared: impl FnMut(u32) -> u32,
    ) {
        each_entry(words, |guard, old, code| {
            let Some(slot) = slot(old) else { return };
            match (code::shared_place(code), guard, code) {
                (Some(place), guard, _) => self.add(guard, slot, &[code::shared(shared(place))]),
                // What was no worth as a guard there may be now.
                (None, NO_GUARD, [first, rest @ ..]) if *first <= code::MAX_TERM => match rest {
                    [word] if code::shared_place(&[*word]).is_some() => {
                        let place = code::shared_place(&[*word]).unwrap_or_default();
                        self.add(*first, slot, &[code::shared(shared(place))]);
                    }
                    rest => self.add(*first, slot, rest),
                },
                (None, guard, code) => self.add(guard, slot, code),
            }
        });
    }

    /// Writes all entries as runs.
    pub(super) fn write(&mut self, words: &mut Vec<u32>) {
        self.items
            .sort_unstable_by_key(|item| (item.guard, item.slot));
        let mut single: Vec<Item> = Vec::new();
        let items = std::mem::take(&mut self.items);
        for group in items.chunk_by(|a, b| a.guard == b.guard) {
            if group[0].guard != NO_GUARD && group.len() < WORTH_A_RUN {
                single.extend(group.iter().map(|item| self.without_guard(item)));
            } else if group[0].guard == NO_GUARD {
                single.extend(group);
            } else {
                self.write_guarded(group, words);
            }
        }
        single.sort_unstable_by_key(|item| item.slot);
        self.write_guarded(&single, words);
        self.items = items;
    }

    fn without_guard(&mut self, item: &Item) -> Item {
        let from = self.code.len() as u32;
        self.code.push(code::has(item.guard));
        let own = item.from as usize..(item.from + item.len) as usize;
        self.code.extend_from_within(own);
        Item {
            guard: NO_GUARD,
            slot: item.slot,
            from,
            len: item.len + 1,
        }
    }

    /// Writes entries of one guard, ascending by slot.
    fn write_guarded(&self, items: &[Item], words: &mut Vec<u32>) {
        let of = |fits: fn(u32) -> bool| items.iter().filter(move |item| fits(item.len));
        run(words, items, SLOTS, |body| {
            body.extend(of(|len| len == 0).map(|item| item.slot));
        });
        run(words, items, PAIRS, |body| {
            let mut pairs: Vec<(u32, u32)> = of(|len| len == 1)
                .map(|item| (self.code[item.from as usize], item.slot))
                .collect();
            // Equal tests side by side are answered alike.
            pairs.sort_unstable();
            body.extend(pairs.into_iter().flat_map(|(code, slot)| [code, slot]));
        });
        run(words, items, CODES, |body| {
            for item in of(|len| len > 1) {
                body.extend([item.slot, item.len]);
                body.extend(&self.code[item.from as usize..(item.from + item.len) as usize]);
            }
        });
    }
}

/// Writes a run of a kind, unless its body stays empty.
fn run(words: &mut Vec<u32>, items: &[Item], kind: u32, body: impl FnOnce(&mut Vec<u32>)) {
    let Some(first) = items.first() else { return };
    let at = words.len();
    words.extend([first.guard, kind]);
    body(words);
    match words.len() - at - 2 {
        0 => words.truncate(at),
        len => words[at + 1] |= len as u32,
    }
}

/// What runs give.
pub(super) trait Finding {
    /// A subscription whose filter holds.
    fn slot(&mut self, slot: u32);
    /// Many of them: where their slots stand in the given runs.
    fn list(&mut self, from: usize, len: usize);
}

/// Finds all entries of a term that hold for a release with these terms.
#[inline]
pub(super) fn find(words: &[u32], terms: &Bits, shared: &[u32], found: &mut impl Finding) {
    let mut at = 0;
    while let Some(&[guard, head]) = words.get(at..at + 2) {
        let (from, len) = (at + 2, (head & !KIND) as usize);
        at = from + len;
        if guard != NO_GUARD && !terms.has(guard) {
            continue;
        }
        let body = &words[from..at];
        match head & KIND {
            SLOTS if len >= LIST => found.list(from, len),
            SLOTS => body.iter().for_each(|slot| found.slot(*slot)),
            PAIRS => find_pairs(body, terms, shared, found),
            _ => find_codes(body, terms, shared, found),
        }
    }
}

#[inline]
fn find_pairs(body: &[u32], terms: &Bits, shared: &[u32], found: &mut impl Finding) {
    for pair in body.chunks_exact(2) {
        let holds = match pair[0] {
            term if term <= code::MAX_TERM => terms.has(term),
            _ => code::holds(&pair[..1], terms, shared),
        };
        if holds {
            found.slot(pair[1]);
        }
    }
}

fn find_codes(mut body: &[u32], terms: &Bits, shared: &[u32], found: &mut impl Finding) {
    while let [slot, len, rest @ ..] = body {
        let (code, rest) = rest.split_at(*len as usize);
        if code::holds(code, terms, shared) {
            found.slot(*slot);
        }
        body = rest;
    }
}

/// Gives each entry: guard, slot, code.
fn each_entry(words: &[u32], mut each: impl FnMut(u32, u32, &[u32])) {
    let mut left = words;
    while let [guard, head, rest @ ..] = left {
        let (mut body, after) = rest.split_at((head & !KIND) as usize);
        left = after;
        match head & KIND {
            SLOTS => body.iter().for_each(|slot| each(*guard, *slot, &[])),
            PAIRS => body
                .chunks_exact(2)
                .for_each(|pair| each(*guard, pair[1], &pair[..1])),
            _ => {
                while let [slot, len, rest @ ..] = body {
                    let (code, rest) = rest.split_at(*len as usize);
                    each(*guard, *slot, code);
                    body = rest;
                }
            }
        }
    }
}
