use super::*;
use crate::lint::lint;
use crate::topic::Taxonomy;
use serde_json::{Map, Value, json};

fn full() -> Map<String, Value> {
    let value = json!({
        "issuers": ["acme", "borealis"],
        "agent": { "name": "Ruiz & Partners", "email": "desk@ruiz.example", "phone": "+1 555 0100" },
        "story": "k-1",
        "edition": { "region": "US", "language": "es", "audience": "investors" },
        "headline": "Acme y Borealis abren una planta",
        "subheadline": "En Nevada",
        "summary": "Una planta nueva.",
        "dateline": { "city": "RENO", "region": "Nev.", "country": "US" },
        "clear_at": "2026-12-01T09:00:00-08:00",
        "zone": "America/Los_Angeles",
        "lane": "flash",
        "topics": ["mining"],
        "places": ["US-NV"],
        "tickers": ["XNYS:ACM", { "ticker": "XNAS:BOR", "isin": "US48661E1082" }],
        "contacts": [
            { "name": "Ana Ruiz", "role": "Prensa", "email": "press@acme.example", "phone": "1", "visibility": "public" },
            { "name": "Bo", "visibility": "media" }
        ],
        "boilerplate": [{ "issuer": "acme", "text": "Acme hace yunques.\n\nDesde 1901." }, { "issuer": "borealis", "text": "Viento." }],
        "links": [{ "url": "https://acme.example/x", "title": "Mapa" }],
        "media": [{ "url": "https://acme.example/a.jpg", "type": "image/jpeg", "caption": "La planta", "alt": "Una nave",
            "credit": "Bo", "licence": "CC BY 4.0" }],
        "body": "<p>Acme (NYSE: ACM) y Borealis (Nasdaq: BOR) abren.</p>",
        "body_format": "html",
    });
    value.as_object().unwrap().clone()
}

#[test]
fn a_release_turns_back_into_its_submission() {
    fn check(submission: &Map<String, Value>) {
        let linted = lint(submission, Taxonomy::builtin());
        let release = linted
            .release
            .unwrap_or_else(|| panic!("{:#?}", linted.findings));
        let again = release.to_submission();
        assert_eq!(lint(&again, Taxonomy::builtin()).release, Some(release));
    }

    let full = full();
    check(&full);
    let release = lint(&full, Taxonomy::builtin()).release.unwrap();
    assert_eq!(
        Value::Object(release.to_submission()),
        Value::Object(full.clone())
    );
    for (name, value) in [
        ("clear_at", json!("2026-12-01T17:00:00.123Z")),
        ("zone", Value::Null),
        ("boilerplate", json!("One for\n\nall.")),
        (
            "boilerplate",
            json!([{ "text": "Of nobody in particular" }, { "issuer": "acme", "text": "x" }]),
        ),
        ("lane", Value::Null),
        ("body_format", json!("markdown")),
        ("tickers", json!("KYN")),
        ("edition", json!({ "region": "145", "language": "ar" })),
    ] {
        let mut changed = full.clone();
        changed.insert(name.to_owned(), value);
        check(&changed);
    }
    for name in full.keys().filter(|name| {
        !["issuers", "edition", "headline", "body", "boilerplate"].contains(&name.as_str())
    }) {
        let mut changed = full.clone();
        changed.remove(name);
        if name == "zone" || name != "issuers" {
            check(&changed);
        }
    }
}

#[test]
fn releases_stored_by_earlier_versions_are_read() {
    let stored = json!({
        "issuers": ["acme"], "edition": { "region": "US", "language": "en" }, "headline": "Acme opens", "lane": "regular",
        "topics": [], "places": [], "tickers": ["XNYS:ACM"], "contacts": [], "boilerplate": "Acme makes anvils.", "links": [],
        "media": [{ "url": "https://acme.example/a.jpg" }], "body": { "format": "markdown", "text": "Acme opened." },
    });

    let release: Release = serde_json::from_value(stored).unwrap();

    let about = Boilerplate {
        issuer: None,
        text: "Acme makes anvils.".into(),
    };
    assert_eq!(release.boilerplates, [about]);
    assert_eq!(release.tickers[0].to_string(), "XNYS:ACM");
    assert_eq!(release.tickers[0].isin, None);
    assert_eq!(
        (
            &release.agent,
            &release.edition.audience,
            &release.media[0].licence
        ),
        (&None, &None, &None)
    );
    let again: Release = serde_json::from_str(&serde_json::to_string(&release).unwrap()).unwrap();
    assert_eq!(again, release);
}

#[test]
fn an_edition_is_shown_with_its_audience() {
    let release = lint(&full(), Taxonomy::builtin()).release.unwrap();

    assert_eq!(release.edition.to_string(), "US/es/investors");
}

#[test]
fn absent_boilerplates_are_filled_in_the_order_of_the_issuers() {
    fn check(given: Value, expect: &[(Option<&str>, &str)]) {
        let mut submission = full();
        submission.insert("boilerplate".into(), given);
        let mut release = lint(&submission, Taxonomy::builtin()).release.unwrap();
        release.fill_boilerplates(&[
            ("borealis", "Known B."),
            ("acme", "Known A."),
            ("other", "No."),
        ]);
        let found: Vec<_> = release
            .boilerplates
            .iter()
            .map(|about| (about.issuer.as_deref(), about.text.as_str()))
            .collect();
        assert_eq!(found, expect);
    }

    check(
        Value::Null,
        &[(Some("acme"), "Known A."), (Some("borealis"), "Known B.")],
    );
    check(
        json!([{ "issuer": "borealis", "text": "Own." }]),
        &[(Some("acme"), "Known A."), (Some("borealis"), "Own.")],
    );
    check(json!("For all."), &[(None, "For all.")]);
}
