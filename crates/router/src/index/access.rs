//! By which terms a filter is found.
//!
//! The access clause is a disjunction of terms of which the release must have one if the filter holds: of each
//! conjunction its cheapest part, of each alternative all. Cheap is what stands in few releases. A filter gets one entry
//! for each term of the clause; what has to be tested there is only what lies on the way to that term, for an alternative
//! that holds without it has an entry of its own. Of what is to be tested, the rarest single term becomes the guard: runs
//! of entries that share it are passed over at one look.
//!
//! A filter without such a clause (`everything NOT topic:mining`) is found by the term of every release. There is at most
//! one entry a leaf; where what is to be tested is long and would be repeated, it is kept once and shared.

use super::EVERYTHING;
use super::code::{self, Node};
use std::collections::HashMap;

/// A guard that always holds.
pub(super) const NO_GUARD: u32 = u32::MAX;
/// Longer codes are shared between the entries of a filter, in words.
const LONG: usize = 8;

/// By what, and under what conditions, a filter is found.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// One or more, or none for a filter that never holds.
    pub(super) entries: Vec<Entry>,
    /// What entries with [`code::shared`] of place 0 mean; empty if there are none.
    pub(super) shared: Vec<u32>,
    /// The share of releases that wake it, from 0 to (for several terms) above 1.
    pub(super) woken: f32,
}

/// One way to find a filter.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    /// The release has this.
    pub(super) term: u32,
    /// And this, or [`NO_GUARD`].
    pub(super) guard: u32,
    /// And this conjunction holds.
    pub(super) code: Vec<u32>,
}

/// Chooses the entries of a filter by the frequencies of its terms.
pub(super) fn choose(node: &Node, shares: &HashMap<u32, f32>) -> Compiled {
    let mut compiled = Compiled::default();
    let mut chooser = Chooser {
        shares,
        beside: Vec::new(),
        entries: Vec::new(),
    };
    compiled.woken = chooser.share(node);
    match node {
        Node::False => return compiled,
        Node::True => chooser.enter(EVERYTHING),
        node if compiled.woken.is_finite() => chooser.descend(node),
        node => {
            chooser.beside.push(node);
            chooser.enter(EVERYTHING);
            compiled.woken = 1.0;
        }
    }
    compiled.entries = chooser.entries;
    let long = |entry: &Entry| entry.code.len() > LONG;
    if compiled.entries.len() > 1 && compiled.entries.iter().any(long) {
        code::write(node, &mut compiled.shared);
        for entry in compiled.entries.iter_mut().filter(|entry| long(entry)) {
            entry.code = vec![code::shared(0)];
        }
    }
    compiled
}

impl Compiled {
    /// Takes an entry as a delta gives it: shared code was put in its place.
    pub(super) fn take(&mut self, term: u32, guard: u32, code: &[u32]) {
        let code = code.to_vec();
        self.entries.push(Entry { term, guard, code });
    }

    /// Shares again what is long and the same.
    pub(super) fn share_long(&mut self) {
        let long = self.entries.iter().filter(|entry| entry.code.len() > LONG);
        let Some(first) = long.map(|entry| entry.code.clone()).next() else {
            return;
        };
        if self
            .entries
            .iter()
            .filter(|entry| entry.code == first)
            .count()
            < 2
        {
            return;
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.code == first) {
            entry.code = vec![code::shared(0)];
        }
        self.shared = first;
    }
}

struct Chooser<'a> {
    shares: &'a HashMap<u32, f32>,
    /// What has to hold beside the part being looked at.
    beside: Vec<&'a Node>,
    entries: Vec<Entry>,
}

impl<'a> Chooser<'a> {
    fn share_of(&self, term: u32) -> f32 {
        self.shares.get(&term).copied().unwrap_or(1.0)
    }

    /// How many terms of the node's cheapest clause a release has on average; infinite where there is no clause.
    fn share(&self, node: &Node) -> f32 {
        match node {
            Node::True | Node::Lacks(_) => f32::INFINITY,
            Node::False => 0.0,
            Node::Has(term) => self.share_of(*term),
            Node::All(parts) => {
                let shares = parts.iter().map(|part| self.share(part));
                shares.fold(f32::INFINITY, f32::min)
            }
            Node::Any(parts) => parts.iter().map(|part| self.share(part)).sum(),
        }
    }

