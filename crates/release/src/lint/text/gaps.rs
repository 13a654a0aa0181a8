//! What is not there: topics, contacts, a summary, the text itself.

use super::{Findings, Texts};
use crate::finding::Finding;
use crate::lint::fields::Fields;

pub(super) fn check(texts: &Texts<'_>, fields: &Fields<'_>, findings: &mut Findings) {
    let release = texts.release;
    let (html, changed) = release.body.sanitise();
    if is_blank(&html) && !release.body.source().is_empty() {
        let message = "nothing is left of the body once scripts, forms and the like are taken out";
        let mend = "give the text of the release";
        findings.add(Finding::error("missing-field", "/body", message, mend));
    }
    if changed {
        let message =
            "the body holds markup that does not leave: scripts, styles, forms, frames, handlers";
        let mend = "remove it, so that what you see is what leaves";
        findings.warn("html-removed", "/body", message, mend);
    }
    if release.topics.is_empty() && fields.value("topics").is_none() {
        let message = "no topics: readers who follow topics will not hear of it";
        let mend = "add the topics it is about; `dateline topic list` shows them";
        findings.warn("no-topics", "/topics", message, mend);
    }
    if release.contacts.is_empty() && fields.value("contacts").is_none() {
        let mend = "add whom to ask, with a mail address or phone";
        findings.warn("no-contact", "/contacts", "no contact", mend);
    }
    if release.summary.is_none() && fields.value("summary").is_none() {
        let message = "no summary: alerts will show the first words of the body";
        findings.warn(
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
