//! Bounces that are no report: as qmail, Exim and others write them, a few lines and then the mail that is returned.
//!
//! Less sure than a report, so less is believed: only what a mail system wrote, only a refusal for good, only what stands before the
//! returned mail, in which any number may stand.

use super::judge::Bounce;
use super::mime::{Fields, Part};

/// As much of its text as is looked at, in bytes.
const TEXT_BYTES: usize = 4 * 1024;

/// Where the returned mail begins.
const RETURNED: [&str; 5] = [
    "--- below this line",
    "------ this is a copy",
    "original message",
    "returned message",
    "message headers follow",
];

/// What a mail system says in it, in its first part where it has several; none if it is no bounce.
pub(super) fn bounce(mail: &Part<'_>, first: Option<&Part<'_>>) -> Option<Bounce> {
    if !is_of_a_mail_system(&mail.fields) || is_about_a_delay(&mail.fields) {
        return None;
    }
    let text = first.unwrap_or(mail).text();
    let text = &text[..text.floor_char_boundary(TEXT_BYTES)];
    let lower = text.to_ascii_lowercase();
    let end = RETURNED.iter().filter_map(|mark| lower.find(mark)).min();
    Bounce::of_words(&text[..end.unwrap_or(text.len())])
}

fn is_of_a_mail_system(fields: &Fields) -> bool {
    let from = fields.get("from").unwrap_or_default().to_lowercase();
    fields.get("return-path") == Some("<>")
        || fields.get("x-failed-recipients").is_some()
        || from.contains("mailer-daemon")
        || from.contains("postmaster")
}

fn is_about_a_delay(fields: &Fields) -> bool {
    let subject = fields.get("subject").unwrap_or_default().to_lowercase();
    subject.contains("delay") || subject.contains("warning")
}
