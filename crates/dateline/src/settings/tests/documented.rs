//! dateline.toml as a document.

use crate::settings::known::Known;
use crate::settings::tests::Case;
use crate::settings::{Settings, rules};

/// Each key of the compiled-in text with the comment right above it, as one line.
fn comments() -> Vec<(String, String)> {
    let (mut section, mut comment, mut comments) = (String::new(), String::new(), Vec::new());
    for line in Settings::default_text().lines() {
        if let Some(text) = line.strip_prefix('#') {
            comment = format!("{comment} {}", text.trim());
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            assert!(!comment.is_empty(), "section {line} has no comment");
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((key, _)) = line.split_once(" = ") {
            comments.push((format!("{section}{key}"), comment.trim().to_owned()));
        }
        comment.clear();
    }
    comments
}

#[test]
fn compiled_in_text_is_good_alone() {
    let settings = Case::new().settings();

    assert_eq!(settings.name, "Dateline");
    assert_eq!(settings.webhook.connections, 256);
}

#[test]
fn every_key_has_a_comment_above_it() {
    let comments = comments();

    let mut keys: Vec<_> = comments.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    assert!(keys.into_iter().eq(Known::compiled_in().defaults().keys()));
    for (key, comment) in comments {
        assert!(
            comment.len() > 20,
            "{key} needs a comment, has: {comment:?}"
        );
    }
}

#[test]
fn comments_tell_the_ranges_that_are_checked() {
    for (key, comment) in comments() {
        let expected = rules::expected(&key);

        let words: Vec<_> = expected.split_whitespace().collect();
        let ranges = words.windows(3).filter(|words| words[1] == "to");
        for range in ranges.map(|words| words.join(" ")) {
            assert!(comment.contains(&range), "{key}: {range} is not told");
        }
        let choices = expected
            .strip_prefix("one of ")
            .into_iter()
            .flat_map(|words| words.split(", "));
        for word in choices {
            assert!(
                comment.contains(&format!("{word:?}")),
                "{key}: {word} is not told"
            );
        }
    }
}

#[test]
fn every_default_passes_its_rule() {
    for (key, value) in Known::compiled_in().defaults() {
        assert_eq!(rules::check(key, value), Ok(()), "{key}");
    }
}

#[test]
fn a_copy_of_the_compiled_in_text_is_a_good_file() {
    Case::new()
        .file("dateline.toml", Settings::default_text())
        .settings();
}
