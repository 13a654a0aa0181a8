//! Merging in the background: frozen deltas become segments, small segments become larger ones.
//!
//! A merge reads parts as they were at an epoch and writes what was alive into a new segment, while readers and the writer
//! go on. What dies meanwhile is written down by the writer and marked in the new segment before it takes the place of
//! those it was made of: most of it without holding up the writer, the last of it in the moment of exchange. Memory
//! that readers may still look at is given back by this thread, never by theirs.
//!
//! A segment joins a merge if it is less than three times as large as all that is smaller, or a third of it is dead: so
//! there are a few at any size, and each subscription is written anew a few times in its life.

use super::Shared;
use super::delta::Delta;
use super::segment::{self, Segment};
use super::snapshot::{Part, Snapshot};
use super::writer::Sums;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A segment so many times larger than what is smaller stays as it is.
const STEP: usize = 3;
/// How much the thread gives way to others (nice(2), which on Linux is of the calling thread alone).
const GIVES_WAY: i32 = 15;
/// As many deaths may be marked while the writer waits.
const LAST: usize = 256;
/// How long is waited between two looks at whether readers have left.
const READERS: Duration = Duration::from_millis(1);

/// Begins a thread that merges what there is to merge, unless one is at it.
pub(super) fn begin(shared: &Arc<Shared>) {
    let idle = !shared.merging.load(Ordering::Relaxed);
    if !idle || worth(&shared.snapshot.load()).is_empty() {
        return;
    }
    if shared.merging.swap(true, Ordering::Acquire) {
        return;
    }
    let own = shared.clone();
    let thread = std::thread::Builder::new().name("index-merge".to_owned());
    let begun = thread.spawn(move || {
        // Merging is never urgent; it gives way to threads that match. If it may not, it merges all the same.
        let _ = rustix::process::nice(GIVES_WAY);
        while merge_once(&own) {}
        own.merging.store(false, Ordering::Release);
    });
    if let Err(error) = begun {
        shared.merging.store(false, Ordering::Release);
        tracing::error!(%error, worker = "router", "the index cannot be merged in the background: {error}");
    }
}

/// Merges once, if anything is worth it.
pub(super) fn merge_once(shared: &Shared) -> bool {
    let _turn = shared.turn.lock().expect("no merge panics");
    let (inputs, epoch) = {
        let mut writer = shared.writer();
        let snapshot = shared.snapshot.load();
        let inputs = worth(&snapshot);
        if inputs.is_empty() {
            return false;
        }
        writer.died = Some(Vec::new());
        (inputs, snapshot.epoch())
    };
    merge(shared, inputs, epoch);
    true
}

/// All of an index as it was at a moment.
pub(super) struct Whole {
    /// Its tombstones are not of that moment: none of its slots was dead then.
    pub(super) segment: Arc<Segment>,
    /// The number of the last change in it.
    pub(super) change: i64,
    pub(super) sums: Sums,
}

/// Merges all into one segment, as it is now.
pub(super) fn whole(shared: &Shared) -> Whole {
    let _turn = shared.turn.lock().expect("no merge panics");
    let (inputs, epoch, change, sums) = {
        let mut writer = shared.writer();
        let snapshot = shared.snapshot.load_full();
        let mut parts = snapshot.parts.clone();
        if snapshot.delta().taken() > 0 {
            parts.push(Part::Delta(Arc::new(Delta::new(shared.options.room))));
            let frozen = Snapshot::new(parts.clone(), snapshot.epoch());
            shared.snapshot.store(Arc::new(frozen));
        }
        parts.pop();
        writer.died = Some(Vec::new());
        let change = shared.change.load(Ordering::Relaxed);
        (parts, snapshot.epoch(), change, writer.sums)
    };
    Whole {
        segment: merge(shared, inputs, epoch),
        change,
        sums,
    }
}

