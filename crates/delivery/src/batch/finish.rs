//! The end of a batch: one line in the log, and what is left of it given back.

use super::Work;
use crate::recorder::Tally;
use std::sync::atomic::Ordering;
use std::time::Instant;
use store::Result;
use tracing::{error, info};

/// How long a batch of which something is halted is left alone, unless the halt is lifted.
const HALTED_MS: i64 = 3000;

/// How a batch ended.
#[derive(Debug, Clone, Copy)]
enum End {
    Done,
    /// The process stops, or the lease was lost.
    Unfinished,
    /// An operator halted some of it.
    Halted,
}

impl End {
    fn of(work: &Work, left: usize, put_back: usize) -> End {
        match left {
            0 => End::Done,
            _ if put_back > 0 || work.is_halted() => End::Halted,
            _ => End::Unfinished,
        }
    }

    fn name(self) -> &'static str {
        match self {
            End::Done => "done",
            End::Unfinished => "unfinished",
            End::Halted => "halted",
        }
    }
}

/// One line a batch at info; gives the rest of an unfinished batch back.
pub(super) async fn finish(work: &Work, tally: Tally, unsent: usize, begun: Instant) {
    let Work { inner, batch, .. } = work;
    let put_back = work.put_back.load(Ordering::Relaxed);
    let left = unsent + put_back;
    let end = End::of(work, left, put_back);
    let release = work
        .story
        .as_ref()
        .map_or("", |story| story.row.public_id.as_str());
    let duration_ms = begun.elapsed().as_millis() as u64;
    inner.batches.fetch_add(1, Ordering::Relaxed);
    let Tally {
        delivered,
        retried,
        dead,
        withheld,
        gathered,
    } = tally;
    let outcome = end.name();
    info!(worker = inner.settings.name, release, batch = batch.id, channel = %batch.channel, lane = %batch.lane, round = batch.round,
        outcome, delivered, retried, dead, withheld, gathered, left, duration_ms, request_id = batch.request_id,
        "batch {} with {} outcomes: {delivered} delivered, {retried} to retry, {dead} dead, {withheld} withheld in {duration_ms} ms",
        batch.id, tally.all());
    if let Err(error) = give_back(work, end).await {
        error!(%error, batch = batch.id, "batch {} could not be given back: its lease runs out: {error}", batch.id);
    }
}

async fn give_back(work: &Work, end: End) -> Result<()> {
    let (inner, id) = (&work.inner, work.batch.id);
    match end {
        End::Done => Ok(()),
        End::Unfinished => inner.store.release_lease(id, &work.owner).await,
        End::Halted => {
            let again_ms = inner.clock.now_ms() + HALTED_MS;
            let give_back = inner.store.give_back_halted(id, &work.owner, again_ms);
            give_back.await
        }
    }
}
