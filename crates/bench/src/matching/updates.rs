//! Matching a hundred releases a second while subscriptions come and go as fast as one thread can bring them.

use super::figures::Lines;
use super::subscribers::Subscribers;
use crate::times::Times;
use release::subject::Subject;
use router::index::{Index, Scratch};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::FilterRow;

/// How long each side is measured.
const ROUND: Duration = Duration::from_secs(5);
/// Between two releases.
const PACE: Duration = Duration::from_millis(10);
/// Rows of a batch; half of them end a subscription, half begin one.
const BATCH: usize = 100;

/// Measures an index of `n` subscriptions, idle and while it changes.
pub(super) fn measure(
    subscribers: &Subscribers<'_>,
    index: &Index,
    n: usize,
    releases: &[Subject],
    lines: &Lines,
) {
    let idle = paced(index, releases);
    // Texts are made before: what is measured is the index.
    let rows = rows(subscribers, n);
    let stop = AtomicBool::new(false);
    let (busy, (updated, took, slowest)) = std::thread::scope(|scope| {
        let writing = scope.spawn(|| write(index, rows, &stop));
        let busy = paced(index, releases);
        stop.store(true, Ordering::Relaxed);
        (busy, writing.join().expect("the writer does not panic"))
    });
    lines.say_wanted(
        "updates_per_second",
        updated as f64 / took.as_secs_f64(),
        200_000.0,
    );
    lines.say("idle_paced_p99_ms", idle.ms(0.99));
    lines.say("updating_paced_p99_ms", busy.ms(0.99));
    lines.say_wanted(
        "p99_ratio_while_updating",
        busy.ms(0.99) / idle.ms(0.99),
        1.5,
    );
    lines.say_wanted("stall_max_ms", busy.ms(1.0), 2.0);
    lines.say("idle_paced_max_ms", idle.ms(1.0));
    lines.say("apply_max_ms", slowest.as_secs_f64() * 1e3);
}

/// Matches a hundred releases a second.
fn paced(index: &Index, releases: &[Subject]) -> Times {
    let (mut scratch, mut ids, mut times) = (Scratch::default(), Vec::new(), Vec::new());
    let begun = Instant::now();
    for (number, subject) in (1..).zip(releases.iter().cycle()) {
        let due = PACE * number;
        if due > ROUND {
            break;
        }
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let at = Instant::now();
        ids.clear();
        index.search(subject, &mut scratch, |hits| hits.ids(&mut ids));
        times.push(at.elapsed());
    }
    Times::new(times)
}

/// As many batches as are used up in a round at twice the wanted speed.
fn rows(subscribers: &Subscribers<'_>, n: usize) -> Vec<Vec<FilterRow>> {
    let batches = 400_000 * ROUND.as_secs() as usize / BATCH;
    let mut change = n as i64 * 4;
    let mut next = n as i64;
    (0..batches)
        .map(|_| {
            (0..BATCH / 2)
                .flat_map(|_| {
                    (change, next) = (change + 2, next + 1);
                    [
                        subscribers.ended(next - n as i64, change - 1),
                        subscribers.row(next, next, change),
                    ]
                })
                .collect()
        })
        .collect()
}

/// Applies batches until stopped; how many rows, in what time, and how long the slowest batch took.
fn write(
    index: &Index,
    batches: Vec<Vec<FilterRow>>,
    stop: &AtomicBool,
) -> (usize, Duration, Duration) {
    let (mut updated, mut slowest, begun) = (0, Duration::ZERO, Instant::now());
    for batch in batches {
        let at = Instant::now();
        updated += batch.len();
        index.apply(batch);
        slowest = slowest.max(at.elapsed());
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    (updated, begun.elapsed(), slowest)
}
