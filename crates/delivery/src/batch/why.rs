//! Why a reader is told: by which of their subscriptions, and by which clause of each.
//!
//! Judged when it is sent, by the filter as it stands then; a filter that was changed meanwhile and no longer matches is told by
//! its name alone.

use super::Work;
use crate::contents::StoryContent;
use release::capability::Capability;
use release::explain::satisfied_by_within;
use release::filter::Filter;
use release::render::{Matched, Reason, clause_bytes};
use std::collections::HashMap;
use std::sync::Mutex;
use store::ActiveSubscription;

/// What a mail shows of a clause, in bytes.
const CLAUSE_BYTES: usize = 160;
/// How long a link to what matched works: 30 days.
const LINK_MS: i64 = 30 * 86_400_000;
/// Filters whose clauses are kept for one release.
const KEPT: usize = 1024;

/// For a webhook.
pub(super) fn matched(reasons: &[&ActiveSubscription], story: &StoryContent) -> Vec<Matched> {
    let most_bytes = clause_bytes(reasons.len());
    let of_one = |reason: &&ActiveSubscription| Matched {
        subscription: reason.public_id.clone(),
        clause: story.clauses.of(reason, story, most_bytes),
    };
    reasons.iter().map(of_one).collect()
}

/// For a mail: what the reader calls it, and the clause where that says more.
pub(super) fn reasons(reasons: &[&ActiveSubscription], story: &StoryContent) -> Vec<Reason> {
    let of_one = |reason: &&ActiveSubscription| {
        let clause = story.clauses.of(reason, story, CLAUSE_BYTES);
        Reason {
            id: reason.id,
            text: match clause.filter(|clause| *clause != reason.name) {
                Some(clause) => format!("{} ({clause})", reason.name),
                None => reason.name.clone(),
            },
        }
    };
    reasons.iter().map(of_one).collect()
}

/// The page that shows by which words the release matched these.
pub(super) fn url(
    work: &Work,
    endpoint_id: i64,
    story: &StoryContent,
    reasons: &[&ActiveSubscription],
) -> String {
    let wire = &work.inner.wire;
    let token = wire.link_key.sign(&Capability::Why {
        endpoint_id,
        release_id: story.row.id,
        expires_ms: work.inner.clock.now_ms() + LINK_MS,
        subscriptions: reasons.iter().map(|reason| reason.id).collect(),
    });
    format!("{}/why/{token}", wire.public_url)
}

/// Clauses by the filter's text: many subscribers ask for the same words, and to find the clause costs as much as to send.
#[derive(Debug, Default)]
pub(crate) struct Clauses(Mutex<HashMap<String, Found>>);

/// What was found of a filter, read by that grammar, within so many bytes.
#[derive(Debug)]
struct Found {
    grammar: i64,
    most_bytes: usize,
    clause: Option<String>,
}

impl Clauses {
    fn of(
        &self,
        reason: &ActiveSubscription,
        story: &StoryContent,
        most_bytes: usize,
    ) -> Option<String> {
        let (filter, grammar) = (&reason.filter, reason.grammar);
        if let Some(found) = self.0.lock().expect("no holder panics").get(filter)
            && (found.grammar, found.most_bytes) == (grammar, most_bytes)
        {
            return found.clause.clone();
        }
        let clause = Filter::parse_stored(filter, grammar)
            .ok()
            .and_then(|filter| satisfied_by_within(&filter, &story.subject, most_bytes));
        let found = Found {
            grammar,
            most_bytes,
            clause: clause.clone(),
        };
        let mut kept = self.0.lock().expect("no holder panics");
        if kept.len() == KEPT {
            kept.clear();
        }
        kept.insert(filter.clone(), found);
        clause
    }
}
