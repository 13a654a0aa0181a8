//! The wire's text form: headline, dateline and body, boilerplate, contacts, SOURCE.

use super::{Item, Phrases};
use crate::body::{RenderedBody, paragraphs};
use crate::model::{Dateline, Release, Visibility};
use crate::time::ClearTime;

/// `AUSTIN, Texas, Dec. 1, 2026` for English (AP style); the ISO date elsewhere. The date follows the clear time's zone.
pub fn dateline_text(dateline: &Dateline, cleared: &ClearTime, language: &str) -> String {
    let place = match &dateline.region {
        Some(region) => format!("{}, {region}", dateline.city),
        None => dateline.city.clone(),
    };
    let date = if language == "en" {
        ap_date(cleared)
    } else {
        cleared.strftime("%Y-%m-%d")
    };
    format!("{place}, {date}")
}

/// AP style: March to July in full, the others cut, no zero before the day.
fn ap_date(cleared: &ClearTime) -> String {
    let month = match cleared.strftime("%m").as_str() {
        "01" => "Jan.",
        "02" => "Feb.",
        "03" => "March",
        "04" => "April",
        "05" => "May",
        "06" => "June",
        "07" => "July",
        "08" => "Aug.",
        "09" => "Sept.",
        "10" => "Oct.",
        "11" => "Nov.",
        _ => "Dec.",
    };
    format!(
        "{month} {}, {}",
        cleared.strftime("%-d"),
        cleared.strftime("%Y")
    )
}

/// `SOURCE A and B`, in the language of the release.
pub fn source_line(issuer_names: &[String], phrases: &Phrases) -> String {
    let names = match issuer_names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {} {last}", first.join(", "), phrases.and),
    };
    format!("{} {names}", phrases.source)
}

/// The whole release as text, without the wire's own footer.
pub fn wire_text(item: &Item) -> String {
    let release = &item.release;
    let phrases = Phrases::of(&release.edition.language);
    let mut parts = vec![release.headline.clone()];
    parts.extend(release.subheadline.clone());
    parts.push(opened_body(item).text.trim().to_owned());
    let about = release.boilerplates.iter();
    parts.extend(about.map(|about| paragraphs(&about.text).text.trim().to_owned()));
    parts.extend(contacts(item, phrases));
    parts.push(source_line(&item.issuer_names, phrases));
    parts.join("\n\n")
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
pub(super) fn opened_body(item: &Item) -> RenderedBody {
    item.body
        .opened_by(&opening(&item.release, item.cleared_ms, &item.wire_name))
}

/// Public contacts, one a line; media-only ones are not printed.
fn contacts(item: &Item, phrases: &Phrases) -> Option<String> {
    let lines: Vec<String> = public_contacts(item).collect();
    (!lines.is_empty()).then(|| format!("{}:\n{}", phrases.contact, lines.join("\n")))
}

/// The public contacts as printed.
pub(super) fn public_contacts(item: &Item) -> impl Iterator<Item = String> + '_ {
    item.release
        .contacts
        .iter()
        .filter(|contact| contact.visibility == Visibility::Public)
        .map(|contact| {
            let email = contact.email.as_ref().map(ToString::to_string);
            let parts = [
                Some(contact.name.clone()),
                contact.role.clone(),
                email,
                contact.phone.clone(),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        })
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

        assert_eq!(late.rfc3339(), "2026-12-31T20:30:00-06:00");
        assert_eq!(
            dateline_text(&dateline, &late, "en"),
            "AUSTIN, Texas, Dec. 31, 2026"
        );
        assert_eq!(
            dateline_text(&dateline, &late, "de"),
            "AUSTIN, Texas, 2026-12-31"
        );
    }

    #[test]
    fn sources_are_joined_in_order() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let english = Phrases::of(&crate::language::LanguageTag::parse("en").unwrap());

        assert_eq!(source_line(&names(&["A"]), english), "SOURCE A");
        assert_eq!(source_line(&names(&["A", "B"]), english), "SOURCE A and B");
        assert_eq!(
            source_line(&names(&["A", "B", "C"]), english),
            "SOURCE A, B and C"
        );
    }
}
