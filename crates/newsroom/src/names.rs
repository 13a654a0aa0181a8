//! How readers know regions and languages: `USA - español`.

mod languages;
mod regions;

use release::language::LanguageTag;
use release::model::Edition;
use release::place::Place;

/// `USA - español`: the region in English, the language in its own words; `USA - español (investors)` where it is meant for
/// some only.
pub(crate) fn edition(edition: &Edition) -> String {
    let (region, language) = (region(&edition.region), language(&edition.language));
    match &edition.audience {
        Some(audience) => format!("{region} - {language} ({audience})"),
        None => format!("{region} - {language}"),
    }
}

/// The same of its stored text; the text itself where it cannot be read.
pub(crate) fn edition_text(text: &str) -> String {
    Edition::parse(text).map_or_else(|| text.to_owned(), |parsed| edition(&parsed))
}

/// A country or area in English; its code where no name is known.
pub(crate) fn region(place: &Place) -> String {
    let code = place.country().unwrap_or(place.as_str());
    match (regions::name(code), code == place.as_str()) {
        (Some(name), true) => name.to_owned(),
        (Some(name), false) => format!("{name} ({place})"),
        (None, _) => place.to_string(),
    }
}

/// A language in its own words; its tag where they are not known. What the tag says beyond the language is kept, for it
/// tells two editions apart.
pub(crate) fn language(tag: &LanguageTag) -> String {
    if let Some(name) = languages::name(tag.as_str()) {
        return name.to_owned();
    }
    match (languages::name(tag.primary()), tag.as_str().split_once('-')) {
        (Some(name), None) => name.to_owned(),
        (Some(name), Some((_, rest))) => format!("{name} ({rest})"),
        (None, _) => tag.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_are_named_as_readers_know_them() {
        let check = |text: &str, expect: &str| assert_eq!(edition_text(text), expect);

        check("US/es", "USA - español");
        check("145/ar", "Middle East - العربية");
        check("KR/ko", "Korea - 한국어");
        check("TW/zh-Hant", "Taiwan - 繁體中文");
        check("BR/pt-BR", "Brazil - português (BR)");
        check("US-CA/en", "USA (US-CA) - English");
        check("US/tlh", "USA - tlh");
        check("US/es/investors", "USA - español (investors)");
        check("nonsense", "nonsense");
    }
}
