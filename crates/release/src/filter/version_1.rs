//! Texts that were stored when the grammar had version 1, and the trees that they had and have.

use super::*;
use serde_json::{Value, json};

#[test]
fn texts_of_version_1_have_the_trees_that_they_had() {
    let word = |text: &str| json!({ "words": text });
    let table: &[(&str, Value)] = &[
        ("everything", json!({ "everything": true })),
        (
            "everything AND NOT topic:mining",
            json!({ "all": [{ "everything": true }, { "not": { "topic": "mining" } }] }),
        ),
        ("topic:mining", json!({ "topic": "mining" })),
        (
            "geo:US-CA AND lang:de",
            json!({ "all": [{ "geo": "US-CA" }, { "lang": "de" }] }),
        ),
        ("lang:*", json!({ "lang": "*" })),
        (
            "source:acme OR ticker:XNYS:KYN",
            json!({ "any": [{ "source": "acme" }, { "ticker": "XNYS:KYN" }] }),
        ),
        ("ticker:\"NYSE: KYN\"", json!({ "ticker": "XNYS:KYN" })),
        ("lithium", word("lithium")),
        ("\"lithium mine\"", word("lithium mine")),
        (
            "a AND b OR c AND d",
            json!({ "any": [{ "all": [word("a"), word("b")] }, { "all": [word("c"), word("d")] }] }),
        ),
        (
            "a AND (b OR c)",
            json!({ "all": [word("a"), { "any": [word("b"), word("c")] }] }),
        ),
        ("NOT NOT a", json!({ "not": { "not": word("a") } })),
        (
            "NOT (a OR NOT b)",
            json!({ "not": { "any": [word("a"), { "not": word("b") }] } }),
        ),
        (
            "\"or\" AND \"everything\"",
            json!({ "all": [word("or"), word("everything")] }),
        ),
        (
            "\"AT&T\" AND \"l'eau\" AND \"3.5\"",
            json!({ "all": [word("AT&T"), word("l'eau"), word("3.5")] }),
        ),
        // What looks like version 2 was words in version 1, and stays so.
        ("\"robot*\"", word("robot*")),
        ("\"NEAR/5\"", word("NEAR/5")),
        ("\"title:gold\"", word("title:gold")),
        ("\"cs(Acme)\"", word("cs(Acme)")),
        ("NEAR", word("NEAR")),
        (
            "gold NEAR mine",
            json!({ "all": [word("gold"), word("NEAR"), word("mine")] }),
        ),
        (
            "first/20 atleast/3",
            json!({ "all": [word("first/20"), word("atleast/3")] }),
        ),
        (
            "near/by W/X NEAR/x",
            json!({ "all": [word("near/by"), word("W/X"), word("NEAR/x")] }),
        ),
        ("first (a)", json!({ "all": [word("first"), word("a")] })),
        (
            "title lead body lane cs",
            json!({ "all": [word("title"), word("lead"), word("body"), word("lane"), word("cs")] }),
        ),
        (
            "(機械 OR ロボット) AND 東京",
            json!({ "all": [{ "any": [word("機械"), word("ロボット")] }, word("東京")] }),
        ),
    ];
    for (text, tree) in table {
        assert_eq!(&Filter::parse(text).unwrap().to_json(), tree, "{text}");
    }
}

#[test]
fn accents_of_version_1_do_not_matter() {
    let subject = |headline: &str| {
        crate::subject::Subject::new(crate::subject::SubjectParts {
            topics: Default::default(),
            places: Vec::new(),
            language: crate::language::LanguageTag::parse("fr").unwrap(),
            sources: Default::default(),
            tickers: Vec::new(),
            lane: crate::model::Lane::Regular,
            headline,
            subheadline: None,
            summary: None,
            body: "",
        })
    };
    let check = |filter: &str, headline: &str, version_1: bool, version_2: bool| {
        let subject = subject(headline);
        for (grammar, expect) in [(1, version_1), (2, version_2)] {
            let read = Filter::parse_stored(filter, grammar).unwrap();
            let found = crate::matching::matches(&read, &subject);
            assert_eq!(found, expect, "{filter} of version {grammar}: {headline}");
            // What the index and its file keep of it is text.
            assert_eq!(Filter::parse_part(&read.to_string()).as_ref(), Ok(&read));
        }
    };

    check("société", "La societe", true, false);
    check("société", "La société", true, true);
    check("\"société générale\"", "Societe Generale", true, false);
    check(
        "NOT (gold OR société) lithium",
        "Lithium, societe",
        false,
        true,
    );
    check("müller", "Muller opens", true, false);
    check("müller", "Müller opens", true, true);
    check("societe", "La société", true, true);
    check("Łódź", "Lodz opens", true, false);
}
