//! Lint: one pass over a submission gives every finding and, where none is an error, the release.
//!
//! Reads the JSON object of [`crate::source`]; touches no clock and no network. What needs the store (does the
//! issuer exist, may this token speak for it) is added at intake with the same kind of findings.

mod codes;
mod fields;
mod hidden;
pub mod known;
mod parts;
mod text;

pub use codes::{CODES, Code};

use crate::finding::{Finding, Severity};
use crate::model::{Body, Edition, Lane, Release};
use crate::source::{self, Places, SourceError};
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
    "agent",
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

/// Whether a text is an issuer's slug: lower-case ASCII letters, digits and single hyphens between them.
pub fn is_issuer_slug(text: &str) -> bool {
    parts::is_slug(text)
}

/// Lints a submission as it was sent, so that findings also say where in it: JSON, or Markdown with front matter.
pub fn lint_source(bytes: &[u8], taxonomy: &Taxonomy) -> Result<Linted, SourceError> {
    let mut linted = lint(&source::parse(bytes)?, taxonomy);
    Places::fill(bytes, &mut linted.findings);
    Ok(linted)
}

/// Lints one submission against a taxonomy.
pub fn lint(submission: &Map<String, Value>, taxonomy: &Taxonomy) -> Linted {
    let mut fields = Fields::new(submission);
    fields.refuse_unknown(FIELDS);

    let issuers = parts::issuers(&mut fields);
    let edition = parts::edition(&mut fields);
    let headline = fields.required_line("headline", 500);
    let body = parts::body(&mut fields);
    let boilerplates = parts::boilerplates(&mut fields, &issuers);
    let release = Release {
        issuers,
        agent: parts::agent(&mut fields),
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
        boilerplates,
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
