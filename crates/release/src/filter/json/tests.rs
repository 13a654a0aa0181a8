use super::*;

#[test]
fn json_says_what_text_says() {
    let check = |value: Value, expect: &str| {
        let filter = Filter::from_json(&value).unwrap();
        assert_eq!(filter.to_string(), expect);
        assert_eq!(Filter::from_json(&filter.to_json()).as_ref(), Ok(&filter));
    };

    check(json!({ "everything": true }), "everything");
    check(
        json!({ "all": [{ "topic": "mining" }, { "any": [{ "geo": "US" }, { "lang": "de" }] }] }),
        "topic:mining AND (geo:US OR lang:de)",
    );
    check(
        json!({ "all": [{ "all": [{ "words": "a" }] }, { "not": { "source": "acme" } }] }),
        "a AND NOT source:acme",
    );
    check(
        json!({ "words": "Apple Inc", "case": true, "begins": true, "in": "title" }),
        "title:(cs(\"Apple Inc\"*))",
    );
    check(
        json!({ "near": ["a", ["b c", { "words": "doe", "begins": true }]], "between": 5, "ordered": true }),
        "a ONEAR/5 (\"b c\" OR doe*)",
    );
    check(
        json!({ "atleast": 3, "of": "gold", "first": 50, "in": "body" }),
        "first/50(body:(atleast/3(gold)))",
    );
    check(json!({ "lane": "flash" }), "lane:flash");
}

#[test]
fn errors_point_to_their_place() {
    let check = |value: Value, pointer: &str, message: &str| {
        let error = Filter::from_json(&value).unwrap_err();
        assert_eq!(
            (error.pointer.as_str(), error.message.as_str()),
            (pointer, message)
        );
    };

    check(
        json!("gold"),
        "",
        &format!(
            "a filter is an object with one of {}",
            "everything, all, any, not, topic, geo, lang, source, ticker, lane, words, near or atleast"
        ),
    );
    check(
        json!({ "all": [{ "words": "a" }, { "geo": 5 }] }),
        "/all/1/geo",
        "give a text",
    );
    check(
        json!({ "words": "a", "cs": true }),
        "",
        "`cs` does not stand beside `words`; known are words, case, begins, in, first",
    );
    check(
        json!({ "near": ["a", "b"], "between": 51 }),
        "/between",
        "`between` is a number from 1 to 50",
    );
    check(
        json!({ "near": ["a"], "between": 5 }),
        "/near",
        "give a list of the two that are near to each other",
    );
    check(
        json!({ "any": [] }),
        "/any",
        "give a list of one filter or more",
    );
    check(
        json!({ "topic": "No Topic" }),
        "/topic",
        "topic slug \"No Topic\" holds 'N', only a-z, 0-9 and hyphens are allowed; nearest is `topic:no-topic`",
    );
    check(
        json!({ "not": { "words": "a" } }),
        "",
        "this would match by what is absent alone, and so nearly all news: say what must be present, or write `everything NOT ...`; nearest is `everything NOT`",
    );
    let mut deep = json!({ "words": "a" });
    for _ in 0..100 {
        deep = json!({ "not": deep });
    }
    assert!(
        Filter::from_json(&deep)
            .unwrap_err()
            .message
            .contains("too deep")
    );
}
