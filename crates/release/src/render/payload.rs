//! Webhook payloads in the form of Standard Webhooks 1.0.0: `type`, `timestamp`, `data`.
//!
//! The item's part is written once, as is its text for those who ask for it; a delivery's part (when it was sent, what
//! matched) is spliced in behind it, so a fan-out to 100,000 endpoints formats the text once.

use super::{Event, Item};
use crate::model::Include;
use crate::time::rfc3339;
use serde::Serialize;
use serde_json::json;

/// What fits beside headline and links in a payload of under 20 kB.
const SUMMARY_CHARS: usize = 1000;
/// The `matched` array holds no more than this.
const MATCHED_BYTES: usize = 1024;
/// A call with the text of its release is no longer than this; where it would be, the text is left out.
const LARGEST_BYTES: usize = 256 * 1024;
/// What a delivery's part takes beside the `matched` array: names, quotes, a time.
const AROUND_BYTES: usize = 128;

/// A subscription that matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// `sub_…`.
    pub subscription: String,
    /// By which clause, in the filter language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

/// The payload of a `release.cleared` event, less the delivery's own part.
#[derive(Debug, Clone)]
pub struct StoryPayload {
    open: String,
    /// The release's text as a further field; null where it is too long.
    body: String,
}

impl StoryPayload {
    /// The part that all deliveries of an item share.
    pub fn new(item: &Item) -> StoryPayload {
        let release = &item.release;
        let data = json!({
            "release": item.release_id,
            "seq": item.seq,
            "story": item.story_id,
            "revision": item.revision,
            "url": item.url,
            "headline": release.headline,
            "subheadline": release.subheadline,
            "summary": release.summary_or_lead(&item.body.text, SUMMARY_CHARS),
            "issuers": release.issuers.iter().zip(&item.issuer_names)
                .map(|(slug, name)| json!({ "slug": slug, "name": name })).collect::<Vec<_>>(),
            "edition": release.edition,
            "topics": release.topics,
            "places": release.places,
            "tickers": release.tickers.iter().map(|listing| &listing.ticker).collect::<Vec<_>>(),
            "accepted_at": rfc3339(item.accepted_ms),
            "cleared_at": rfc3339(item.cleared_ms),
        });
        let whole =
            json!({ "type": Event::Cleared, "timestamp": rfc3339(item.cleared_ms), "data": data })
                .to_string();
        let open = whole
            .strip_suffix("}}")
            .expect("a JSON object in an object ends so")
            .to_owned();
        let taken = open.len() + MATCHED_BYTES + AROUND_BYTES;
        let body = body_field(item, LARGEST_BYTES.saturating_sub(taken));
        StoryPayload { open, body }
    }

    /// The body of one delivery at one attempt.
    pub fn complete(&self, sent_ms: i64, include: Include, matched: &[Matched]) -> String {
        let text = match include {
            Include::Summary => "",
            Include::Body => &self.body,
        };
        let mut body = String::with_capacity(self.open.len() + text.len() + 160);
        body.push_str(&self.open);
        body.push_str(text);
        body.push_str(",\"sent_at\":\"");
        body.push_str(&rfc3339(sent_ms));
        body.push_str("\",\"matched\":");
        body.push_str(&matched_array(matched));
        body.push_str("}}");
        body
    }
}

/// The text in both its forms, if that takes no more than so many bytes.
fn body_field(item: &Item, most_bytes: usize) -> String {
    let body = json!({ "text": item.body.text, "html": item.body.html });
    let field = format!(",\"body\":{body}");
    match field.len() <= most_bytes {
        true => field,
        false => ",\"body\":null".to_owned(),
    }
}

/// The array in at most [`MATCHED_BYTES`]: first clauses are left out, then subscriptions.
fn matched_array(matched: &[Matched]) -> String {
    let whole = serde_json::to_string(matched).expect("texts are always JSON");
    match whole.len() <= MATCHED_BYTES {
        true => whole,
        false => shortened_array(matched),
    }
}

fn shortened_array(matched: &[Matched]) -> String {
    let json = |one: &Matched| serde_json::to_string(one).expect("texts are always JSON");
    let id_alone = |one: &Matched| {
        json(&Matched {
            clause: None,
            ..one.clone()
        })
    };
    // Room for the ids of those that follow comes before a clause.
    let mut to_come: usize = matched.iter().map(|one| id_alone(one).len() + 1).sum();
    let mut array = String::from("[");
    for one in matched {
        let alone = id_alone(one);
        to_come -= alone.len() + 1;
        let whole = json(one);
        let room = (MATCHED_BYTES - 2).saturating_sub(array.len());
        let entry = match whole.len() + to_come <= room {
            true => whole,
            false => alone,
        };
        if entry.len() > room {
            break;
        }
        if array.len() > 1 {
            array.push(',');
        }
        array.push_str(&entry);
    }
    array.push(']');
    array
}

/// How long a clause may be for the clauses of so many subscriptions to fit, if little of them is quoted.
pub fn clause_bytes(subscriptions: usize) -> usize {
    const AROUND: usize = 80;
    (MATCHED_BYTES / subscriptions.max(1))
        .saturating_sub(AROUND)
        .max(24)
}

/// The body that asks a webhook to prove that it wants calls: it must answer 2xx with the same `challenge`.
pub fn challenge_payload(challenge: &str, endpoint: &str, sent_ms: i64) -> String {
    json!({
        "type": Event::Challenge,
        "timestamp": rfc3339(sent_ms),
        "data": { "endpoint": endpoint, "challenge": challenge },
    })
    .to_string()
}

/// The body that shows the owner of a webhook that calls arrive, and that their signature can be checked.
pub fn test_payload(endpoint: &str, sent_ms: i64) -> String {
    json!({
        "type": Event::Test,
        "timestamp": rfc3339(sent_ms),
        "data": { "endpoint": endpoint, "sent_at": rfc3339(sent_ms) },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(count: usize, clause: &str) -> Vec<Matched> {
        let one = |n| Matched {
            subscription: format!("sub_{n:016}"),
            clause: Some(clause.to_owned()),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn the_array_of_what_matched_stays_within_its_bytes() {
        for count in [0, 1, 2, 10, 40, 1000] {
            for clause in [
                "topic:mining",
                &"\"\\".repeat(400),
                &"ü".repeat(clause_bytes(count) / 2),
            ] {
                let array = matched_array(&matched(count, clause));

                assert!(
                    array.len() <= MATCHED_BYTES,
                    "{count}: {} bytes",
                    array.len()
                );
                let read: Vec<serde_json::Value> = serde_json::from_str(&array).unwrap();
                assert!(
                    read.len() == count || read.len() >= 25,
                    "{count}: {}",
                    read.len()
                );
            }
        }
    }

    #[test]
    fn a_match_names_subscription_and_clause() {
        assert_eq!(
            matched_array(&matched(1, "a AND \"b c\"")),
            r#"[{"subscription":"sub_0000000000000000","clause":"a AND \"b c\""}]"#
        );
    }
}