    fn descend(&mut self, node: &'a Node) {
        match node {
            Node::Has(term) => self.enter(*term),
            Node::Any(parts) => parts.iter().for_each(|part| self.descend(part)),
            Node::All(parts) => {
                let shares: Vec<f32> = parts.iter().map(|part| self.share(part)).collect();
                let cheapest = (0..parts.len()).min_by(|&a, &b| shares[a].total_cmp(&shares[b]));
                let before = self.beside.len();
                for (at, part) in parts.iter().enumerate() {
                    if Some(at) != cheapest {
                        self.beside.push(part);
                    }
                }
                if let Some(at) = cheapest {
                    self.descend(&parts[at]);
                }
                self.beside.truncate(before);
            }
            Node::True | Node::False | Node::Lacks(_) => {}
        }
    }

    fn enter(&mut self, term: u32) {
        let conditions: Vec<&Node> = self
            .beside
            .iter()
            .flat_map(|node| match node {
                Node::All(parts) => parts.as_slice(),
                node => std::slice::from_ref(*node),
            })
            .filter(|node| **node != Node::Has(term))
            .collect();
        let guard = conditions
            .iter()
            .filter_map(|node| match node {
                Node::Has(term) => Some(*term),
                _ => None,
            })
            .min_by(|&a, &b| self.share_of(a).total_cmp(&self.share_of(b)))
            .unwrap_or(NO_GUARD);
        let mut code = Vec::new();
        for node in conditions {
            if *node != Node::Has(guard) {
                code::write(node, &mut code);
            }
        }
        self.entries.push(Entry { term, guard, code });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Node::{All, Any, Has, Lacks};

    fn compiled(node: &Node) -> Compiled {
        // The higher its number, the more releases have it.
        choose(node, &(1..100).map(|n| (n, n as f32 / 100.0)).collect())
    }

    fn entry(term: u32, guard: u32, code: &[u32]) -> Entry {
        Entry {
            term,
            guard,
            code: code.to_vec(),
        }
    }

    #[test]
    fn a_conjunction_is_found_by_its_rarest_term_and_guarded_by_the_next() {
        let found = compiled(&All(vec![Has(30), Has(10), Has(20), Lacks(1)]));

        let rest = [30, 1 << 30 | 1];
        assert_eq!(found.entries, [entry(10, 20, &rest)]);
        assert_eq!(found.woken, 0.1);
    }

    #[test]
    fn alternatives_are_found_by_each_of_theirs() {
        let node = All(vec![Has(60), Any(vec![Has(1), All(vec![Has(2), Has(3)])])]);

        assert_eq!(
            compiled(&node).entries,
            [entry(1, 60, &[]), entry(2, 3, &[60])]
        );
    }

    #[test]
    fn a_broad_alternative_is_left_for_a_rare_term_beside_it() {
        let node = All(vec![Any(vec![Has(40), Has(50)]), Has(60)]);

        let any = 0b11 << 30 | 2;
        assert_eq!(
            compiled(&node).entries,
            [entry(60, NO_GUARD, &[any, 40, 50])]
        );
    }

    #[test]
    fn what_only_lacks_is_found_by_every_release() {
        let found = compiled(&Any(vec![Has(1), Lacks(2)]));

        assert_eq!(found.entries.len(), 1);
        assert_eq!(found.entries[0].term, EVERYTHING);
        assert_eq!(found.woken, 1.0);
    }

    #[test]
    fn long_conditions_are_kept_once() {
        let many = |from: u32| Any((from..from + 20).map(Has).collect());
        let found = compiled(&All(vec![many(1), many(40)]));

        assert_eq!(found.entries.len(), 20);
        assert!(found.entries.iter().all(|entry| entry.code.len() == 1));
        assert_eq!(found.shared.len(), 42);
    }
}
