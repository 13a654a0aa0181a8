//! What holds for all filters and all texts.

use super::*;
use proptest::prelude::*;

fn phrase() -> impl Strategy<Value = Phrase> {
    let text = prop_oneof![
        4 => "[a-zäßéи东ガ가 '.&*-]{1,12}",
        1 => prop_oneof!["and", "OR", "Not", "everything", "NEAR/5", "cs", "first/3"],
    ];
    (text, any::<bool>(), any::<bool>()).prop_filter_map("no phrase", |(text, exact, prefix)| {
        let phrase = match exact {
            true => Phrase::exact(&text).ok()?,
            false => Phrase::parse(&text).ok()?,
        };
        match prefix {
            true => Some(phrase.clone().as_prefix().unwrap_or(phrase)),
            false => Some(phrase),
        }
    })
}

fn choice() -> impl Strategy<Value = Choice> {
    prop::collection::vec(phrase(), 1..4).prop_map(|phrases| Choice::of(phrases).unwrap())
}

fn text() -> impl Strategy<Value = Text> {
    let wanted = prop_oneof![
        3 => phrase().prop_map(Wanted::Phrase),
        1 => (2..=MAX_TIMES, choice()).prop_map(|(times, of)| Wanted::AtLeast { times, of }),
        1 => (choice(), choice(), 1..=MAX_BETWEEN, any::<bool>()).prop_map(
            |(left, right, between, ordered)| Wanted::Near { left, right, between, ordered }
        ),
    ];
    let part = prop::sample::select(vec![Part::Anywhere, Part::Title, Part::Lead, Part::Body]);
    let first = prop::option::weighted(0.2, 1..=MAX_FIRST);
    (part, first, wanted).prop_map(|(part, first, wanted)| Text {
        part,
        first,
        wanted,
    })
}

fn term() -> impl Strategy<Value = Filter> {
    prop_oneof![
        1 => Just(Filter::Everything),
        1 => "[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}"
            .prop_map(|slug| Filter::Topic(TopicSlug::parse(&slug).unwrap())),
        1 => "[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}".prop_map(Filter::Source),
        1 => "(US|DE)(-[A-Z0-9]{1,3})?".prop_map(|code| Filter::Place(Place::parse(&code).unwrap())),
        1 => "(\\*|de|pt-BR|zh-Hant)"
            .prop_map(|range| Filter::Language(LanguageRange::parse(&range).unwrap())),
        1 => "((XNYS|TSE):)?[A-Z0-9][A-Z0-9./&+-]{0,5}"
            .prop_map(|text| Filter::Ticker(Ticker::parse(&text).unwrap())),
        1 => prop::sample::select(Lane::ALL).prop_map(Filter::Lane),
        4 => text().prop_map(Filter::Text),
    ]
}

/// Trees in the shape that parsing gives, with something present in every alternative.
fn filter() -> impl Strategy<Value = Filter> {
    let tree = term().prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| parse::node::all(parts.into_iter())),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| parse::node::any(parts.into_iter())),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    });
    tree.prop_map(|tree| parse::node::all([Filter::Everything, tree].into_iter()))
        .prop_filter("beyond the limits", |filter| {
            let phrases = filter.terms().filter_map(|term| match term {
                Filter::Text(text) => Some(text.phrases()),
                _ => None,
            });
            filter.cost() <= MAX_COST
                && phrases
                    .flatten()
                    .filter(|phrase| phrase.is_prefix())
                    .count()
                    <= MAX_PREFIXES
        })
}

proptest! {
    #[test]
    fn parsing_undoes_printing(filter in filter()) {
        let printed = filter.to_string();

        prop_assert_eq!(Filter::from_json(&filter.to_json()), Ok(filter.clone()), "{}", printed);
        prop_assert_eq!(Filter::parse(&printed), Ok(filter), "{}", printed);
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(source in texts()) {
        match Filter::parse(&source) {
            Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter)),
            Err(error) => {
                prop_assert!(source.is_char_boundary(error.offset_bytes));
                prop_assert!(error.caret(&source).ends_with('^'));
            }
        }
    }
}

/// Pieces of the language and of nothing, in any order.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "a",
            "b",
            "東京",
            "NOT",
            "AND",
            "OR",
            "(",
            ")",
            "\"",
            "“",
            "topic:x",
            "geo:US",
            "lang:de",
            "ticker:",
            "or",
            "everything",
            "title:",
            "body:(",
            "topic:(",
            "lane:flash",
            "NEAR/5",
            "ONEAR/2",
            "near/3",
            "robot*",
            "*",
            "cs(",
            "first/9(",
            "atleast/2(",
            " ",
            " ",
            " ",
            " ",
            "\n",
            "-",
            ":",
        ])
        .prop_map(str::to_owned),
        ".{0,3}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}
