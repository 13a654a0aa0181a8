//! How long deliveries took, kept per batch as a sparse histogram so that a report never counts rows.

use std::collections::BTreeMap;

/// Each bucket is 2 % wider than the one before: a percentile is right within 2 %.
const GROWTH: f64 = 1.02;

/// Counts of durations in milliseconds, by exponential buckets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Latencies {
    buckets: BTreeMap<u32, u64>,
}

impl Latencies {
    /// Counts one duration.
    pub fn record(&mut self, duration_ms: i64) {
        let index = (duration_ms.max(1) as f64).log(GROWTH).ceil() as u32;
        *self.buckets.entry(index).or_default() += 1;
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Latencies) {
        for (&index, &count) in &other.buckets {
            *self.buckets.entry(index).or_default() += count;
        }
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.buckets.values().sum()
    }

    /// The duration in milliseconds that the given share (0 to 1) of those counted did not exceed (nearest rank).
    pub fn percentile_ms(&self, share: f64) -> Option<f64> {
        let rank = ((self.count() as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (&index, &count) in &self.buckets {
            seen += count;
            if seen >= rank {
                return Some((GROWTH.powi(index as i32) * 10.0).round() / 10.0);
            }
        }
        None
    }

    /// The stored form: `bucket:count` joined by commas.
    pub(crate) fn to_text(&self) -> String {
        self.buckets
            .iter()
            .map(|(index, count)| format!("{index}:{count}"))
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Reads the stored form; what cannot be read counts as nothing, for this is statistics, not truth.
    pub(crate) fn from_text(text: &str) -> Latencies {
        let pair = |part: &str| {
            let (index, count) = part.split_once(':')?;
            Some((index.parse().ok()?, count.parse().ok()?))
        };
        Latencies {
            buckets: text.split(',').filter_map(pair).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_within_two_per_cent() {
        let mut latencies = Latencies::default();
        (1..=1000).for_each(|ms| latencies.record(ms));

        for (share, exact) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0)] {
            let got = latencies.percentile_ms(share).unwrap();
            assert!(
                (got / exact - 1.0).abs() <= 0.021,
                "{share}: {got} instead of {exact}"
            );
        }
        assert_eq!(Latencies::from_text(&latencies.to_text()), latencies);
        assert_eq!(Latencies::default().percentile_ms(0.5), None);
    }
}
