use super::*;
use serde_json::json;

fn sound() -> Map<String, Value> {
    let value = json!({
        "issuers": ["acme-robotics"],
        "edition": { "region": "US", "language": "en" },
        "headline": "Acme Robotics opens a plant",
        "summary": "A plant opens.",
        "topics": ["artificial-intelligence"],
        "contacts": [{ "name": "Ana Ruiz", "email": "press@acme.example" }],
        "body": "Acme opened a plant.",
    });
    value.as_object().unwrap().clone()
}

fn check(name: &str, value: Value, expect: &[(&str, &str)]) {
    let mut submission = sound();
    submission.insert(name.into(), value);
    let linted = lint(&submission, Taxonomy::builtin());
    let found: Vec<_> = linted
        .findings
        .iter()
        .map(|f| (f.code.as_str(), f.pointer.as_str()))
        .collect();
    assert_eq!(found, expect, "{:#?}", linted.findings);
    let refused = linted
        .findings
        .iter()
        .any(|f| f.severity == Severity::Error);
    assert_eq!(linted.release.is_none(), refused);
    assert!(
        linted
            .findings
            .iter()
            .all(|f| CODES.iter().any(|code| code.code == f.code)),
        "undocumented code"
    );
}

#[test]
fn a_sound_release_has_no_findings() {
    check("headline", json!("Acme opens a plant"), &[]);
}

#[test]
fn each_defect_gives_its_finding() {
    check("headline", Value::Null, &[("missing-field", "/headline")]);
    check("headline", json!("  "), &[("missing-field", "/headline")]);
    check(
        "headline",
        json!("A\r\nBcc: x@y.example"),
        &[("control-character", "/headline")],
    );
    check(
        "headline",
        json!("A\u{0}B"),
        &[("control-character", "/headline")],
    );
    check("headline", json!(12), &[("wrong-type", "/headline")]);
    check(
        "headline",
        json!("x".repeat(501)),
        &[("too-long", "/headline")],
    );
    check(
        "headline",
        json!(format!("Acme {}", "opens ".repeat(17))),
        &[("headline-long", "/headline")],
    );
    check(
        "headline",
        json!("ACME OPENS A NEW PLANT"),
        &[("headline-capitals", "/headline")],
    );
    check("hedline", json!("x"), &[("unknown-field", "/hedline")]);
    check("issuers", json!([]), &[("missing-field", "/issuers")]);
    check(
        "issuers",
        json!(["Acme Inc."]),
        &[("issuer-slug", "/issuers/0")],
    );
    check(
        "edition",
        json!({ "region": "US", "language": "english" }),
        &[("language-tag", "/edition/language")],
    );
    check(
        "edition",
        json!({ "region": "Ruritania", "language": "en" }),
        &[("place-code", "/edition/region")],
    );
    check(
        "edition",
        json!({ "language": "en" }),
        &[("missing-field", "/edition/region")],
    );
    check(
        "topics",
        json!(["artifical-inteligence"]),
        &[("unknown-topic", "/topics/0")],
    );
    check(
        "places",
        json!(["US", "XX"]),
        &[("place-code", "/places/1")],
    );
    check("tickers", json!(["::"]), &[("ticker-form", "/tickers/0")]);
    check(
        "clear_at",
        json!("soon"),
        &[("time-malformed", "/clear_at")],
    );
    check(
        "clear_at",
        json!("2026-12-01T09:00"),
        &[("time-zone", "/clear_at")],
    );
    check("zone", json!("Mars/Olympus"), &[("time-zone", "/zone")]);
    check(
        "contacts",
        json!([{ "name": "A", "email": "press@@x" }]),
        &[("contact-address", "/contacts/0/email")],
    );
    check(
        "contacts",
        json!([{ "name": "A\nB" }]),
        &[("control-character", "/contacts/0/name")],
    );
    check(
        "links",
        json!([{ "url": "javascript:alert(1)" }]),
        &[("url", "/links/0/url")],
    );
    check("lane", json!("express"), &[("lane", "/lane")]);
    check(
        "body_format",
        json!("word"),
        &[("body-format", "/body_format")],
    );
    check(
        "body",
        json!("Text <script>x</script>"),
        &[("html-removed", "/body")],
    );
    check(
        "body",
        json!("Revenue was TBD."),
        &[("placeholder", "/body")],
    );
    check("body", json!(""), &[("missing-field", "/body")]);
    check("topics", Value::Null, &[("no-topics", "/topics")]);
    check("contacts", Value::Null, &[("no-contact", "/contacts")]);
    check("summary", Value::Null, &[("no-summary", "/summary")]);
}

#[test]
fn all_findings_come_in_one_pass_with_the_nearest_topic() {
    let submission = json!({ "topics": ["artifical-inteligence"], "edition": { "region": "US", "language": "english" },
        "clear_at": "2027-03-14T02:30:00", "zone": "America/New_York" });

    let linted = lint(submission.as_object().unwrap(), Taxonomy::builtin());

    let codes: Vec<_> = linted.findings.iter().map(|f| f.code.as_str()).collect();
    for code in [
        "missing-field",
        "unknown-topic",
        "language-tag",
        "time-nonexistent",
    ] {
        assert!(codes.contains(&code), "{code} is not among {codes:?}");
    }
    let topic = linted
        .findings
        .iter()
        .find(|f| f.code == "unknown-topic")
        .unwrap();
    assert!(
        topic.mend.contains("artificial-intelligence"),
        "{}",
        topic.mend
    );
    assert!(linted.release.is_none());
}

mod any_text;
mod every_code;
mod judgement;
