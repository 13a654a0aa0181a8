//! Mails of the wire's own to people who submit and review: the link to sign in, and where a release stands.

use super::Mail;
use super::sheet::{Sheet, english};
use crate::time::ClearTime;
use maud::html;

/// Where a release stands, for the one who submitted it.
#[derive(Debug, Clone)]
pub struct Notice<'a> {
    /// The wire's name.
    pub wire_name: &'a str,
    /// The release's headline.
    pub headline: &'a str,
    /// `rel_…`.
    pub release_id: &'a str,
    /// A release state, or `reported`.
    pub state: &'a str,
    /// When it leaves or left, in its own zone.
    pub clear_at: ClearTime,
    /// What was said last by those who review it, if anything was.
    pub note: Option<&'a str>,
    /// Its page in the newsroom.
    pub page_url: &'a str,
    /// Where it is looked after.
    pub desk_url: &'a str,
    /// The editions that this is said of, `US/en`; one or more.
    pub editions: &'a [String],
    /// Who was reached, line by line; for `reported`.
    pub counts: &'a [String],
}

/// The mail with the link that signs somebody in.
pub fn sign_in_mail(wire_name: &str, url: &str) -> Mail {
    let lines = [
        format!("Open this link to sign in to {wire_name}. It works once, for 15 minutes."),
        url.to_owned(),
        "If you did not ask for it, do nothing: nobody gets in without the link.".to_owned(),
    ];
    letter(format!("Sign in to {wire_name}"), &lines)
}

/// The mail that says where a release stands.
pub fn notice_mail(notice: &Notice<'_>) -> Mail {
    let Notice {
        headline,
        release_id,
        state,
        page_url,
        desk_url,
        ..
    } = notice;
    let at = when(&notice.clear_at);
    let (subject, says, url) = match *state {
        "submitted" => (
            "Awaiting review",
            format!("It was submitted, and awaits review. It is to leave at {at}."),
            desk_url,
        ),
        "scheduled" => ("Scheduled", format!("It leaves at {at}."), desk_url),
        "cleared" => ("Cleared", format!("It cleared at {at}."), page_url),
        "held" => (
            "Held",
            "It is held, and does not leave before somebody lets it go on.".to_owned(),
            desk_url,
        ),
        "refused" => (
            "Refused",
            "It was refused, and does not leave.".to_owned(),
            desk_url,
        ),
        "cancelled" => (
            "Cancelled",
            "It was cancelled, and does not leave.".to_owned(),
            desk_url,
        ),
        _ => (
            "Report",
            format!("It cleared at {at}. Who was reached so far:"),
            desk_url,
        ),
    };
    let editions = notice.editions.join(", ");
    let mut lines = vec![format!("{headline}\n{release_id}, {editions}"), says];
    if !notice.counts.is_empty() {
        lines.push(notice.counts.join("\n"));
    }
    let note = notice.note.filter(|note| !note.is_empty());
    lines.extend(note.map(|note| format!("“{note}”")));
    lines.push((*url).to_owned());
    letter(format!("{subject}: {headline}"), &lines)
}

/// To the second, with the zone's name and its offset: what a lawyer asks for.
fn when(at: &ClearTime) -> String {
    format!("{} ({})", at.strftime("%Y-%m-%d %H:%M:%S %:z"), at.zone)
}

/// Paragraphs; those that are links become links.
pub(super) fn letter(subject: String, lines: &[String]) -> Mail {
    let is_link = |line: &&String| line.starts_with("http://") || line.starts_with("https://");
    let content = html! {
        h1 { (subject) }
        @for line in lines {
            @if is_link(&line) { p { a href=(line) { (line) } } }
            @else { p { @for (at, part) in line.split('\n').enumerate() { @if at > 0 { br; } (part) } } }
        }
    };
    let first = lines.iter().find(|line| !is_link(line));
    let sheet = Sheet {
        language: &english(),
        title: &subject,
        preheader: first.map_or("", String::as_str),
    };
    Mail {
        html: sheet.around(&content),
        text: lines.join("\n\n") + "\n",
        subject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_gives_the_exact_time_and_the_last_word() {
        let mail = notice_mail(&Notice {
            wire_name: "Dateline",
            headline: "Acme opens",
            release_id: "rel_1",
            state: "scheduled",
            clear_at: ClearTime {
                at_ms: 1_798_770_600_000,
                zone: "America/Chicago".into(),
            },
            note: Some("Is the figure right?"),
            page_url: "https://wire.example/releases/rel_1",
            desk_url: "https://wire.example/desk/releases/rel_1",
            editions: &["US/en".to_owned()],
            counts: &[],
        });

        assert_eq!(mail.subject, "Scheduled: Acme opens");
        assert!(
            mail.text
                .contains("It leaves at 2026-12-31 20:30:00 -06:00 (America/Chicago)."),
            "{}",
            mail.text
        );
        assert!(mail.text.contains("“Is the figure right?”"));
        assert!(
            mail.html
                .contains("href=\"https://wire.example/desk/releases/rel_1\"")
        );
    }
}
