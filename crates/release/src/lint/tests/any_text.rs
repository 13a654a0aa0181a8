//! Whatever a submission says, lint answers, and points at whole characters of what was sent.

use super::sound;
use crate::lint::lint_source;
use crate::topic::Taxonomy;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Pieces that checks look for, beside characters of every length.
const PIECES: &[&str] = &[
    "TBD ",
    "[insert",
    "{{",
    "Monday, ",
    "Dec. 1, 2026",
    "1. Dezember ",
    "2026年",
    "1月",
    "6日",
    "（火",
    "(NYSE: ",
    "ABC",
    ")",
    ": ",
    "EST ",
    "July 1, 2026 ",
    "third quarter ",
    "Q3 ",
    "erstes Quartal ",
    "http://10.0.0.1",
    "https://[",
    "::1]",
    "file://",
    "a@b.example",
    "@",
    "<b",
    ">",
    "<!--",
    "</script",
    "&nbsp;",
    "&",
    "](",
    "![",
    "--",
    " /PRN/ --",
    "\n\n",
    "\r\n",
    "\r",
    "\"",
    "“",
    "»",
    "!",
    "é",
    "東",
    "\u{202e}",
    "\u{200d}",
    "\u{1f3f4}",
    "\u{e0067}",
    "\u{a0}",
    "İ",
    "ß",
    "А",
    "ο",
    " ",
    "x",
    "will ",
    "diese Übersetzung ",
    "world-class ",
    "\u{301}",
    "---\n",
    "|",
    "* ",
];

fn any_text() -> impl Strategy<Value = String> {
    let piece =
        prop_oneof![4 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC{1,3}"];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn check(source: &str) -> Result<(), TestCaseError> {
    let linted = lint_source(source.as_bytes(), Taxonomy::builtin());
    let Ok(linted) = linted else { return Ok(()) };
    for finding in &linted.findings {
        let span = finding.span.unwrap_or_else(|| (0..0).into());
        prop_assert!(source.get(span.start..span.end).is_some(), "{finding:?}");
    }
    if let Some(release) = linted.release {
        let rendered = release.body.render();
        let lower = rendered.html.to_ascii_lowercase();
        prop_assert!(
            !lower.contains("<script") && !lower.contains("<!--"),
            "{lower}"
        );
        let again = crate::lint::lint(&release.to_submission(), Taxonomy::builtin());
        prop_assert_eq!(again.release, Some(release));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_in_any_field_is_answered(texts in prop::collection::vec(any_text(), 6), language in "en|de|ja|tr|ar|fr", html: bool) {
        let mut submission = sound();
        let fields = ["headline", "subheadline", "summary", "body", "boilerplate"];
        for (name, text) in fields.iter().zip(&texts) {
            submission.insert((*name).to_owned(), json!(text));
        }
        submission.insert("edition".into(), json!({ "region": "US", "language": language }));
        submission.insert("tickers".into(), json!(["XNYS:ABC"]));
        submission.insert("body_format".into(), json!(if html { "html" } else { "markdown" }));
        submission.insert("clear_at".into(), json!("2026-11-20T12:00:00Z"));

        check(&Value::Object(submission).to_string())?;
    }

    #[test]
    fn any_front_matter_and_body_is_answered(head in any_text(), body in any_text(), quote in "['\"|>]?") {
        check(&format!("---\nissuers: [acme]\nedition: {{ region: US, language: en }}\nheadline: {quote}{head}\n---\n{body}"))?;
    }

    #[test]
    fn any_text_is_read_for_a_dateline(text in any_text()) {
        if let Some(typed) = crate::dateline::read(&text) {
            prop_assert!(text.get(..typed.length).is_some());
        }
    }
}

/// Found by the property above: the date stands inside of what counts as one word.
#[test]
fn date_that_begins_inside_of_a_word_is_answered() {
    let mut submission = sound();
    submission.insert(
        "edition".into(),
        json!({ "region": "JP", "language": "ja" }),
    );
    let body = "Acme said in the third quarter ؓ🣁i\u{1773}2026年1月 6日🕴Ⱥ.";
    submission.insert("body".into(), json!(body));

    check(&Value::Object(submission).to_string()).unwrap();
}
