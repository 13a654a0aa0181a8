//! Lines and columns of a text.

/// A text, and where its lines begin.
pub(super) struct Lines<'a> {
    pub(super) source: &'a str,
    starts: Vec<usize>,
}

/// A place in a text, as people count: both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn of(source: &'a str) -> Lines<'a> {
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
        Lines {
            source,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The place of a byte.
    pub(super) fn place(&self, at: usize) -> Place {
        let line = self.starts.partition_point(|&start| start <= at);
        let start = self.starts[line - 1];
        let before = self.source[start..at].trim_start_matches('\u{feff}');
        Place {
            line,
            column: before.chars().count() + 1,
        }
    }

    /// The bytes of the line that a byte stands in, without its end.
    pub(super) fn line(&self, at: usize) -> std::ops::Range<usize> {
        let start = self.starts[self.starts.partition_point(|&start| start <= at) - 1];
        let end = self.source[start..]
            .find('\n')
            .map_or(self.source.len(), |length| start + length);
        start..start + self.source[start..end].trim_end_matches('\r').len()
    }
}
