//! Filters, releases and the rows of a store, for tests; drawn at random from few words of many languages, so that much of
//! it matches.

use proptest::prelude::*;
use release::filter::{Filter, GRAMMAR_VERSION};
use release::frequency::Frequency;
use release::language::{LanguageRange, LanguageTag};
use release::model::{Channel, Lane};
use release::place::Place;
use release::subject::{Subject, SubjectParts};
use release::ticker::Ticker;
use release::topic::{Taxonomy, TopicSlug};
use std::collections::BTreeSet;
use store::FilterRow;

/// Words of thirty languages.
pub(super) const WORDS: [&str; 60] = [
    "lithium",
    "mine",
    "new",
    "york",
    "profit",
    "the",
    "Größe",
    "Straße",
    "für",
    "société",
    "générale",
    "l'eau",
    "año",
    "niño",
    "ação",
    "perché",
    "İstanbul",
    "ışık",
    "čeština",
    "Łódź",
    "őszi",
    "ştire",
    "žluťoučký",
    "ümber",
    "ļoti",
    "šešios",
    "smörgås",
    "blåbær",
    "þjóð",
    "ψυχή",
    "Ελλάς",
    "новый",
    "ёлка",
    "їжак",
    "ѓавол",
    "שלום",
    "שָׁלוֹם",
    "شركة",
    "جديدة",
    "شَرِكة",
    "किताबें",
    "नई",
    "বাংলা",
    "தமிழ்",
    "తెలుగు",
    "ไทย",
    "ประเทศ",
    "ລາວ",
    "ភាសា",
    "မြန်မာ",
    "東京",
    "京都",
    "工学",
    "ロボット",
    "新聞",
    "公司",
    "삼성전자",
    "삼성전자는",
    "việt",
    "kiswahili",
];

const TOPICS: [&str; 6] = [
    "mining",
    "earnings",
    "lithium",
    "environment",
    "travel",
    "gone-topic",
];
const PLACES: [&str; 5] = ["US", "US-CA", "US-NY", "DE", "145"];
const LANGUAGES: [&str; 6] = ["en", "de", "de-AT", "zh-Hant-TW", "zh-Hant", "pt-BR"];
const TICKERS: [&str; 5] = ["XNYS:KYN", "KYN", "XLON:KYN", "XNAS:AAPL", "LIT"];

fn of(texts: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(texts)
}

/// A leaf, as text.
fn leaf() -> impl Strategy<Value = String> {
    let range = prop_oneof![Just("*"), of(&LANGUAGES)];
    prop_oneof![
        1 => Just("everything".to_owned()),
        3 => of(&TOPICS).prop_map(|topic| format!("topic:{topic}")),
        3 => of(&PLACES[..4]).prop_map(|place| format!("geo:{place}")),
        3 => range.prop_map(|range| format!("lang:{range}")),
        1 => of(&["lane:flash", "lane:regular"]).prop_map(str::to_owned),
        6 => text(),
        1 => of(&["acme", "bolt"]).prop_map(|source| format!("source:{source}")),
        2 => of(&TICKERS).prop_map(|ticker| format!("ticker:{ticker}")),
        8 => of(&WORDS).prop_map(|word| format!("\"{word}\"")),
        4 => prop::collection::vec(of(&WORDS), 2..4)
            .prop_map(|words| format!("\"{}\"", words.join(" "))),
    ]
}

/// A term on words that says where and how they stand, as text.
fn text() -> impl Strategy<Value = String> {
    let quoted = || of(&WORDS).prop_map(|word| format!("\"{word}\""));
    let begin = || {
        (of(&WORDS), 3..6_usize).prop_map(|(word, chars)| {
            let begin: String = word.chars().take(chars).collect();
            format!("\"{begin}\"*")
        })
    };
    let operand = || {
        prop_oneof![
            quoted(),
            quoted(),
            begin(),
            (quoted(), quoted()).prop_map(|(a, b)| format!("({a} OR {b})")),
        ]
    };
    let field = of(&["title:", "lead:", "body:", "first/3 ", "title:first/2 "]);
    prop_oneof![
        begin(),
        (of(&WORDS), begin()).prop_map(|(word, begin)| format!("\"{word} {}", &begin[1..])),
        of(&WORDS).prop_map(|word| format!("cs(\"{word}\")")),
        (operand(), 1..6_u8, operand()).prop_map(|(a, n, b)| format!("{a} NEAR/{n} {b}")),
        (operand(), 1..6_u8, operand()).prop_map(|(a, n, b)| format!("{a} ONEAR/{n} {b}")),
        (2..4_u8, operand()).prop_map(|(n, a)| format!("atleast/{n}({a})")),
        (field, operand()).prop_map(|(field, a)| format!("{}({a})", field.trim_end())),
    ]
    .prop_map(|text| match Filter::parse(&text) {
        Ok(_) => format!("({text})"),
        Err(_) => "everything".to_owned(),
    })
}

