//! Tombstones: which slots of a part have died, and when, for readers of different moments.
//!
//! A reader looks at one moment, an epoch. A slot that died later is alive to it. The bit says that a slot has died at
//! some time, and only then is the epoch looked up, which is kept by blocks that exist once a slot in them has died.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Slots of a block of epochs.
const BLOCK: usize = 512;

/// The deaths of a part.
#[derive(Debug)]
pub(super) struct Deaths {
    bits: Box<[AtomicU64]>,
    epochs: Box<[OnceLock<Box<[AtomicU64]>>]>,
    count: AtomicU32,
}

impl Deaths {
    /// Of `slots` slots, none dead.
    pub(super) fn new(slots: usize) -> Deaths {
        Deaths {
            bits: (0..slots.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
            epochs: (0..slots.div_ceil(BLOCK))
                .map(|_| OnceLock::new())
                .collect(),
            count: AtomicU32::new(0),
        }
    }

    /// Marks a slot as dead from an epoch on. For the one writer, before it publishes the epoch.
    pub(super) fn mark(&self, slot: u32, epoch: u64) {
        let slot = slot as usize;
        let block = self.epochs[slot / BLOCK]
            .get_or_init(|| (0..BLOCK).map(|_| AtomicU64::new(0)).collect());
        block[slot % BLOCK].store(epoch, Ordering::Relaxed);
        // Whoever sees the bit sees the epoch.
        self.bits[slot / 64].fetch_or(1 << (slot % 64), Ordering::Release);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether a slot is alive at an epoch.
    #[inline]
    pub(super) fn alive(&self, slot: u32, epoch: u64) -> bool {
        let slot = slot as usize;
        let dead = self.bits[slot / 64].load(Ordering::Acquire) >> (slot % 64) & 1 == 1;
        !dead || self.died_after(slot, epoch)
    }

    fn died_after(&self, slot: usize, epoch: u64) -> bool {
        let block = self.epochs[slot / BLOCK].get();
        block.is_some_and(|block| block[slot % BLOCK].load(Ordering::Relaxed) > epoch)
    }

    /// How many have died.
    pub(super) fn count(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }

    /// Bytes of memory taken.
    pub(super) fn bytes(&self) -> usize {
        let blocks = self.epochs.iter().filter(|block| block.get().is_some());
        self.bits.len() * 8 + size_of_val(&*self.epochs) + blocks.count() * BLOCK * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_alive_to_readers_of_before_its_death() {
        let deaths = Deaths::new(1000);
        deaths.mark(700, 5);

        assert!(deaths.alive(700, 4));
        assert!(!deaths.alive(700, 5) && !deaths.alive(700, 6));
        assert!(deaths.alive(701, 6) && deaths.alive(999, 9));
        assert_eq!(deaths.count(), 1);
    }
}
