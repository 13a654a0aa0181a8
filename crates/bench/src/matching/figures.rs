//! Figures of matching: one JSON line each, with what was wanted of it where something was.

use crate::times::Times;
use serde::Serialize;

/// Whose figures they are.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    pub(super) workload: String,
    pub(super) n: usize,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    bench: &'static str,
    workload: &'a str,
    n: usize,
    figure: &'a str,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<f64>,
}

impl Lines {
    /// A figure.
    pub(super) fn say(&self, figure: &str, value: f64) {
        self.print(figure, value, None);
    }

    /// A figure, and what was wanted of it.
    pub(super) fn say_wanted(&self, figure: &str, value: f64, wanted: f64) {
        self.print(figure, value, Some(wanted));
    }

    /// The middle, the 99th percentile and the greatest of some times.
    pub(super) fn say_times(&self, what: &str, times: &Times, wanted: Option<(f64, f64)>) {
        self.print(&format!("{what}p50_ms"), times.ms(0.5), wanted.map(|w| w.0));
        self.print(
            &format!("{what}p99_ms"),
            times.ms(0.99),
            wanted.map(|w| w.1),
        );
        self.print(&format!("{what}max_ms"), times.ms(1.0), None);
    }

    fn print(&self, figure: &str, value: f64, wanted: Option<f64>) {
        let line = Line {
            bench: "match",
            workload: &self.workload,
            n: self.n,
            figure,
            value: (value * 10_000.0).round() / 10_000.0,
            wanted,
        };
        let text = serde_json::to_string(&line).expect("numbers and texts have a JSON form");
        println!("{text}");
    }
}
