//! The shape of a text: its length, its capitals.

use super::{Findings, Prose, Texts};

/// What is shown whole everywhere.
const HEADLINE_CHARS: usize = 100;
/// What a narrow page can still break.
const WORD_CHARS: usize = 60;
/// About three times the longest that papers print.
const PARAGRAPH_CHARS: usize = 3000;

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    headline(&texts.headline, findings);
    for prose in texts.all() {
        long_words(prose, findings);
    }
    for place in texts.body.paragraphs() {
        let text = &texts.body.plain[place.clone()];
        let chars = if text.len() > PARAGRAPH_CHARS {
            text.chars().count()
        } else {
            0
        };
        if chars > PARAGRAPH_CHARS && !text.starts_with('|') {
            let message = format!("a paragraph of {chars} characters");
            findings.warn_at(
                "long-paragraph",
                (&texts.body, place.clone()),
                message,
                "break it up: a blank line begins a paragraph",
            );
        }
        if is_all_capitals(text, 40) {
            let message = "a paragraph in capitals only reads as shouting";
            findings.warn_at(
                "body-capitals",
                (&texts.body, place),
                message,
                "capitalise first words and names",
            );
        }
    }
}

fn headline(headline: &Prose<'_>, findings: &mut Findings) {
    let chars = headline.source.chars().count();
    if chars > HEADLINE_CHARS {
        let message = format!("the headline has {chars} characters");
        let mend = "up to 100 are shown whole everywhere; move detail to the subheadline";
        findings.warn("headline-long", "/headline", message, mend);
    }
    if is_all_capitals(headline.source, 12) {
        let message = "the headline is in capitals only";
        findings.warn(
            "headline-capitals",
            "/headline",
            message,
            "capitalise the first word and names",
        );
    }
}

/// At least so many letters, and every one a capital; scripts without capitals have none.
fn is_all_capitals(text: &str, least: usize) -> bool {
    let (mut letters, mut capitals) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        capitals += usize::from(c.is_uppercase());
        if letters > capitals {
            return false;
        }
    }
    letters >= least
}

/// Scripts that write no spaces have no words to be long.
fn long_words(prose: &Prose<'_>, findings: &mut Findings) {
    let mut at = 0;
    for word in prose
        .plain
        .split(|c: char| c.is_whitespace() || matches!(c, '|' | '/' | '-'))
    {
        let is_long = word.len() > WORD_CHARS && word.chars().count() > WORD_CHARS;
        if is_long
            && word.chars().all(|c| u32::from(c) < 0x590)
            && word.contains(char::is_alphanumeric)
        {
            let message = format!("a word of {} characters", word.chars().count());
            findings.warn_at(
                "long-word",
                (prose, at..at + word.len()),
                message,
                "put spaces or hyphens into it, or make it a link",
            );
        }
        // Separators are one character of one to three bytes.
        at += word.len();
        at += prose.plain[at..].chars().next().map_or(0, char::len_utf8);
    }
}
