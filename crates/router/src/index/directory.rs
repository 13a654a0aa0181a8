//! Which terms a segment has entries for, and where: a bit a term, with ranks, so that a term without entries costs one
//! look at a set small enough for the processor's cache, and one with entries two more.

/// 64 terms: which of them have entries, and how many before them have.
#[derive(Debug, Clone, Copy)]
struct Block {
    bits: u64,
    rank: u32,
}

/// Terms to places.
#[derive(Debug, Default)]
pub(super) struct Directory {
    blocks: Box<[Block]>,
    /// Where the entries of each term begin, and where the last end.
    starts: Box<[u32]>,
}

impl Directory {
    /// From the terms with entries, ascending, and where the entries of each begin; `end` is where the last ones end.
    pub(super) fn new(terms: &[u32], mut starts: Vec<u32>, end: u32) -> Directory {
        let empty = Block { bits: 0, rank: 0 };
        let mut blocks = vec![empty; terms.last().map_or(0, |&last| last as usize / 64 + 1)];
        for term in terms {
            blocks[*term as usize / 64].bits |= 1 << (term % 64);
        }
        let mut before = 0;
        for block in &mut blocks {
            block.rank = before;
            before += block.bits.count_ones();
        }
        starts.push(end);
        Directory {
            blocks: blocks.into(),
            starts: starts.into(),
        }
    }

    /// Where the entries of a term lie.
    #[inline]
    pub(super) fn range(&self, term: u32) -> Option<std::ops::Range<usize>> {
        let block = self.blocks.get(term as usize / 64)?;
        let bit = 1 << (term % 64);
        if block.bits & bit == 0 {
            return None;
        }
        let at = (block.rank + (block.bits & (bit - 1)).count_ones()) as usize;
        Some(self.starts[at] as usize..self.starts[at + 1] as usize)
    }

    /// The terms with entries, ascending.
    pub(super) fn terms(&self) -> Vec<u32> {
        let mut terms = Vec::with_capacity(self.starts.len());
        for (at, block) in (0..).zip(&self.blocks) {
            let mut left = block.bits;
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
        size_of_val(&*self.blocks) + self.starts.len() * 4
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
