//! Leaves that only the evaluator decides, registered once for all filters that have them.
//!
//! A leaf such as `"lithium mine"` needs words that must all be there. It hangs in a chain at each term of its rarest
//! clause; when a release has one of these, the other clauses are looked up, and only if each has a term in the release
//! is `release::matching` asked, once a release, however many filters wait for the answer. If it holds, the leaf's own
//! term is added to the release's: from there on it is a term as any other.
//!
//! What the evaluator is given is read from the leaf's text when it is first asked for, and then kept: most leaves of a
//! large index are of words that never stand together.
//!
//! A record of a chain: next record plus one, the leaf's term, its number, the place of its text in the dictionary, the
//! number of further clauses, and for each its length and its terms.

use super::compile::Full;
use super::dictionary::{Dictionary, Found};
use super::words::{Pool, Shelf};
use release::filter::Filter;
use release::matching;
use release::subject::Subject;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Words of a record before its clauses.
const HEADER: usize = 5;

/// A leaf whose clauses hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Woken {
    /// Its term.
    pub(super) term: u32,
    number: u32,
    record: u32,
}

/// Leaves, and what wakes them.
#[derive(Debug)]
pub(super) struct Leaves {
    filters: Shelf<Arc<Filter>>,
    chains: Pool,
    /// How many there are, and where the next record goes; only the writer asks.
    len: AtomicU32,
    next: AtomicU32,
}

impl Leaves {
    /// None yet.
    pub(super) fn new() -> Leaves {
        Leaves {
            filters: Shelf::new(),
            chains: Pool::new(),
            len: AtomicU32::new(0),
            next: AtomicU32::new(0),
        }
    }

    /// Whether a term is a leaf that was registered.
    pub(super) fn knows(dictionary: &Dictionary, found: Found) -> bool {
        // A leaf stands in no release as such, so nothing is anchored at it: its own word tells.
        dictionary.anchor(found).load(Ordering::Relaxed) != 0
    }

    /// Registers a leaf under the terms of its first clause. For the one writer.
    pub(super) fn register(
        &self,
        dictionary: &Dictionary,
        leaf: Found,
        filter: &Filter,
        clauses: &[Vec<Found>],
    ) -> Result<(), Full> {
        let number = self.len.load(Ordering::Relaxed);
        let Some((anchors, others)) = clauses.split_first() else {
            return Ok(());
        };
        let mut record = vec![0, leaf.term, number, leaf.record, others.len() as u32];
        for clause in others {
            record.push(clause.len() as u32);
            record.extend(clause.iter().map(|found| found.term));
        }
        if !self.filters.has_room(number) {
            return Err(Full);
        }
        if Filter::parse_part(&dictionary.text(leaf.record).1).as_ref() != Ok(filter) {
            self.filters.put(number, Arc::new(filter.clone()));
        }
        self.len.store(number + 1, Ordering::Relaxed);
        for anchor in anchors {
            let head = dictionary.anchor(*anchor);
            record[0] = head.load(Ordering::Relaxed);
            let next = self.next.load(Ordering::Relaxed);
            let (at, next) = self.chains.append(next, &record).ok_or(Full)?;
            self.next.store(next, Ordering::Relaxed);
            head.store(at + 1, Ordering::Release);
        }
        dictionary.anchor(leaf).store(number + 1, Ordering::Relaxed);
        Ok(())
    }

    /// Gives `woken` each leaf that hangs at a term and whose further clauses hold.
    pub(super) fn wake(&self, head: u32, has: &impl Fn(u32) -> bool, woken: &mut Vec<Woken>) {
        let mut place = head;
        while place != 0 {
            let header = self.chains.record(place - 1, HEADER);
            let word = |at: usize| header[at].load(Ordering::Relaxed);
            if self.clauses_hold(place - 1 + HEADER as u32, word(4), has) {
                woken.push(Woken {
                    term: word(1),
                    number: word(2),
                    record: word(3),
                });
            }
            place = word(0);
        }
    }

    fn clauses_hold(&self, mut at: u32, clauses: u32, has: &impl Fn(u32) -> bool) -> bool {
        for _ in 0..clauses {
            let len = self.chains.record(at, 1)[0].load(Ordering::Relaxed);
            let terms = self.chains.record(at + 1, len as usize);
            if !terms.iter().any(|term| has(term.load(Ordering::Relaxed))) {
                return false;
            }
            at += 1 + len;
        }
        true
    }

    /// Whether a leaf holds for a release, by the evaluator.
    pub(super) fn holds(&self, woken: Woken, dictionary: &Dictionary, subject: &Subject) -> bool {
        #[cfg(test)]
        super::code::look();
        if let Some(leaf) = self.filters.get(woken.number) {
            return matching::matches(leaf, subject);
        }
        let (_, text) = dictionary.text(woken.record);
        let leaf = Filter::parse_part(&text).expect("it was read before it was registered");
        let holds = matching::matches(&leaf, subject);
        // Another reader may have put it meanwhile.
        self.filters.put(woken.number, Arc::new(leaf));
        holds
    }

    /// Bytes of memory taken; a leaf that was woken is counted as eight times its text, by a look at what it holds.
    pub(super) fn bytes(&self) -> usize {
        let held = self.filters.all(self.len.load(Ordering::Relaxed));
        let held: usize = held.map(|leaf| 8 * leaf.to_string().len()).sum();
        self.filters.bytes() + self.chains.bytes() + held
    }
}
