//! Datelines as other wires print them, read back into fields: for imports, and for bodies that begin with one.
//!
//! | wire | form |
//! | --- | --- |
//! | PR Newswire | `NEEDHAM, Mass., Sept. 19, 2025 /PRNewswire/ --` |
//! | Business Wire | `CUPERTINO, Calif.--(BUSINESS WIRE)--` |
//! | GlobeNewswire | `SAN FRANCISCO, Aug. 08, 2024 (GLOBE NEWSWIRE) --` |
//! | EIN Presswire | `ALEXANDRIA, VA, UNITED STATES, September 6, 2023 /EINPresswire.com/ --` |
//! | Newsfile | `Vancouver, British Columbia--(Newsfile Corp. - September 13, 2026) -` |

use crate::calendar::{FoundDate, Names, find_dates};
use crate::text::word_places;
use jiff::civil::Date;

/// What a printed dateline says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedDateline {
    /// Of two cities, both: `SAN FRANCISCO & TEL AVIV`.
    pub city: String,
    /// State or province as printed, and what follows it.
    pub region: Option<String>,
    /// Where the line names a day and a year.
    pub date: Option<Date>,
    /// The wire that printed it.
    pub wire: Option<String>,
    /// How many bytes of the text it takes, its dash and the space behind it included.
    pub length: usize,
}

/// No dateline is longer, in bytes.
const MAX_LEN: usize = 200;

/// Reads the dateline that a text begins with, if it does.
pub fn read(text: &str) -> Option<TypedDateline> {
    let line = text.lines().next()?;
    let end = line
        .char_indices()
        .map(|(at, _)| at)
        .take_while(|at| *at <= MAX_LEN)
        .last()?;
    let line = if line.len() > MAX_LEN {
        &line[..end]
    } else {
        line
    };
    let (head, wire, length) = by_wire(line).or_else(|| by_date(line))?;
    let names = [Names::of("en")?];
    let tokens = word_places(head);
    let dates = find_dates(head, &tokens, &names);
    let place = dates.first().map_or(head, |date| &head[..date.start]);
    let in_wire = wire.and_then(|wire| {
        let dates = find_dates(wire, &word_places(wire), &names);
        dates.first().map(|date| {
            (
                date.date(None),
                wire[..date.start].trim_end_matches([' ', '-', '–']),
            )
        })
    });
    let (city, region) = place_of(place, wire.is_some())?;
    Some(TypedDateline {
        city,
        region,
        date: dates
            .first()
            .and_then(|date: &FoundDate| date.date(None))
            .or(in_wire.and_then(|(date, _)| date)),
        wire: wire.map(|wire| in_wire.map_or(wire, |(_, name)| name).to_owned()),
        length,
    })
}

/// `… /Wire/ --`, `… (WIRE) --`, `…--(WIRE)--`: what stands before the wire's name, the name, and the whole length.
fn by_wire(line: &str) -> Option<(&str, Option<&str>, usize)> {
    for (open, close) in [('/', '/'), ('(', ')')] {
        let Some(start) = line.find(open) else {
            continue;
        };
        let name_at = start + open.len_utf8();
        let Some(length) = line[name_at..].find(close) else {
            continue;
        };
        let name = &line[name_at..name_at + length];
        let after = &line[name_at + length + close.len_utf8()..];
        let Some(dash) = dash_length(after) else {
            continue;
        };
        let is_wire = name.to_ascii_lowercase().contains("wire")
            || name.to_ascii_lowercase().contains("newsfile")
            || open == '/';
        if is_wire && !name.is_empty() {
            let head = line[..start].trim_end_matches([' ', '-', '—', '–', '\u{a0}']);
            return Some((head, Some(name), line.len() - after.len() + dash));
        }
    }
    None
}

/// `BEIJING, Jan. 6, 2026 --`: a date and a dash.
fn by_date(line: &str) -> Option<(&str, Option<&str>, usize)> {
    let names = [Names::of("en")?];
    let date = *find_dates(line, &word_places(line), &names).first()?;
    let after = &line[date.end..];
    let dash = dash_length(after)?;
    Some((&line[..date.end], None, date.end + dash))
}

