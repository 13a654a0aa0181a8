//! Characters that nobody sees and that change how a text reads (see CVE-2021-42574, "Trojan Source").
//!
//! In one line of text they are an error: such a line becomes a subject, a title, a line of a list, and can make
//! everything around it read backwards. In the body, isolates and embeddings are what writers of right-to-left text use,
//! and their effect ends with the paragraph, so they are a warning; overrides, which turn letters around, and tags, which
//! carry text that nobody sees, have no use in news at all and are an error everywhere.

use crate::finding::Finding;

/// The findings about one line of text.
pub(super) fn in_line(pointer: &str, text: &str) -> Vec<Finding> {
    look_through(pointer, text, Finding::error)
}

/// The findings about text of several lines.
pub(super) fn in_paragraphs(pointer: &str, text: &str) -> Vec<Finding> {
    look_through(pointer, text, Finding::warning)
}

/// How a finding is made: as an error or as a warning.
type Make = fn(&str, &str, String, String) -> Finding;

fn look_through(pointer: &str, text: &str, suspicious: Make) -> Vec<Finding> {
    // All of them lie beyond ASCII.
    if text.is_ascii() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let error: Make = Finding::error;
        let (what, make) = match c {
            '\u{202d}' | '\u{202e}' => ("turns the direction of letters around", error),
            '\u{e0001}' | '\u{e0020}'..='\u{e007f}' if !is_flag(&text[..at]) => {
                ("carries text that nobody sees", error)
            }
            '\u{202a}'..='\u{202c}' | '\u{2066}'..='\u{2069}' => {
                ("changes the direction of text", suspicious)
            }
            '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{180e}' => {
                ("is invisible", suspicious)
            }
            '\u{200c}' | '\u{200d}' if !joins(before, text[end..].chars().next()) => {
                ("is invisible here", suspicious)
            }
            _ => {
                before = c;
                continue;
            }
        };
        let message = format!("U+{:04X} {what}", u32::from(c));
        let mend = "remove it; retype the words around it".to_owned();
        findings.push(make("hidden-character", pointer, message, mend).within(at, end));
        before = c;
    }
    findings
}

/// Joiners shape Arabic, Persian and the scripts of India, and put emoji together.
fn joins(before: char, after: Option<char>) -> bool {
    let shapes = |c: char| {
        matches!(c, '\u{590}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2190}'..='\u{2bff}'
            | '\u{fb50}'..='\u{fefc}' | '\u{1f000}'..='\u{1faff}')
    };
    shapes(before) && after.is_some_and(shapes)
}

/// Tags spell the flags of regions behind a black flag.
fn is_flag(before: &str) -> bool {
    let flag = before.trim_end_matches(|c: char| matches!(c, '\u{e0020}'..='\u{e007e}'));
    flag.ends_with('\u{1f3f4}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    #[test]
    fn what_nobody_sees_is_found_and_what_scripts_need_is_not() {
        fn check(text: &str, line: Option<Severity>, paragraphs: Option<Severity>) {
            let worst = |findings: Vec<Finding>| findings.first().map(|finding| finding.severity);
            assert_eq!(worst(in_line("/x", text)), line, "{text:?}");
            assert_eq!(worst(in_paragraphs("/x", text)), paragraphs, "{text:?}");
        }
        let (error, warning) = (Some(Severity::Error), Some(Severity::Warning));

        check("Acme \u{202e}emcA", error, error);
        check("Acme\u{e0041}", error, error);
        check("Ac\u{200b}me", error, warning);
        check("\u{2067}نص\u{2069}", error, warning);
        check("Ac\u{200d}me", error, warning);
        check("می\u{200c}خواهم", None, None);
        check("क्\u{200d}ष", None, None);
        check("\u{1f469}\u{200d}\u{1f680}", None, None);
        check("\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}", None, None);
        check("\u{200f}عمّان", None, None);
        check("Größe µm", None, None);
    }
}
