//! What is scheduled, by day: a month as a table, the same as a list, in the zone that a person picks.

use super::session::{self, Signed};
use super::shapes::{Page, Shown};
use super::{Refusal, choices, frame, when};
use axum::extract::Query;
use axum::response::Html;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use maud::{Markup, html};
use release::time::{parse_rfc3339, rfc3339};
use serde::Deserialize;
use std::collections::BTreeMap;

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

#[derive(Deserialize)]
pub(crate) struct Asked {
    /// `2026-12`.
    #[serde(default)]
    month: String,
    #[serde(default)]
    zone: String,
}

/// One month in one zone.
struct Month {
    first: Date,
    zone: String,
    tz: TimeZone,
}

impl Month {
    /// The month asked for, or that of now; a zone or month that is none is passed over.
    fn of(asked: &Asked, signed: &Signed) -> Month {
        let zone = if session::is_zone(&asked.zone) {
            &asked.zone
        } else {
            &signed.zone
        };
        let tz = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(signed.now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let today = now.to_zoned_datetime(tz.clone()).date();
        let asked: Option<Date> = format!("{}-01", asked.month).parse().ok();
        // Years that a clear time can have and whose neighbours exist.
        let asked = asked.filter(|date| (1971..=9998).contains(&date.year()));
        Month {
            first: asked.unwrap_or(today).first_of_month(),
            zone: zone.clone(),
            tz,
        }
    }

    fn moved(&self, months: i32) -> Date {
        self.first
            .checked_add(Span::new().months(months))
            .unwrap_or(self.first)
    }

    /// Where a day begins, Unix milliseconds.
    fn start_ms(&self, date: Date) -> i64 {
        let start = date.to_zoned_datetime(self.tz.clone());
        start.map_or(0, |start| start.timestamp().as_millisecond())
    }

    fn date_of(&self, at_ms: i64) -> Date {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned_datetime(self.tz.clone()).date()
    }

    fn path(&self, month: Date) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("month", &month.strftime("%Y-%m").to_string())
            .append_pair("zone", &self.zone)
            .finish();
        format!("/desk/calendar?{query}")
    }

    /// Weeks from Monday on that hold the month.
    fn weeks(&self) -> Vec<[Date; 7]> {
        let before = i64::from(self.first.weekday().to_monday_zero_offset());
        let mut day = self
            .first
            .checked_sub(Span::new().days(before))
            .unwrap_or(self.first);
        let mut weeks = Vec::new();
        while day < self.moved(1) {
            weeks.push(std::array::from_fn(|n| {
                day.checked_add(Span::new().days(n as i64)).unwrap_or(day)
            }));
            day = day
                .checked_add(Span::new().days(7))
                .unwrap_or(self.moved(1));
        }
        weeks
    }
}

pub(crate) async fn show(
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Refusal> {
    let month = Month::of(&asked, &signed);
    let (from, until) = (
        rfc3339(month.start_ms(month.first)),
        rfc3339(month.start_ms(month.moved(1))),
    );
    let page: Page = signed
        .api
        .get(&format!("/v1/calendar?from={from}&until={until}"))
        .await?;
    let mut by_day: BTreeMap<Date, Vec<&Shown>> = BTreeMap::new();
    for shown in &page.releases {
        if let Some(at_ms) = shown
            .clear_at
            .as_deref()
            .and_then(|at| parse_rfc3339(at).ok())
        {
            by_day.entry(month.date_of(at_ms)).or_default().push(shown);
        }
    }
    let name = month.first.strftime("%B %Y").to_string();
    let main = html! {
        h1 { "Scheduled in " (name) }
        div.acts {
            a href=(month.path(month.moved(-1))) rel="prev" { "← " (month.moved(-1).strftime("%B")) }
            a href=(month.path(month.moved(1))) rel="next" { (month.moved(1).strftime("%B")) " →" }
            form method="get" action="/desk/calendar" {
                input type="hidden" name="month" value=(month.first.strftime("%Y-%m"));
                label for="zone" { "Times in " } select id="zone" name="zone" { (choices::zones(&month.zone)) } " "
                button.quiet type="submit" { "Show" }
            }
        }
        (table(&month, &name, &by_day, month.date_of(signed.now_ms)))
        (list(&signed, &month, &by_day))
    };
    Ok(frame::page(
        &signed,
        &format!("Scheduled in {name}"),
        "/desk/calendar",
        &main,
    ))
}

fn table(month: &Month, name: &str, by_day: &BTreeMap<Date, Vec<&Shown>>, today: Date) -> Markup {
    html! {
        table.month {
            caption.sr { "What is scheduled in " (name) ", times in " (month.zone) }
            thead { tr { @for day in WEEKDAYS { th scope="col" { abbr title=(day) { (day[..3]) } } } } }
            tbody { @for week in month.weeks() { tr { @for day in week {
                @let is_inside = day.first_of_month() == month.first;
                td.outside[!is_inside] aria-current=[(day == today).then_some("date")] {
                    time.day datetime=(day) { (day.day()) }
                    @if is_inside && let Some(entries) = by_day.get(&day) { ul.plain { @for shown in entries { li {
                        a href={ "/desk/releases/" (shown.id) } dir="auto" { (clock(month, shown)) " " (shown.headline()) }
                    } } } }
                }
            } } } }
        }
    }
}

fn clock(month: &Month, shown: &Shown) -> String {
    let at_ms = shown
        .clear_at
        .as_deref()
        .and_then(|at| parse_rfc3339(at).ok())
        .unwrap_or_default();
    release::time::ClearTime {
        at_ms,
        zone: month.zone.clone(),
    }
    .strftime("%H:%M %Z")
}

/// The same for narrow screens, with the whole time.
fn list(signed: &Signed, month: &Month, by_day: &BTreeMap<Date, Vec<&Shown>>) -> Markup {
    html! {
        div.days {
            @if by_day.is_empty() { p.soft { "Nothing is scheduled this month." } }
            @for (day, entries) in by_day {
                h2 { (day.strftime("%A, %B %-d")) }
                ul.list { @for shown in entries { li {
                    h3 { a href={ "/desk/releases/" (shown.id) } dir="auto" { (shown.headline()) } }
                    p.meta { (when::in_zone(shown.clear_at.as_deref().unwrap_or_default(), &month.zone, signed.now_ms))
                        " · " bdi { (shown.edition) } " · " (shown.issuers.join(", ")) }
                } } }
            }
        }
    }
}
