//! What the body begins with.

use super::{Findings, Prose, Texts};
use crate::dateline;
use crate::text::fold;

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    let body = &texts.body;
    let Some(first) = body.paragraphs().into_iter().next() else {
        return;
    };
    // HTML puts its paragraphs into one line as often as not.
    let shown = &body.plain[first.clone()];
    let start = first.start + (shown.len() - shown.trim_start_matches(['*', '_', '#', ' ']).len());
    let text = &body.plain[start..first.end];
    if let Some(typed) = dateline::read(text) {
        let mut fields = format!("city: {}", typed.city);
        fields.extend(typed.region.map(|region| format!(", region: {region}")));
        let date = typed.date.map_or_else(String::new, |date| {
            format!("; the date, {date}, follows the clear time")
        });
        let mend = format!("take it out of the body and give `dateline: {{ {fields} }}`{date}");
        let place = start..start + typed.length.min(text.len());
        let message = "the body begins with a dateline, and the wire prints one of its own";
        findings.warn_at("typed-dateline", (body, place), message, mend);
    }
    repeated(texts, start, findings);
}

/// The first line, or the first element of HTML, that says the headline or the summary again.
fn repeated(texts: &Texts<'_>, start: usize, findings: &mut Findings) {
    let body = &texts.body;
    let source = &body.source[start..];
    let line = source
        .split(['\n', '<'])
        .next()
        .unwrap_or_default()
        .trim_end();
    let said = plain_words(line);
    let again = |prose: &Prose<'_>| !said.is_empty() && plain_words(prose.source) == said;
    let what = match &texts.summary {
        _ if again(&texts.headline) => "headline",
        Some(summary) if again(summary) => "summary",
        _ => return,
    };
    let message = format!("the body begins with the {what} again");
    findings.warn_at(
        "repeated-lead",
        (body, start..start + line.len()),
        message,
        "remove it from the body: the page shows both",
    );
}

fn plain_words(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}
