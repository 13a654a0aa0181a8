//! Sets of small numbers, one bit each: the terms of a release, the slots that were found.

/// A set of numbers. What lies beyond its size is not in it.
#[derive(Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Makes room for numbers below `len`.
    pub(super) fn grow(&mut self, len: usize) {
        let words = len.div_ceil(64);
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
    }

    /// Whether a number is in it.
    #[inline]
    pub(super) fn has(&self, n: u32) -> bool {
        self.0
            .get(n as usize / 64)
            .is_some_and(|word| word >> (n % 64) & 1 == 1)
    }

    /// Puts a number in; whether it was not in before. There must be room for it.
    #[inline]
    pub(super) fn insert(&mut self, n: u32) -> bool {
        let word = &mut self.0[n as usize / 64];
        let bit = 1 << (n % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Takes out these numbers and, for speed, whatever shares a word with them: for emptying a set by its members.
    pub(super) fn clear_all_of(&mut self, members: &[u32]) {
        for n in members {
            self.0[*n as usize / 64] = 0;
        }
    }
}
