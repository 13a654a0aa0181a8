//! The index against the plain evaluator, on generated filters and releases, while subscriptions come and go.

use super::releases::Raw;
use super::subscribers::Subscribers;
use anyhow::{Result, ensure};
use release::filter::Filter;
use release::matching::matches;
use release::subject::Subject;
use router::index::{Index, Scratch};
use std::collections::HashSet;

/// Subscriptions that change between two releases of the long check.
const CHANGES: usize = 300;

/// Compares what the index finds for some releases with what holds, on every `step`th filter; gives the number of pairs.
pub(super) fn sample(
    subscribers: &Subscribers<'_>,
    index: &Index,
    n: usize,
    step: usize,
    releases: &[Subject],
) -> Result<u64> {
    let mut scratch = Scratch::default();
    let found: Vec<HashSet<i64>> = releases
        .iter()
        .map(|subject| ids(index, subject, &mut scratch).into_iter().collect())
        .collect();
    let mut pairs = 0;
    for id in (0..n as i64).step_by(step) {
        let text = subscribers.filter(id);
        let filter = Filter::parse(&text)?;
        for (subject, found) in releases.iter().zip(&found) {
            let expect = matches(&filter, subject);
            ensure!(
                found.contains(&id) == expect,
                "subscription {id} `{text}`: the evaluator says {expect}, the index does not"
            );
            pairs += 1;
        }
    }
    Ok(pairs)
}

fn ids(index: &Index, subject: &Subject, scratch: &mut Scratch) -> Vec<i64> {
    let mut ids = Vec::new();
    index.search(subject, scratch, |hits| hits.ids(&mut ids));
    ids
}

/// Compares all of `n` subscriptions with as many releases as make so many pairs, changing some between any two; gives
/// the number of pairs and of what held.
pub(super) fn long(subscribers: &Subscribers<'_>, n: usize, pairs: u64) -> Result<(u64, u64)> {
    let index = subscribers.index();
    subscribers.load(&index, n);
    let parse = |number: i64| Filter::parse(&subscribers.filter(number));
    let mut filters: Vec<Option<Filter>> = (0..n as i64)
        .map(|number| parse(number).map(Some))
        .collect::<Result<_, _>>()?;
    let (mut scratch, mut change, mut next) = (Scratch::default(), n as i64, n as i64);
    let (mut compared, mut held) = (0, 0);
    let mut release = 0;
    while compared < pairs {
        let mut rows = Vec::with_capacity(CHANGES);
        for at in 0..CHANGES {
            (change, next) = (change + 1, next + 1);
            let id = next.wrapping_mul(2_654_435_761).rem_euclid(n as i64);
            let ends = at % 3 == 0;
            filters[id as usize] = if ends { None } else { Some(parse(next)?) };
            rows.push(match ends {
                true => subscribers.ended(id, change),
                false => subscribers.row(id, next, change),
            });
        }
        index.apply(rows);
        let raw = Raw::numbered(subscribers.world, subscribers.seed, release);
        let subject = raw.analysed();
        release += 1;
        let mut found = ids(&index, &subject, &mut scratch);
        found.sort_unstable();
        let expect = plainly(&filters, &subject);
        ensure!(
            found == expect,
            "release {release}: the index finds other subscriptions"
        );
        compared += n as u64;
        held += expect.len() as u64;
    }
    Ok((compared, held))
}

/// The keys of all filters that hold, ascending; on two threads.
fn plainly(filters: &[Option<Filter>], subject: &Subject) -> Vec<i64> {
    let holding = |filters: &[Option<Filter>], first: usize| -> Vec<i64> {
        let holds = |filter: &Option<Filter>| {
            filter
                .as_ref()
                .is_some_and(|filter| matches(filter, subject))
        };
        let numbered = filters
            .iter()
            .enumerate()
            .filter(|(_, filter)| holds(filter));
        numbered.map(|(at, _)| (first + at) as i64).collect()
    };
    let (low, high) = filters.split_at(filters.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| holding(high, low.len()));
        let mut all = holding(low, 0);
        all.extend(other.join().expect("the evaluator does not panic"));
        all
    })
}
