//! What is left to test once a filter was woken by a term: a conjunction as words of 32 bits, never expanded.
//!
//! The two high bits of a word tell what it is, the others are a term's number or a length:
//!
//! | bits | word | holds if |
//! | --- | --- | --- |
//! | 00 | has | the release has the term |
//! | 01 | lacks | it has not |
//! | 10 | all, of the next n words | each part holds |
//! | 11 | any, of the next n words | one part holds |
//! | 10 1… | shared | the conjunction at that place of the segment's shared words holds |
//!
//! A code is a conjunction: the parts after one another. Its cost is bounded by its length, for no word is read twice, and
//! it is no longer than the filter has terms and operators.

use super::bits::Bits;

const KIND: u32 = 0b11 << 30;
const VALUE: u32 = !KIND;
const LACKS: u32 = 0b01 << 30;
const ALL: u32 = 0b10 << 30;
const ANY: u32 = 0b11 << 30;
/// Set in an `ALL` that means shared words.
const SHARED: u32 = 1 << 29;

/// The greatest number of a term, and the greatest place of shared words.
pub(super) const MAX_TERM: u32 = SHARED - 1;

/// A filter without negations of anything but terms.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Holds always.
    True,
    /// Holds never.
    False,
    /// The release has the term.
    Has(u32),
    /// It has not.
    Lacks(u32),
    /// Each part holds; two parts or more.
    All(Vec<Node>),
    /// One part holds; two or more.
    Any(Vec<Node>),
}

/// The word for a term that must be there.
pub(super) fn has(term: u32) -> u32 {
    term
}

/// The word for a conjunction kept at `place` of the shared words.
pub(super) fn shared(place: u32) -> u32 {
    ALL | SHARED | place
}

/// The place of shared words that a whole code stands for, if it does.
pub(super) fn shared_place(code: &[u32]) -> Option<u32> {
    match code {
        [word] if word & (KIND | SHARED) == ALL | SHARED => Some(word & (SHARED - 1)),
        _ => None,
    }
}

/// Appends a node as a part of a conjunction.
pub(super) fn write(node: &Node, code: &mut Vec<u32>) {
    match node {
        Node::True => {}
        // An alternative of nothing.
        Node::False => code.push(ANY),
        Node::Has(term) => code.push(*term),
        Node::Lacks(term) => code.push(LACKS | term),
        Node::All(parts) => parts.iter().for_each(|part| write(part, code)),
        Node::Any(parts) => write_block(ANY, code, |code| {
            for part in parts {
                match part {
                    Node::All(inner) => write_block(ALL, code, |code| {
                        inner.iter().for_each(|part| write(part, code));
                    }),
                    part => write(part, code),
                }
            }
        }),
    }
}

fn write_block(kind: u32, code: &mut Vec<u32>, inner: impl FnOnce(&mut Vec<u32>)) {
    let at = code.len();
    code.push(kind);
    inner(code);
    code[at] |= (code.len() - at - 1) as u32;
}

/// Whether a conjunction holds for the release whose terms are given.
pub(super) fn holds(mut code: &[u32], terms: &Bits, shared: &[u32]) -> bool {
    while let Some((part, rest)) = next(code, terms, shared) {
        if !part {
            return false;
        }
        code = rest;
    }
    true
}

fn any(mut code: &[u32], terms: &Bits, shared: &[u32]) -> bool {
    while let Some((part, rest)) = next(code, terms, shared) {
        if part {
            return true;
        }
        code = rest;
    }
    false
}

/// Whether the first part holds, and what comes after it.
fn next<'a>(code: &'a [u32], terms: &Bits, shared: &[u32]) -> Option<(bool, &'a [u32])> {
    let (&word, rest) = code.split_first()?;
    #[cfg(test)]
    look();
    let value = word & VALUE;
    Some(match word & KIND {
        0 => (terms.has(value), rest),
        LACKS => (!terms.has(value), rest),
        ALL if value & SHARED != 0 => (
            holds(shared_code(value & !SHARED, shared), terms, &[]),
            rest,
        ),
        kind => {
            let (block, rest) = rest.split_at(value as usize);
            let held = match kind {
                ALL => holds(block, terms, shared),
                _ => any(block, terms, shared),
            };
            (held, rest)
        }
    })
}

#[cfg(test)]
thread_local! {
    static LOOKS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts a look at a term, an operator or an entry.
#[cfg(test)]
pub(super) fn look() {
    LOOKS.with(|looks| looks.set(looks.get() + 1));
}

/// The looks of this thread until now.
#[cfg(test)]
pub(super) fn looks() -> u64 {
    LOOKS.with(std::cell::Cell::get)
}

/// The conjunction at a place of the shared words: its length, then its words.
pub(super) fn shared_code(place: u32, shared: &[u32]) -> &[u32] {
    let from = place as usize + 1;
    &shared[from..from + shared[place as usize] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn node() -> impl Strategy<Value = Node> {
        let leaf = prop_oneof![
            Just(Node::True),
            Just(Node::False),
            (0..9_u32).prop_map(Node::Has),
            (0..9_u32).prop_map(Node::Lacks),
        ];
        leaf.prop_recursive(5, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Node::All),
                prop::collection::vec(inner, 2..4).prop_map(Node::Any),
            ]
        })
    }

    fn plainly(node: &Node, terms: &Bits) -> bool {
        match node {
            Node::True => true,
            Node::False => false,
            Node::Has(term) => terms.has(*term),
            Node::Lacks(term) => !terms.has(*term),
            Node::All(parts) => parts.iter().all(|part| plainly(part, terms)),
            Node::Any(parts) => parts.iter().any(|part| plainly(part, terms)),
        }
    }

    /// As compiling leaves it: what always or never holds stands nowhere inside of another.
    fn tidy(node: Node) -> Node {
        match node {
            Node::All(parts) => super::super::compile::all(parts.into_iter().map(tidy)),
            Node::Any(parts) => super::super::compile::any(parts.into_iter().map(tidy)),
            node => node,
        }
    }

    proptest! {
        #[test]
        fn code_means_what_the_tree_means(node in node(), set in prop::collection::vec(0..9_u32, 0..9)) {
            let mut terms = Bits::default();
            terms.grow(9);
            for term in set {
                terms.insert(term);
            }
            let node = tidy(node);
            let (mut code, mut kept) = (Vec::new(), vec![7, 7]);
            write(&node, &mut code);
            kept.push(code.len() as u32);
            kept.extend(&code);

            prop_assert_eq!(holds(&code, &terms, &[]), plainly(&node, &terms));
            prop_assert_eq!(holds(&[shared(2)], &terms, &kept), plainly(&node, &terms));
        }
    }
}
