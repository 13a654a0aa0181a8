//! Days and times: a weekday that does not fit its date, winter time in summer.

use super::{Findings, Prose, Texts};
use crate::calendar::{FoundDate, Names, find_dates};
use crate::time::ClearTime;
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    let mut names: Vec<&Names> = Names::of(texts.language()).into_iter().collect();
    if texts.language() != "en" {
        names.extend(Names::of("en"));
    }
    let clear = texts.release.clear.as_ref();
    let around: Option<Date> = clear.map(ClearTime::date);
    for prose in texts.all() {
        let dates = find_dates(&prose.plain, prose.words(), &names);
        for found in &dates {
            weekday(prose, found, around, &names, findings);
        }
        zones(texts, prose, &dates, around, findings);
    }
}

fn weekday(
    prose: &Prose<'_>,
    found: &FoundDate,
    around: Option<Date>,
    names: &[&Names],
    findings: &mut Findings,
) {
    let Some(date) = found.date(around) else {
        return;
    };
    let Some((said, place, table)) =
        weekday_before(prose, found, names).or_else(|| weekday_behind(prose, found, names))
    else {
        return;
    };
    let right = date.weekday().to_monday_one_offset();
    if said != right {
        let said = &prose.source[place.clone()];
        let message = format!(
            "{date} is a {}, not a {said}",
            like(said, table.weekday(right))
        );
        let mend = "correct the day or the date";
        findings.warn_at("weekday", (prose, place), message, mend);
    }
}

/// A name as the other is written: capitalised or not.
fn like(other: &str, name: &str) -> String {
    let mut chars = name.chars();
    match chars
        .next()
        .filter(|_| other.starts_with(char::is_uppercase))
    {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => name.to_owned(),
    }
}

/// A weekday, where in the text it stands, and the language that calls it so.
type Said<'n> = (i8, std::ops::Range<usize>, &'n Names);

/// `Tuesday, Jan. 6`, `Dienstag, dem 6. Januar`, `terça-feira, 6 de janeiro`.
fn weekday_before<'n>(
    prose: &Prose<'_>,
    found: &FoundDate,
    names: &[&'n Names],
) -> Option<Said<'n>> {
    let words = prose.words();
    let next = words.partition_point(|&(start, _)| start < found.start);
    for back in 1..=2 {
        let (start, end) = *words.get(next.checked_sub(back)?)?;
        // A date that begins inside of a word has none before it there.
        if end > found.start {
            continue;
        }
        let gap = &prose.plain[end..found.start];
        if gap.len() > 12 || gap.contains(['\n', ';', '(', ')']) {
            return None;
        }
        let word = &prose.plain[start..end];
        // `Tue. Jan. 6` is one date, but a whole name and a full stop end a sentence.
        if gap.starts_with('.') && word.len() > 5 {
            return None;
        }
        if let Some((day, table)) = day_of(word, names) {
            return Some((day, start..end, table));
        }
    }
    None
}

/// `Jan. 6, 2026 (Tuesday)`, `2026年1月6日（火）`.
fn weekday_behind<'n>(
    prose: &Prose<'_>,
    found: &FoundDate,
    names: &[&'n Names],
) -> Option<Said<'n>> {
    let rest = &prose.plain[found.end..];
    let inner = rest.trim_start().strip_prefix(['(', '（'])?;
    let at = prose.plain.len() - inner.len();
    let word = &inner[..inner.find([')', '）'])?];
    let plain = word
        .trim_end_matches("曜日")
        .trim_end_matches('曜')
        .trim_end_matches("요일");
    let plain = plain.trim_start_matches("星期").trim_start_matches("周");
    let (day, table) = day_of(plain, names)?;
    Some((day, at..at + word.len(), table))
}

fn day_of<'n>(word: &str, names: &[&'n Names]) -> Option<(i8, &'n Names)> {
    // "sun", "sat", "wed" and "mon" are words of their own.
    if word.is_empty()
        || word.len() > 40
        || (word.len() < 4 && word.starts_with(|c: char| c.is_ascii_lowercase()))
    {
        return None;
    }
    let lower = word.to_lowercase();
    names
        .iter()
        .find_map(|table| table.weekday_of(&lower).map(|day| (day, *table)))
}

