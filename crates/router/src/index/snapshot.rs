//! A moment of the index: its parts, and up to which epoch of them it goes.
//!
//! Readers load it without a lock. As long as it is the newest, the writer goes on in it: what is born or dies gets the
//! next epoch, and storing that epoch publishes all of a batch at once. When the parts change (a delta was frozen, a merge
//! is done) another moment takes its place, with an epoch of its own from there on; so whoever still reads this one sees
//! it as it was at the end, whatever dies in the parts they share.

use super::delta::Delta;
use super::rows::Row;
use super::segment::Segment;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A part of the index.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Sealed.
    Segment(Arc<Segment>),
    /// Appended to, or frozen and about to be sealed.
    Delta(Arc<Delta>),
}

/// A moment of the index.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// The last one is the delta that is appended to.
    pub(super) parts: Vec<Part>,
    epoch: AtomicU64,
}

impl Snapshot {
    /// These parts, as they are at an epoch.
    pub(super) fn new(parts: Vec<Part>, epoch: u64) -> Snapshot {
        Snapshot {
            parts,
            epoch: AtomicU64::new(epoch),
        }
    }

    /// The newest epoch.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Publishes all that has been done for an epoch.
    pub(super) fn publish(&self, epoch: u64) {
        self.epoch.store(epoch, Ordering::Release);
    }

    /// The delta that is appended to.
    pub(super) fn delta(&self) -> &Arc<Delta> {
        match self.parts.last() {
            Some(Part::Delta(delta)) => delta,
            _ => unreachable!("a snapshot ends with its delta"),
        }
    }
}

impl Part {
    /// How many slots it may have.
    pub(super) fn slots(&self) -> usize {
        match self {
            Part::Segment(segment) => segment.rows.len(),
            Part::Delta(delta) => delta.slots(),
        }
    }

    /// Whether a slot is alive at an epoch.
    #[inline]
    pub(super) fn alive(&self, slot: u32, epoch: u64) -> bool {
        match self {
            Part::Segment(segment) => segment.deaths.alive(slot, epoch),
            Part::Delta(delta) => delta.deaths.alive(slot, epoch),
        }
    }

    /// The key of a slot's subscription.
    #[inline]
    pub(super) fn id(&self, slot: u32) -> i64 {
        match self {
            Part::Segment(segment) => segment.rows.ids.get(slot),
            Part::Delta(delta) => delta.row(slot).id,
        }
    }

    /// The row of a slot.
    pub(super) fn row(&self, slot: u32) -> Row {
        match self {
            Part::Segment(segment) => segment.rows.get(slot),
            Part::Delta(delta) => delta.row(slot),
        }
    }

    /// Marks a subscription as dead from an epoch on and gives what it was, if it is alive in here; for the writer, whose
    /// epoch is the newest.
    pub(super) fn kill(&self, id: i64, epoch: u64) -> Option<Row> {
        let slot = match self {
            Part::Segment(segment) => {
                let slot = segment.rows.find(id)?;
                if !segment.deaths.alive(slot, epoch) {
                    return None;
                }
                segment.deaths.mark(slot, epoch);
                slot
            }
            Part::Delta(delta) => {
                let slot = delta.find(id)?;
                delta.kill(id, slot, epoch);
                slot
            }
        };
        Some(self.row(slot))
    }

    /// Bytes of memory taken.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Part::Segment(segment) => segment.bytes(),
            Part::Delta(delta) => delta.bytes(),
        }
    }

    /// Whether both are one and the same.
    pub(super) fn is(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Segment(a), Part::Segment(b)) => Arc::ptr_eq(a, b),
            (Part::Delta(a), Part::Delta(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}
