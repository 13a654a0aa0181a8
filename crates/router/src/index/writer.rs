//! Changing the index: one writer at a time, readers never waiting.
//!
//! A batch of changed subscriptions is marked with the next epoch, wherever it dies or is born, and the epoch published at
//! the end: readers see all of the batch or nothing. Few rows go into the delta, many become a segment at once. A batch
//! that was applied before changes nothing: rows are known by the numbers of their changes, so two readers of the store
//! that bring the same news, in whatever order, do no harm.

use super::access::{self, Compiled};
use super::compile::{Compiler, Full};
use super::delta::Delta;
use super::rows::{Numbered, Profile, Row, Topics};
use super::segment::Builder;
use super::snapshot::{Part, Snapshot};
use super::{BROAD, Shared};
use release::filter::{Filter, FilterError};
use release::frequency::DigestTime;
use release::language::LanguageTag;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use store::FilterRow;
use tracing::error;

/// Rows whose filters are parsed at once: their trees take many times the memory of the index.
const PARSED_AT_ONCE: usize = 16 << 10;

/// What only the writer knows.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) profiles: Numbered<Profile>,
    pub(super) topics: Numbered<Topics>,
    pub(super) sums: Sums,
    /// Filters that more releases wake than [`BROAD`] allows, taken since the start.
    pub(super) broad: u64,
    /// Live subscriptions of the store that cannot be matched.
    pub(super) refused: HashSet<i64>,
    /// Those that died since the merge under way began, if there is one.
    pub(super) died: Option<Vec<i64>>,
}

/// Sums over the subscriptions that are alive. Two indexes with other subscriptions, or others' changes, differ in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// How many there are.
    pub live: usize,
    /// Of their keys, modulo 2^64.
    pub ids: u64,
    /// Of the numbers of their last changes, modulo 2^32.
    pub changes: u32,
}

impl Sums {
    fn add(&mut self, row: &Row) {
        self.live += 1;
        self.ids = self.ids.wrapping_add(row.id as u64);
        self.changes = self.changes.wrapping_add(row.change);
    }

    fn remove(&mut self, row: &Row) {
        self.live -= 1;
        self.ids = self.ids.wrapping_sub(row.id as u64);
        self.changes = self.changes.wrapping_sub(row.change);
    }
}

/// Why a row of the store is not in the index.
#[derive(Debug, thiserror::Error)]
enum RowError {
    #[error(transparent)]
    Filter(#[from] FilterError),
    #[error(transparent)]
    Full(#[from] Full),
    #[error("its endpoint has the key {0}, which does not fit into 32 bits")]
    Endpoint(i64),
}

/// A batch being applied.
struct Batch<'a> {
    shared: &'a Shared,
    writer: &'a mut Writer,
    snapshot: Arc<Snapshot>,
    /// Whether that is one which nobody else has yet.
    replaced: bool,
    epoch: u64,
}

/// Takes over changed subscriptions, in the order of their changes.
pub(super) fn apply(shared: &Shared, rows: Vec<FilterRow>) {
    let mut guard = shared.writer();
    let writer = &mut *guard;
    let known = shared.change.load(Ordering::Relaxed);
    let rows: Vec<FilterRow> = rows.into_iter().filter(|row| row.change > known).collect();
    let Some(newest) = rows.iter().map(|row| row.change).max() else {
        return;
    };
    let snapshot = shared.snapshot.load_full();
    let epoch = snapshot.epoch() + 1;
    let many = rows.len() > shared.options.bulk;
    let mut batch = Batch {
        shared,
        writer,
        snapshot,
        replaced: false,
        epoch,
    };
    match many {
        true => batch.seal(rows),
        false => rows.iter().for_each(|row| batch.take(row)),
    }
    // Readers of the snapshot from before stay where it was.
    let replaced = batch.replaced;
    let snapshot = batch.snapshot;
    snapshot.publish(epoch);
    if replaced {
        shared.snapshot.store(snapshot);
    }
    shared.change.store(newest, Ordering::Release);
}

impl Batch<'_> {
    /// Takes over one row by way of the delta.
    fn take(&mut self, row: &FilterRow) {
        self.kill(row.id);
        let Some((of, compiled)) = self.compile(row, parse(row)) else {
            return;
        };
        self.writer.sums.add(&of);
        if self.snapshot.delta().add(of, &compiled, self.epoch) {
            return;
        }
        self.freeze();
        if !self.snapshot.delta().add(of, &compiled, self.epoch) {
            let mut builder = Builder::default();
            builder.add(of, &compiled);
            self.join(builder);
        }
    }

