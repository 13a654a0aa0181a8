//! Storage that one writer appends to while any number of readers look, without locks.
//!
//! A [`Pool`] holds words of 32 bits, a [`Shelf`] holds values. Both grow by chunks that never move, so what a reader was
//! given a place in stays there. Nothing is ever taken back: what is appended must be worth keeping as long as the index.
//! The writer stores words in any order; readers see them because the place of a record reaches them through a store
//! that releases (the head of a chain, an entry of a table, the epoch) after the words were written.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Words in a chunk of a pool: 256 KiB.
const CHUNK_WORDS: usize = 1 << 16;
/// Chunks of a pool: 1 GiB of words.
const CHUNKS: usize = 1 << 12;
/// Values in a chunk of a shelf.
const SHELF_CHUNK: usize = 1 << 10;
/// Chunks of a shelf: four million values.
const SHELF_CHUNKS: usize = 1 << 12;

/// Words of 32 bits, appended by one writer.
#[derive(Debug)]
pub(super) struct Pool {
    chunks: Box<[OnceLock<Box<[AtomicU32]>>]>,
}

impl Pool {
    /// An empty pool; it takes memory as it grows.
    pub(super) fn new() -> Pool {
        Pool {
            chunks: (0..CHUNKS).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The `len` words at `at`; none where nothing was appended.
    pub(super) fn record(&self, at: u32, len: usize) -> &[AtomicU32] {
        let (chunk, from) = (at as usize / CHUNK_WORDS, at as usize % CHUNK_WORDS);
        self.chunks[chunk]
            .get()
            .and_then(|words| words.get(from..from + len))
            .unwrap_or(&[])
    }

    /// Appends a record of up to a chunk at `next` or, where it would cross the end of a chunk, behind that. Gives where
    /// it stands and where the next one may begin; nothing when the pool is full.
    pub(super) fn append(&self, next: u32, words: &[u32]) -> Option<(u32, u32)> {
        let mut at = next as usize;
        if words.len() > CHUNK_WORDS - at % CHUNK_WORDS {
            at = at.next_multiple_of(CHUNK_WORDS);
        }
        let (chunk, from) = (at / CHUNK_WORDS, at % CHUNK_WORDS);
        if chunk >= CHUNKS || words.len() > CHUNK_WORDS {
            return None;
        }
        let stored = self.chunks[chunk].get_or_init(|| zeroed(CHUNK_WORDS));
        for (slot, word) in stored[from..].iter().zip(words) {
            slot.store(*word, Ordering::Relaxed);
        }
        Some((at as u32, (at + words.len()) as u32))
    }

    /// Bytes of memory taken.
    pub(super) fn bytes(&self) -> usize {
        let taken = self.chunks.iter().filter(|chunk| chunk.get().is_some());
        taken.count() * CHUNK_WORDS * 4 + size_of_val(&*self.chunks)
    }
}

/// That many words of nought, to be stored into through shared references.
pub(super) fn zeroed(len: usize) -> Box<[AtomicU32]> {
    (0..len).map(|_| AtomicU32::new(0)).collect()
}

/// Values, numbered from nought, appended by one writer.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    chunks: Box<[OnceLock<Chunk<T>>]>,
}

type Chunk<T> = Box<[OnceLock<T>]>;

impl<T> Shelf<T> {
    /// An empty shelf.
    pub(super) fn new() -> Shelf<T> {
        Shelf {
            chunks: (0..SHELF_CHUNKS).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The value of that number, if there is one yet.
    pub(super) fn get(&self, at: u32) -> Option<&T> {
        let chunk = self.chunks.get(at as usize / SHELF_CHUNK)?.get()?;
        chunk[at as usize % SHELF_CHUNK].get()
    }

    /// Puts the value of a number that has none yet; false when the shelf is full.
    pub(super) fn put(&self, at: u32, value: T) -> bool {
        let Some(chunk) = self.chunks.get(at as usize / SHELF_CHUNK) else {
            return false;
        };
        let chunk = chunk.get_or_init(|| (0..SHELF_CHUNK).map(|_| OnceLock::new()).collect());
        chunk[at as usize % SHELF_CHUNK].set(value).is_ok()
    }

    /// Whether a number is not beyond its end.
    pub(super) fn has_room(&self, at: u32) -> bool {
        (at as usize) < SHELF_CHUNKS * SHELF_CHUNK
    }

    /// The values that there are of numbers below `len`.
    pub(super) fn all(&self, len: u32) -> impl Iterator<Item = &T> {
        (0..len).filter_map(|at| self.get(at))
    }

    /// All values, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        (0..).map_while(|at| self.get(at))
    }

    /// Bytes of memory taken, without what the values point at.
    pub(super) fn bytes(&self) -> usize {
        let taken = self.chunks.iter().filter(|chunk| chunk.get().is_some());
        taken.count() * SHELF_CHUNK * size_of::<OnceLock<T>>() + size_of_val(&*self.chunks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_never_cross_the_end_of_a_chunk() {
        let pool = Pool::new();
        let (mut next, mut places) = (0, Vec::new());
        for n in 0..3_000_u32 {
            let record = vec![n; 50];
            let (at, after) = pool.append(next, &record).unwrap();
            places.push(at);
            next = after;
        }

        for (n, at) in (0..).zip(places) {
            let record = pool.record(at, 50);
            assert_eq!(record.len(), 50);
            assert!(record.iter().all(|word| word.load(Ordering::Relaxed) == n));
        }
        assert!(pool.append(u32::MAX, &[1]).is_none(), "a full pool says so");
    }

    #[test]
    fn a_number_of_a_shelf_keeps_its_first_value() {
        let shelf = Shelf::new();

        assert!(shelf.put(0, "a") && shelf.put(1, "b"));
        assert!(!shelf.put(1, "c"));
        assert_eq!(shelf.iter().collect::<Vec<_>>(), [&"a", &"b"]);
        assert_eq!(shelf.get(2), None);
    }
}