/// Merges parts as they were at an epoch, and puts what they become in their place.
fn merge(shared: &Shared, inputs: Vec<Part>, epoch: u64) -> Arc<Segment> {
    let mut sealed: Vec<Arc<Segment>> = inputs.iter().map(|part| sealed(part, epoch)).collect();
    let fresh = matches!(inputs[..], [Part::Delta(_)]);
    let merged = match sealed.pop() {
        Some(only) if fresh => only,
        last => {
            sealed.extend(last);
            Arc::new(segment::merge(&sealed, epoch))
        }
    };
    drop(sealed);
    exchange(shared, &inputs, merged.clone());
    inputs.into_iter().for_each(give_back);
    merged
}

fn sealed(part: &Part, epoch: u64) -> Arc<Segment> {
    match part {
        Part::Segment(segment) => segment.clone(),
        Part::Delta(delta) => Arc::new(delta.seal(epoch)),
    }
}

/// Puts a segment in the place of the parts it was made of.
fn exchange(shared: &Shared, inputs: &[Part], merged: Arc<Segment>) {
    let merged = Part::Segment(merged);
    loop {
        let mut writer = shared.writer();
        let died = writer.died.replace(Vec::new()).unwrap_or_default();
        // Marks of now hold at any later epoch, and the part is seen at no earlier one.
        let old = shared.snapshot.load_full();
        let epoch = old.epoch();
        if died.len() > LAST {
            drop(writer);
            died.into_iter().for_each(|id| {
                merged.kill(id, epoch);
            });
            continue;
        }
        died.into_iter().for_each(|id| {
            merged.kill(id, epoch);
        });
        writer.died = None;
        let kept = old
            .parts
            .iter()
            .filter(|part| !inputs.iter().any(|input| input.is(part)));
        let mut parts: Vec<Part> = kept.cloned().collect();
        if merged.slots() > 0 {
            parts.insert(0, merged);
        }
        shared.snapshot.store(Arc::new(Snapshot::new(parts, epoch)));
        return;
    }
}

/// Waits until no reader looks at a part, so that its memory is not given back on a reader's time.
fn give_back(part: Part) {
    let count = |part: &Part| match part {
        Part::Segment(segment) => Arc::strong_count(segment),
        Part::Delta(delta) => Arc::strong_count(delta),
    };
    while count(&part) > 1 {
        std::thread::sleep(READERS);
    }
}

/// What to merge into one: closed parts, without the delta that is appended to.
fn worth(snapshot: &Snapshot) -> Vec<Part> {
    let (_, closed) = snapshot
        .parts
        .split_last()
        .expect("a snapshot has its delta");
    let frozen = closed.iter().filter_map(|part| match part {
        Part::Delta(delta) => Some(delta.taken()),
        Part::Segment(_) => None,
    });
    let frozen: usize = frozen.sum();
    let mut segments: Vec<&Arc<Segment>> = closed
        .iter()
        .filter_map(|part| match part {
            Part::Segment(segment) => Some(segment),
            Part::Delta(_) => None,
        })
        .collect();
    segments.sort_by_key(|segment| segment.live());
    let joins = joining(&segments, frozen);
    let rotten = |segment: &Segment| segment.deaths.count() as usize * 3 > segment.rows.len();
    let chosen = segments
        .iter()
        .enumerate()
        .filter(|(at, segment)| *at < joins || rotten(segment))
        .map(|(_, segment)| Part::Segment((*segment).clone()));
    let deltas = closed.iter().filter(|part| matches!(part, Part::Delta(_)));
    deltas.cloned().chain(chosen).collect()
}

/// How many segments, ascending by size, join a merge: up to the last one that is not much larger than all before it.
fn joining(segments: &[&Arc<Segment>], frozen: usize) -> usize {
    let (mut smaller, mut joins) = (frozen, 0);
    for (at, segment) in segments.iter().enumerate() {
        if segment.live() < smaller * STEP {
            joins = at + 1;
        }
        smaller += segment.live();
    }
    joins
}
