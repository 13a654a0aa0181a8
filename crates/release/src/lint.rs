//! Lint: one pass over a submission gives every finding and, where none is an error, the release.
//!
//! Reads the JSON object of [`crate::source`]; touches no clock and no network. What needs the store (does the
//! issuer exist, may this token speak for it) is added at intake with the same kind of findings.

mod fields;
mod parts;
mod text;

use crate::finding::{Finding, Severity};
use crate::model::{Body, Edition, Lane, Release};
use crate::topic::{Taxonomy, TopicSlug};
use fields::Fields;
use serde_json::{Map, Value};

/// The result of linting one submission.
#[derive(Debug, Clone)]
pub struct Linted {
    /// Everything found, in the order of the submission's fields; errors and warnings mixed.
    pub findings: Vec<Finding>,
    /// The release, if no finding is an error.
    pub release: Option<Release>,
}

/// The fields a submission may have, in the order in which they are documented.
pub const FIELDS: &[&str] = &[
    "issuers",
    "story",
    "edition",
    "headline",
    "subheadline",
    "summary",
    "dateline",
    "clear_at",
    "zone",
    "lane",
    "topics",
    "places",
    "tickers",
    "contacts",
    "boilerplate",
    "links",
    "media",
    "body",
    "body_format",
];

/// Every code that lint can give, with what it means; the reference in the README is checked against it.
pub const CODES: &[(&str, &str)] = &[
    (
        "missing-field",
        "a field that every release needs is absent or empty",
    ),
    (
        "wrong-type",
        "a field holds another kind of value than it should",
    ),
    ("unknown-field", "a field that no release has"),
    (
        "control-character",
        "CR, LF, NUL or another control character where one line of text belongs",
    ),
    ("too-long", "a field is longer than the wire carries"),
    ("issuer-slug", "an issuer is not named by its slug"),
    ("language-tag", "not a BCP 47 language tag"),
    ("place-code", "not an ISO 3166 or UN M.49 code"),
    ("unknown-topic", "a topic that the taxonomy does not have"),
    ("ticker-form", "a ticker that cannot be read"),
    ("time-malformed", "a clear time that is not a time"),
    (
        "time-zone",
        "a zone that does not exist, or none where one is needed",
    ),
    (
        "time-nonexistent",
        "a local time skipped when the clocks go forward",
    ),
    (
        "time-ambiguous",
        "a local time that happens twice when the clocks go back",
    ),
    ("contact-address", "a contact's mail address is malformed"),
    ("url", "not an http or https URL"),
    ("lane", "neither flash nor regular"),
    ("body-format", "neither markdown nor html"),
    (
        "html-removed",
        "markup in the body that does not leave: scripts, styles, forms, frames",
    ),
    ("headline-long", "a headline over 100 characters"),
    ("headline-capitals", "a headline in capitals only"),
    (
        "placeholder",
        "text left from a template: TBD, XX, [insert …]",
    ),
    (
        "no-topics",
        "no topic: only readers who watch words, places or issuers will hear of it",
    ),
    ("no-contact", "nobody to ask"),
    (
        "no-summary",
        "no summary: alerts show the first words of the body",
    ),
    ("duplicate", "a value is given twice"),
    ("issuer-unknown", "at intake: no such issuer"),
    (
        "issuer-forbidden",
        "at intake: this token may not speak for that issuer",
    ),
    (
        "lane-forbidden",
        "at intake: this token may not use the flash lane",
    ),
    (
        "clear-time-past",
        "at intake: the clear time has passed, so the release leaves at once",
    ),
];

/// Whether a text is an issuer's slug: lower-case ASCII letters, digits and single hyphens between them.
pub fn is_issuer_slug(text: &str) -> bool {
    parts::is_slug(text)
}

/// Lints one submission against a taxonomy.
pub fn lint(submission: &Map<String, Value>, taxonomy: &Taxonomy) -> Linted {
    let mut fields = Fields::new(submission);
    fields.refuse_unknown(FIELDS);

    let issuers = parts::issuers(&mut fields);
    let edition = parts::edition(&mut fields);
    let headline = fields.required_line("headline", 500);
    let body = parts::body(&mut fields);
    let release = Release {
        issuers,
        story: fields.line("story", 120),
        headline: headline.clone().unwrap_or_default(),
        subheadline: fields.line("subheadline", 500),
        summary: fields.paragraph("summary", 1000),
        dateline: parts::dateline(&mut fields),
        clear: parts::clear_time(&mut fields),
        lane: parts::lane(&mut fields).unwrap_or(Lane::Regular),
        topics: topics(&mut fields, taxonomy),
        places: parts::places(&mut fields),
        tickers: parts::tickers(&mut fields),
        contacts: parts::contacts(&mut fields),
        boilerplate: fields.paragraph("boilerplate", 10_000),
        links: parts::links(&mut fields),
        media: parts::media(&mut fields),
        body: body.clone().unwrap_or(Body::Markdown(String::new())),
        edition: edition.clone().unwrap_or_else(Edition::placeholder),
    };
    text::check(&release, &mut fields);

    let findings = fields.into_findings();
    let complete = edition.is_some() && headline.is_some() && body.is_some();
    let refused = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    debug_assert!(complete || refused, "an absent field is an error");
    Linted {
        findings,
        release: (complete && !refused).then_some(release),
    }
}

fn topics(fields: &mut Fields<'_>, taxonomy: &Taxonomy) -> Vec<TopicSlug> {
    let mut topics = Vec::new();
    for (pointer, text) in fields.strings("topics") {
        match taxonomy.resolve(&text) {
            Some(topic) if topics.contains(&topic.slug) => {
                fields.warn(
                    "duplicate",
                    &pointer,
                    format!("topic `{text}` is given twice"),
                    "give it once",
                );
            }
            Some(topic) => topics.push(topic.slug.clone()),
            None => {
                let nearest: Vec<_> = taxonomy
                    .nearest(&text, 3)
                    .iter()
                    .map(|topic| format!("`{}`", topic.slug))
                    .collect();
                let mend = match nearest.is_empty() {
                    true => "see `dateline topic list`".to_owned(),
                    false => format!(
                        "nearest: {}; the whole list: `dateline topic list`",
                        nearest.join(", ")
                    ),
                };
                fields.error(
                    "unknown-topic",
                    &pointer,
                    format!("no topic `{text}`"),
                    mend,
                );
            }
        }
    }
    topics
}

#[cfg(test)]
mod tests;