    /// Makes a segment of many rows; of those with one key the last counts.
    fn seal(&mut self, rows: Vec<FilterRow>) {
        let ascending = rows.is_sorted_by(|a, b| a.id < b.id);
        let of_keys = rows.iter().filter(|_| !ascending);
        let last: HashMap<i64, usize> = of_keys.map(|row| row.id).zip(0..).collect();
        let mut builder = Builder::default();
        for (block, rows) in (0..).zip(rows.chunks(PARSED_AT_ONCE)) {
            for ((at, row), filter) in (block * PARSED_AT_ONCE..).zip(rows).zip(parse_all(rows)) {
                if !ascending && last[&row.id] != at {
                    continue;
                }
                self.kill(row.id);
                if let Some((row, compiled)) = self.compile(row, filter) {
                    self.writer.sums.add(&row);
                    builder.add(row, &compiled);
                }
            }
        }
        self.join(builder);
    }

    /// Joins what a builder holds to the parts. Nobody sees it before the batch is published.
    fn join(&mut self, builder: Builder) {
        let mut parts = self.snapshot.parts.clone();
        parts.insert(0, Part::Segment(Arc::new(builder.seal())));
        self.replace(parts);
    }

    /// Freezes the delta and begins another.
    fn freeze(&mut self) {
        let mut parts = self.snapshot.parts.clone();
        parts.push(Part::Delta(Arc::new(Delta::new(self.shared.options.room))));
        self.replace(parts);
    }

    fn replace(&mut self, parts: Vec<Part>) {
        self.snapshot = Arc::new(Snapshot::new(parts, self.epoch - 1));
        self.replaced = true;
    }

    fn kill(&mut self, id: i64) {
        self.writer.refused.remove(&id);
        let mut newest_first = self.snapshot.parts.iter().rev();
        if let Some(row) = newest_first.find_map(|part| part.kill(id, self.epoch)) {
            self.writer.sums.remove(&row);
            if let Some(died) = &mut self.writer.died {
                died.push(id);
            }
        }
    }

    /// The row and the entries of a live subscription.
    fn compile(&mut self, row: &FilterRow, filter: Parsed) -> Option<(Row, Compiled)> {
        self.try_compile(row, filter?)
            .inspect_err(|reason| {
                error!(subscription.id = row.id, %reason, "subscription {} cannot be matched: {reason}", row.id);
                self.writer.refused.insert(row.id);
            })
            .ok()
    }

    fn try_compile(
        &mut self,
        row: &FilterRow,
        filter: Result<Filter, FilterError>,
    ) -> Result<(Row, Compiled), RowError> {
        let filter = filter?;
        let compiled = compile(self.shared, &filter)?;
        self.writer.broad += u64::from(compiled.woken > BROAD);
        let row = Row {
            id: row.id,
            endpoint: u32::try_from(row.endpoint_id)
                .map_err(|_| RowError::Endpoint(row.endpoint_id))?,
            profile: self
                .writer
                .profiles
                .number(profile(row), &self.shared.profiles)
                .ok_or(Full)?,
            topics: self
                .writer
                .topics
                .number(topics(&filter), &self.shared.topics)
                .ok_or(Full)?,
            change: row.change as u32,
        };
        Ok((row, compiled))
    }
}

/// The filter of a row, if the row is live.
type Parsed = Option<Result<Filter, FilterError>>;

fn parse(row: &FilterRow) -> Parsed {
    row.live
        .then(|| Filter::parse_stored(&row.filter, row.grammar))
}

/// The filters of many rows, parsed on two threads.
fn parse_all(rows: &[FilterRow]) -> Vec<Parsed> {
    let (first, second) = rows.split_at(rows.len() / 2);
    let all = |rows: &[FilterRow]| rows.iter().map(parse).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| all(second));
        let mut parsed = all(first);
        parsed.extend(other.join().expect("parsing does not panic"));
        parsed
    })
}

/// The entries of a filter. For the one writer.
pub(super) fn compile(shared: &Shared, filter: &Filter) -> Result<Compiled, Full> {
    let mut compiler = Compiler {
        dictionary: &shared.dictionary,
        leaves: &shared.leaves,
        frequencies: &shared.frequencies,
        shares: HashMap::new(),
    };
    let node = compiler.node(filter)?;
    Ok(access::choose(&node, &compiler.shares))
}

fn profile(row: &FilterRow) -> Profile {
    let languages = row.languages.split(' ');
    Profile {
        channel: row.channel,
        languages: languages
            .filter_map(|tag| LanguageTag::parse(tag).ok())
            .collect(),
        frequency: row.frequency,
        digest_at: DigestTime::parse(&row.digest_at).unwrap_or_default(),
    }
}

/// The topics that a filter names, ascending, each once.
fn topics(filter: &Filter) -> Topics {
    let mut topics: Vec<_> = filter.topics().cloned().collect();
    topics.sort_unstable();
    topics.dedup();
    topics.into()
}
