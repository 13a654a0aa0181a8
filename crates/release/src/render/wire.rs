//! The wire's form of a release: headline, dateline and body, boilerplates, contacts, links, media, SOURCE.

mod html;
mod text;

pub(super) use html::mail_html;
pub use html::{boxed, wire_html, wire_tail_html};
pub use text::wire_text;

use super::{Item, Phrases};
use crate::body::{RenderedBody, paragraphs};
use crate::calendar::press_date;
use crate::language::LanguageTag;
use crate::model::{Contact, Dateline, Release, Visibility};
use crate::time::ClearTime;

/// `AUSTIN, Texas, Dec. 1, 2026` in AP style for English; elsewhere as the press of the language (its primary subtag)
/// writes a date. The date follows the clear time in its zone.
pub fn dateline_text(dateline: &Dateline, cleared: &ClearTime, language: &str) -> String {
    let comma = Phrases::of_primary(language).comma();
    let date = press_date(cleared.date(), language);
    let region = dateline.region.iter().map(String::as_str);
    let parts = [dateline.city.as_str()]
        .into_iter()
        .chain(region)
        .chain([date.as_str()]);
    parts.collect::<Vec<_>>().join(comma)
}

/// When something cleared, for people: `Dec. 1, 2026, 09:00 CST`, in the language's own form.
pub fn moment_text(cleared: &ClearTime, language: &LanguageTag) -> String {
    let date = press_date(cleared.date(), language.primary());
    format!(
        "{date}{}{}",
        Phrases::of(language).comma(),
        cleared.strftime("%H:%M %Z")
    )
}

/// `SOURCE A and B`, in the language of the release.
pub fn source_line(issuer_names: &[String], phrases: &Phrases) -> String {
    format!("{} {}", phrases.source, phrases.join(issuer_names))
}

/// `CITY, date /Wire/ -- `, or nothing where the release has no dateline.
pub fn opening(release: &Release, cleared_ms: i64, wire_name: &str) -> String {
    let Some(dateline) = &release.dateline else {
        return String::new();
    };
    let cleared = release.in_zone(cleared_ms);
    let place_and_date = dateline_text(dateline, &cleared, release.edition.language.primary());
    format!("{place_and_date} /{wire_name}/ -- ")
}

/// The body with the wire's opening at its head.
fn opened_body(item: &Item) -> RenderedBody {
    let opening = opening(&item.release, item.cleared_ms, &item.wire_name);
    item.body.opened_by(&opening)
}

/// A paragraph of text in lines as long as those of the body.
pub(super) fn wrapped(text: &str) -> String {
    paragraphs(text).text.trim().to_owned()
}

/// The contacts that readers see; media-only ones are not printed.
fn public_contacts(release: &Release) -> impl Iterator<Item = &Contact> {
    let contacts = release.contacts.iter();
    contacts.filter(|contact| contact.visibility == Visibility::Public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_follows_the_clear_time_in_its_zone() {
        let dateline = Dateline {
            city: "AUSTIN".into(),
            region: Some("Texas".into()),
            country: None,
        };
        let late = ClearTime {
            at_ms: 1_798_770_600_000,
            zone: "America/Chicago".into(),
        };
        let check = |language: &str, expect: &str| {
            assert_eq!(dateline_text(&dateline, &late, language), expect);
        };

        assert_eq!(late.rfc3339(), "2026-12-31T20:30:00-06:00");
        check("en", "AUSTIN, Texas, Dec. 31, 2026");
        check("de", "AUSTIN, Texas, 31. Dezember 2026");
        check("ja", "AUSTIN、Texas、2026年12月31日");
        check("ar", "AUSTIN، Texas، 31 ديسمبر 2026");
        let english = LanguageTag::parse("en-US").unwrap();
        assert_eq!(moment_text(&late, &english), "Dec. 31, 2026, 20:30 CST");
    }

    #[test]
    fn sources_are_joined_in_order() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let english = Phrases::of(&LanguageTag::parse("en").unwrap());

        assert_eq!(source_line(&names(&["A"]), english), "SOURCE A");
        assert_eq!(source_line(&names(&["A", "B"]), english), "SOURCE A and B");
        assert_eq!(
            source_line(&names(&["A", "B", "C"]), english),
            "SOURCE A, B and C"
        );
    }
}
