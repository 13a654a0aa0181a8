//! What the checks of the text remark on, and what they leave alone.

use super::{lint, sound};
use crate::finding::Finding;
use crate::topic::Taxonomy;
use serde_json::{Map, Value, json};

fn findings(changes: Value) -> Vec<(Finding, Map<String, Value>)> {
    let mut submission = sound();
    for (name, value) in changes.as_object().unwrap() {
        submission.insert(name.clone(), value.clone());
    }
    let linted = lint(&submission, Taxonomy::builtin());
    linted
        .findings
        .into_iter()
        .map(|finding| (finding, submission.clone()))
        .collect()
}

/// The places in the body to which findings of a code point.
fn places(code: &str, changes: Value) -> Vec<String> {
    let found = findings(changes)
        .into_iter()
        .filter(|(finding, _)| finding.code == code && finding.pointer == "/body");
    found
        .map(|(finding, submission)| {
            let place = finding.within.unwrap();
            submission["body"].as_str().unwrap()[place.start..place.end].to_owned()
        })
        .collect()
}

#[test]
fn weekdays_are_compared_in_many_languages() {
    fn check(language: &str, text: &str, expect: &[&str]) {
        let changes = json!({ "edition": { "region": "US", "language": language }, "body": text, "clear_at": "2026-11-20T12:00:00Z" });
        assert_eq!(places("weekday", changes), expect, "{text}");
    }

    check("en", "It opens on Tuesday, Dec. 1, 2026.", &[]);
    check("en", "It opens on Wed., Dec. 1, 2026.", &["Wed"]);
    check("en", "It opens on Monday, December 1.", &["Monday"]);
    check("en", "It opens on Tuesday, December 1.", &[]);
    check("en", "It opens December 1, 2026 (Friday).", &["Friday"]);
    check("en", "We met on Monday. Dec. 1, 2026, is later.", &[]);
    check("en", "We met on Monday\n\nDec. 1, 2026, is later.", &[]);
    check(
        "de",
        "Am Montag, dem 1. Dezember 2026, öffnet es.",
        &["Montag"],
    );
    check("de", "Am Dienstag, 1. Dezember 2026, öffnet es.", &[]);
    check("es", "El lunes, 1 de diciembre de 2026, abre.", &["lunes"]);
    check("pt", "Na terça-feira, 1 de dezembro de 2026, abre.", &[]);
    check("fr", "Le lundi 1er décembre 2026, elle ouvre.", &["lundi"]);
    check("ru", "В среду, 1 декабря 2026 года, откроется.", &["среду"]);
    check("ja", "2026年12月1日（火）に開設します。", &[]);
    check("ja", "2026年12月1日（水曜日）に開設します。", &["水曜日"]);
    check("ko", "2026년 12월 1일(수) 개장", &["수"]);
}

#[test]
fn the_right_weekday_is_named() {
    let found = findings(json!({ "body": "It opens on Monday, Dec. 1, 2026." }));

    assert_eq!(found[0].0.message, "2026-12-01 is a Tuesday, not a Monday");
}

#[test]
fn zones_are_compared_with_the_season() {
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(
            places("zone-season", json!({ "body": text })),
            expect,
            "{text}"
        );
    }

    check("At 9 a.m. EST on July 1, 2026, it starts.", &["EST"]);
    check("At 9 a.m. EDT on July 1, 2026, it starts.", &[]);
    check("On Dec. 1, 2026, at 9 a.m. EDT it starts.", &["EDT"]);
    check("On Dec. 1, 2026, at 9 a.m. PST it starts.", &[]);
    check("On July 1, 2026, at 9 a.m. MST in Phoenix it starts.", &[]);
    check("On July 1, 2026, at 9 CET it starts.", &["CET"]);
    check("On July 1, 2026, at 9 GMT it starts.", &[]);
    check("At 9 a.m. EST every day.", &[]);
    let in_beijing = json!({ "edition": { "region": "CN", "language": "en" }, "body": "On July 1, 2026, at 9 CST it starts." });
    assert_eq!(places("zone-season", in_beijing), [""; 0]);
    check("On July 1, 2026, at 9 CST it starts.", &["CST"]);
}

