use super::*;

fn parsed(source: &str) -> Filter {
    Filter::parse(source).unwrap_or_else(|error| panic!("{error}\n{}", error.caret(source)))
}

#[test]
fn filters_print_canonically() {
    fn check(input: &str, expect: &str) {
        assert_eq!(parsed(input).to_string(), expect, "{input}");
        assert_eq!(parsed(expect), parsed(input), "{input}");
    }

    check("everything", "everything");
    check("  Lithium ", "Lithium");
    check("a b OR c d", "a AND b OR c AND d");
    check("a AND (b OR c)", "a AND (b OR c)");
    check("(a AND b) OR (c)", "a AND b OR c");
    check("a AND (b AND (c))", "a AND b AND c");
    check("a OR (b OR c)", "a OR b OR c");
    check(
        "everything NOT topic:mining",
        "everything AND NOT topic:mining",
    );
    check("NOT NOT a", "NOT NOT a");
    check("NOT (a OR NOT b)", "NOT (a OR NOT b)");
    check("a NOT (b c)", "a AND NOT (b AND c)");
    check(
        "topic:mining GEO:us-ca lang:DE source:acme",
        "topic:mining AND geo:US-CA AND lang:de AND source:acme",
    );
    check(
        "ticker:XNYS:KYN OR ticker:kyn",
        "ticker:XNYS:KYN OR ticker:KYN",
    );
    check("ticker:\"NYSE: KYN\"", "ticker:XNYS:KYN");
    check("lang:*", "lang:*");
    check("\"lithium   mine\"", "\"lithium mine\"");
    check("“lithium mine”", "\"lithium mine\"");
    check("\"Lithium\"", "Lithium");
    check("\"or\" \"everything\"", "\"or\" AND \"everything\"");
    check("AT&T l'eau 3.5", "\"AT&T\" AND \"l'eau\" AND \"3.5\"");
    check("（機械 OR ロボット） 東京", "(機械 OR ロボット) AND 東京");
    check("NOT(a)b", "NOT a AND b");
    check("a\nAND\tb", "a AND b");
    check("a OR everything NOT b", "a OR everything AND NOT b");
}

#[test]
fn binding_is_not_then_and_then_or() {
    let word = |text: &str| Filter::Words(Phrase::parse(text).unwrap());

    let filter = parsed("a b OR NOT c d");

    let right = Filter::All(vec![Filter::Not(Box::new(word("c"))), word("d")]);
    assert_eq!(
        filter,
        Filter::Any(vec![Filter::All(vec![word("a"), word("b")]), right])
    );
}

#[test]
fn phrases_keep_text_and_folded_words() {
    let Filter::Words(phrase) = parsed("\"Größe zählt\"") else {
        panic!("no phrase")
    };

    assert_eq!(phrase.text(), "Größe zählt");
    assert_eq!(phrase.words(), ["grosse", "zahlt"]);
}

#[test]
fn errors_tell_place_reason_and_mend() {
    fn check(input: &str, offset: usize, expect: &str) {
        let error = Filter::parse(input).expect_err(input);
        assert_eq!(
            (error.offset_bytes, error.to_string().as_str()),
            (offset, expect),
            "{input}"
        );
    }

    let term = "; expected a word, a \"phrase\", a field such as topic: or `(`";
    let fields = "; expected topic:, geo:, lang:, source: or ticker:";
    let quote = "; quote the text to look for it as words";
    check(
        "",
        0,
        &format!("the filter is empty{term}; nearest is `everything`"),
    );
    check(
        "a AND",
        5,
        &format!("the filter ends where a term is missing{term}"),
    );
    check(
        "a OR OR b",
        5,
        &format!("a term is missing before this OR{term}"),
    );
    check(
        "()",
        1,
        &format!("a term is missing before this bracket{term}"),
    );
    check("a (b", 2, "this bracket is never closed; expected `)`");
    check("a b)", 3, "this bracket closes nothing");
    check(
        "a \"b",
        2,
        "this quotation mark is never closed; expected `\"`",
    );
    check("a \"!\"", 2, "there is no word in `!`");
    check("a & b", 2, "there is no word in `&`");
    check(
        "toppic:x",
        0,
        &format!("there is no field `toppic:`{quote}{fields}; nearest is `topic:`"),
    );
    check(
        "ä place:DE",
        3,
        &format!("there is no field `place:`{quote}{fields}; nearest is `geo:`"),
    );
    check(
        "http://x",
        0,
        &format!("there is no field `http:`{quote}{fields}"),
    );
    check(
        "title:x",
        0,
        &format!("`title:` is not understood yet{fields}"),
    );
    check(
        "topic: x",
        6,
        "`topic:` needs a value straight after the colon",
    );
    check(
        "source:Acme_Inc",
        7,
        "`Acme_Inc` is not an issuer's slug, such as acme-robotics; nearest is `source:acme-inc`",
    );
    check(
        "geo:UK",
        4,
        "`UK` is not a place: use GB; nearest is `geo:GB`",
    );
    check(
        "geo:145",
        4,
        "`145` is an area of editions; name the countries, such as geo:DE OR geo:AT",
    );
    check(
        "lang:english",
        5,
        "`english` is not a language tag: use a BCP 47 tag such as en; nearest is `lang:en`",
    );
    check(
        "ticker:NYSE: KYN",
        7,
        "`NYSE:` is not a ticker: it has no symbol; write XNYS:KYN or KYN",
    );
    check(
        "a or b",
        2,
        "write `OR` in capitals to combine terms, or \"or\" to look for the word; nearest is `OR`",
    );
    check(
        "a NEAR/5 b",
        2,
        "`NEAR/5` is not understood yet; expected AND",
    );
    check(
        "a onear/ b",
        2,
        "`onear/` is not understood yet; expected AND",
    );
    check("robot*", 5, "the wildcard `*` is not understood yet");
    check("a !b", 2, &format!("`!` is not understood{quote}"));
    check("a -b", 2, "`-` does not exclude; write `NOT b`");
    check(
        "a, b",
        1,
        "terms are not listed with commas; expected OR or AND",
    );
    check(
        "cs(Acme)",
        0,
        "`cs(` is not understood; put a space before the bracket, or quote the text",
    );
    check(
        "a\u{1b}[31m",
        1,
        "the control character '\\u{1b}' cannot stand in a filter",
    );
    assert!(
        Filter::parse("topic:Mining")
            .unwrap_err()
            .to_string()
            .ends_with("; nearest is `topic:mining`")
    );
}

