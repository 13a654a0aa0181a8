//! What a filter would have sent over the releases that went out: `dateline filter backtest`, and `dateline subscribe add
//! --backtest`. Nothing is saved.
//!
//! The API answers a long span in pieces; they are added up here, with a line on standard error for each, and no more than
//! [`MOST_RELEASES`] are looked at.

use crate::client::Client;
use crate::table::cut;
use anyhow::{Context, Result};
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::process::ExitCode;

/// What a command looks at, at most.
const MOST_RELEASES: i64 = 100_000;
/// Spans of more days are shown by weeks.
const MOST_LINES: usize = 31;
/// The longest bar, in columns.
const BAR_COLUMNS: i64 = 40;
const HEADLINE_COLUMNS: usize = 60;
const EXAMPLES: usize = 10;

/// What the API answers, and what is printed with `--json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Found {
    filter: String,
    from: String,
    until: String,
    releases: i64,
    alerts: i64,
    per_day: f64,
    busiest: Option<Day>,
    days: Vec<Day>,
    examples: Vec<Example>,
    looked_back_to: String,
    next_before: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Day {
    day: String,
    alerts: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Example {
    cleared_at: String,
    release: String,
    edition: String,
    headline: String,
    clause: String,
    url: String,
}

/// Asks, and prints what would have been sent.
pub(super) async fn run(
    client: &Client,
    filter: &str,
    span: &str,
    as_json: bool,
) -> Result<ExitCode> {
    let found = ask(client, filter, span).await?;
    match as_json {
        true => say!("{}", json!(found)),
        false => print(&found),
    }
    Ok(ExitCode::SUCCESS)
}

/// All of the span, or as much as is looked at.
async fn ask(client: &Client, filter: &str, span: &str) -> Result<Found> {
    let mut found: Option<Found> = None;
    loop {
        let before = found.as_ref().and_then(|found| found.next_before);
        let body = json!({ "filter": filter, "span": span, "before": before });
        let answer = client
            .ask(Method::POST, "/v1/filters/backtest", Some(&body))
            .await?;
        let answer: Found =
            serde_json::from_value(answer).context("the server answered something else")?;
        let whole = match found {
            Some(found) => found.with(answer),
            None => answer,
        };
        if whole.next_before.is_none() || whole.releases >= MOST_RELEASES {
            return Ok(whole);
        }
        let (releases, to) = (whole.releases, &whole.looked_back_to);
        eprintln!("looked at {releases} releases, back to {to}");
        found = Some(whole);
    }
}

impl Found {
    /// With what stands further back. A day that began meanwhile is none of the span.
    fn with(mut self, older: Found) -> Found {
        for day in &mut self.days {
            let same = older.days.iter().find(|other| other.day == day.day);
            day.alerts += same.map_or(0, |same| same.alerts);
        }
        self.examples.extend(older.examples);
        self.examples.truncate(EXAMPLES);
        self.releases += older.releases;
        self.looked_back_to = older.looked_back_to;
        self.next_before = older.next_before;
        self.alerts = self.days.iter().map(|day| day.alerts).sum();
        let looked_at = self.days.iter().filter(|day| self.looked_at(day)).count();
        self.per_day = (self.alerts as f64 / looked_at.max(1) as f64 * 100.0).round() / 100.0;
        let busiest = self.days.iter().max_by_key(|day| day.alerts);
        self.busiest = busiest.filter(|day| day.alerts > 0).cloned();
        self
    }

    /// Whether a day was looked at, or its end.
    fn looked_at(&self, day: &Day) -> bool {
        let to = self.looked_back_to.get(..10);
        to.is_none_or(|to| day.day.as_str() >= to)
    }

    /// A line a day, or a week: how it is called, and its alerts; none if it was not looked at.
    fn lines(&self) -> Vec<(String, Option<i64>)> {
        let by_weeks = self.days.len() > MOST_LINES;
        // The last week ends today, and the first may be short.
        let mut groups: Vec<&[Day]> = match by_weeks {
            true => self.days.rchunks(7).collect(),
            false => self.days.rchunks(1).collect(),
        };
        groups.reverse();
        let line = |days: &[Day]| {
            let looked_at = days.iter().any(|day| self.looked_at(day));
            let alerts = days.iter().map(|day| day.alerts).sum();
            let name = match by_weeks {
                true => format!("week from {}", days[0].day),
                false => days[0].day.clone(),
            };
            (name, looked_at.then_some(alerts))
        };
        groups.into_iter().map(line).collect()
    }
}

fn print(found: &Found) {
    say!("{}", found.filter);
    let busiest = found.busiest.as_ref().map(|Day { day, alerts }| {
        format!(
            "{} a day on average, {alerts} at most, on {day}",
            found.per_day
        )
    });
    say!(
        "would have sent {} alerts in {} days{}",
        found.alerts,
        found.days.len(),
        busiest.map_or(String::new(), |busiest| format!(": {busiest}"))
    );
    say!("{} releases were looked at; days are UTC\n", found.releases);
    chart(&found.lines());
    if found.next_before.is_some() {
        say!(
            "\nno more than {MOST_RELEASES} releases are looked at: what cleared before {} was not; ask for a shorter span",
            found.looked_back_to
        );
    }
    if !found.examples.is_empty() {
        say!("\nthe newest:");
    }
    for example in &found.examples {
        say!(
            "{}  {}  {}\n{:16}  by {}",
            minute(&example.cleared_at),
            example.release,
            cut(&example.headline, HEADLINE_COLUMNS),
            "",
            example.clause
        );
    }
}

/// `2026-12-01 09:00` of an RFC 3339 time.
fn minute(at: &str) -> String {
    at.get(..16).unwrap_or(at).replace('T', " ")
}

/// A bar a line, the longest of [`BAR_COLUMNS`] at most; where something was sent it is never empty.
fn chart(lines: &[(String, Option<i64>)]) {
    let most = lines.iter().filter_map(|(_, alerts)| *alerts).max();
    let most = most.unwrap_or_default();
    let width = most.to_string().len();
    for (name, alerts) in lines {
        match alerts {
            Some(alerts) => {
                let bar = "█".repeat(bar_columns(*alerts, most));
                say!("{}", format!("{name}  {alerts:>width$}  {bar}").trim_end());
            }
            None => say!("{name}  {:>width$}", "-"),
        }
    }
}

fn bar_columns(alerts: i64, most: i64) -> usize {
    let columns = match most > BAR_COLUMNS {
        true => (alerts * BAR_COLUMNS / most).max(alerts.min(1)),
        false => alerts,
    };
    columns.unsigned_abs() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(days: &[(&str, i64)], to: &str, next_before: Option<i64>) -> Found {
        let day = |(day, alerts): &(&str, i64)| Day {
            day: (*day).to_owned(),
            alerts: *alerts,
        };
        Found {
            filter: "everything".into(),
            from: "2026-11-29T00:00:00Z".into(),
            until: "2026-12-01T09:00:00Z".into(),
            releases: 10,
            alerts: days.iter().map(|(_, alerts)| alerts).sum(),
            per_day: 0.0,
            busiest: None,
            days: days.iter().map(day).collect(),
            examples: Vec::new(),
            looked_back_to: to.into(),
            next_before,
        }
    }

    #[test]
    fn pieces_of_a_span_are_added_up() {
        let days = ["2026-11-29", "2026-11-30", "2026-12-01"];
        let of = |alerts: [i64; 3]| days.into_iter().zip(alerts).collect::<Vec<_>>();
        let newer = found(&of([0, 1, 4]), "2026-11-30T08:00:00Z", Some(7));
        let older = found(&of([0, 2, 0]), "2026-11-29T00:00:00Z", None);

        let piece = newer.lines();
        let whole = newer.clone().with(older);

        assert_eq!(piece[0], ("2026-11-29".into(), None), "not looked at yet");
        assert_eq!(whole.lines()[0], ("2026-11-29".into(), Some(0)));
        let alerts: Vec<i64> = whole.days.iter().map(|day| day.alerts).collect();
        assert_eq!((alerts, whole.alerts), (vec![0, 3, 4], 7));
        assert_eq!((whole.releases, whole.next_before), (20, None));
        assert_eq!(whole.per_day, 2.33);
        assert_eq!(whole.busiest.unwrap().day, "2026-12-01");
    }

    #[test]
    fn long_spans_are_shown_by_weeks_that_end_today() {
        let names: Vec<String> = (1..=32).map(|n| format!("day {n:02}")).collect();
        let days: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), 1)).collect();

        let lines = found(&days, "day 01", None).lines();

        let counts: Vec<Option<i64>> = lines.iter().map(|(_, alerts)| *alerts).collect();
        assert_eq!(counts, [Some(4), Some(7), Some(7), Some(7), Some(7)]);
        assert_eq!(lines[4].0, "week from day 26");
    }

    #[test]
    fn bars_grow_with_the_alerts_and_show_a_single_one() {
        let check = |alerts, most, columns| assert_eq!(bar_columns(alerts, most), columns);

        check(0, 3, 0);
        check(3, 3, 3);
        check(1, 4000, 1);
        check(0, 4000, 0);
        check(2000, 4000, 20);
        check(4000, 4000, 40);
    }
}