/// An abbreviation, the zone it is used in, whether it is summer time there, and what to write in the other half year.
const ZONES: &[(&str, &str, bool, &str)] = &[
    ("EST", "America/New_York", false, "EDT"),
    ("EDT", "America/New_York", true, "EST"),
    ("CST", "America/Chicago", false, "CDT"),
    ("CDT", "America/Chicago", true, "CST"),
    ("MST", "America/Denver", false, "MDT"),
    ("MDT", "America/Denver", true, "MST"),
    ("PST", "America/Los_Angeles", false, "PDT"),
    ("PDT", "America/Los_Angeles", true, "PST"),
    ("CET", "Europe/Berlin", false, "CEST"),
    ("CEST", "Europe/Berlin", true, "CET"),
    ("MEZ", "Europe/Berlin", false, "MESZ"),
    ("MESZ", "Europe/Berlin", true, "MEZ"),
    ("GMT", "Europe/London", false, "BST"),
    ("BST", "Europe/London", true, "GMT"),
];

/// How far from a time the date may stand that it belongs to, in bytes.
const NEAR: usize = 160;

fn zones(
    texts: &Texts<'_>,
    prose: &Prose<'_>,
    dates: &[FoundDate],
    around: Option<Date>,
    findings: &mut Findings,
) {
    for (word, place) in prose.each_word() {
        let Some((_, zone, is_summer, other)) = ZONES.iter().find(|(name, ..)| *name == word)
        else {
            continue;
        };
        let near = dates
            .iter()
            .map(|found| (distance(found, place.start), found))
            .filter(|(distance, _)| *distance <= NEAR);
        let nearest = near.min_by_key(|(distance, _)| *distance);
        let date = match nearest {
            Some((_, found)) => found.date(around),
            None if prose.phrase("today").is_some() => around,
            None => None,
        };
        let Some(date) = date.filter(|_| is_used_here(word, texts, prose)) else {
            continue;
        };
        if saves_daylight(date, zone) == Some(!is_summer) {
            let half = if *is_summer { "winter" } else { "summer" };
            let message = format!("{word} is not the time there on {date}, which is in {half}");
            let mend = format!("write {other}, or {} for the whole year", whole_year(word));
            findings.warn_at("zone-season", (prose, place), message, mend);
        }
    }
}

fn distance(found: &FoundDate, at: usize) -> usize {
    if at < found.start {
        found.start - at
    } else {
        at.saturating_sub(found.end)
    }
}

fn saves_daylight(date: Date, zone: &str) -> Option<bool> {
    let noon = date.to_datetime(time(12, 0, 0, 0));
    let tz = TimeZone::get(zone).ok()?;
    let moment = noon.to_zoned_datetime(tz).ok()?;
    Some(
        moment
            .time_zone()
            .to_offset_info(moment.timestamp())
            .dst()
            .is_dst(),
    )
}

/// CST is also China's time, GMT a time of its own all year, and Arizona stays on MST.
fn is_used_here(zone: &str, texts: &Texts<'_>, prose: &Prose<'_>) -> bool {
    let region = texts.release.edition.region.to_string();
    let dateline = texts.release.dateline.as_ref();
    let is_in = |country: &str| {
        region == country
            || dateline.is_some_and(|place| {
                place
                    .country
                    .as_ref()
                    .is_some_and(|code| code.to_string() == country)
            })
    };
    match zone {
        "CST" => is_in("US") || is_in("CA"),
        "GMT" | "BST" => is_in("GB"),
        "MST" => !["arizona", "phoenix", "tucson", "ariz"]
            .iter()
            .any(|name| prose.lower.contains(name)),
        _ => true,
    }
}

fn whole_year(zone: &str) -> &'static str {
    match zone {
        "EST" | "EDT" => "ET",
        "CST" | "CDT" => "CT",
        "MST" | "MDT" => "MT",
        "PST" | "PDT" => "PT",
        "GMT" | "BST" => "UTC",
        _ => "UTC+1 or UTC+2",
    }
}