#[test]
fn tickers_of_the_text_are_compared_with_the_fields() {
    fn check(text: &str, tickers: Value, expect: &[&str]) {
        let found = findings(json!({ "body": text, "tickers": tickers }));
        let codes: Vec<&str> = found
            .iter()
            .map(|(finding, _)| finding.code.as_str())
            .collect();
        assert_eq!(codes, expect, "{text}");
    }

    check("Acme (NYSE: KYN) opened.", json!(["XNYS:KYN"]), &[]);
    check("Acme (Nasdaq:CSAI) opened.", json!(["CSAI"]), &[]);
    check("Acme (OTCQB: BBLR) opened.", json!(["OTCB:BBLR"]), &[]);
    check(
        "Acme (NYSE:L)(NYSE:LMC.B) opened.",
        json!(["NYSE:L", "NYSE:LMC.B"]),
        &[],
    );
    check(
        "Acme (TSX-V: ABC; NYSE American: ABC) opened.",
        json!(["XTSX:ABC", "XASE:ABC"]),
        &[],
    );
    check(
        "Acme (NYSE: KYN) opened.",
        json!(["XNAS:KYN"]),
        &["ticker-unlisted"],
    );
    check(
        "Acme (NASDAQ: KYNABC) opened.",
        json!(["XNAS:KYNABC"]),
        &["ticker-exchange"],
    );
    check("Acme (TSE: 7203) opened.", json!(["XTKS:7203"]), &[]);
    check(
        "Note: KYN. See the SIX: A way to live. At 10:30 NYSE opened.",
        json!([]),
        &[],
    );
    check("Acme, known as KYN, opened.", json!(["XNYS:KYN"]), &[]);
}

#[test]
fn quarters_that_belong_to_a_results_release_are_left_alone() {
    fn check(headline: &str, body: &str, expect: usize) {
        let found = findings(json!({ "headline": headline, "body": body }));
        let count = found
            .iter()
            .filter(|(finding, _)| finding.code == "stale-quarter")
            .count();
        assert_eq!(count, expect, "{headline}: {body}");
    }

    let third = "Third-quarter sales rose. In the third quarter Acme sold more. Q3 was good.";
    check(
        "Acme Robotics reports Q3",
        &format!("{third} It expects more in the fourth quarter than in the second quarter."),
        0,
    );
    check(
        "Acme Robotics reports Q3",
        &format!("{third} First quarter sales were flat."),
        1,
    );
    check("Acme Robotics reports second quarter", third, 1);
    check("Acme Robotics opens a plant", third, 0);
}

#[test]
fn dead_and_private_links_are_told_from_open_ones() {
    fn check(url: &str, expect: bool) {
        let body = format!("See [this]({url}) now.");
        let expect: Vec<String> = expect.then(|| url.to_owned()).into_iter().collect();
        assert_eq!(places("link-private", json!({ "body": body })), expect);
    }

    check("https://www.acme.example/a", false);
    check("https://acme.com/example.com", false);
    check("http://localhost:3000/x", true);
    check("https://intranet/x", true);
    check("http://10.1.2.3/", true);
    check("http://172.20.0.1/", true);
    check("http://8.8.8.8/", false);
    check("http://[::1]/", true);
    check("http://[fd00::1]/", true);
    check("https://wiki.corp/x", true);
    check("file:///C:/x.docx", true);
    check("https://example.com/x", true);
}

#[test]
fn praise_is_left_to_quotations() {
    fn check(text: &str, expect: &[&str]) {
        assert_eq!(
            places("advertising", json!({ "body": text })),
            expect,
            "{text}"
        );
    }

    check(
        "A world-class, cutting-edge plant.",
        &["world-class", "cutting-edge"],
    );
    check("\"It is a world-class plant,\" she said.", &[]);
    check("“It is a world-class plant,” she said.", &[]);
    check("It works! ![alt](https://acme.example/a.jpg)", &[]);
    check("A! B! C! D! E!", &["!"]);
    check("The incredibly small part.", &[]);
}

#[test]
fn a_statement_about_the_future_is_recognised_in_its_language() {
    fn check(language: &str, text: &str, expect: &[&str]) {
        let body = format!("Acme (NYSE: ACM). {text}");
        let changes = json!({ "edition": { "region": "US", "language": language }, "tickers": ["XNYS:ACM"], "body": body });
        assert_eq!(places("no-safe-harbour", changes), expect, "{text}");
    }

    check("en", "Acme will grow.", &["will"]);
    check(
        "en",
        "Acme will grow. Actual results may differ materially.",
        &[],
    );
    check("en", "Acme grew.", &[]);
    check("de", "Acme erwartet mehr.", &["erwartet"]);
    check(
        "de",
        "Acme erwartet mehr. Zukunftsgerichtete Aussagen sind unsicher.",
        &[],
    );
    check("ka", "Acme will grow.", &[]);
}

#[test]
fn the_twentieth_century_is_no_placeholder() {
    assert_eq!(
        places("placeholder", json!({ "body": "Arte del siglo XX." })),
        [""; 0]
    );
    assert_eq!(
        places(
            "placeholder",
            json!({ "body": "On XX it opens. {{name}} came." })
        ),
        ["{{name}", "XX"]
    );
}

#[test]
fn exclamation_marks_of_every_width_are_counted() {
    let check = |body: &str, expect: &[&str]| {
        let changes = json!({ "edition": { "region": "JP", "language": "ja" }, "body": body });
        assert_eq!(places("advertising", changes), expect, "{body}");
    };

    check("新製品！発売！開始！", &[]);
    check("新製品！発売！開始！本日！", &["！"]);
    check(
        "新製品！発売! ![絵](https://acme.example/a.png) 開始！",
        &[],
    );
}
