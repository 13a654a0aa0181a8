//! One figure: a JSON line on standard output.

use crate::pair::Engine;
use crate::planning::Planning;
use crate::usage::Usage;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// What one bench found.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    bench: &'static str,
    engine: Engine,
    n: usize,
    per_second: f64,
    limit_per_second: f64,
    ratio: f64,
    #[serde(flatten)]
    planning: Option<Planning>,
    lost: usize,
    doubled: usize,
    cpu_s_per_1000: f64,
    /// By the roles of a process.
    peak_rss_mib: BTreeMap<&'static str, f64>,
}

/// The wire's round.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) engine: Engine,
    pub(crate) n: usize,
    pub(crate) elapsed: Duration,
    pub(crate) usage: BTreeMap<&'static str, Usage>,
    pub(crate) planning: Option<Planning>,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
}

impl Figure {
    /// Sets the wire's round against the limit's.
    pub(crate) fn new(bench: &'static str, round: Round, limit_per_second: f64) -> Figure {
        let per_second = per_second(round.n, round.elapsed);
        let cpu_s: f64 = round.usage.values().map(|usage| usage.cpu_s).sum();
        let peaks = round.usage.iter();
        Figure {
            bench,
            engine: round.engine,
            n: round.n,
            per_second: rounded(per_second, 1),
            limit_per_second: rounded(limit_per_second, 1),
            ratio: rounded(per_second / limit_per_second, 3),
            planning: round.planning,
            lost: round.lost,
            doubled: round.doubled,
            cpu_s_per_1000: rounded(cpu_s * 1000.0 / round.n as f64, 4),
            peak_rss_mib: peaks
                .map(|(roles, usage)| (*roles, rounded(usage.peak_rss_mib, 1)))
                .collect(),
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

pub(crate) fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figure_is_one_line_with_the_promised_keys() {
        let usage = Usage {
            cpu_s: 0.5,
            peak_rss_mib: 64.04,
        };
        let round = Round {
            engine: Engine::Embedded,
            n: 2_000,
            elapsed: Duration::from_millis(300),
            usage: BTreeMap::from([("all", usage)]),
            planning: Some(Planning {
                plan_per_second: 60_000.0,
                plan_ratio: 0.5,
                publish_ratio: None,
            }),
            lost: 0,
            doubled: 1,
        };

        let figure = Figure::new("pipeline", round, 20_000.0);

        assert_eq!(
            serde_json::to_string(&figure).unwrap(),
            r#"{"bench":"pipeline","engine":"embedded","n":2000,"per_second":6666.7,"limit_per_second":20000.0,"ratio":0.333,"plan_per_second":60000.0,"plan_ratio":0.5,"lost":0,"doubled":1,"cpu_s_per_1000":0.25,"peak_rss_mib":{"all":64.0}}"#
        );
        assert!(!figure.is_clean());
    }
}
