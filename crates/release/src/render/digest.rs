//! The mail that tells several items at once: to readers who asked for one mail an hour, a day or a week, and to those
//! who would else have had too many.

use super::mail::because;
use super::sheet::{CLOSE, Sheet, direction, english};
use super::wire::wrapped;
use super::{Item, MailTemplate, Phrases, moment_text};
use crate::frequency::Gathered;
use crate::language::LanguageTag;
use crate::time::ClearTime;
use maud::{Markup, html};

/// Once a mail has so much HTML, items are told by headline and link alone: it stays one that mail programs show whole.
const SUMMARIES_BYTES: usize = 60_000;
const SUMMARY_CHARS: usize = 300;
/// Headlines that a list of mails shows behind the subject.
const PREHEADER_HEADLINES: usize = 3;

/// One line of a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestEntry {
    language: LanguageTag,
    headline: String,
    subheadline: Option<String>,
    summary: String,
    source: String,
    cleared: ClearTime,
    url: String,
    because: Vec<String>,
    why_url: String,
}

impl DigestEntry {
    /// What a digest says of an item.
    pub fn new(item: &Item) -> DigestEntry {
        let release = &item.release;
        DigestEntry {
            language: release.edition.language.clone(),
            headline: release.headline.clone(),
            subheadline: release.subheadline.clone(),
            summary: release.summary_or_lead(&item.body.text, SUMMARY_CHARS),
            source: item.issuer_names.join(", "),
            cleared: release.in_zone(item.cleared_ms),
            url: item.url.clone(),
            because: Vec::new(),
            why_url: String::new(),
        }
    }

    /// The same for a reader who gets it for these reasons, in their words; the page behind the link shows what matched.
    pub fn because(self, reasons: Vec<String>, why_url: String) -> DigestEntry {
        DigestEntry {
            because: reasons,
            why_url,
            ..self
        }
    }

    /// Its language.
    pub fn language(&self) -> &LanguageTag {
        &self.language
    }

    fn meta(&self) -> String {
        let cleared = moment_text(&self.cleared, &self.language);
        format!("{} · {cleared}", self.source)
    }
}

/// The template of a digest of one or more entries, in the language of the first. `why` says why they come together.
pub fn digest_mail(entries: &[DigestEntry], why: &[Gathered]) -> MailTemplate {
    let language = entries
        .first()
        .map_or_else(english, |first| first.language.clone());
    let phrases = Phrases::of(&language);
    let says: Vec<&str> = why.iter().map(|why| phrases.gathered(*why)).collect();
    let says = says.join(" ");
    let sheet = Sheet {
        language: &language,
        title: &subject(entries),
        preheader: &preheader(entries),
    };
    let mut html_open = sheet.open();
    html_open += &html! { h1.what { (says) } }.0;
    let mut text = format!("{}\n", wrapped(&says));
    for entry in entries {
        let whole = html_open.len() < SUMMARIES_BYTES;
        html_open += &shown(entry, whole).0;
        text += &entry_text(entry, whole);
    }
    MailTemplate {
        subject: subject(entries),
        text,
        html_open: html_open + "\n",
        html_close: CLOSE.to_owned(),
        phrases,
    }
}

fn shown(entry: &DigestEntry, whole: bool) -> Markup {
    let phrases = Phrases::of(&entry.language);
    html! {
        section.item lang=(entry.language) dir=(direction(&entry.language)) {
            h2 { a href=(entry.url) { (entry.headline) } }
            p.meta { bdi { (entry.meta()) } }
            @if whole {
                @if let Some(subheadline) = &entry.subheadline { p.sub { (subheadline) } }
                p { (entry.summary) }
                @if !entry.because.is_empty() { p.meta { (because(phrases, &entry.because, Some(&entry.why_url))) } }
            }
        }
    }
}

