//! Parts of a filter on their way into a tree: joined flat, and knowing whether they hold by what is absent.

use crate::filter::Filter;

/// A filter, and the place that makes it hold by absence alone, if there is one; the same of its negation.
pub(in crate::filter) struct Node {
    pub(super) filter: Filter,
    pub(super) absent: Option<usize>,
    absent_if_negated: Option<usize>,
}

impl Node {
    /// Of what must be present.
    pub(super) fn term(at: usize, filter: Filter) -> Node {
        Node {
            filter,
            absent: None,
            absent_if_negated: Some(at),
        }
    }

    pub(super) fn not(at: usize, inner: Node) -> Node {
        Node {
            filter: Filter::Not(Box::new(inner.filter)),
            absent: inner.absent_if_negated.map(|_| at),
            absent_if_negated: inner.absent,
        }
    }

    /// One present member carries the others; negated, it is a choice, of which each one must be carried.
    pub(super) fn all(nodes: Vec<Node>) -> Node {
        let absent = every(&nodes, |node| node.absent);
        let absent_if_negated = nodes.iter().find_map(|node| node.absent_if_negated);
        Node {
            filter: all(nodes.into_iter().map(|node| node.filter)),
            absent,
            absent_if_negated,
        }
    }

    pub(super) fn any(nodes: Vec<Node>) -> Node {
        let absent = nodes.iter().find_map(|node| node.absent);
        let absent_if_negated = every(&nodes, |node| node.absent_if_negated);
        Node {
            filter: any(nodes.into_iter().map(|node| node.filter)),
            absent,
            absent_if_negated,
        }
    }
}

/// The first node's place, if every node has one.
fn every(nodes: &[Node], place: impl Fn(&Node) -> Option<usize>) -> Option<usize> {
    if nodes.iter().all(|node| place(node).is_some()) {
        nodes.first().and_then(place)
    } else {
        None
    }
}

/// All of several, flat; of one, itself.
pub(in crate::filter) fn all(filters: impl Iterator<Item = Filter>) -> Filter {
    let mut flat = Vec::new();
    for filter in filters {
        match filter {
            Filter::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 {
        flat.remove(0)
    } else {
        Filter::All(flat)
    }
}

/// Any of several, flat; of one, itself.
pub(in crate::filter) fn any(filters: impl Iterator<Item = Filter>) -> Filter {
    let mut flat = Vec::new();
    for filter in filters {
        match filter {
            Filter::Any(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 {
        flat.remove(0)
    } else {
        Filter::Any(flat)
    }
}