/// The dash that a text begins with, and the white space around it.
fn dash_length(text: &str) -> Option<usize> {
    let rest = text.trim_start();
    let behind = rest.trim_start_matches(['-', '—', '–']);
    let has_dash = behind.len() < rest.len();
    has_dash.then(|| text.len() - behind.trim_start().len())
}

/// City and the rest; without a wire's name behind it only a city in capitals is one.
fn place_of(place: &str, is_sure: bool) -> Option<(String, Option<String>)> {
    let place = place.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == '*');
    let (city, region) = match place.split_once(',') {
        Some((city, region)) => (city.trim(), Some(region.trim().to_owned())),
        None => (place, None),
    };
    let is_capital = city
        .chars()
        .filter(|c| c.is_alphabetic())
        .all(char::is_uppercase);
    let is_name =
        city.starts_with(char::is_uppercase) && city.len() <= 80 && !city.contains(['.', ';', ':'])
            || city.starts_with("ST. ");
    let is_short = region.as_ref().is_none_or(|region| region.len() <= 80);
    (is_name && is_short && (is_capital || is_sure)).then(|| (city.to_owned(), region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines_of_every_wire_are_read() {
        fn check(
            line: &str,
            city: &str,
            region: Option<&str>,
            date: Option<&str>,
            wire: Option<&str>,
        ) {
            let found = read(&format!("{line} Acme -- opened (really) a plant."))
                .unwrap_or_else(|| panic!("{line}"));
            assert_eq!(
                (found.city.as_str(), found.region.as_deref()),
                (city, region),
                "{line}"
            );
            assert_eq!(
                found.date.map(|date| date.to_string()).as_deref(),
                date,
                "{line}"
            );
            assert_eq!(found.wire.as_deref(), wire, "{line}");
            assert_eq!(found.length, line.len() + 1, "{line}");
        }

        check(
            "NEEDHAM, Mass., Sept. 19, 2025 /PRNewswire/ --",
            "NEEDHAM",
            Some("Mass."),
            Some("2025-09-19"),
            Some("PRNewswire"),
        );
        check(
            "CUPERTINO, Calif.--(BUSINESS WIRE)--",
            "CUPERTINO",
            Some("Calif."),
            None,
            Some("BUSINESS WIRE"),
        );
        check(
            "SAN FRANCISCO & TEL AVIV, Israel--(BUSINESS WIRE)--",
            "SAN FRANCISCO & TEL AVIV",
            Some("Israel"),
            None,
            Some("BUSINESS WIRE"),
        );
        check(
            "SAN FRANCISCO, Aug. 08, 2024 (GLOBE NEWSWIRE) --",
            "SAN FRANCISCO",
            None,
            Some("2024-08-08"),
            Some("GLOBE NEWSWIRE"),
        );
        check(
            "Salt Lake City, UT, June 30, 2026  (GLOBE NEWSWIRE)  --",
            "Salt Lake City",
            Some("UT"),
            Some("2026-06-30"),
            Some("GLOBE NEWSWIRE"),
        );
        check(
            "ALEXANDRIA, VA, UNITED STATES, September 6, 2023 /EINPresswire.com/ --",
            "ALEXANDRIA",
            Some("VA, UNITED STATES"),
            Some("2023-09-06"),
            Some("EINPresswire.com"),
        );
        check(
            "Vancouver, British Columbia--(Newsfile Corp. - September 13, 2026) -",
            "Vancouver",
            Some("British Columbia"),
            Some("2026-09-13"),
            Some("Newsfile Corp."),
        );
        check(
            "BEIJING, Jan. 6, 2026 —",
            "BEIJING",
            None,
            Some("2026-01-06"),
            None,
        );
    }

    #[test]
    fn other_beginnings_are_no_datelines() {
        fn check(text: &str) {
            assert_eq!(read(text), None, "{text}");
        }

        check("Acme Robotics (NYSE: ACM) - the maker of anvils - opened a plant.");
        check("On Jan. 6, 2026 - a Tuesday - Acme opened a plant.");
        check("In May 5 people – all of them –");
        check("");
        check("ACME opens 24/7 on Jan. 6, 2026, in Reno.");
    }
}
