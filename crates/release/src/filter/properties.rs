//! What holds for all filters and all texts.

use super::*;
use proptest::prelude::*;

fn term() -> impl Strategy<Value = Filter> {
    let phrase =
        "[a-zäßéи东ガ가 '.&-]{1,12}".prop_filter_map("no word", |text| Phrase::parse(&text).ok());
    prop_oneof![
        Just(Filter::Everything),
        "[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}"
            .prop_map(|slug| Filter::Topic(TopicSlug::parse(&slug).unwrap())),
        "[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,2}".prop_map(Filter::Source),
        "(US|DE)(-[A-Z0-9]{1,3})?".prop_map(|code| Filter::Place(Place::parse(&code).unwrap())),
        "(\\*|de|pt-BR|zh-Hant)"
            .prop_map(|range| Filter::Language(LanguageRange::parse(&range).unwrap())),
        "((XNYS|TSE):)?[A-Z0-9][A-Z0-9./&+-]{0,5}"
            .prop_map(|text| Filter::Ticker(Ticker::parse(&text).unwrap())),
        phrase.prop_map(Filter::Words),
        prop_oneof!["and", "OR", "Not", "everything"]
            .prop_map(|text| Filter::Words(Phrase::parse(&text).unwrap())),
    ]
}

/// Trees in the shape that parsing gives, with something present in every alternative.
fn filter() -> impl Strategy<Value = Filter> {
    let tree = term().prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| parse::all(parts.into_iter())),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| parse::any(parts.into_iter())),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    });
    tree.prop_map(|tree| parse::all([Filter::Everything, tree].into_iter()))
}

proptest! {
    #[test]
    fn parsing_undoes_printing(filter in filter()) {
        let printed = filter.to_string();

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
