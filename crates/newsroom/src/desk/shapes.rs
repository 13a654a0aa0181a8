//! What the API answers, as far as the desk reads it.

use release::finding::Finding;
use release::model::Release;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Who is signed in.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Me {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    /// Slugs; empty means all.
    pub(crate) issuers: Vec<String>,
}

impl Me {
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    /// Whether others' releases come to this person for a word.
    pub(crate) fn reviews(&self) -> bool {
        self.may("releases:review") || self.may("releases:approve")
    }

    /// Whether one of the missing words is this person's to give.
    pub(crate) fn is_awaited(&self, shown: &Shown) -> bool {
        shown.awaits.iter().any(|side| match side.as_str() {
            "editor" => self.may("releases:review"),
            _ => self.may("releases:approve") && shown.submitted_by != self.id,
        })
    }
}

/// A release as it stands.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) edition: String,
    pub(crate) headline: Option<String>,
    pub(crate) issuers: Vec<String>,
    pub(crate) state: String,
    pub(crate) awaits: Vec<String>,
    pub(crate) bundle: Option<String>,
    pub(crate) lane: String,
    pub(crate) clear_at: Option<String>,
    pub(crate) accepted_at: String,
    pub(crate) cleared_at: Option<String>,
    pub(crate) submitted_by: String,
    pub(crate) content_hash: String,
    /// While it is held.
    pub(crate) hold: Option<Hold>,
    pub(crate) url: String,
}

/// Who holds a release, and why.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Hold {
    pub(crate) by: String,
    pub(crate) right: String,
    pub(crate) note: String,
}

impl Shown {
    /// Before its clear time, and still on its way.
    pub(crate) fn is_underway(&self) -> bool {
        matches!(self.state.as_str(), "submitted" | "held" | "scheduled")
    }

    pub(crate) fn headline(&self) -> &str {
        self.headline
            .as_deref()
            .filter(|text| !text.trim().is_empty())
            .unwrap_or("(no headline yet)")
    }
}

/// A release with its text.
#[derive(Debug, Deserialize)]
pub(crate) struct Whole {
    #[serde(flatten)]
    pub(crate) shown: Shown,
    content: Value,
    /// As it was sent.
    pub(crate) source: Map<String, Value>,
}

impl Whole {
    /// The text as it leaves; a draft has none yet.
    pub(crate) fn release(&self) -> Option<Release> {
        serde_json::from_value(self.content.clone()).ok()
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) releases: Vec<Shown>,
    #[serde(default)]
    pub(crate) next_before: Option<String>,
}

/// A release that was kept or accepted.
#[derive(Debug, Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: String,
}

/// A release that was stopped or moved.
#[derive(Debug, Deserialize)]
pub(crate) struct Stopped {
    pub(crate) state: String,
}

/// What a dry run says.
#[derive(Debug, Deserialize)]
pub(crate) struct Trial {
    pub(crate) releases: Vec<TrialOfOne>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct TrialOfOne {
    pub(crate) findings: Vec<Finding>,
    pub(crate) awaits: Vec<String>,
    pub(crate) clear_at: String,
    pub(crate) content: Release,
    pub(crate) reach: Option<Reach>,
}

/// How many endpoints would hear of it now.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reach {
    /// Else rounded down.
    pub(crate) exact: bool,
    pub(crate) endpoints: i64,
    pub(crate) channels: BTreeMap<String, i64>,
    pub(crate) topics: BTreeMap<String, i64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct History {
    pub(crate) events: Vec<Event>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) act: String,
    pub(crate) note: String,
    pub(crate) content_hash: String,
}

/// A text that somebody spoke about.
#[derive(Debug, Deserialize)]
pub(crate) struct TextRead {
    pub(crate) content: Value,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ProofLink {
    pub(crate) url: String,
    pub(crate) expires_at: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reported {
    pub(crate) report: Report,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    pub(crate) complete: bool,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    pub(crate) channels: BTreeMap<String, Counts>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Counts {
    pub(crate) matched: i64,
    pub(crate) delivered: i64,
    pub(crate) dead: i64,
    pub(crate) suppressed: i64,
    pub(crate) superseded: i64,
    pub(crate) due: i64,
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p95_ms: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Issuers {
    pub(crate) issuers: Vec<Issuer>,
    /// Where the next page begins.
    #[serde(default)]
    pub(crate) next_after: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Issuer {
    pub(crate) slug: String,
    pub(crate) name: String,
}
