//! Editions of one story that are submitted together: a JSON array of submissions, taken all or none, with one clear time.

use crate::Problem;
use release::finding::Finding;
use release::source::{self, SourceError};
use serde_json::{Map, Value};

/// So many editions of one story may come together.
const MOST_EDITIONS: usize = 100;

/// The fields in which the editions of a bundle agree, and the code of the finding where they do not.
const SHARED: [(&str, &str); 4] = [
    ("story", "bundle-story"),
    ("issuers", "bundle-issuers"),
    ("clear_at", "bundle-clear-time"),
    ("zone", "bundle-clear-time"),
];

/// The submissions of a request: one, as JSON or Markdown, or the members of a JSON array.
pub(crate) fn read(body: &[u8]) -> Result<Vec<Map<String, Value>>, Problem> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'[') {
        return Ok(vec![read_one(body)?]);
    }
    let submissions = source::parse_many(body).map_err(malformed)?;
    match submissions.len() {
        1..=MOST_EDITIONS => Ok(submissions),
        n => Err(Problem::Invalid {
            pointer: String::new(),
            detail: format!("{n} editions in one request"),
            mend: format!("send 1 to {MOST_EDITIONS}"),
        }),
    }
}

/// One submission, as JSON or Markdown.
pub(crate) fn read_one(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    source::parse(body).map_err(malformed)
}

fn malformed(error: SourceError) -> Problem {
    metrics::counter!("dateline_refused_total", "code" => "malformed").increment(1);
    Problem::Malformed(error.to_string())
}

/// Gives every edition what one of them says for all; a finding where two of them say different things, or where two are
/// the same edition.
pub(crate) fn unite(
    mut submissions: Vec<Map<String, Value>>,
) -> (Vec<Map<String, Value>>, Vec<Finding>) {
    let mut findings = Vec::new();
    if submissions.len() < 2 {
        return (submissions, findings);
    }
    for (field, code) in SHARED {
        let said = |one: &Map<String, Value>| one.get(field).filter(|v| !v.is_null()).cloned();
        let Some(first) = submissions.iter().find_map(said) else {
            continue;
        };
        for (at, one) in submissions.iter_mut().enumerate() {
            match one.get(field).filter(|value| !value.is_null()) {
                Some(other) if *other != first => {
                    let message = format!(
                        "`{field}` is {other} here and {first} in another edition of the bundle"
                    );
                    let mend = "say the same in all, or in one of them only";
                    let pointer = format!("/{at}/{field}");
                    findings.push(Finding::error(code, &pointer, message, mend));
                }
                Some(_) => {}
                None => {
                    one.insert(field.to_owned(), first.clone());
                }
            }
        }
    }
    findings.extend(same_editions(&submissions));
    (submissions, findings)
}

fn same_editions(submissions: &[Map<String, Value>]) -> Vec<Finding> {
    let edition = |at: usize| submissions[at].get("edition").filter(|v| v.is_object());
    let is_repeated = |at: usize| (0..at).any(|before| edition(before) == edition(at));
    (1..submissions.len())
        .filter(|&at| edition(at).is_some() && is_repeated(at))
        .map(|at| {
            let message = "the bundle has this edition already";
            let mend = "give each edition once";
            Finding::error("bundle-edition", &format!("/{at}/edition"), message, mend)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn submissions(list: Value) -> Vec<Map<String, Value>> {
        serde_json::from_value(list).expect("a list of objects")
    }

    #[test]
    fn what_one_edition_says_holds_for_all() {
        let (united, findings) = unite(submissions(json!([
            { "issuers": ["acme"], "edition": { "region": "US", "language": "en" } },
            { "clear_at": "2027-01-01T09:00", "zone": "UTC", "edition": { "region": "US", "language": "es" } },
        ])));

        assert_eq!(findings, []);
        assert_eq!(united[0]["clear_at"], "2027-01-01T09:00");
        assert_eq!(united[1]["issuers"], json!(["acme"]));
    }

    #[test]
    fn editions_that_disagree_are_found() {
        let check = |list: Value, expect: &[(&str, &str)]| {
            let (_, findings) = unite(submissions(list));
            let found: Vec<_> = findings
                .iter()
                .map(|finding| (finding.code.as_str(), finding.pointer.as_str()))
                .collect();
            assert_eq!(found, expect);
        };

        check(
            json!([{ "clear_at": "2027-01-01T09:00Z" }, { "clear_at": "2027-01-01T09:01Z" }]),
            &[("bundle-clear-time", "/1/clear_at")],
        );
        check(
            json!([{ "story": "a" }, {}, { "story": "b" }]),
            &[("bundle-story", "/2/story")],
        );
        check(
            json!([{ "issuers": ["a"] }, { "issuers": ["b"] }]),
            &[("bundle-issuers", "/1/issuers")],
        );
        let us = json!({ "region": "US", "language": "en" });
        check(
            json!([{ "edition": us }, { "edition": us }]),
            &[("bundle-edition", "/1/edition")],
        );
    }
}
