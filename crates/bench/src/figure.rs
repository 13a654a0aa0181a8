//! One figure: a JSON line on standard output.

use crate::usage::Usage;
use serde::Serialize;
use std::time::Duration;

/// What one bench found.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    bench: &'static str,
    n: usize,
    per_second: f64,
    limit_per_second: f64,
    ratio: f64,
    lost: usize,
    doubled: usize,
    cpu_s_per_1000: f64,
    peak_rss_mib: f64,
}

/// The engine's round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) n: usize,
    pub(crate) elapsed: Duration,
    pub(crate) usage: Usage,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
}

impl Figure {
    /// Sets the engine's round against the limit's.
    pub(crate) fn new(bench: &'static str, round: Round, limit_per_second: f64) -> Figure {
        let per_second = per_second(round.n, round.elapsed);
        Figure {
            bench,
            n: round.n,
            per_second: rounded(per_second, 1),
            limit_per_second: rounded(limit_per_second, 1),
            ratio: rounded(per_second / limit_per_second, 3),
            lost: round.lost,
            doubled: round.doubled,
            cpu_s_per_1000: rounded(round.usage.cpu_s * 1000.0 / round.n as f64, 4),
            peak_rss_mib: rounded(round.usage.peak_rss_mib, 1),
        }
    }

    /// Whether nothing was lost or doubled.
    pub(crate) fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0
    }
}

/// How many a second.
pub(crate) fn per_second(n: usize, elapsed: Duration) -> f64 {
    n as f64 / elapsed.as_secs_f64()
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figure_is_one_line_with_the_promised_keys() {
        let round = Round {
            n: 2_000,
            elapsed: Duration::from_millis(300),
            usage: Usage {
                cpu_s: 0.5,
                peak_rss_mib: 64.04,
            },
            lost: 0,
            doubled: 1,
        };

        let figure = Figure::new("webhook", round, 20_000.0);

        assert_eq!(
            serde_json::to_string(&figure).unwrap(),
            r#"{"bench":"webhook","n":2000,"per_second":6666.7,"limit_per_second":20000.0,"ratio":0.333,"lost":0,"doubled":1,"cpu_s_per_1000":0.25,"peak_rss_mib":64.0}"#
        );
        assert!(!figure.is_clean());
    }
}
