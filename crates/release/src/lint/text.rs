//! What an editor would remark on in the text: warnings only, for a machine cannot be sure.

use super::fields::Fields;
use crate::model::Release;

pub(super) fn check(release: &Release, fields: &mut Fields<'_>) {
    headline(&release.headline, fields);
    placeholders(release, fields);
    let (html, changed) = release.body.sanitise();
    if is_blank(&html) && !release.body.source().is_empty() {
        let message = "nothing is left of the body once scripts, forms and the like are taken out";
        fields.error(
            "missing-field",
            "/body",
            message,
            "give the text of the release",
        );
    }
    if changed {
        let message =
            "the body holds markup that does not leave: scripts, styles, forms, frames, handlers";
        fields.warn(
            "html-removed",
            "/body",
            message,
            "remove it, so that what you see is what leaves",
        );
    }
    if release.topics.is_empty() && fields.value("topics").is_none() {
        let message = "no topics: readers who follow topics will not hear of it";
        fields.warn(
            "no-topics",
            "/topics",
            message,
            "add the topics it is about; `dateline topic list` shows them",
        );
    }
    if release.contacts.is_empty() && fields.value("contacts").is_none() {
        fields.warn(
            "no-contact",
            "/contacts",
            "no contact",
            "add whom to ask, with a mail address or phone",
        );
    }
    if release.summary.is_none() && fields.value("summary").is_none() {
        let message = "no summary: alerts will show the first words of the body";
        fields.warn(
            "no-summary",
            "/summary",
            message,
            "add one or two sentences",
        );
    }
}

/// No text and no picture: only tags and white space.
fn is_blank(html: &str) -> bool {
    let mut inside = false;
    let text = html.chars().filter(|&c| {
        inside = (inside && c != '>') || c == '<';
        !inside && c != '>'
    });
    text.into_iter().all(char::is_whitespace) && !html.contains("<img")
}

fn headline(headline: &str, fields: &mut Fields<'_>) {
    let chars = headline.chars().count();
    if chars > 100 {
        let message = format!("the headline has {chars} characters");
        fields.warn(
            "headline-long",
            "/headline",
            message,
            "up to 100 are shown whole everywhere; move detail to the subheadline",
        );
    }
    let letters = headline.chars().filter(|c| c.is_alphabetic());
    let (mut count, mut cased) = (0, 0);
    for letter in letters {
        count += 1;
        cased += i32::from(letter.is_uppercase());
    }
    if count >= 12 && cased == count {
        let message = "the headline is in capitals only";
        fields.warn(
            "headline-capitals",
            "/headline",
            message,
            "capitalise the first word and names",
        );
    }
}

fn placeholders(release: &Release, fields: &mut Fields<'_>) {
    let parts = [
        ("/headline", Some(release.headline.as_str())),
        ("/subheadline", release.subheadline.as_deref()),
        ("/summary", release.summary.as_deref()),
        ("/body", Some(release.body.source())),
    ];
    for (pointer, text) in parts {
        if let Some(found) = text.and_then(placeholder) {
            let message = format!("`{found}` looks like a placeholder");
            let start = found.as_ptr() as usize - text.unwrap_or_default().as_ptr() as usize;
            let finding = crate::finding::Finding::warning(
                "placeholder",
                pointer,
                message,
                "fill it in or remove it",
            );
            fields.add(finding.within(start, start + found.len()));
        }
    }
}

fn placeholder(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    if let Some(at) = lower.find("[insert") {
        let end = lower[at..]
            .find(']')
            .map_or(at + 7, |length| at + length + 1);
        return text.get(at..end);
    }
    if let Some(at) = lower.find("lorem ipsum") {
        return text.get(at..at + 11);
    }
    text.split(|c: char| !c.is_alphanumeric())
        .find(|word| matches!(*word, "TBD" | "TBC" | "XX" | "XXX" | "XXXX" | "TKTK"))
}
