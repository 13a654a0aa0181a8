//! All live filters in memory, found by what a release has, near the store by the number of the last change seen.
//!
//! ```text
//! release --> terms --> leaves --> [ segment | segment | frozen delta | delta ] --> slots --> endpoints
//!               |          |            each: term -> runs by guard -> entries      rows
//!          dictionary   evaluator
//! ```
//!
//! Every filter is found by one or a few of its terms, the rarest that must be there (`access`), and what is left of it is
//! tested there and then (`code`). The release is expanded, never the filter (`terms`). What terms cannot decide, such as
//! words in a row, is asked of `release::matching` once a release, and then is a term as any other (`leaves`).
//!
//! One writer at a time appends what changes (`writer`, `delta`); a thread merges it into sealed segments (`merging`);
//! readers look at one moment of it all and never wait (`snapshot`). Nothing here is the truth: a crash loses all of it, and
//! the next start reads it from the store, or most of it from a file that is only a cache (`file`).

mod access;
mod bits;
mod code;
mod compile;
mod cost;
mod deaths;
mod delta;
mod dictionary;
mod directory;
mod file;
mod frequencies;
mod hash;
mod leaves;
mod matches;
mod merging;
mod reach;
mod rows;
mod runs;
mod search;
mod segment;
mod snapshot;
mod terms;
mod words;
mod writer;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

pub use cost::BROAD;
pub use file::CacheError;
pub use matches::{Match, Matches};
pub use reach::Reach;
pub use search::{Hits, Scratch};
pub use writer::Sums;

use arc_swap::ArcSwap;
use delta::{Delta, Room};
use dictionary::Dictionary;
use frequencies::Frequencies;
use hash::HashKey;
use leaves::Leaves;
use release::subject::Subject;
use rows::{Profile, Topics};
use search::View;
use snapshot::{Part, Snapshot};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use store::FilterRow;
use terms::Kind;
use words::Shelf;
use writer::Writer;

/// The number of the term that every release has.
const EVERYTHING: u32 = 0;

/// All live filters. Cheap to clone; clones are one and the same.
#[derive(Debug, Clone)]
pub struct Index(Arc<Shared>);

/// What readers, the writer and merges share.
#[derive(Debug)]
struct Shared {
    dictionary: Dictionary,
    leaves: Leaves,
    frequencies: Frequencies,
    profiles: Shelf<Profile>,
    topics: Shelf<Topics>,
    snapshot: ArcSwap<Snapshot>,
    /// The number of the last change that is in here.
    change: AtomicI64,
    writer: Mutex<Writer>,
    /// Held by whoever merges.
    turn: Mutex<()>,
    /// Whether a thread merges.
    merging: AtomicBool,
    options: Options,
}

/// How the index is cut into parts.
#[derive(Debug, Clone, Copy)]
struct Options {
    /// What a delta holds.
    room: Room,
    /// More rows at once become a segment of their own.
    bulk: usize,
    /// Whether merges begin by themselves.
    merges: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            room: Room {
                slots: 8 << 10,
                words: 256 << 10,
            },
            bulk: 4 << 10,
            merges: true,
        }
    }
}

/// What an index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Subscriptions that match.
    pub live: usize,
    /// Filters taken since the start that are found by terms of more than a quarter of all releases.
    pub broad: u64,
    /// Terms that filters name.
    pub terms: usize,
    /// Segments and deltas.
    pub parts: usize,
    /// Bytes of memory taken by all of it, by the structure's own account.
    pub bytes: usize,
}

impl Default for Index {
    fn default() -> Index {
        Index::with(Options::default())
    }
}

impl Index {
    fn with(options: Options) -> Index {
        Index::with_key(HashKey::random(), options)
    }

    fn with_key(key: HashKey, options: Options) -> Index {
        let dictionary = Dictionary::new(key, 1 << 12);
        dictionary.intern(Kind::Everything, "");
        let delta = Part::Delta(Arc::new(Delta::new(options.room)));
        Index(Arc::new(Shared {
            dictionary,
            leaves: Leaves::new(),
            frequencies: Frequencies::new(key),
            profiles: Shelf::new(),
            topics: Shelf::new(),
            snapshot: ArcSwap::from_pointee(Snapshot::new(vec![delta], 0)),
            change: AtomicI64::new(0),
            writer: Mutex::default(),
            turn: Mutex::new(()),
            merging: AtomicBool::new(false),
            options,
        }))
    }

    /// The number of the last change that is in here.
    pub fn change(&self) -> i64 {
        self.0.change.load(Ordering::Acquire)
    }

    /// Takes over changed subscriptions, in the order of their changes; what was taken over before is passed over. When it
    /// returns, every later search sees all of it, and an earlier one saw nothing of it.
    pub fn apply(&self, rows: Vec<FilterRow>) {
        writer::apply(&self.0, rows);
        if self.0.options.merges {
            merging::begin(&self.0);
        }
    }

    /// Counts the terms of a release that was routed: what is frequent is not what filters are found by.
    pub fn observe(&self, subject: &Subject) {
        let prefixes = self.0.dictionary.prefixes();
        self.0.frequencies.observe(subject, prefixes);
    }

    /// Searches for a release now; gives the keys of the subscriptions whose filters hold, each once, in no order.
    pub fn search<T>(
        &self,
        subject: &Subject,
        scratch: &mut Scratch,
        take: impl FnOnce(Hits<'_>) -> T,
    ) -> T {
        let view = View::now(&self.0);
        take(view.search(subject, scratch))
    }

    /// Merges until there is nothing to merge, on the caller's thread.
    pub fn settle(&self) {
        while merging::merge_once(&self.0) {}
    }

    /// Sums over all that is alive, to be held against the store's.
    pub fn sums(&self) -> Sums {
        self.0.writer().sums
    }

    /// How many filters were taken since the start that terms of more than a quarter of all releases find.
    pub fn broad(&self) -> u64 {
        self.0.writer().broad
    }

    /// What it holds.
    pub fn size(&self) -> Size {
        let shared = &self.0;
        let snapshot = shared.snapshot.load();
        let parts: usize = snapshot.parts.iter().map(Part::bytes).sum();
        let once = shared.dictionary.bytes()
            + shared.leaves.bytes()
            + shared.profiles.bytes()
            + shared.topics.bytes()
            + 2 * frequencies::CELLS * 4;
        let writer = shared.writer();
        Size {
            live: writer.sums.live,
            broad: writer.broad,
            terms: shared.dictionary.len() as usize,
            parts: snapshot.parts.len(),
            bytes: parts + once,
        }
    }
}

impl Shared {
    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().expect("no writer panics")
    }
}
