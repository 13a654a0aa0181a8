//! The index against the plain evaluator, whatever happens to it between two releases.

use super::fixtures::{ended, filter, release, release_saying, row};
use super::merging;
use super::*;
use proptest::prelude::*;
use release::filter::Filter;
use release::matching;
use std::collections::BTreeMap;

/// An index cut so small that everything about it happens within some dozens of subscriptions.
fn tiny() -> Index {
    Index::with(tiny_options())
}

fn tiny_options() -> Options {
    Options {
        room: Room {
            slots: 6,
            words: 2 << 10,
        },
        bulk: 12,
        merges: false,
    }
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
    Match(Box<Subject>),
    Merge,
    MergeToOne,
    Reload,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = || (0..40_i64, prop::option::weighted(0.75, filter()));
    let step = prop_oneof![
        4 => prop::collection::vec(change(), 1..4).prop_map(Step::Change),
        1 => prop::collection::vec(change(), 12..40).prop_map(Step::Change),
        4 => release().prop_map(|subject| Step::Match(Box::new(subject))),
        1 => Just(Step::Merge),
        1 => Just(Step::MergeToOne),
        1 => Just(Step::Reload),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

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
                    let whole = merging::whole(&index.0);
                    prop_assert_eq!(whole.segment.rows.len(), filters.len());
                    prop_assert_eq!((whole.change, whole.sums), (change, index.sums()));
                }
                Step::Reopen => {
                    let folder = tempfile::tempdir().unwrap();
                    let path = folder.path().join("index");
                    index.save(&path).unwrap();
                    let sums = index.sums();
                    index = file::read(&std::fs::read(&path).unwrap(), tiny_options()).unwrap();
                    prop_assert_eq!((index.sums(), index.change()), (sums, change));
                }
                Step::Reload => {
                    index = tiny();
                    let all = filters.iter().map(|(id, filter)| row(*id, &filter.to_string(), change.max(1)));
                    index.apply(all.collect());
                    change = index.change();
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

#[test]
fn file_that_was_damaged_is_doubted() {
    let (index, folder) = (tiny(), tempfile::tempdir().unwrap());
    let path = folder.path().join("index");
    index.apply(vec![row(1, "\"lithium mine\" OR topic:mining", 1)]);
    index.save(&path).unwrap();
    let whole = std::fs::read(&path).unwrap();

    let doubted =
        |bytes: &[u8]| matches!(file::read(bytes, tiny_options()), Err(CacheError::Doubt(_)));
    for at in (0..whole.len())
        .step_by(997)
        .chain([8, 12, 16, whole.len() - 1])
    {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x20;
        assert!(doubted(&bytes), "byte {at}");
        assert!(doubted(&whole[..at]), "cut at {at}");
    }
    assert!(doubted(&[&whole[..], b"more"].concat()));
    assert!(file::read(&whole, tiny_options()).is_ok());
}

/// One thread flips filters and ends subscriptions, another merges, two match.
#[test]
fn readers_see_a_change_whole_or_not_at_all() {
    const FLIPPED: i64 = 64;
    const ROUNDS: i64 = 3_000;
    let index = Index::with(Options {
        merges: true,
        ..tiny_options()
    });
    let subject = release_saying("alpha beta gamma");
    let words = [
        "alpha",
        "beta",
        "gamma alpha",
        "\"beta gamma\"",
        "delta OR gamma",
    ];
    let flipped =
        |id: i64, round: i64, change| row(id, words[(id + round) as usize % words.len()], change);
    index.apply((0..FLIPPED).map(|id| flipped(id, 0, id + 1)).collect());
    // Subscriptions up to this key have come and gone.
    let gone = AtomicI64::new(FLIPPED - 1);

    std::thread::scope(|scope| {
        let reading = || {
            let mut scratch = Scratch::default();
            while gone.load(Ordering::Acquire) < FLIPPED + ROUNDS - 1 {
                let gone = gone.load(Ordering::Acquire);
                let mut found = ids(&index, &subject, &mut scratch);
                let passing = found.split_off(found.partition_point(|id| *id < FLIPPED));
                assert!(
                    found.into_iter().eq(0..FLIPPED),
                    "each of the flipped, once"
                );
                assert!(
                    passing.iter().all(|id| *id > gone),
                    "{passing:?} were gone at {gone}"
                );
                assert!(passing.len() <= 1, "one at a time: {passing:?}");
            }
        };
        scope.spawn(reading);
        scope.spawn(reading);
        let mut change = FLIPPED;
        for round in 0..ROUNDS {
            let next = |change: &mut i64| {
                *change += 1;
                *change
            };
            let passing = FLIPPED + round;
            let mut batch = vec![row(passing, "alpha", next(&mut change))];
            batch.extend(
                (0..round % 20)
                    .map(|at| flipped((round * 7 + at) % FLIPPED, round, next(&mut change))),
            );
            index.apply(batch);
            index.apply(vec![ended(passing, next(&mut change))]);
            gone.store(passing, Ordering::Release);
        }
    });
}
