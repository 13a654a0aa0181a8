//! For each code a submission that triggers it and nothing else.

use super::{CODES, lint, sound};
use crate::finding::Severity;
use crate::topic::Taxonomy;
use serde_json::{Map, Value, json};

/// Codes that lint alone cannot give, and where they are tested.
const ELSEWHERE: &[(&str, &str)] = &[
    ("headline-issuer", "lint::known"),
    ("headline-news", "lint::known"),
    ("contact-domain", "lint::known"),
    ("no-boilerplate", "lint::known"),
    ("near-double", "lint::known"),
    ("bundle-story", "intake::bundle"),
    ("bundle-issuers", "intake::bundle"),
    ("bundle-clear-time", "intake::bundle"),
    ("bundle-edition", "intake::bundle"),
    ("issuer-unknown", "tests/tests/wire"),
    ("issuer-forbidden", "tests/tests/wire"),
    ("lane-forbidden", "tests/tests/wire"),
    ("clear-time-past", "tests/tests/wire"),
    ("malformed", "dateline lint"),
    ("unreadable", "dateline lint"),
];

/// A sound submission with some fields set, or taken out where the value is null.
fn with(changes: Value) -> Map<String, Value> {
    let mut submission = sound();
    for (name, value) in changes.as_object().unwrap() {
        match value.is_null() {
            true => submission.remove(name),
            false => submission.insert(name.clone(), value.clone()),
        };
    }
    submission
}

fn body(text: &str) -> Value {
    json!({ "body": text })
}