/// The first headline, and how many more there are: it reads in every language.
fn subject(entries: &[DigestEntry]) -> String {
    match entries {
        [] => String::new(),
        [only] => only.headline.clone(),
        [first, more @ ..] => format!("{} (+{})", first.headline, more.len()),
    }
}

/// The headlines that the subject does not tell.
fn preheader(entries: &[DigestEntry]) -> String {
    let more = entries.iter().skip(1).take(PREHEADER_HEADLINES);
    let more: Vec<&str> = more.map(|entry| entry.headline.as_str()).collect();
    match (entries, more.is_empty()) {
        ([only, ..], true) => only.summary.clone(),
        _ => more.join(" · "),
    }
}

fn entry_text(entry: &DigestEntry, whole: bool) -> String {
    let Phrases { because, why, .. } = Phrases::of(&entry.language);
    let colon = Phrases::of(&entry.language).colon();
    let mut lines = vec![wrapped(&entry.headline), entry.meta()];
    if whole {
        lines.extend(entry.subheadline.as_deref().map(wrapped));
        lines.push(wrapped(&entry.summary));
    }
    lines.push(entry.url.clone());
    if whole && !entry.because.is_empty() {
        lines.push(format!("{because}{colon}{}", entry.because.join("; ")));
        lines.push(format!("{why}{colon}{}", entry.why_url));
    }
    format!("\n{}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(headline: &str, language: &str) -> DigestEntry {
        DigestEntry {
            language: LanguageTag::parse(language).unwrap(),
            headline: headline.to_owned(),
            subheadline: Some("Under <it>".to_owned()),
            summary: "What happened.".to_owned(),
            source: "Vireo & Sons".to_owned(),
            cleared: ClearTime {
                at_ms: 1_800_000_000_000,
                zone: "Europe/Madrid".to_owned(),
            },
            url: "https://wire.example/releases/rel_1".to_owned(),
            because: Vec::new(),
            why_url: String::new(),
        }
    }

    #[test]
    fn digest_says_why_it_comes_and_tells_each_item() {
        let entries = [entry("Uno & dos", "es"), entry("خبر", "ar")];

        let mail = digest_mail(&entries, &[Gathered::Daily, Gathered::Flood]);

        assert_eq!(mail.subject, "Uno & dos (+1)");
        assert!(mail.html_open.contains(r#"<html lang="es" dir="ltr">"#));
        assert!(
            mail.html_open
                .contains(r#"<section class="item" lang="ar" dir="rtl">"#)
        );
        assert!(mail.html_open.contains("Uno &amp; dos</a>"));
        assert!(mail.html_open.contains("Under &lt;it&gt;"));
        insta::assert_snapshot!(mail.text, @r"
        Resumen diario. Hubo muchos avisos en una hora: los siguientes vienen
        juntos en este correo.

        Uno & dos
        Vireo & Sons · 15 de enero de 2027, 09:00 CET
        Under <it>
        What happened.
        https://wire.example/releases/rel_1

        خبر
        Vireo & Sons · 15 يناير 2027، 09:00 CET
        Under <it>
        What happened.
        https://wire.example/releases/rel_1
        ");
    }

    #[test]
    fn long_digest_tells_every_item_and_is_shown_whole() {
        let filled = DigestEntry {
            summary: "What happened. ".repeat(20),
            ..entry("One more", "en")
        };
        let filled = filled.because(
            vec!["Mining".to_owned()],
            format!("https://{}", "w".repeat(80)),
        );

        let mail = digest_mail(&vec![filled; 150], &[Gathered::Hourly]);

        assert_eq!(mail.text.matches("One more").count(), 150);
        assert_eq!(mail.html_open.matches("<h2>").count(), 150);
        assert_eq!(mail.subject, "One more (+149)");
        let (summaries, bytes) = (
            mail.html_open.matches("happened").count() / 20,
            mail.html_open.len(),
        );
        assert!(
            (50..150).contains(&summaries) && bytes < 100_000,
            "{summaries}, {bytes} bytes"
        );
    }
}
