//! `docs/filters.md` is true: every filter in its tables holds or does not, as it says, and every translation is what comes out.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

use release::filter::Filter;
use release::filter::import::{Dialect, import};
use release::matching::matches;
use release::model::Release;
use release::subject::{Subject, SubjectParts};
use release::topic::Taxonomy;
use serde_json::json;

const PAGE: &str = include_str!("../../../docs/filters.md");

/// Cells of the tables, without the code marks around them.
fn rows() -> Vec<Vec<String>> {
    let lines = PAGE.lines().filter(|line| line.starts_with("| "));
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim_matches('|');
        inner
            .split(" | ")
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect()
    };
    lines.map(cells).collect()
}

fn subject() -> Subject {
    let release: Release = serde_json::from_value(json!({
        "issuers": ["acme"], "edition": { "region": "DE", "language": "de" },
        "headline": "Müller Robotics eröffnet größte Mine", "summary": "Lithium für Batterien",
        "topics": ["mining"], "places": ["US-NV"], "tickers": ["XNYS:ACM"],
        "body": { "format": "markdown", "text": "x" },
    }))
    .unwrap();
    let body =
        "Acme’s first lithium mine opened near Reno. Apple and Acme mine the lithium together.";
    assert!(PAGE.contains(&release.headline) && PAGE.contains(body.split_once(' ').unwrap().0));
    Subject::new(SubjectParts::of(&release, body, Taxonomy::builtin()))
}

#[test]
fn filters_of_the_page_hold_as_it_says() {
    let subject = subject();
    let mut checked = 0;
    for row in rows() {
        let holds = match row[1].as_str() {
            "yes" => true,
            "no" => false,
            _ => continue,
        };
        let filter = Filter::parse(&row[0]).unwrap_or_else(|error| panic!("{}: {error}", row[0]));
        assert_eq!(matches(&filter, &subject), holds, "{}", row[0]);
        checked += 1;
    }
    assert!(
        checked >= 35,
        "only {checked} filters were found on the page"
    );
}

#[test]
fn every_operator_and_field_is_on_the_page() {
    for term in [
        "topic:",
        "geo:",
        "lang:",
        "source:",
        "ticker:",
        "lane:",
        "title:",
        "lead:",
        "body:",
        "NEAR/",
        "ONEAR/",
        "*`",
        "cs(",
        "atleast/",
        "first/",
        "everything",
        "AND",
        "OR",
        "NOT",
    ] {
        assert!(
            rows()
                .iter()
                .any(|row| format!("{}`", row[0]).contains(term)),
            "{term}"
        );
    }
}

#[test]
fn queries_of_the_page_are_translated_as_it_says() {
    let mut checked = 0;
    for row in rows() {
        let Some(dialect) = Dialect::parse(&row[0]) else {
            continue;
        };
        let filter = import(dialect, &row[1]).filter.unwrap();
        assert_eq!(filter.to_string(), row[2], "{}", row[1]);
        checked += 1;
    }
    assert!(checked >= 4);
}

#[test]
fn json_of_the_page_is_a_filter() {
    let (_, after) = PAGE.split_once("```json\n").unwrap();
    let (text, _) = after.split_once("```").unwrap();

    let filter = Filter::from_json(&serde_json::from_str(text).unwrap()).unwrap();

    assert!(
        filter
            .to_string()
            .starts_with("topic:mining AND (title:\"lithium mine\" OR cs(Apple) OR robot*)")
    );
}

/// So many words of so many letters, in a choice.
fn words(count: usize, letters: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    let word = |n: usize| -> String {
        let head = [letter(n), letter(n / 26)].into_iter();
        head.chain(std::iter::repeat('x')).take(letters).collect()
    };
    let words: Vec<String> = (0..count).map(|n| format!("\"{}\"", word(n))).collect();
    format!("({})", words.join(" OR "))
}

#[test]
fn filters_of_the_page_take_the_steps_it_says() {
    let hot = format!("({} NOT {})", words(128, 3), words(127, 9));
    let described = [
        (
            "100 words of 7 letters, with one of 100 longer ones",
            format!("{} {}", words(100, 7), words(100, 9)),
        ),
        ("256 words of 3 letters in one `OR`", words(256, 3)),
        (
            "128 words of 3 letters, without any of 127 longer ones",
            hot.clone(),
        ),
        (
            "the same beside `source:acme`",
            format!("source:acme {hot}"),
        ),
    ];
    let (_, after) = PAGE.split_once("| filter | steps |\n").unwrap();
    let (table, _) = after.split_once("\n\n").unwrap();
    let rows: Vec<(&str, &str)> = table
        .lines()
        .skip(1)
        .map(|line| line.trim_matches(['|', ' ']).split_once(" | ").unwrap())
        .collect();

    for (filter, steps) in &rows {
        let known = described.iter().find(|(said, _)| said == filter);
        let text = known.map_or_else(|| filter.trim_matches('`'), |(_, text)| text);
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let (figure, verdict) = steps.split_once(": ").unwrap_or((steps, "taken"));
        assert_eq!(
            filter.steps().to_string(),
            figure.replace(',', ""),
            "{text}"
        );
        assert_eq!(
            filter.check_steps().is_err(),
            verdict == "refused",
            "{text}"
        );
    }
    assert!(rows.len() > described.len() && PAGE.contains("about 1,024 steps"));
    assert_eq!(release::filter::MAX_STEPS, 1024);
}
