//! Releases that pass lint without a remark.

use serde_json::{Value, json};

/// A release of the issuer `acme` in the edition US/en.
pub fn release(headline: &str) -> Value {
    json!({
        "issuers": ["acme"],
        "edition": { "region": "US", "language": "en" },
        "headline": headline,
        "subheadline": "Second line: café, naïve, Zürich",
        "summary": "Acme opened a plant for loading machines in Austin.",
        "dateline": { "city": "AUSTIN", "region": "Texas", "country": "US" },
        "topics": ["earnings"],
        "places": ["US-TX"],
        "tickers": ["XNAS:ACME"],
        "contacts": [{ "name": "Ana Ruiz", "email": "press@acme.example", "phone": "+1 512 555 0142" }],
        "body": "Acme Robotics (Nasdaq: ACME) today opened a plant in Austin, Texas.\n\n.\n\nIt employs *120* people, said the café's owner.",
    })
}

/// The same with a clear time.
pub fn release_at(headline: &str, clear_at: &str) -> Value {
    let mut release = release(headline);
    release["clear_at"] = json!(clear_at);
    release
}
