use super::*;
use release::finding::Span;

fn looked(source: &str) -> Looked {
    let findings = lint_source(source.as_bytes(), Taxonomy::builtin())
        .unwrap()
        .findings;
    Looked {
        path: "a b.md".into(),
        source: source.to_owned(),
        findings,
    }
}

fn shown(source: &str, needle: &str) -> Vec<String> {
    let start = source.find(needle).unwrap();
    let span = Span {
        start,
        end: start + needle.len(),
    };
    let mut finding = Finding::warning("placeholder", "/body", "found", "mend it");
    finding.span = Some(span);
    let text = shown::finding("f", &Lines::of(source), &finding, false);
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_place_is_underlined_whatever_stands_before_it() {
    fn check(source: &str, needle: &str, expect: [&str; 3]) {
        assert_eq!(shown(source, needle)[..3], expect, "{source:?}");
    }

    check(
        "one\nab TBD.\n",
        "TBD",
        [
            "f:2:4: warning[placeholder] /body: found",
            " 2 | ab TBD.",
            "   |    ^^^",
        ],
    );
    check(
        "a\tTBD",
        "TBD",
        [
            "f:1:3: warning[placeholder] /body: found",
            " 1 | a    TBD",
            "   |      ^^^",
        ],
    );
    check(
        "東京TBD",
        "TBD",
        [
            "f:1:3: warning[placeholder] /body: found",
            " 1 | 東京TBD",
            "   |     ^^^",
        ],
    );
    check(
        "e\u{301}TBD\r\nx",
        "TBD",
        [
            "f:1:3: warning[placeholder] /body: found",
            " 1 | e\u{301}TBD",
            "   |  ^^^",
        ],
    );
    check(
        "a\u{202e}TBD",
        "\u{202e}",
        [
            "f:1:2: warning[placeholder] /body: found",
            " 1 | a<U+202E>TBD",
            "   |  ^^^^^^^^",
        ],
    );
    check(
        "two\nlines",
        "two\nlines",
        [
            "f:1:1: warning[placeholder] /body: found",
            " 1 | two",
            "   | ^^^",
        ],
    );
}

#[test]
fn long_lines_are_shown_around_the_place() {
    let source = format!("{}TBD{}", "words ".repeat(50), " more".repeat(50));

    let lines = shown(&source, "TBD");

    assert!(
        lines[1].starts_with(" 1 | …") && lines[1].ends_with('…'),
        "{lines:#?}"
    );
    assert_eq!(
        lines[1].chars().position(|c| c == 'T'),
        lines[2].chars().position(|c| c == '^'),
        "{lines:#?}"
    );
}

#[test]
fn text_counts_and_colours_only_where_asked() {
    let looked = looked("---\nheadline: Acme TBD\n---\nText\n");

    let plain = looked.text(false);

    assert!(
        plain.contains(
            "a b.md:2:16: warning[placeholder] /headline: `TBD` looks like a placeholder\n"
        ),
        "{plain}"
    );
    assert!(
        plain.contains("a b.md: error[missing-field] /issuers: `issuers` is missing\n"),
        "{plain}"
    );
    assert!(plain.ends_with("a b.md: 2 errors, 4 warnings\n"), "{plain}");
    assert!(!plain.contains('\u{1b}') && looked.text(true).contains("\u{1b}[1;31merror"));
}

#[test]
fn sarif_has_a_rule_for_every_code_and_a_region_for_every_place() {
    let source = "---\nheadline: Größe TBD\n---\nText\n";

    let log = sarif::log(&[looked(source)]);

    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), release::lint::CODES.len());
    let result = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|result| result["ruleId"] == "placeholder")
        .unwrap();
    assert_eq!(
        rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"],
        "placeholder"
    );
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.md");
    let start = source.find("TBD").unwrap();
    assert_eq!(
        place["region"],
        json!({ "startLine": 2, "startColumn": 17, "endLine": 2, "endColumn": 20, "byteOffset": start, "byteLength": 3 })
    );
}

#[test]
fn json_tells_the_span() {
    let json: serde_json::Value =
        serde_json::from_str(&looked("{\"headline\": \"Acme TBD\"}").json()).unwrap();

    let findings = json["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .find(|finding| finding["code"] == "placeholder")
        .unwrap();
    assert_eq!(found["span"], json!({ "start": 19, "end": 22 }));
    let missing = findings
        .iter()
        .find(|finding| finding["pointer"] == "/issuers")
        .unwrap();
    assert_eq!(missing.get("span"), None);
}
