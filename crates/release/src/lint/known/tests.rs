use super::*;
use crate::lint::lint;
use crate::topic::Taxonomy;
use serde_json::{Value, json};

fn release(changes: &[(&str, Value)]) -> Release {
    let mut submission = json!({
        "issuers": ["acme"], "edition": { "region": "US", "language": "en" }, "headline": "Acme Robotics opens a plant in Reno",
        "summary": "A plant opens.", "topics": ["mining"], "contacts": [{ "name": "Ana", "email": "ana@press.acme.example" }],
        "body": "Acme Robotics opened a plant in Reno that makes anvils for the whole of the West, it said.",
    });
    for (name, value) in changes {
        submission[*name] = value.clone();
    }
    lint(submission.as_object().unwrap(), Taxonomy::builtin())
        .release
        .unwrap()
}

fn known() -> Known {
    let issuer = IssuerFacts {
        slug: "acme".into(),
        name: "Acme Robotics, Inc.".into(),
        site: Some("https://www.acme.example/en".into()),
        has_boilerplate: true,
    };
    Known {
        issuers: vec![issuer],
        ..Known::default()
    }
}

fn codes(release: &Release, known: &Known) -> Vec<(String, String)> {
    let findings = check(release, known).into_iter();
    findings
        .map(|finding| (finding.code, finding.pointer))
        .collect()
}

#[test]
fn a_headline_names_an_issuer_and_news() {
    fn check(headline: &str, expect: &[&str]) {
        let codes = codes(&release(&[("headline", json!(headline))]), &known());
        let codes: Vec<&str> = codes.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, expect, "{headline}");
    }

    check("ACME opens a plant", &[]);
    check("New plant opens in Reno", &["headline-issuer"]);
    check("Acme Robotics announces news", &["headline-news"]);
    check("Acme Robotics, Inc.: press release", &["headline-news"]);
    check("アクメ、リノに工場を開設", &[]);
    check("AR opens plant in Reno", &[]);
}

#[test]
fn names_in_scripts_without_spaces_are_found() {
    let mut known = known();
    known.issuers[0].name = "青嶺センサー株式会社".into();
    let check = |headline: &str, expect: usize| {
        let release = release(&[
            ("headline", json!(headline)),
            ("edition", json!({ "region": "JP", "language": "ja" })),
        ]);
        assert_eq!(
            names::headline(&release, &known).iter().count(),
            expect,
            "{headline}"
        );
    };

    check("青嶺センサー、土砂災害検知センサーを発売", 0);
    check("長野の会社、土砂災害検知装置を発売", 1);
}

#[test]
fn contacts_are_at_home_with_an_issuer_or_the_agent() {
    fn check(email: &str, agent: Value, expect: usize) {
        let release = release(&[
            ("contacts", json!([{ "name": "Ana", "email": email }])),
            ("agent", agent.clone()),
        ]);
        let found = codes(&release, &known())
            .iter()
            .filter(|(code, _)| code == "contact-domain")
            .count();
        assert_eq!(found, expect, "{email} {agent}");
    }

    check("ana@acme.example", Value::Null, 0);
    check("ana@mail.acme.example", Value::Null, 0);
    check("ana@acrne.example", Value::Null, 1);
    check(
        "ana@ruiz.example",
        json!({ "name": "Ruiz", "email": "desk@ruiz.example" }),
        0,
    );
    check("ana@ruiz.example", json!({ "name": "Ruiz" }), 0);
    check(
        "ana@gmail.com",
        json!({ "name": "Ruiz", "email": "desk@ruiz.example" }),
        1,
    );
}

#[test]
fn organisations_are_told_apart_below_shared_suffixes() {
    fn check(host: &str, expect: &str) {
        assert_eq!(organisation(host), expect);
    }

    check("www.acme.com", "acme.com");
    check("acme.com", "acme.com");
    check("press.acme.co.uk", "acme.co.uk");
    check("acme.co.uk", "acme.co.uk");
    check("localhost", "localhost");
    check("co.uk", "co.uk");
}

#[test]
fn doubles_name_the_release_they_repeat() {
    let first = release(&[]);
    let beside = |other: &Release| {
        let recent = RecentRelease {
            id: "rel_1".into(),
            headline: "Acme opens".into(),
            share: fingerprint_of(&first).similarity(&fingerprint_of(other)),
            edition_language: LanguageTag::parse("en-GB").unwrap(),
        };
        Known {
            recent: vec![recent],
            ..known()
        }
    };
    let again = release(&[("summary", json!("Other."))]);
    let other = release(&[(
        "body",
        json!("Nothing of this was ever said by anybody before, in no release at all."),
    )]);
    let german = release(&[("edition", json!({ "region": "DE", "language": "de" }))]);

    let again = check(&again, &beside(&again));

    assert_eq!(again.len(), 1, "{again:#?}");
    assert!(
        again[0].code == "near-double" && again[0].message.contains("rel_1"),
        "{again:#?}"
    );
    assert_eq!(codes(&other, &beside(&other)), []);
    assert_eq!(codes(&german, &beside(&german)), []);
}

#[test]
fn a_translation_says_which_language_prevails() {
    fn check(language: &str, body: &str, others: &[&str], expect: usize) {
        let release = release(&[
            ("body", json!(body)),
            ("edition", json!({ "region": "US", "language": language })),
        ]);
        let other_editions = others
            .iter()
            .map(|tag| LanguageTag::parse(tag).unwrap())
            .collect();
        let known = Known {
            other_editions,
            ..known()
        };
        let found = codes(&release, &known)
            .iter()
            .filter(|(code, _)| code == "no-original")
            .count();
        assert_eq!(found, expect, "{body}");
    }

    check("de", "Acme baut.", &["en"], 1);
    check(
        "de",
        "Acme baut. Maßgeblich ist die englische Originalfassung.",
        &["en"],
        0,
    );
    check(
        "es",
        "Acme abre. El texto original en inglés es el que prevalece.",
        &["en"],
        0,
    );
    check("ja", "アクメ。英語の原文が優先されます。", &["en"], 0);
    check("en", "Acme opens.", &["en-GB"], 0);
    check("en", "Acme opens.", &[], 0);
}

#[test]
fn an_issuer_without_boilerplate_is_remarked_on_unless_the_release_has_one() {
    let mut known = known();
    known.issuers[0].has_boilerplate = false;

    assert_eq!(
        codes(&release(&[]), &known),
        [("no-boilerplate".to_owned(), "/boilerplate".to_owned())]
    );
    assert_eq!(
        codes(
            &release(&[("boilerplate", json!("Acme makes anvils."))]),
            &known
        ),
        []
    );
}

#[test]
fn a_name_made_to_look_like_another_is_remarked_on() {
    let mut known = known();
    known.issuers[0].name = "Аcme Robotics".into();

    let found = codes(&release(&[]), &known);

    assert!(
        found.contains(&("mixed-script".to_owned(), "/issuers/0".to_owned())),
        "{found:?}"
    );
}
