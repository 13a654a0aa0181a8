//! The mail that tells of a release, and the one that asks for confirmation.
//!
//! A template is rendered once per item and extent; what differs per recipient (why they get it, how to stop it) is
//! spliced in.

use super::wire::mail_html;
use super::{Item, Phrases, moment_text, source_line, wire_text};
use crate::model::Extent;
use maud::{DOCTYPE, PreEscaped, html};

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

/// Where the recipient's part goes; cannot occur in rendered HTML, which has no such comment.
const FOOTER: &str = "<!--recipient-->";

pub(super) const STYLE: &str = "body{margin:0;padding:24px;background:#fff;color:#1a1a1a;font:16px/1.55 Georgia,serif}\
main{max-width:40em;margin:0 auto}h1{font-size:26px;line-height:1.25;margin:0 0 8px}\
.meta,footer{font:13px/1.5 Helvetica,Arial,sans-serif;color:#555}footer{border-top:1px solid #ccc;margin-top:32px;padding-top:12px}\
table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:4px 8px}a{color:#0b57a4}\
@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}.meta,footer{color:#aaa}a{color:#8ab8f0}}";

/// The template of the mail that tells of an item.
pub fn story_mail(item: &Item, extent: Extent) -> MailTemplate {
    let language = &item.release.edition.language;
    let phrases = Phrases::of(language);
    let text = match extent {
        Extent::Full => format!(
            "{}\n\n{}: {}\n",
            wire_text(item),
            phrases.read_online,
            item.url
        ),
        Extent::Link => format!("{}\n{}\n", link_text(item), item.url),
    };
    let content = match extent {
        Extent::Full => mail_html(item),
        Extent::Link => html! { p { (item.release.summary_or_lead(&item.body.text, 600)) } },
    };
    let page = html! {
        (DOCTYPE)
        html lang=(language) dir=(if language.is_rtl() { "rtl" } else { "ltr" }) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="color-scheme" content="light dark";
                title { (item.release.headline) }
                style { (PreEscaped(STYLE)) }
            }
            body { main {
                p.meta { (item.issuer_names.join(", ")) " · " bdi { (cleared_text(item)) } }
                h1 { a href=(item.url) { (item.release.headline) } }
                @if let Some(subheadline) = &item.release.subheadline { p { strong { (subheadline) } } }
                (content)
                p { a href=(item.url) { (phrases.read_online) } }
                (PreEscaped(FOOTER))
            } }
        }
    }
    .into_string();
    let (html_open, html_close) = page
        .split_once(FOOTER)
        .expect("the page was just written with it");
    MailTemplate {
        subject: item.release.headline.clone(),
        text,
        html_open: format!("{html_open}\n"),
        html_close: format!("{html_close}\n"),
        phrases,
    }
}

fn link_text(item: &Item) -> String {
    let release = &item.release;
    let summary = release.summary_or_lead(&item.body.text, 600);
    let head = [
        Some(release.headline.clone()),
        release.subheadline.clone(),
        Some(summary),
    ];
    let parts: Vec<String> = head.into_iter().flatten().collect();
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
        let reasons = recipient.reasons.join("; ");
        let Phrases {
            because,
            unsubscribe,
            ..
        } = self.phrases;
        format!(
            "\n-- \n{because}: {reasons}\n{unsubscribe}: {}\n",
            recipient.unsubscribe_url
        )
    }

    /// The recipient's part of the HTML.
    pub fn html_footer(&self, recipient: &Recipient<'_>) -> String {
        let footer = html! {
            footer {
                p { (self.phrases.because) ": " (recipient.reasons.join("; ")) }
                p { a href=(recipient.unsubscribe_url) { (self.phrases.unsubscribe) } }
            }
        };
        footer.into_string() + "\n"
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
    let html = html! {
        (DOCTYPE)
        html lang="en" { head { meta charset="utf-8"; title { "Confirm your alerts" } style { (PreEscaped(STYLE)) } }
            body { main {
                h1 { "Confirm your alerts" }
                p { "Somebody, we hope you, asked " (wire_name) " to send alerts to this address for: " strong { (asked) } }
                p { a href=(confirm_url) { "Open the page and press the button to get them" } }
                p.meta { "If it was not you, do nothing: no alert will be sent." }
            } }
        }
    };
    Mail {
        subject: format!("Confirm your alerts from {wire_name}"),
        text,
        html: html.into_string(),
    }
}
