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
    check("robot* \"lithium min\"*", "robot* AND \"lithium min\"*");
    check("東* 東京*", "東* AND 東京*");
    check(
        "TITLE:Acme lead:\"a b\" body:robot*",
        "title:Acme AND lead:\"a b\" AND body:robot*",
    );
    check("title:(a OR b) c", "(title:a OR title:b) AND c");
    check(
        "title:(a NOT (b OR c))",
        "title:a AND NOT (title:b OR title:c)",
    );
    check("topic:(mining OR steel)", "topic:mining OR topic:steel");
    check(
        "geo:(US OR \"DE\") lane:Flash",
        "(geo:US OR geo:DE) AND lane:flash",
    );
    check("a NEAR/5 b", "a NEAR/5 b");
    check("NOT a NEAR/05 b c", "NOT a NEAR/5 b AND c");
    check(
        "((a OR \"b c\")) ONEAR/50 (doe*)",
        "(a OR \"b c\") ONEAR/50 doe*",
    );
    check("a NEAR/3(b OR c)", "a NEAR/3 (b OR c)");
    check("title:(a NEAR/3 b OR c)", "title:(a NEAR/3 b) OR title:c");
    check("cs(Apple)", "cs(Apple)");
    check("CS(\"Apple Inc\"*)", "cs(\"Apple Inc\"*)");
    check(
        "cs(Apple OR PEAR) NEAR/2 iphone",
        "(cs(Apple) OR cs(PEAR)) NEAR/2 iphone",
    );
    check("title:(cs(Apple))", "title:(cs(Apple))");
    check("cs(title:Apple)", "title:(cs(Apple))");
    check("first/20(a b)", "first/20(a) AND first/20(b)");
    check("body:(first/20(a))", "first/20(body:a)");
    check("title:(atleast/3(a OR b))", "title:(atleast/3(a OR b))");
    check(
        "first/50(atleast/3(\"a b\"))",
        "first/50(atleast/3(\"a b\"))",
    );
}

#[test]
fn binding_is_not_then_and_then_or() {
    let word = |text: &str| Filter::words(Phrase::parse(text).unwrap());

    let filter = parsed("a b OR NOT c d");

    let right = Filter::All(vec![Filter::Not(Box::new(word("c"))), word("d")]);
    assert_eq!(
        filter,
        Filter::Any(vec![Filter::All(vec![word("a"), word("b")]), right])
    );
}

