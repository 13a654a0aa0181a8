//! Whatever the marks say for sure is what the plain evaluator says.

use super::plan::{Cover, Plan};
use crate::archive::marks;
use proptest::prelude::*;
use release::filter::Filter;
use release::matching::matches;
use release::model::Release;
use release::subject::{Subject, SubjectParts};
use release::topic::Taxonomy;
use serde_json::json;

/// Few words, so that filters and texts meet.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "gold",
        "tin",
        "mine",
        "l'eau",
        "東京",
        "größe",
        "Łódź",
        "삼성은",
        "GOLD",
    ])
}

fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        word().prop_map(str::to_owned),
        (word(), word()).prop_map(|(a, b)| format!("\"{a} {b}\"")),
        (
            word(),
            word(),
            prop::sample::select(vec!["NEAR/2", "ONEAR/1"])
        )
            .prop_map(|(a, b, near)| format!("(\"{a}\" {near} \"{b}\")")),
        (
            word(),
            prop::sample::select(vec!["title:", "lead:", "body:"])
        )
            .prop_map(|(a, part)| format!("{part}\"{a}\"")),
        word().prop_map(|a| format!("cs(\"{a}\")")),
        word().prop_map(|a| format!("atleast/2(\"{a}\")")),
        word().prop_map(|a| format!("first/2(\"{a}\")")),
        prop::sample::select(vec![
            "gol*",
            "min*",
            "東*",
            "größ*",
            "groess*",
            "lane:flash",
            "lane:regular",
            "삼성",
            "Groesse"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec![
            "topic:mining",
            "topic:science-tech",
            "topic:music",
            "geo:US",
            "geo:US-NV",
            "geo:DE",
            "lang:pt",
            "lang:pt-BR",
            "lang:*",
            "source:acme",
            "source:globex",
            "ticker:ACM",
            "ticker:XNYS:ACM",
            "ticker:XLON:ACM",
            "everything",
        ])
        .prop_map(str::to_owned),
    ]
}

fn filter() -> impl Strategy<Value = String> {
    term().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} AND NOT {b})")),
        ]
    })
}

prop_compose! {
    fn release()(
        headline in prop::collection::vec(word(), 1..4),
        topics in prop::sample::subsequence(vec!["mining", "music"], 0..=2),
        places in prop::sample::subsequence(vec!["US-NV", "US", "DE"], 0..=2),
        tickers in prop::sample::subsequence(vec!["XNYS:ACM", "ACM"], 0..=1),
        language in prop::sample::select(vec!["pt", "pt-BR", "en"]),
        issuer in prop::sample::select(vec!["acme", "globex"]),
        lane in prop::sample::select(vec!["flash", "regular"]),
    ) -> Release {
        serde_json::from_value(json!({
            "issuers": [issuer],
            "edition": { "region": "US", "language": language },
            "headline": headline.join(" "), "lane": lane,
            "topics": topics, "places": places, "tickers": tickers,
            "body": { "format": "markdown", "text": "x" },
        })).unwrap()
    }
}

proptest! {
    #[test]
    fn marks_never_contradict_the_evaluator(
        filter in filter(),
        release in release(),
        body in prop::collection::vec(word(), 0..5),
        sizes in prop::collection::vec(0_i64..50, 128),
    ) {
        // What would match by absence alone is no filter.
        let Ok(filter) = Filter::parse(&filter) else { return Ok(()) };
        let body = body.join(" ");
        let taxonomy = Taxonomy::builtin();
        let borne = marks::of(&release, &body, taxonomy);
        let truth = matches(&filter, &Subject::new(SubjectParts::of(&release, &body, taxonomy)));

        let plan = Plan::of(&filter);
        let bits = plan.marks.iter().enumerate();
        let bits = bits.fold(0_u128, |bits, (at, mark)| bits | u128::from(borne.contains(mark)) << at);

        if let Some(held) = plan.holds(bits) {
            prop_assert_eq!(held, truth);
        }
        if let Cover::Marks(cover) = plan.cover(&sizes) && truth {
            prop_assert!(cover.iter().any(|&at| borne.contains(&plan.marks[at])), "the cover misses a match");
        }
    }
}
