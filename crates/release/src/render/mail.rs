//! The mail that tells of a release, and the one that asks for confirmation.
//!
//! A template is rendered once per item and extent; what differs per recipient (why they get it, how to stop it) is
//! spliced in.

use super::sheet::{CLOSE, Sheet, english};
use super::wire::{mail_html, wrapped};
use super::{Item, Phrases, moment_text, source_line, wire_text};
use crate::model::Extent;
use maud::{Markup, html};

/// A mail, ready to be put into MIME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// A subscription behind a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Its key.
    pub id: i64,
    /// In the reader's words, with the clause that matched where that says more.
    pub text: String,
}

/// What a mail says to its one recipient.
#[derive(Debug, Clone)]
pub struct Recipient<'a> {
    /// The subscriptions that caused it, in the reader's words.
    pub reasons: &'a [String],
    /// The page that shows by which words, if the mail tells of one item.
    pub why_url: Option<&'a str>,
    /// The page behind the signed link.
    pub unsubscribe_url: &'a str,
}

/// A mail less its recipient's part: the text part goes on after `text`, the HTML part between `html_open` and
/// `html_close`. Each piece ends with a line end, so that pieces can be encoded apart and put together.
#[derive(Debug, Clone)]
pub struct MailTemplate {
    /// One line.
    pub subject: String,
    /// The plain-text part up to the footer.
    pub text: String,
    /// The HTML part up to the footer.
    pub html_open: String,
    /// The HTML part after the footer.
    pub html_close: String,
    pub(super) phrases: &'static Phrases,
}

/// Gmail shows no more of a mail than some 102 kB of HTML, and cuts off what stops it. A longer text is told by summary and
/// link; its text part is whole.
const MOST_BYTES: usize = 80_000;
/// Of the summary, what a list of mails shows behind the subject.
const PREHEADER_CHARS: usize = 200;
const SUMMARY_CHARS: usize = 600;

/// The template of the mail that tells of an item.
pub fn story_mail(item: &Item, extent: Extent) -> MailTemplate {
    let release = &item.release;
    let phrases = Phrases::of(&release.edition.language);
    let text = match extent {
        Extent::Full => format!("{}\n\n{}", wire_text(item), online_text(item)),
        Extent::Link => format!("{}\n\n{}", link_text(item), online_text(item)),
    };
    let content = match extent {
        Extent::Full => Some(mail_html(item)).filter(|html| html.0.len() <= MOST_BYTES),
        Extent::Link => None,
    };
    let content = content.unwrap_or_else(|| html! { p { (summary(item)) } });
    let sheet = Sheet {
        language: &release.edition.language,
        title: &release.headline,
        preheader: &release.summary_or_lead(&item.body.text, PREHEADER_CHARS),
    };
    let told = html! {
        p.meta { bdi { (item.issuer_names.join(", ")) } " · " bdi { (cleared_text(item)) } }
        h1 { a href=(item.url) { (release.headline) } }
        @if let Some(subheadline) = &release.subheadline { p.sub { (subheadline) } }
        (content)
        p { a.button href=(item.url) { (phrases.read_online) } }
    };
    MailTemplate {
        subject: release.headline.clone(),
        text,
        html_open: sheet.open() + &told.0 + "\n",
        html_close: CLOSE.to_owned(),
        phrases,
    }
}

fn summary(item: &Item) -> String {
    item.release.summary_or_lead(&item.body.text, SUMMARY_CHARS)
}

fn online_text(item: &Item) -> String {
    let phrases = Phrases::of(&item.release.edition.language);
    format!("{}{}{}\n", phrases.read_online, phrases.colon(), item.url)
}

fn link_text(item: &Item) -> String {
    let release = &item.release;
    let head = [
        Some(release.headline.clone()),
        release.subheadline.clone(),
        Some(summary(item)),
    ];
    let parts: Vec<String> = head
        .into_iter()
        .flatten()
        .map(|part| wrapped(&part))
        .collect();
    format!(
        "{}\n\n{}",
        parts.join("\n\n"),
        source_line(&item.issuer_names, Phrases::of(&release.edition.language))
    )
}

fn cleared_text(item: &Item) -> String {
    let release = &item.release;
    moment_text(&release.in_zone(item.cleared_ms), &release.edition.language)
}

impl MailTemplate {
    /// The recipient's part of the text: why they get it, and how to stop it.
    pub fn text_footer(&self, recipient: &Recipient<'_>) -> String {
        let Phrases {
            because,
            why,
            unsubscribe,
            ..
        } = self.phrases;
        let colon = self.phrases.colon();
        let mut footer = format!("\n-- \n{because}{colon}{}\n", recipient.reasons.join("; "));
        if let Some(url) = recipient.why_url {
            footer += &format!("{why}{colon}{url}\n");
        }
        footer + &format!("{unsubscribe}{colon}{}\n", recipient.unsubscribe_url)
    }

    /// The recipient's part of the HTML.
    pub fn html_footer(&self, recipient: &Recipient<'_>) -> String {
        let phrases = self.phrases;
        let footer = html! {
            footer lang=(phrases.language()) dir=(phrases.direction()) {
                p { (because(phrases, recipient.reasons, recipient.why_url)) }
                p { a href=(recipient.unsubscribe_url) { (phrases.unsubscribe) } }
            }
        };
        footer.into_string() + "\n"
    }
}

/// Why something is told, and where that is shown. Filters are in a script and a direction of their own.
pub(super) fn because(phrases: &Phrases, reasons: &[String], why_url: Option<&str>) -> Markup {
    html! {
        (phrases.because) (phrases.colon())
        @for (at, reason) in reasons.iter().enumerate() {
            @if at > 0 { "; " }
            bdi { (reason) }
        }
        @if let Some(url) = why_url { " · " a href=(url) { (phrases.why) } }
    }
}

/// The mail that asks the owner of an address whether they asked for alerts.
pub fn confirm_mail(wire_name: &str, asked_for: &[String], confirm_url: &str) -> Mail {
    let asked = asked_for.join("; ");
    let text = format!(
        "Somebody, we hope you, asked {wire_name} to send alerts to this address for: {asked}\n\n\
         To get them, open this page and press the button:\n{confirm_url}\n\n\
         If it was not you, do nothing: no alert will be sent.\n"
    );
    let content = html! {
        h1 { "Confirm your alerts" }
        p { "Somebody, we hope you, asked " (wire_name) " to send alerts to this address for: " strong { (asked) } }
        p { "To get them, open this page and press the button there:" }
        p { a.button href=(confirm_url) { "Confirm these alerts" } }
        p.meta { "If it was not you, do nothing: no alert will be sent." }
    };
    let sheet = Sheet {
        language: &english(),
        title: "Confirm your alerts",
        preheader: &format!("For: {asked}"),
    };
    Mail {
        subject: format!("Confirm your alerts from {wire_name}"),
        text,
        html: sheet.around(&content),
    }
}