#[test]
fn phrases_keep_text_keys_and_the_spelling_that_is_wanted() {
    let phrase = Phrase::parse("Größe  zählt Société nicht").unwrap();

    let keys: Vec<&str> = phrase.words().iter().map(Word::key).collect();
    let spellings: Vec<&Spelling> = phrase.words().iter().map(Word::spelling).collect();

    let accented = |spellings: &[&str]| {
        Spelling::Accented(spellings.iter().map(|&text| Box::from(text)).collect())
    };
    assert_eq!(phrase.text(), "Größe zählt Société nicht");
    assert_eq!(keys, ["groesse", "zaehlt", "societe", "nicht"]);
    assert_eq!(
        spellings,
        [
            &accented(&["grösse", "groesse"]),
            &accented(&["zählt", "zaehlt"]),
            &accented(&["société"]),
            &Spelling::Any
        ]
    );
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
    let fields = "; expected topic:, geo:, lang:, source:, ticker:, lane:, title:, lead: or body:";
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
        "headline:x",
        0,
        &format!("there is no field `headline:`{quote}{fields}; nearest is `title:`"),
    );
    check(
        "stem:x",
        0,
        &format!("`stem:` is not understood yet{fields}"),
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
        "a near/5 b",
        2,
        "`near/5` is not understood; nearest is `NEAR/5`",
    );
    check("a w/3 b", 2, "`w/3` is not understood; nearest is `NEAR/3`");
    check(
        "a Adj/ b",
        2,
        "`Adj/` is not understood; nearest is `ONEAR/5`",
    );
    let number = "needs the number of words that may stand between, 1 to 50, straight after it";
    check(
        "a NEAR/ b",
        2,
        &format!("`NEAR/` {number}; nearest is `NEAR/5`"),
    );
    check(
        "a ONEAR/51 b",
        2,
        &format!("`ONEAR/` {number}; nearest is `ONEAR/5`"),
    );
    check(
        "a NEAR/0 b",
        2,
        &format!("`NEAR/` {number}; nearest is `NEAR/5`"),
    );
    check(
        "NEAR/5 b",
        0,
        &format!("a term is missing before this NEAR/5{term}"),
    );
    check(
        "a NEAR/5 b NEAR/4 c",
        11,
        "`NEAR/5` and `NEAR/4` cannot share a term; join two pairs with AND, such as (a NEAR/5 b) AND (b NEAR/5 c)",
    );
    let beside = "stand words, phrases, beginnings such as robot*, or an OR of those in brackets";
    check(
        "a NEAR/5 (b c)",
        9,
        &format!("beside or inside of `NEAR/5` {beside}"),
    );
    check(
        "topic:x NEAR/5 c",
        0,
        &format!("beside or inside of `NEAR/5` {beside}"),
    );
    check(
        "atleast/2(a b)",
        0,
        &format!("beside or inside of `atleast/2` {beside}"),
    );
    check(
        "title:a NEAR/5 b",
        0,
        "a field or `first/` stands around all of it, such as title:(a NEAR/5 b), not inside of `NEAR/5`",
    );
    check(
        "ro*",
        0,
        "`ro*` is too short: `*` needs 3 characters before it, one in Korean and in scripts without spaces",
    );
    check(
        "rob*t",
        3,
        "`*` stands at the end of a word only, such as robot*",
    );
    check(
        "*",
        0,
        "`*` stands at the end of a word, such as robot*; for every release write everything",
    );
    check(
        "*bot",
        0,
        "`*` stands at the end of a word only, such as robot*",
    );
    check(
        "\"a b\"*c",
        5,
        "`*` stands at the end of a word or phrase, with a space after it",
    );
    check(
        "topic:\"x\"*",
        7,
        "`*` stands after words only, not after such a value",
    );
    check(
        "cs:Apple",
        0,
        "`cs` is written with brackets, such as `cs(\"Acme\")`; nearest is `cs(\"Acme\")`",
    );
    check("cs(cs(a))", 3, "cs( ) cannot stand inside of another");
    check(
        "title:(lead:a)",
        7,
        "title:, lead: or body: cannot stand inside of another",
    );
    check(
        "topic:(geo:US)",
        7,
        "a field cannot stand inside of another",
    );
    check(
        "topic:(a NEAR/5 b)",
        7,
        &format!("beside or inside of `NEAR/5` {beside}"),
    );
    check(
        "topic:(cs(a))",
        7,
        "only values stand inside of `topic:( )`",
    );
    check(
        "title:(a topic:b)",
        9,
        "`topic:` asks for no words, so it cannot stand inside of title:( ), lead:( ), body:( ), cs( ), first/( ) or atleast/( )",
    );
    check(
        "title:everything",
        6,
        "`everything` stands by itself, and \"everything\" is the word",
    );
    check(
        "title: x",
        6,
        "`title:` needs a value straight after the colon",
    );
    check(
        "lane:fast",
        5,
        "there is no lane `fast`; use flash or regular; nearest is `lane:flash`",
    );
    check(
        "first/0(a)",
        0,
        "`first/` needs a number of words, 1 to 10000, before the bracket; nearest is `first/3`",
    );
    check(
        "atleast/1(a)",
        0,
        "`atleast/` needs a number of times, 2 to 100, before the bracket; nearest is `atleast/3`",
    );
    check("a !b", 2, &format!("`!` is not understood{quote}"));
    check("a -b", 2, "`-` does not exclude; write `NOT b`");
    check(
        "a, b",
        1,
        "terms are not listed with commas; expected OR or AND",
    );
    check(
        "csx(Acme)",
        0,
        "`csx(` is not understood; put a space before the bracket, or quote the text; expected `cs(`, `first/50(` or `atleast/3(`",
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
    check(
        &"abc* ".repeat(33),
        "the filter has more than 32 words with `*`",
    );
    let dear = format!("(a{}) NEAR/5 b", " OR abc*".repeat(32));
    check(
        &dear,
        "the filter costs 8328, at most 8192 is allowed: a word costs 1, a beginning such as robot* 64, \
            and inside of NEAR, ONEAR and atleast both count four times",
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
    let words = |text: &str| Filter::words(Phrase::parse(text).unwrap());
    let lone = Filter::All(vec![Filter::Any(vec![words("a"), words("b")])]);

    assert_eq!(Filter::All(Vec::new()).to_string(), "everything");
    assert_eq!(Filter::Any(Vec::new()).to_string(), "NOT everything");
    assert_eq!(
        Filter::All(vec![lone, words("c")]).to_string(),
        "(a OR b) AND c"
    );
}
