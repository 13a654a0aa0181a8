use super::*;
use crate::lint::lint_source;
use crate::source::parse;
use crate::topic::Taxonomy;
use proptest::prelude::*;
use serde_json::Value;

fn shown(source: &str, pointer: &str) -> String {
    let span = Places::of(source.as_bytes()).span(pointer).unwrap();
    source[span.start..span.end].to_owned()
}

#[test]
fn values_are_found_in_both_forms() {
    fn check(source: &str, pointer: &str, expect: &str) {
        assert_eq!(shown(source, pointer), expect, "{pointer} in {source}");
    }

    let json = "\u{feff}{ \"headline\" : \"A \\\"b\\\" c\",\n \"n\":12, \"list\":[ [], {\"a/b\": null} , \"x\"] }";
    check(json, "/headline", "\"A \\\"b\\\" c\"");
    check(json, "/n", "12");
    check(json, "/list/1/a~1b", "null");
    check(json, "/list/2", "\"x\"");
    check(json, "/list/1/absent", "{\"a/b\": null}");
    let yaml = "---\nheadline: Plain text # and a comment\nedition: { region: US, language: \"en\" }\nlist:\n  - one\n  - \
                two\nabout: |\n  Line one.\n\n  Line two.\nlast: 'it''s'\n---\n\nBody *text*.\n";
    check(yaml, "/headline", "Plain text");
    check(yaml, "/edition", "{ region: US, language: \"en\" }");
    check(yaml, "/edition/language", "\"en\"");
    check(yaml, "/list/1", "two");
    check(yaml, "/last", "'it''s'");
    check(yaml, "/body", "Body *text*.");
}

#[test]
fn the_exact_word_is_found_through_every_way_of_writing() {
    fn check(source: &str, expect: &str) {
        let linted = lint_source(source.as_bytes(), Taxonomy::builtin()).unwrap();
        let found = linted.findings.iter().find(|f| f.code == "placeholder");
        let span = found.expect(source).span.expect(source);
        assert_eq!(&source[span.start..span.end], expect, "{source}");
    }

    check("{\"headline\": \"  Größe TBD now\"}", "TBD");
    check(
        "{\"headline\": \"\\u00e9\\ud83d\\ude00 \\\"T\\u0042D\\\"\"}",
        "T\\u0042D",
    );
    check("{\"body\": \"One\\r\\n\\r\\nand TBD.\"}", "TBD");
    check("---\nheadline: A TBD b\n---\n", "TBD");
    check("---\nheadline: 'It''s TBD'\n---\n", "TBD");
    check(
        "---\nheadline: \"\\u00e9 \\\"T\\x42D\\\"\"\n---\n",
        "T\\x42D",
    );
    check(
        "---\nsummary: >\n  Folded text\n  and TBD here.\n\n  More.\n---\n",
        "TBD",
    );
    check(
        "---\nsummary: |\n  Kept text\n\n    and TBD here.\n---\n",
        "TBD",
    );
    check("---\nsummary: Plain text\n  on two lines TBD\n---\n", "TBD");
    check(
        "---\nheadline: x\n---\n\n\r\n  One\r\n\r\nTBD, more\r\n",
        "TBD",
    );
}

#[test]
fn a_field_that_no_release_has_is_pointed_at_by_its_name() {
    let source = "{\"hedline\": \"x\", \"edition\": {\"langage\": \"en\"}}";

    let linted = lint_source(source.as_bytes(), Taxonomy::builtin()).unwrap();

    let spans = linted.findings.iter().filter(|f| f.code == "unknown-field");
    let shown: Vec<_> = spans
        .map(|f| &source[f.span.unwrap().start..f.span.unwrap().end])
        .collect();
    assert_eq!(shown, ["\"hedline\"", "\"langage\""]);
}

/// Every pointer of a value with what stands there.
fn pointers(value: &Value, pointer: String, all: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(name, value)| pointers(value, step(&pointer, name), all)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(at, value)| pointers(value, step(&pointer, &at.to_string()), all)),
        _ => {}
    }
    all.push((pointer, value.clone()));
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z TBD\"'\\\\:#\u{e9}\u{1f600}-]{0,12}", "\\PC{0,8}"]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any_text().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any_text(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn each_span_of_json_covers_the_value_named(value in prop::collection::btree_map(any_text(), any_value(), 0..5), pretty: bool) {
        let value = Value::Object(value.into_iter().collect());
        let source = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let places = Places::of(source.as_bytes());
        let mut all = Vec::new();
        pointers(&value, String::new(), &mut all);

        for (pointer, expect) in all.into_iter().filter(|(pointer, _)| !pointer.is_empty()) {
            let span = places.span(&pointer).unwrap();
            let text = source.get(span.start..span.end).expect("on character boundaries");
            prop_assert_eq!(serde_json::from_str::<Value>(text).unwrap(), expect);
        }
    }

    #[test]
    fn each_word_of_json_text_is_found(before in any_text(), after in any_text()) {
        let text = format!("{before} needle {after}");
        let source = serde_json::to_string(&serde_json::json!({ "body": text })).unwrap();
        let tidied = text.trim();
        let start = tidied.find("needle").unwrap();

        let span = Places::of(source.as_bytes()).inside("/body", Span { start, end: start + 6 }).unwrap();

        prop_assert_eq!(&source[span.start..span.end], "needle");
    }

    #[test]
    fn no_text_makes_a_span_off_its_boundaries(source in "(---\n)?([a-z]{1,3}: ?[\\PC\n'\"|>\\[{-]{0,12}\n){0,4}(---\n)?\\PC{0,9}") {
        let Ok(submission) = parse(source.as_bytes()) else { return Ok(()) };
        let places = Places::of(source.as_bytes());
        let mut all = Vec::new();
        pointers(&Value::Object(submission), String::new(), &mut all);

        for (pointer, value) in all {
            for span in [places.span(&pointer), places.key(&pointer), places.inside(&pointer, Span { start: 0, end: 3 })] {
                prop_assert!(span.is_none_or(|span| source.get(span.start..span.end).is_some()));
            }
            if let (Some(text), Some(span)) = (value.as_str(), places.span(&pointer)) {
                let first = text.trim().chars().next();
                let shown = &source[span.start..span.end];
                prop_assert!(first.is_none_or(|c| shown.contains(c) || shown.contains('\\') || shown.starts_with(['*'])), "{} is {:?} not {:?}", pointer, shown, text);
            }
        }
    }
}
