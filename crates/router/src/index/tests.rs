//! The index against the plain evaluator, whatever happens to it between two releases.

use super::fixtures::{ended, filter, release, release_saying, row};
use super::merging::{Wish, merge_once};
use super::*;
use proptest::prelude::*;
use release::filter::Filter;
use release::matching;
use std::collections::BTreeMap;

/// An index cut so small that everything about it happens within some dozens of subscriptions.
fn tiny() -> Index {
    let room = Room {
        slots: 6,
        words: 2 << 10,
    };
    Index::with(Options {
        room,
        bulk: 12,
        merges: false,
    })
}

fn ids(index: &Index, subject: &Subject, scratch: &mut Scratch) -> Vec<i64> {
    let mut ids = Vec::new();
    index.search(subject, scratch, |hits| hits.ids(&mut ids));
    ids.sort_unstable();
    ids
}

#[derive(Debug, Clone)]
enum Step {
    Change(Vec<(i64, Option<String>)>),
    Match(Subject),
    Merge,
    MergeToOne,
    Reload,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = || (0..40_i64, prop::option::weighted(0.75, filter()));
    let step = prop_oneof![
        4 => prop::collection::vec(change(), 1..4).prop_map(Step::Change),
        1 => prop::collection::vec(change(), 12..40).prop_map(Step::Change),
        4 => release().prop_map(Step::Match),
        1 => Just(Step::Merge),
        1 => Just(Step::MergeToOne),
        1 => Just(Step::Reload),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn index_finds_what_the_plain_evaluator_finds(steps in steps()) {
        let (mut index, mut scratch) = (tiny(), Scratch::default());
        let mut filters: BTreeMap<i64, Filter> = BTreeMap::new();
        let mut change = 0;
        for step in steps {
            match step {
                Step::Change(changes) => {
                    let mut rows = Vec::new();
                    for (id, text) in changes {
                        change += 1;
                        match text {
                            Some(text) => {
                                filters.insert(id, Filter::parse(&text).unwrap());
                                rows.push(row(id, &text, change));
                            }
                            None => {
                                filters.remove(&id);
                                rows.push(ended(id, change));
                            }
                        }
                    }
                    index.apply(rows);
                    prop_assert_eq!(index.size().live, filters.len());
                    prop_assert_eq!(index.change(), change);
                }
                Step::Match(subject) => {
                    let holds = |(_, filter): &(&i64, &Filter)| matching::matches(filter, &subject);
                    let expect: Vec<i64> = filters.iter().filter(holds).map(|(id, _)| *id).collect();
                    index.observe(&subject);
                    prop_assert_eq!(ids(&index, &subject, &mut scratch), expect);
                }
                Step::Merge => index.settle(),
                Step::MergeToOne => {
                    merge_once(&index.0, Wish::One);
                }
                Step::Reload => {
                    index = tiny();
                    let all = filters.iter().map(|(id, filter)| row(*id, &filter.to_string(), change.max(1)));
                    index.apply(all.collect());
                    change = change.max(1);
                }
            }
        }
    }
}

#[test]
fn change_that_was_taken_over_before_changes_nothing() {
    let index = tiny();
    let subject = release_saying("lithium");
    index.apply(vec![row(1, "gold", 2)]);

    index.apply(vec![row(1, "lithium", 1)]);

    assert_eq!(ids(&index, &subject, &mut Scratch::default()), [0; 0]);
    assert_eq!(index.change(), 2);
}

#[test]
fn filter_that_cannot_be_read_any_more_does_not_match_by_its_old_text() {
    let index = tiny();
    let subject = release_saying("lithium");
    index.apply(vec![row(1, "lithium", 1)]);

    index.apply(vec![row(1, "lithium AND", 2)]);

    assert_eq!(ids(&index, &subject, &mut Scratch::default()), [0; 0]);
    assert_eq!(index.size().live, 0);
}