/// A filter, as text that parses.
pub(super) fn filter() -> impl Strategy<Value = String> {
    let tree = leaf().prop_recursive(4, 24, 4, |inner| {
        let many = |inner: BoxedStrategy<String>, joint: &'static str, n: usize| {
            prop::collection::vec(inner, 2..n)
                .prop_map(move |parts| format!("({})", parts.join(joint)))
        };
        let inner = inner.boxed();
        prop_oneof![
            3 => many(inner.clone(), " AND ", 4),
            2 => many(inner.clone(), " OR ", 4),
            1 => many(inner.clone(), " OR ", 12),
            1 => inner.prop_map(|part| format!("(NOT {part})")),
        ]
    });
    tree.prop_map(|text| match Filter::parse(&text) {
        Ok(_) => text,
        Err(_) => format!("everything AND {text}"),
    })
}

/// A release; every second word of it once more, so that phrases stand in it.
pub(super) fn release() -> impl Strategy<Value = Subject> {
    let set = |texts, n: usize| prop::collection::btree_set(of(texts), 0..n);
    (
        (set(&TOPICS, 3), set(&PLACES, 3), of(&LANGUAGES)),
        (set(&["acme", "bolt"], 2), set(&TICKERS, 2), any::<bool>()),
        prop::collection::vec(of(&WORDS), 1..30),
        prop::collection::vec(of(&WORDS), 1..30),
    )
        .prop_map(
            |((topics, places, language), (sources, tickers, flash), headline, body)| {
                let named: Vec<TopicSlug> = topics
                    .iter()
                    .map(|topic| TopicSlug::parse(topic).unwrap())
                    .collect();
                let above = named
                    .iter()
                    .flat_map(|topic| Taxonomy::builtin().ancestors(topic));
                Subject::new(SubjectParts {
                    topics: above.chain(named.iter().cloned()).collect(),
                    places: places
                        .iter()
                        .map(|place| Place::parse(place).unwrap())
                        .collect(),
                    language: LanguageTag::parse(language).unwrap(),
                    sources: sources.iter().map(|source| (*source).to_owned()).collect(),
                    tickers: tickers
                        .iter()
                        .map(|ticker| Ticker::parse(ticker).unwrap())
                        .collect(),
                    lane: if flash { Lane::Flash } else { Lane::Regular },
                    headline: &headline.join(" "),
                    subheadline: None,
                    summary: None,
                    body: &body.join(" "),
                })
            },
        )
}

/// A release in English that says something and has no facets.
pub(super) fn release_saying(text: &str) -> Subject {
    Subject::new(SubjectParts {
        topics: BTreeSet::new(),
        places: Vec::new(),
        language: LanguageTag::parse("en").unwrap(),
        sources: BTreeSet::new(),
        tickers: Vec::new(),
        lane: Lane::Regular,
        headline: text,
        subheadline: None,
        summary: None,
        body: "",
    })
}

/// A live subscription of an endpoint of its own, as the store tells of it.
pub(super) fn row(id: i64, filter: &str, change: i64) -> FilterRow {
    FilterRow {
        id,
        endpoint_id: id,
        channel: Channel::Email,
        languages: String::new(),
        digest_at: "08:00 monday UTC".to_owned(),
        filter: filter.to_owned(),
        grammar: i64::from(GRAMMAR_VERSION),
        frequency: Frequency::AtOnce,
        live: true,
        change,
    }
}

/// The same, ended.
pub(super) fn ended(id: i64, change: i64) -> FilterRow {
    FilterRow {
        live: false,
        ..row(id, "", change)
    }
}

#[test]
fn ranges_of_the_fixtures_are_ranges() {
    for language in LANGUAGES {
        LanguageRange::parse(language).unwrap();
    }
}

proptest! {
    #[test]
    fn terms_on_words_of_the_fixtures_mostly_parse(texts in prop::collection::vec(text(), 60)) {
        let refused = texts.iter().filter(|text| *text == "everything").count();

        prop_assert!(refused < 20, "{refused} of 60");
    }
}
