//! Why a reader is told: by which of their subscriptions, and by which clause of each.
//!
//! Judged when it is sent, by the filter as it stands then; a filter that was changed meanwhile and no longer matches is told by
//! its name alone.

use release::explain::satisfied_by_within;
use release::filter::Filter;
use release::render::{Matched, Reason, clause_bytes};
use release::subject::Subject;
use store::ActiveSubscription;

/// What a mail shows of a clause, in bytes.
const CLAUSE_BYTES: usize = 160;

/// For a webhook.
pub(super) fn matched(reasons: &[&ActiveSubscription], subject: &Subject) -> Vec<Matched> {
    let most_bytes = clause_bytes(reasons.len());
    let of_one = |reason: &&ActiveSubscription| Matched {
        subscription: reason.public_id.clone(),
        clause: clause(&reason.filter, subject, most_bytes),
    };
    reasons.iter().map(of_one).collect()
}

/// For a mail: what the reader calls it, and the clause where that says more.
pub(super) fn reasons(reasons: &[&ActiveSubscription], subject: &Subject) -> Vec<Reason> {
    let of_one = |reason: &&ActiveSubscription| {
        let clause = clause(&reason.filter, subject, CLAUSE_BYTES);
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

fn clause(filter: &str, subject: &Subject, most_bytes: usize) -> Option<String> {
    satisfied_by_within(&Filter::parse(filter).ok()?, subject, most_bytes)
}
