use super::*;
use crate::language::LanguageTag;
use crate::model::Lane;
use crate::place::Place;
use crate::subject::SubjectParts;
use crate::topic::TopicSlug;

fn subject() -> Subject {
    Subject::new(SubjectParts {
        topics: ["mining", "industry"]
            .map(|slug| TopicSlug::parse(slug).unwrap())
            .into(),
        places: vec![Place::parse("US-NV").unwrap()],
        language: LanguageTag::parse("de-AT").unwrap(),
        sources: ["acme".to_owned()].into(),
        tickers: Vec::new(),
        lane: Lane::Regular,
        headline: "Müller’s größte Mine",
        subheadline: None,
        summary: None,
        body: "Eine Mine für Lithium, in der Lithium liegt.\n\n東京の삼성전자는",
    })
}

fn filter(text: &str) -> Filter {
    Filter::parse(text).unwrap()
}

#[test]
fn the_first_alternative_that_holds_is_told() {
    let check = |text: &str, expect: Option<&str>| {
        assert_eq!(
            satisfied_by(&filter(text), &subject()).as_deref(),
            expect,
            "{text}"
        );
    };

    check(
        "gold OR (silver OR lithium mine) OR acme",
        Some("lithium AND mine"),
    );
    check("lithium NOT gold", Some("lithium AND NOT gold"));
    check(
        "(gold OR mine) (lithium OR silver)",
        Some("mine AND lithium"),
    );
    check("gold OR silver", None);
}

#[test]
fn a_long_clause_is_cut_between_words() {
    let long = filter(&"lithium ".repeat(20));

    let brief = satisfied_by_within(&long, &subject(), 30).unwrap();

    assert_eq!(brief, "lithium AND lithium AND…");
    assert_eq!(
        satisfied_by_within(&filter("lithium"), &subject(), 30).as_deref(),
        Some("lithium")
    );
}

#[test]
fn clauses_that_decide_are_named() {
    let check = |text: &str, held: bool, expect: &[&str]| {
        let explanation = explain(&filter(text), &subject());
        let decisive: Vec<&str> = explanation
            .decisive()
            .iter()
            .map(|part| &*part.clause)
            .collect();
        assert_eq!(
            (explanation.held, decisive.as_slice()),
            (held, expect),
            "{text}"
        );
    };

    check("lithium mine", true, &["lithium", "mine"]);
    check("lithium gold silver", false, &["gold", "silver"]);
    check("gold OR lithium", true, &["lithium"]);
    check("lithium (gold OR silver)", false, &["gold OR silver"]);
    check("lithium NOT mine", false, &["NOT mine"]);
    check("lithium NOT gold", true, &["lithium", "NOT gold"]);
}

#[test]
fn terms_tell_what_there_is() {
    let check = |text: &str, found: &[&str], why_not: Option<&str>| {
        let explanation = explain(&filter(text), &subject());
        assert_eq!(explanation.found, found, "{text}");
        assert_eq!(explanation.why_not.as_deref(), why_not, "{text}");
    };

    check("topic:mining", &["mining"], None);
    check("geo:US", &["US-NV"], None);
    check(
        "geo:DE",
        &["US-NV"],
        Some("the release does not concern it, nor a part of it"),
    );
    check(
        "lang:en",
        &["de-AT"],
        Some("the release is written in another language"),
    );
    check(
        "lane:flash",
        &["regular"],
        Some("the release travels in the other lane"),
    );
    check("mueller", &["Müller"], None);
    check("\"Mine für\"", &["Mine für"], None);
    check("atleast/2(lithium)", &["Lithium"], None);
    check(
        "atleast/3(lithium)",
        &[],
        Some("the release has the words, but not so often, or not there"),
    );
    check("gold*", &[], Some("the release has no word `gold*`"));
    check(
        "(gold OR silver) NEAR/5 mine",
        &[],
        Some("the release has no word `gold` or `silver`"),
    );
    check("mine NEAR/1 lithium", &["Mine", "Lithium"], None);
    check(
        "mine ONEAR/1 eine",
        &[],
        Some("the release has the words, but not so near, or not there"),
    );
    check(
        "\"lithium mine\"",
        &[],
        Some("the release has the words, but not in a row, or spelled otherwise"),
    );
    check(
        "cs(MINE)",
        &[],
        Some("the release has the words, but spelled otherwise"),
    );
    check(
        "title:lithium",
        &[],
        Some("the release has the words, but not there"),
    );
}

#[test]
fn highlights_stand_where_the_words_do() {
    let check = |text: &str, expect: &[&str]| {
        let subject = subject();
        let found: Vec<&str> = highlights(&filter(text), &subject)
            .iter()
            .map(|place| &subject.words.text(place.section)[place.from..place.to])
            .collect();
        assert_eq!(found, expect, "{text}");
    };

    check("mueller lithium", &["Müller", "Lithium", "Lithium"]);
    check("\"groesste mine\"", &["größte Mine"]);
    check("mine OR \"größte mine\"", &["größte Mine", "Mine"]);
    check("mine gold", &[]);
    check("mine NOT gold", &["Mine", "Mine"]);
    check("東京 삼성전자", &["東京", "삼성전자는"]);
    check("lith* ONEAR/2 liegt", &["Lithium", "liegt"]);
    check("topic:mining", &[]);
}

#[test]
fn an_explanation_is_json_for_programs() {
    let explanation = explain(&filter("gold OR geo:US"), &subject());

    assert_eq!(
        serde_json::to_value(&explanation).unwrap(),
        serde_json::json!({
            "clause": "gold OR geo:US", "held": true, "joins": "any",
            "parts": [
                { "clause": "gold", "held": false, "joins": "term", "why_not": "the release has no word `gold`" },
                { "clause": "geo:US", "held": true, "joins": "term", "found": ["US-NV"] },
            ],
        })
    );
}
