//! What a filter would have sent: counted a day, with examples; nothing is saved.

use super::subscriptions::check::{Asked, read_filter};
use crate::auth::{Caller, Scope};
use crate::backtest::{Example, Walk, begin_of, day_of, walk};
use crate::{Intake, Problem};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use release::address::printable;
use release::time::rfc3339;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where nobody says how far back.
const USUAL_SPAN: &str = "30d";
/// The longest span, in days.
const MOST_DAYS: i64 = 366;

/// A filter to try on what went out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Backtest {
    filter: Asked,
    /// So many days, the present one included: `1d` to `366d`; `30d` if absent
    span: Option<String>,
    /// `next_before` of the answer before: goes on from there
    #[schema(minimum = 1)]
    before: Option<i64>,
}

/// What a filter would have sent.
#[derive(Serialize, ToSchema)]
pub(super) struct BacktestShape {
    /// In its canonical form
    filter: String,
    /// The begin of the span: midnight, UTC
    from: String,
    /// Now
    until: String,
    /// Releases that were looked at
    releases: i64,
    /// One a story and revision, as a reader would have got them
    alerts: i64,
    /// Alerts a day on average, over the days that were looked at
    per_day: f64,
    /// The day with most alerts, the latest of several; null without any alert
    busiest: Option<DayShape>,
    /// Every day of the span, oldest first
    days: Vec<DayShape>,
    /// The newest alerts, newest first, up to 10
    examples: Vec<ExampleShape>,
    /// Nothing before this moment was looked at: `from`, unless there is `next_before`
    looked_back_to: String,
    /// `before` for the rest of the span; null once all of it was looked at. One answer looks at about 5,000 releases
    next_before: Option<i64>,
}

/// A day, and what would have been sent on it.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct DayShape {
    /// `2026-12-01`, UTC
    day: String,
    alerts: i64,
}

/// An alert that would have been sent.
#[derive(Serialize, ToSchema)]
struct ExampleShape {
    cleared_at: String,
    /// `rel_…`
    release: String,
    /// `US/en`: the first edition that matches
    edition: String,
    headline: String,
    /// By which clause, in at most 1 KiB
    clause: String,
    url: String,
}

/// What a filter would have sent over the releases that went out; nothing is saved
///
/// A story is counted once a revision, on the day on which its first matching edition cleared. Killed releases are left out.
/// A long span needs several requests: the counts of all answers are to be added.
#[utoipa::path(post, path = "/v1/filters/backtest", tag = "subscriptions", request_body = Backtest,
    responses((status = 200, body = BacktestShape), Problem))]
pub(super) async fn backtest(
    State(intake): State<Intake>,
    caller: Caller,
    body: Result<Json<Backtest>, JsonRejection>,
) -> Result<Json<BacktestShape>, Problem> {
    caller.must(Scope::SubscriptionsRead)?;
    let Json(asked) = body?;
    let filter =
        read_filter(&intake, &asked.filter).map_err(|error| Problem::Fields(vec![error]))?;
    let days = days(asked.span.as_deref().unwrap_or(USUAL_SPAN))?;
    let before_seq = before(asked.before)?;
    let until_ms = intake.clock.now_ms();
    let span = Span {
        first_day: day_of(until_ms) - days + 1,
        until_ms,
    };
    let canonical = filter.to_string();
    let walk = walk(&intake, filter, begin_of(span.first_day), before_seq).await?;
    Ok(Json(shown(&intake, canonical, span, walk)))
}

/// How many days a span has.
fn days(span: &str) -> Result<i64, Problem> {
    let days = span.strip_suffix('d').and_then(|days| days.parse().ok());
    days.filter(|days| (1..=MOST_DAYS).contains(days))
        .ok_or_else(|| Problem::Invalid {
            pointer: "/span".into(),
            detail: format!("`{}` is no span to look back over", printable(span)),
            mend: format!("write a number of days from `1d` to `{MOST_DAYS}d`"),
        })
}

/// The item before which the walk begins.
fn before(asked: Option<i64>) -> Result<i64, Problem> {
    match asked {
        None => Ok(i64::MAX),
        Some(seq) if seq >= 1 => Ok(seq),
        Some(seq) => Err(Problem::Invalid {
            pointer: "/before".into(),
            detail: format!("`{seq}` is no item of the wire"),
            mend: "give `next_before` of the answer before, or leave it out".into(),
        }),
    }
}

/// The days that are asked about.
struct Span {
    /// Days since 1970.
    first_day: i64,
    until_ms: i64,
}

fn shown(intake: &Intake, filter: String, span: Span, walk: Walk) -> BacktestShape {
    let looked_back_to_ms = match walk.stopped {
        Some(stopped) => stopped.cleared_ms,
        None => begin_of(span.first_day),
    };
    let today = day_of(span.until_ms);
    let day = |day: i64| DayShape {
        day: rfc3339(begin_of(day)).chars().take(10).collect(),
        alerts: walk.alerts.get(&day).copied().unwrap_or_default(),
    };
    let alerts: i64 = walk.alerts.values().sum();
    let looked_at_days = today - day_of(looked_back_to_ms) + 1;
    let busiest = walk.alerts.iter().max_by_key(|(_, alerts)| **alerts);
    BacktestShape {
        filter,
        from: rfc3339(begin_of(span.first_day)),
        until: rfc3339(span.until_ms),
        releases: walk.releases,
        alerts,
        per_day: (alerts as f64 / looked_at_days as f64 * 100.0).round() / 100.0,
        busiest: busiest.map(|(busiest, _)| day(*busiest)),
        days: (span.first_day..=today).map(day).collect(),
        looked_back_to: rfc3339(looked_back_to_ms),
        next_before: walk.stopped.map(|stopped| stopped.seq),
        examples: walk
            .examples
            .into_iter()
            .map(|example| ExampleShape::of(intake, example))
            .collect(),
    }
}

impl ExampleShape {
    fn of(intake: &Intake, example: Example) -> ExampleShape {
        ExampleShape {
            cleared_at: rfc3339(example.cleared_ms),
            url: format!("{}/releases/{}", intake.public_url, example.release),
            release: example.release,
            edition: example.edition,
            headline: example.headline,
            clause: example.clause,
        }
    }
}
