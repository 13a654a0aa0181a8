//! What a filter costs those who are matched beside it: by how many releases it is woken.
//!
//! A filter is woken by the releases that have a term of its access clause; for all others it costs nothing. What is tested
//! once it is woken is bounded by the language (`Filter::cost`). A filter that more than a quarter of all releases wake is
//! broad: it is taken, for somebody may want to hear of nearly everything, and counted.

use super::Index;
use super::frequencies::Frequencies;
use super::terms::{self, Decided, Kind};
use release::filter::Filter;

/// A filter that more than this share of releases wakes is broad.
pub const BROAD: f32 = 0.25;

impl Index {
    /// The share of releases that would wake a filter, by what was seen until now, or guessed: from 0 to 1. The filter need
    /// not be in the index, and is not put there.
    pub fn woken_by(&self, filter: &Filter) -> f32 {
        share(filter, true, &self.0.frequencies).min(1.0)
    }
}

/// How many terms of its cheapest clause a release has on average, if the filter is to hold, or not to hold; infinite where
/// there is no clause.
fn share(filter: &Filter, holds: bool, frequencies: &Frequencies) -> f32 {
    let shares = |parts: &[Filter]| -> Vec<f32> {
        let shares = parts.iter().map(|part| share(part, holds, frequencies));
        shares.collect()
    };
    match (filter, holds) {
        (Filter::Not(inner), holds) => share(inner, !holds, frequencies),
        (Filter::All(parts), true) | (Filter::Any(parts), false) => {
            shares(parts).into_iter().fold(f32::INFINITY, f32::min)
        }
        (Filter::Any(parts), true) | (Filter::All(parts), false) => shares(parts).into_iter().sum(),
        (leaf, true) => of_leaf(leaf, frequencies),
        (leaf, false) => match terms::decided(leaf) {
            Decided::Term(Kind::Everything, _) => 0.0,
            Decided::Term(..) | Decided::Evaluator(_) => f32::INFINITY,
        },
    }
}

fn of_leaf(leaf: &Filter, frequencies: &Frequencies) -> f32 {
    match terms::decided(leaf) {
        Decided::Term(Kind::Everything, _) => f32::INFINITY,
        Decided::Term(kind, text) => frequencies.of(kind, &text),
        Decided::Evaluator(clauses) => {
            let of = |clause: &Vec<(Kind, String)>| -> f32 {
                let terms = clause.iter();
                terms.map(|(kind, text)| frequencies.of(*kind, text)).sum()
            };
            clauses.iter().map(of).fold(1.0, f32::min)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::fixtures::{filter, release_saying, row};
    use crate::index::writer::compile;
    use proptest::prelude::*;

    #[test]
    fn broad_is_what_most_releases_wake() {
        let index = Index::default();
        for _ in 0..200 {
            index.observe(&release_saying("the quarter"));
        }
        let broad = |text: &str| index.woken_by(&Filter::parse(text).unwrap()) > BROAD;

        assert!(broad("everything") && broad("everything NOT topic:mining"));
        assert!(broad("the") && broad("the OR lithium"));
        assert!(!broad("lithium") && !broad("the lithium"));
        assert!(!broad("topic:mining"));
        index.apply(vec![row(1, "the", 1), row(2, "lithium", 2)]);
        assert_eq!(index.size().broad, 1);
    }

    proptest! {
        #[test]
        fn cost_is_told_as_it_will_be(text in filter()) {
            let index = Index::default();
            let filter = Filter::parse(&text).unwrap();

            let told = index.woken_by(&filter);

            let compiled = compile(&index.0, &filter).unwrap();
            // What never holds is left out while compiling; it costs nothing there.
            prop_assert!(compiled.woken.min(1.0) <= told + 1e-4, "{} > {}", compiled.woken, told);
        }
    }
}
