//! From a filter to a tree over terms: negations pushed down to the leaves, leaves turned into numbers.
//!
//! A leaf that is no single term (words in a row) gets a term of its own, and is registered once, however many filters
//! have it: under its rarest clause of words (see `leaves`). So behind this, all is one bit a term.

use super::code::Node;
use super::dictionary::{Dictionary, Found};
use super::frequencies::Frequencies;
use super::leaves::Leaves;
use super::terms::{self, Decided, Kind};
use release::filter::Filter;
use std::collections::HashMap;

/// What compiling reads and adds to.
pub(super) struct Compiler<'a> {
    pub(super) dictionary: &'a Dictionary,
    pub(super) leaves: &'a Leaves,
    pub(super) frequencies: &'a Frequencies,
    /// The frequencies of the terms met.
    pub(super) shares: HashMap<u32, f32>,
}

/// The dictionary or another store of terms is full: the filter cannot be taken.
#[derive(Debug, thiserror::Error)]
#[error(
    "the index has no room for another term; start it anew to leave out terms that no filter names any more"
)]
pub(super) struct Full;

impl Compiler<'_> {
    /// The tree of a filter.
    pub(super) fn node(&mut self, filter: &Filter) -> Result<Node, Full> {
        self.signed(filter, Sign::Holds)
    }

    fn signed(&mut self, filter: &Filter, sign: Sign) -> Result<Node, Full> {
        let parts = |compiler: &mut Self, parts: &[Filter]| -> Result<Vec<Node>, Full> {
            parts
                .iter()
                .map(|part| compiler.signed(part, sign))
                .collect()
        };
        Ok(match (filter, sign) {
            (Filter::All(inner), Sign::Holds) | (Filter::Any(inner), Sign::Fails) => {
                all(parts(self, inner)?.into_iter())
            }
            (Filter::Any(inner), Sign::Holds) | (Filter::All(inner), Sign::Fails) => {
                any(parts(self, inner)?.into_iter())
            }
            (Filter::Not(inner), sign) => return self.signed(inner, sign.turned()),
            (leaf, sign) => match (self.term(leaf)?, sign) {
                (None, Sign::Holds) => Node::True,
                (None, Sign::Fails) => Node::False,
                (Some(term), Sign::Holds) => Node::Has(term),
                (Some(term), Sign::Fails) => Node::Lacks(term),
            },
        })
    }

    /// The term of a leaf; none for what every release has.
    fn term(&mut self, leaf: &Filter) -> Result<Option<u32>, Full> {
        match terms::decided(leaf) {
            Decided::Term(Kind::Everything, _) => Ok(None),
            Decided::Term(kind, text) => Ok(Some(self.intern(kind, &text)?.term)),
            Decided::Evaluator(clauses) => self.leaf(leaf, &clauses).map(Some),
        }
    }

    fn intern(&mut self, kind: Kind, text: &str) -> Result<Found, Full> {
        if let Some((first, second)) = terms::of_pair(text).filter(|_| kind == Kind::Pair) {
            // Of a release, pairs are looked up where both words are known.
            let first = self.intern(Kind::Word, first)?;
            let second = self.intern(Kind::Word, second)?;
            self.dictionary.pair(first, second);
        }
        let found = self.dictionary.intern(kind, text).ok_or(Full)?;
        self.shares
            .entry(found.term)
            .or_insert_with(|| self.frequencies.of(kind, text));
        Ok(found)
    }

    /// The term of a leaf that only the evaluator decides.
    pub(super) fn leaf(
        &mut self,
        leaf: &Filter,
        clauses: &[Vec<(Kind, String)>],
    ) -> Result<u32, Full> {
        let mut required = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let terms: Result<Vec<Found>, Full> = clause
                .iter()
                .map(|(kind, text)| self.intern(*kind, text))
                .collect();
            required.push(terms?);
        }
        let share = |clause: &Vec<Found>| -> f32 {
            clause.iter().map(|found| self.shares[&found.term]).sum()
        };
        required.sort_by(|a, b| share(a).total_cmp(&share(b)));
        let rarest = required.first().map_or(1.0, share);
        let own = self
            .dictionary
            .intern(Kind::Leaf, &leaf.to_string())
            .ok_or(Full)?;
        self.shares.insert(own.term, rarest.min(1.0));
        if !Leaves::knows(self.dictionary, own) {
            self.leaves
                .register(self.dictionary, own, leaf, &required)?;
        }
        Ok(own.term)
    }
}

/// Whether a part is to hold or to fail.
#[derive(Debug, Clone, Copy)]
enum Sign {
    Holds,
    Fails,
}

impl Sign {
    fn turned(self) -> Sign {
        match self {
            Sign::Holds => Sign::Fails,
            Sign::Fails => Sign::Holds,
        }
    }
}

/// All of the parts: flat, without what always holds.
pub(super) fn all(parts: impl Iterator<Item = Node>) -> Node {
    let mut kept = Vec::new();
    for part in parts {
        match part {
            Node::True => {}
            Node::False => return Node::False,
            Node::All(inner) => kept.extend(inner),
            part => kept.push(part),
        }
    }
    alone(kept, Node::True, Node::All)
}

/// Any of the parts: flat, without what never holds.
pub(super) fn any(parts: impl Iterator<Item = Node>) -> Node {
    let mut kept = Vec::new();
    for part in parts {
        match part {
            Node::False => {}
            Node::True => return Node::True,
            Node::Any(inner) => kept.extend(inner),
            part => kept.push(part),
        }
    }
    alone(kept, Node::False, Node::Any)
}

fn alone(mut parts: Vec<Node>, empty: Node, many: fn(Vec<Node>) -> Node) -> Node {
    match parts.len() {
        0 => empty,
        1 => parts.remove(0),
        _ => many(parts),
    }
}
