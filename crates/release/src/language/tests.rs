use super::*;

fn tag(text: &str) -> LanguageTag {
    LanguageTag::parse(text).unwrap()
}

#[test]
fn tags_are_put_into_their_customary_case() {
    fn check(input: &str, expect: &str) {
        assert_eq!(tag(input).to_string(), expect);
    }

    check("en", "en");
    check("EN-us", "en-US");
    check("zh-hant-tw", "zh-Hant-TW");
    check("es-419", "es-419");
    check("de-ch-1996", "de-CH-1996");
    check("fil", "fil");
    check("und", "und");
}

#[test]
fn refusals_name_the_value_and_the_mend() {
    fn check(input: &str, expect: &str, nearest: Option<&str>) {
        let error = LanguageTag::parse(input).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`{input}` is not a language tag: {expect}")
        );
        assert_eq!(error.nearest.as_deref(), nearest);
    }

    check("english", "use a BCP 47 tag such as en", Some("en"));
    check("Deutsch", "use a BCP 47 tag such as de", Some("de"));
    check("jp", "use a BCP 47 tag such as ja", Some("ja"));
    check("pt_BR", "use a BCP 47 tag such as pt-BR", Some("pt-BR"));
    let form = "use a BCP 47 tag that begins with a code of 2 or 3 letters, such as en";
    check("", form, None);
    check("x-klingon", form, None);
    check("volapük", form, None);
    check("1a", form, None);
    check(
        "qq",
        "ISO 639-1 has no language qq; use a BCP 47 tag such as en",
        None,
    );
    check(
        "en-aaaaa-bbbbb-ccccc-ddddd-eeeee-fffff",
        "it is longer than 35 bytes",
        None,
    );
    assert!(LanguageTag::parse("en-").is_err());
    assert!(LanguageTag::parse("en-toolonglanguage").is_err());
}

#[test]
fn ranges_cover_what_begins_with_them() {
    fn check(range: &str, input: &str, expect: bool) {
        let range = LanguageRange::parse(range).unwrap();
        assert_eq!(
            tag(input).is_in_range(&range),
            expect,
            "{range} over {input}"
        );
    }

    check("de", "de", true);
    check("de", "de-AT", true);
    check("DE", "de-Latn-DE-1996", true);
    check("de-AT", "de", false);
    check("de-DE", "de-Latn-DE", false);
    check("de", "den", false);
    check("de", "en-DE", false);
    check("zh-hant", "zh-Hant-TW", true);
    check("*", "ja", true);
    assert_eq!(
        LanguageRange::parse("de-*").unwrap_err().nearest.as_deref(),
        Some("de")
    );
}

#[test]
fn lookup_shortens_then_takes_a_longer_tag() {
    fn check(priority: &str, available: &str, expect: Option<&str>) {
        let tags = |text: &str| text.split_whitespace().map(tag).collect::<Vec<_>>();
        let available = tags(available);
        let found = lookup(&tags(priority), &available).map(|at| available[at].as_str());
        assert_eq!(found, expect, "{priority}");
    }

    check("en", "de en", Some("en"));
    check("de-AT", "en de", Some("de"));
    check("de-AT", "de de-AT", Some("de-AT"));
    check("zh-Hant-x-private", "zh zh-Hant", Some("zh-Hant"));
    check("fr en", "de en", Some("en"));
    check("pt-BR", "en pt-PT", Some("pt-PT"));
    check("pt-BR en", "en pt-PT", Some("pt-PT"));
    check("en", "de-AT en-GB en-US", Some("en-GB"));
    check("zh-Hant en", "zh-Hans en", Some("en"));
    check("ja", "de en", None);
    check("", "de", None);
    check("de", "", None);
}

#[test]
fn direction_follows_the_script_then_the_language() {
    for text in [
        "ar",
        "he",
        "fa-IR",
        "ur",
        "yi",
        "ps",
        "dv",
        "ug",
        "az-Arab",
        "pa-Arab-PK",
    ] {
        assert!(tag(text).is_rtl(), "{text}");
    }
    for text in ["en", "ar-Latn", "tr", "ja", "yi-Latn", "en-x-arab"] {
        assert!(!tag(text).is_rtl(), "{text}");
    }
}

#[test]
fn parts_are_given() {
    assert_eq!(tag("pt-BR").primary(), "pt");
    assert_eq!(tag("zh-hant-tw").script(), Some("Hant"));
    assert_eq!(tag("de-1996").script(), None);
}

#[test]
fn json_carries_tags_as_checked_strings() {
    assert_eq!(serde_json::to_string(&tag("PT-br")).unwrap(), "\"pt-BR\"");
    assert!(serde_json::from_str::<LanguageTag>("\"english\"").is_err());
    assert_eq!(
        serde_json::from_str::<LanguageRange>("\"*\"")
            .unwrap()
            .as_str(),
        "*"
    );
}