/// The code, what triggers it, and the pointer of the finding.
#[rustfmt::skip]
fn triggers() -> Vec<(&'static str, Value, &'static str)> {
    let listed = |text: &str, tickers: Value| json!({ "body": text, "tickers": tickers });
    let picture = json!([{ "url": "https://acme.example/a.jpg", "type": "image/jpeg" }]);
    let contacts: Vec<Value> = (0..21).map(|n| json!({ "name": "A", "email": format!("a{n}@acme.example") })).collect();
    let links: String = (0..31).map(|n| format!("[a {n}](https://acme.example/{n}) ")).collect();
    vec![
        ("missing-field", json!({ "headline": null }), "/headline"),
        ("wrong-type", json!({ "agent": "Ruiz" }), "/agent"),
        ("unknown-field", json!({ "hedline": "x" }), "/hedline"),
        ("control-character", json!({ "subheadline": "A\r\nBcc: x" }), "/subheadline"),
        ("hidden-character", json!({ "headline": "Acme Robotics \u{202e}opens a plant" }), "/headline"),
        ("too-long", json!({ "story": "x".repeat(121) }), "/story"),
        ("issuer-slug", json!({ "issuers": ["Acme Inc."] }), "/issuers/0"),
        ("audience-slug", json!({ "edition": { "region": "US", "language": "en", "audience": "All investors" } }), "/edition/audience"),
        ("language-tag", json!({ "edition": { "region": "US", "language": "english" } }), "/edition/language"),
        ("place-code", json!({ "places": ["XX"] }), "/places/0"),
        ("unknown-topic", json!({ "topics": ["artifical-inteligence"] }), "/topics/0"),
        ("ticker-form", json!({ "tickers": [{ "ticker": "::" }] }), "/tickers/0/ticker"),
        ("isin", listed("Acme (NYSE: ACM) opened.", json!([{ "ticker": "XNYS:ACM", "isin": "US0378331006" }])), "/tickers/0/isin"),
        ("time-malformed", json!({ "clear_at": "soon" }), "/clear_at"),
        ("time-zone", json!({ "clear_at": "2026-12-01T09:00" }), "/clear_at"),
        ("time-nonexistent", json!({ "clear_at": "2027-03-14T02:30", "zone": "America/New_York" }), "/clear_at"),
        ("time-ambiguous", json!({ "clear_at": "2026-11-01T01:30", "zone": "America/New_York" }), "/clear_at"),
        ("contact-address", json!({ "contacts": [{ "name": "A", "email": "a@@acme.example" }] }), "/contacts/0/email"),
        ("boilerplate-issuer", json!({ "boilerplate": [{ "issuer": "borealis", "text": "Wind." }] }), "/boilerplate/0/issuer"),
        ("url", json!({ "links": [{ "url": "javascript:alert(1)" }] }), "/links/0/url"),
        ("media-type", json!({ "media": [{ "url": "https://acme.example/a", "type": "jpeg" }] }), "/media/0/type"),
        ("lane", json!({ "lane": "express" }), "/lane"),
        ("body-format", json!({ "body_format": "word" }), "/body_format"),
        ("html-removed", body("Acme opened. <script>x</script>"), "/body"),
        ("headline-long", json!({ "headline": format!("Acme Robotics {}", "opens ".repeat(16)) }), "/headline"),
        ("headline-capitals", json!({ "headline": "ACME ROBOTICS OPENS A PLANT" }), "/headline"),
        ("body-capitals", body("ACME ROBOTICS OPENED A PLANT IN RENO THAT MAKES ANVILS."), "/body"),
        ("placeholder", body("Acme opened a plant in [insert city]."), "/body"),
        ("typed-dateline", body("RENO, Nev., Dec. 1, 2026 /PRNewswire/ -- Acme opened a plant."), "/body"),
        ("repeated-lead", body("**Acme Robotics opens a plant**\n\nAcme opened it."), "/body"),
        ("weekday", body("Acme opens on Monday, Dec. 1, 2026, in Reno."), "/body"),
        ("zone-season", body("A call follows at 9 a.m. EST on July 1, 2026."), "/body"),
        ("stale-quarter", json!({ "headline": "Acme Robotics reports first quarter", "body": "Sales rose in the third quarter." }), "/headline"),
        ("ticker-exchange", listed("Acme (NYSE: ABCDE1) opened.", json!(["XNYS:ABCDE1"])), "/body"),
        ("ticker-unlisted", listed("Acme (NYSE: ACM) and Bo (NYSE: BO) met.", json!(["XNYS:ACM"])), "/body"),
        ("ticker-unnamed", json!({ "tickers": ["XNYS:ACM"] }), "/tickers/0"),
        ("no-ticker", body("Acme (NYSE American: ACM) opened."), "/body"),
        ("no-safe-harbour", listed("Acme (NYSE: ACM) expects more.", json!(["XNYS:ACM"])), "/body"),
        ("no-original", body("Acme opened. This is a translation."), "/body"),
        ("advertising", body("Acme opened a revolutionary plant."), "/body"),
        ("keyword-stuffing", body(&"Acme robots lift. ".repeat(16)), "/body"),
        ("mixed-script", body("Аcme opened a plant."), "/body"),
        ("link-private", json!({ "links": [{ "url": "http://192.168.0.7/draft" }] }), "/links/0/url"),
        ("many-links", body(&links), "/body"),
        ("many-addresses", json!({ "contacts": contacts }), "/contacts"),
        ("long-word", body(&format!("Acme {}", "x".repeat(61))), "/body"),
        ("long-paragraph", body(&(0..700).map(|n| format!("a{n}th ")).collect::<String>()), "/body"),
        ("no-alt", json!({ "media": picture }), "/media/0/alt"),
        ("no-topics", json!({ "topics": null }), "/topics"),
        ("no-contact", json!({ "contacts": null }), "/contacts"),
        ("no-summary", json!({ "summary": null }), "/summary"),
        ("duplicate", json!({ "issuers": ["acme-robotics", "acme-robotics"] }), "/issuers/1"),
    ]
}

#[test]
fn each_code_has_a_submission_that_triggers_it_and_nothing_else() {
    for (code, changes, pointer) in triggers() {
        let linted = lint(&with(changes), Taxonomy::builtin());
        let found: Vec<_> = linted
            .findings
            .iter()
            .map(|finding| (finding.code.as_str(), finding.pointer.as_str()))
            .collect();
        assert_eq!(found, [(code, pointer)], "{:#?}", linted.findings);
        let documented = CODES
            .iter()
            .find(|entry| entry.code == code)
            .map(|entry| entry.severity);
        assert_eq!(documented, Some(linted.findings[0].severity), "{code}");
        assert_eq!(
            linted.release.is_none(),
            documented == Some(Severity::Error),
            "{code}"
        );
    }
}

#[test]
fn no_code_is_without_a_test() {
    let triggers = triggers();
    for entry in CODES {
        let here = triggers.iter().any(|(code, ..)| *code == entry.code);
        let elsewhere = ELSEWHERE.iter().any(|(code, _)| *code == entry.code);
        assert!(
            here != elsewhere,
            "`{}` is tested {}",
            entry.code,
            if here { "twice" } else { "nowhere" }
        );
    }
}
