//! The mail that tells several items at once: to readers who asked for one mail an hour, a day or a week, and to those
//! who would else have had too many.

use super::mail::STYLE;
use super::{Item, MailTemplate, Phrases, moment_text};
use crate::frequency::Gathered;
use crate::language::LanguageTag;
use crate::time::ClearTime;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Beyond so many, items are told by headline and link alone: the mail stays one that mail programs show whole.
const SHOWN_WITH_SUMMARY: usize = 50;
const SUMMARY_CHARS: usize = 300;

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
        }
    }

    /// The same for a reader who gets it for these reasons, in their words.
    pub fn because(self, reasons: Vec<String>) -> DigestEntry {
        DigestEntry {
            because: reasons,
            ..self
        }
    }

    /// Why its reader is told of it; none where nothing is said.
    fn why(&self) -> Option<String> {
        let because = Phrases::of(&self.language).because;
        (!self.because.is_empty()).then(|| format!("{because}: {}", self.because.join("; ")))
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
    let language = match entries.first() {
        Some(first) => first.language.clone(),
        None => LanguageTag::parse("en").expect("en is a language"),
    };
    let phrases = Phrases::of(&language);
    let says: Vec<&str> = why.iter().map(|why| phrases.gathered(*why)).collect();
    let says = says.join(" ");
    let direction = |language: &LanguageTag| if language.is_rtl() { "rtl" } else { "ltr" };
    let head = html! {
        (DOCTYPE)
        (PreEscaped(format!(r#"<html lang="{language}" dir="{}">"#, direction(&language))))
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width";
            meta name="color-scheme" content="light dark";
            title { (subject(entries)) }
            style { (PreEscaped(STYLE)) "h2{font-size:20px;line-height:1.3;margin:28px 0 4px}" }
        }
    };
    let body = html! {
        p.meta { (says) }
        @for (at, entry) in entries.iter().enumerate() {
            section lang=(entry.language) dir=(direction(&entry.language)) { (shown(entry, at < SHOWN_WITH_SUMMARY)) }
        }
    };
    MailTemplate {
        subject: subject(entries),
        text: text(entries, &says),
        html_open: format!("{}<body><main>{}\n", head.into_string(), body.into_string()),
        html_close: "</main></body></html>\n".to_owned(),
        phrases,
    }
}

fn shown(entry: &DigestEntry, whole: bool) -> Markup {
    html! {
        h2 { a href=(entry.url) { (entry.headline) } }
        p.meta { bdi { (entry.meta()) } }
        @if whole {
            @if let Some(subheadline) = &entry.subheadline { p { strong { (subheadline) } } }
            p { (entry.summary) }
        }
        @if let Some(why) = entry.why() { p.meta { (why) } }
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

fn text(entries: &[DigestEntry], says: &str) -> String {
    let mut text = format!("{says}\n");
    for (at, entry) in entries.iter().enumerate() {
        text += &format!("\n{}\n{}\n", entry.headline, entry.meta());
        if at < SHOWN_WITH_SUMMARY {
            for part in entry.subheadline.iter().chain([&entry.summary]) {
                text += &format!("{part}\n");
            }
        }
        if let Some(why) = entry.why() {
            text += &format!("{why}\n");
        }
        text += &format!("{}\n", entry.url);
    }
    text
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
        }
    }

    #[test]
    fn digest_says_why_it_comes_and_tells_each_item() {
        let entries = [entry("Uno & dos", "es"), entry("خبر", "ar")];

        let mail = digest_mail(&entries, &[Gathered::Daily, Gathered::Flood]);

        assert_eq!(mail.subject, "Uno & dos (+1)");
        assert!(mail.html_open.contains(r#"<html lang="es" dir="ltr">"#));
        assert!(mail.html_open.contains(r#"<section lang="ar" dir="rtl">"#));
        assert!(mail.html_open.contains("Uno &amp; dos</a>"));
        assert!(mail.html_open.contains("Under &lt;it&gt;"));
        insta::assert_snapshot!(mail.text, @r"
        Resumen diario. Hubo muchos avisos en una hora: los siguientes vienen juntos en este correo.

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
    fn items_beyond_the_first_fifty_are_told_too() {
        let entries = vec![entry("One more", "en"); 60];

        let mail = digest_mail(&entries, &[Gathered::Hourly]);

        assert_eq!(mail.text.matches("One more").count(), 60);
        assert_eq!(mail.text.matches("What happened.").count(), 50);
        assert_eq!(mail.html_open.matches("<h2>").count(), 60);
        assert_eq!(mail.subject, "One more (+59)");
    }
}
