//! Which terms a segment has entries for, and where: a bit a term, with ranks, so that a term without entries costs one
//! look at a set small enough for the processor's cache, and one with entries two more.

/// Terms to places.
#[derive(Debug, Default)]
pub(super) struct Directory {
    bits: Box<[u64]>,
    /// Bits set before each word.
    ranks: Box<[u32]>,
    /// Where the entries of each term begin, and where the last end.
    starts: Box<[u32]>,
}

impl Directory {
    /// From the terms with entries, ascending, and where the entries of each begin; `end` is where the last ones end.
    pub(super) fn new(terms: &[u32], mut starts: Vec<u32>, end: u32) -> Directory {
        let words = terms.last().map_or(0, |&last| last as usize / 64 + 1);
        let mut bits = vec![0_u64; words];
        for term in terms {
            bits[*term as usize / 64] |= 1 << (term % 64);
        }
        let mut before = 0;
        let rank = |word: &u64| {
            let rank = before;
            before += word.count_ones();
            rank
        };
        let ranks = bits.iter().map(rank).collect();
        starts.push(end);
        Directory {
            ranks,
            bits: bits.into(),
            starts: starts.into(),
        }
    }

    /// Where the entries of a term lie.
    #[inline]
    pub(super) fn range(&self, term: u32) -> Option<std::ops::Range<usize>> {
        let word = *self.bits.get(term as usize / 64)?;
        let bit = 1 << (term % 64);
        if word & bit == 0 {
            return None;
        }
        let rank = self.ranks[term as usize / 64] + (word & (bit - 1)).count_ones();
        let at = rank as usize;
        Some(self.starts[at] as usize..self.starts[at + 1] as usize)
    }

    /// The terms with entries, ascending.
    pub(super) fn terms(&self) -> Vec<u32> {
        let mut terms = Vec::with_capacity(self.starts.len());
        for (at, &word) in (0..).zip(&self.bits) {
            let mut left = word;
            while left != 0 {
                terms.push(at * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
        terms
    }

    /// Where entries begin, and where the last end: for the snapshot.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Bytes of memory taken.
    pub(super) fn bytes(&self) -> usize {
        self.bits.len() * 12 + self.starts.len() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_term_has_the_range_it_was_given() {
        let terms = [0, 63, 64, 200];
        let directory = Directory::new(&terms, vec![0, 5, 7, 8], 10);

        let ranges = terms.map(|term| directory.range(term).unwrap());
        assert_eq!(ranges, [0..5, 5..7, 7..8, 8..10]);
        assert_eq!(directory.range(1), None);
        assert_eq!(directory.range(100_000), None);
        assert_eq!(directory.terms(), terms);
        assert_eq!(Directory::new(&[], Vec::new(), 0).range(0), None);
    }
}