#[test]
fn filters_that_match_by_absence_alone_are_refused() {
    fn check(input: &str, expect: Option<usize>) {
        let found = Filter::parse(input).err();
        assert_eq!(
            found.as_ref().map(|error| error.offset_bytes),
            expect,
            "{input}: {found:?}"
        );
        assert!(
            found.is_none_or(|error| error.message.contains("everything NOT")),
            "{input}"
        );
    }

    check("NOT topic:mining", Some(0));
    check("NOT a NOT b", Some(0));
    check("a OR NOT b", Some(5));
    check("a OR (b OR NOT c)", Some(11));
    check("NOT (a AND b)", Some(0));
    check("NOT everything", Some(0));
    check("NOT (NOT a AND b)", Some(0));
    check("everything NOT a", None);
    check("a OR everything NOT b", None);
    check("a NOT b", None);
    check("NOT b a", None);
    check("NOT NOT a", None);
    check("NOT (a OR NOT b)", None);
    check("(NOT a) (b OR c)", None);
}

#[test]
fn limits_are_told() {
    fn check(input: &str, expect: &str) {
        assert_eq!(Filter::parse(input).unwrap_err().message, expect);
    }

    check(
        &"ä".repeat(4097),
        "the filter has 8194 bytes, at most 8192 are allowed",
    );
    check(&"a ".repeat(257), "the filter has more than 256 terms");
    check(
        &format!("{}a{}", "(".repeat(33), ")".repeat(33)),
        "brackets and NOT nest deeper than 32",
    );
    check(
        &format!("{}a", "NOT ".repeat(33)),
        "brackets and NOT nest deeper than 32",
    );
    let tight = "\"é\"".repeat(100) + &"ä".repeat(3800);
    check(
        &tight,
        "the filter has 8300 bytes when written in full, at most 8192 are allowed",
    );
    parsed(&"a ".repeat(256));
    parsed(&format!("{}a{}", "(".repeat(32), ")".repeat(32)));
    parsed(&"a".repeat(8192));
}

#[test]
fn the_caret_stands_under_the_place() {
    fn check(input: &str, expect: &str) {
        assert_eq!(Filter::parse(input).unwrap_err().caret(input), expect);
    }

    check("größe toppic:x", "größe toppic:x\n      ^");
    check("a\n\tb AND", " b AND\n      ^");
    let long = format!("{} -b {}", "a".repeat(80), "c".repeat(80));
    check(
        &long,
        &format!("…{} -b {}…\n{:61}^", "a".repeat(59), "c".repeat(57), ""),
    );
}

#[test]
fn topics_come_in_order() {
    let filter = parsed("topic:b NOT (topic:a OR geo:US) (topic:c OR x)");

    let topics: Vec<_> = filter.topics().map(TopicSlug::as_str).collect();

    assert_eq!(topics, ["b", "a", "c"]);
    assert_eq!(filter.terms().count(), 5);
}

#[test]
fn json_is_the_text() {
    let filter: Filter = serde_json::from_str("\"a (b OR topic:c)\"").unwrap();

    assert_eq!(
        serde_json::to_string(&filter).unwrap(),
        "\"a AND (b OR topic:c)\""
    );
    assert!(serde_json::from_str::<Filter>("\"NOT a\"").is_err());
}

#[test]
fn hand_made_trees_print_what_they_mean() {
    let words = |text: &str| Filter::Words(Phrase::parse(text).unwrap());
    let lone = Filter::All(vec![Filter::Any(vec![words("a"), words("b")])]);

    assert_eq!(Filter::All(Vec::new()).to_string(), "everything");
    assert_eq!(Filter::Any(Vec::new()).to_string(), "NOT everything");
    assert_eq!(
        Filter::All(vec![lone, words("c")]).to_string(),
        "(a OR b) AND c"
    );
}
