//! Times, and which of them a share does not exceed.

use std::time::Duration;

/// Times, ascending.
#[derive(Debug)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// One or more.
    pub(crate) fn new(mut times: Vec<Duration>) -> Times {
        times.sort_unstable();
        Times(times)
    }

    /// The time that a share of them does not exceed, by the nearest rank, in milliseconds.
    pub(crate) fn ms(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0[rank.saturating_sub(1)].as_secs_f64() * 1e3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let times = Times::new((1..=100).rev().map(Duration::from_millis).collect());

        assert_eq!(
            (times.ms(0.0), times.ms(0.99), times.ms(1.0)),
            (1.0, 99.0, 100.0)
        );
    }
}
