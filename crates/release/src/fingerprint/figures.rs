//! The figures of a release: what makes two texts different news though their words are the same.
//!
//! A fingerprint takes all numbers as alike, so that a template is recognised. A net asset value of each day, a second quarter,
//! a corrected sum: their texts are near, and each is news. Dates are no figures, for the same text sent again mostly has
//! another; a number that is not read as part of a date is a figure, so in doubt two texts are different news.

use super::hash_run;
use crate::calendar::{Names, find_dates};
use crate::model::Release;
use crate::text::word_places;

/// A hash of all figures of headline, subheadline, summary and body, in their order. As fingerprints, it is stored and never changes.
pub fn figures(release: &Release) -> i64 {
    let body = release.body.render();
    let parts = [
        Some(release.headline.as_str()),
        release.subheadline.as_deref(),
        release.summary.as_deref(),
        Some(body.text.as_str()),
    ];
    let language = release.edition.language.primary();
    let own = Names::of(language).filter(|_| language != "en");
    let names: Vec<&Names> = own.into_iter().chain(Names::of("en")).collect();
    let mut found = Vec::new();
    for text in parts.into_iter().flatten() {
        let dates = find_dates(text, &word_places(text), &names);
        let is_dated = |at: usize| {
            let mut ranges = dates.iter().map(|date| date.start..date.end);
            ranges.any(|range| range.contains(&at))
        };
        let figures = numbers(text).filter(|(at, _)| !is_dated(*at));
        found.extend(figures.map(|(_, number)| number.to_owned()));
    }
    hash_run(&found).cast_signed()
}

/// Runs of digits and of other numbers, with their places in bytes: in scripts without spaces a word holds several.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text.char_indices().filter(|(_, c)| c.is_numeric());
    let mut end = 0;
    starts.filter_map(move |(at, _)| {
        if at < end {
            return None;
        }
        let rest = &text[at..];
        let run = &rest[..rest.find(|c: char| !c.is_numeric()).unwrap_or(rest.len())];
        end = at + run.len();
        Some((at, run))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::lint;
    use crate::topic::Taxonomy;
    use serde_json::json;

    fn of(headline: &str, body: &str, language: &str) -> i64 {
        let release = json!({ "issuers": ["acme"], "edition": { "region": "US", "language": language },
            "headline": headline, "body": body });
        let linted = lint(release.as_object().unwrap(), Taxonomy::builtin());
        figures(&linted.release.unwrap())
    }

    #[test]
    fn other_words_and_dates_leave_figures_as_they_are_and_other_numbers_do_not() {
        let check = |language: &str, one: &str, other: &str, same: bool| {
            let (one, other) = (of("Acme", one, language), of("Acme", other, language));
            assert_eq!(one == other, same, "{language}: {other}");
        };

        check(
            "en",
            "Revenue rose 22% to $148.6 million.",
            "Sales rose 22% to $148.6 million.",
            true,
        );
        check("en", "Revenue rose 22%.", "Revenue rose 21%.", false);
        check(
            "en",
            "It opens Dec. 1, 2026 with 12 people.",
            "It opens Dec. 8, 2026 with 12 people.",
            true,
        );
        check(
            "en",
            "It opens Dec. 1 with 12 people.",
            "It opens Dec. 1 with 13 people.",
            false,
        );
        check(
            "de",
            "Sie öffnet am 1. Dezember 2026.",
            "Sie öffnet am 8. Dezember 2026.",
            true,
        );
        check("ja", "2026年12月1日に12人。", "2026年12月8日に12人。", true);
        check(
            "ja",
            "2026年12月1日に12人。",
            "2026年12月1日に13人。",
            false,
        );
        // What is not read as a date is a figure.
        check("en", "It opens 2026-12-01.", "It opens 2026-12-08.", false);
        check("en", "Results of Q3.", "Results of Q4.", false);
        check("en", "Both 1 and 2.", "Both 2 and 1.", false);
    }

    #[test]
    fn stored_form_never_changes() {
        assert_eq!(
            of("Acme", "Revenue rose 22% to $148.6 million.", "en"),
            -5_442_539_385_543_608_343
        );
    }
}
