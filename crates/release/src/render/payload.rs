//! Webhook payloads in the form of Standard Webhooks 1.0.0: `type`, `timestamp`, `data`.
//!
//! The item's part is written once; a delivery's part (when it was sent, what matched) is spliced in behind it, so a
//! fan-out to 100,000 endpoints formats the text once.

use super::Item;
use crate::time::rfc3339;
use serde_json::json;

/// What fits beside headline and links in a payload of under 20 kB.
const SUMMARY_CHARS: usize = 1000;
/// The `matched` array holds no more than this.
const MATCHED_BYTES: usize = 1024;

/// The payload of a `release.cleared` event, less the delivery's own part.
#[derive(Debug, Clone)]
pub struct StoryPayload {
    open: String,
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
        let whole = json!({ "type": "release.cleared", "timestamp": rfc3339(item.cleared_ms), "data": data }).to_string();
        let open = whole
            .strip_suffix("}}")
            .expect("a JSON object in an object ends so")
            .to_owned();
        StoryPayload { open }
    }

    /// The body of one delivery at one attempt.
    pub fn complete(&self, sent_ms: i64, matched: &[String]) -> String {
        let mut body = String::with_capacity(self.open.len() + 160);
        body.push_str(&self.open);
        body.push_str(",\"sent_at\":\"");
        body.push_str(&rfc3339(sent_ms));
        body.push_str("\",\"matched\":");
        body.push_str(&matched_array(matched));
        body.push_str("}}");
        body
    }
}

fn matched_array(matched: &[String]) -> String {
    let mut array = String::from("[");
    for id in matched {
        if array.len() + id.len() + 4 > MATCHED_BYTES {
            break;
        }
        if array.len() > 1 {
            array.push(',');
        }
        array.push('"');
        array.push_str(id);
        array.push('"');
    }
    array.push(']');
    array
}

/// The body that asks a webhook to prove that it wants calls: it must answer 2xx with the same `challenge`.
pub fn challenge_payload(challenge: &str, endpoint: &str, sent_ms: i64) -> String {
    json!({
        "type": "endpoint.challenge",
        "timestamp": rfc3339(sent_ms),
        "data": { "endpoint": endpoint, "challenge": challenge },
    })
    .to_string()
}

/// The body that shows the owner of a webhook that calls arrive, and that their signature can be checked.
pub fn test_payload(endpoint: &str, sent_ms: i64) -> String {
    json!({
        "type": "endpoint.test",
        "timestamp": rfc3339(sent_ms),
        "data": { "endpoint": endpoint, "sent_at": rfc3339(sent_ms) },
    })
    .to_string()
}
