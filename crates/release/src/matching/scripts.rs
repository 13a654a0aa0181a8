//! What a reader types and what a release writes, script by script: which of them meet.

use super::*;
use crate::language::LanguageTag;
use crate::model::Lane;
use crate::subject::SubjectParts;

/// Whether the filter finds the text, in a release declared in this language.
#[track_caller]
fn check(language: &str, text: &str, finds: &[&str], misses: &[&str]) {
    let subject = Subject::new(SubjectParts {
        topics: Default::default(),
        places: Vec::new(),
        language: LanguageTag::parse(language).unwrap(),
        sources: Default::default(),
        tickers: Vec::new(),
        lane: Lane::Regular,
        headline: text,
        subheadline: None,
        summary: None,
        body: "",
    });
    let found = |filter: &str| matches(&Filter::parse(filter).unwrap(), &subject);
    for filter in finds {
        assert!(found(filter), "`{filter}` misses {text} ({language})");
    }
    for filter in misses {
        assert!(!found(filter), "`{filter}` finds {text} ({language})");
    }
}

#[test]
fn latin_accents_are_dropped_unless_typed() {
    check(
        "fr",
        "Société",
        &["societe", "SOCIÉTÉ", "société"],
        &["sociéte", "sociètè"],
    );
    check("fr", "societe", &["societe"], &["société"]);
    check(
        "fr",
        "So\u{301}cie\u{301}te\u{301}",
        &["sóciété", "societe"],
        &["société"],
    );
    check(
        "vi",
        "Việt Nam đổi mới",
        &["viet nam", "\"Việt Nam\"", "doi", "đổi"],
        &["\"Viêt Nam\"", "dổi"],
    );
    check("pl", "Łódź", &["lodz", "łódź", "ŁÓDŹ"], &["łodz", "lódź"]);
    check(
        "da",
        "Ærø og Køge",
        &["aero", "ærø", "koge", "køge"],
        &["köge"],
    );
    check("fr", "Œuvre", &["oeuvre", "œuvre"], &[]);
    check("es", "España", &["espana", "españa"], &["espaňa"]);
    check("en", "Ｆｕｌｌ ﬁnance", &["full", "finance", "ﬁnance"], &[]);
}

#[test]
fn german_umlauts_are_spelled_out_too() {
    check(
        "de",
        "Müller",
        &["müller", "mueller", "muller", "MÜLLER", "MUELLER"],
        &["můller"],
    );
    check("de", "Mueller", &["müller", "mueller"], &["muller"]);
    check("de", "Muller", &["muller"], &["müller", "mueller"]);
    check(
        "de",
        "Größe STRASSE",
        &["größe", "groesse", "grosse", "straße", "strasse"],
        &[],
    );
    check(
        "de",
        "Übergröße",
        &["uebergroesse", "übergröße", "ubergrosse"],
        &["uebergrosse"],
    );
    check("en", "Müller", &["mueller"], &[]);
}

#[test]
fn turkish_and_azeri_tell_their_i_by_the_declared_language() {
    check("tr", "ISPARTA", &["ısparta", "isparta", "ISPARTA"], &[]);
    check("tr", "ısparta", &["ısparta", "isparta"], &[]);
    check(
        "tr",
        "İSTANBUL",
        &["istanbul", "İstanbul", "ISTANBUL"],
        &["ıstanbul"],
    );
    check("az-Latn", "QIZIL", &["qızıl", "qizil"], &[]);
    check("tr", "kirik", &["kirik"], &["kırık"]);
    // A text in another language may write a Turkish name in capitals.
    check("en", "ISPARTA", &["ısparta", "isparta"], &[]);
    check("en", "Isparta and İstanbul", &["isparta", "istanbul"], &[]);
}

#[test]
fn greek_is_read_without_tonos_and_with_one_sigma() {
    check(
        "el",
        "Οδυσσεύς",
        &["οδυσσευς", "ΟΔΥΣΣΕΥΣ", "οδυσσεύς", "οδυσσευσ"],
        &["οδυσσεας"],
    );
    check(
        "el",
        "ΕΛΛΆΔΑ προϊόν",
        &["ελλάδα", "ελλαδα", "προιον", "προϊόν"],
        &[],
    );
}

#[test]
fn cyrillic_yo_is_ye_and_short_i_stays() {
    check("ru", "Ёлка", &["елка", "ёлка", "ЕЛКА"], &[]);
    check("ru", "елка", &["ёлка"], &[]);
    check("ru", "мой", &["мой", "МОЙ"], &["мои"]);
    check("uk", "Київ", &["київ"], &["киів"]);
    check("ru", "за\u{301}мок", &["замок"], &[]);
}

#[test]
fn arabic_is_read_without_short_vowels_and_tatweel() {
    check("ar", "شَرِكة", &["شركة", "شركه", "شـــركة", "شَرِكة"], &[]);
    check(
        "ar",
        "أحمد إلى",
        &["احمد", "أحمد", "آحمد", "الى", "إلي"],
        &["حمد"],
    );
    check(
        "fa",
        "کتاب می\u{200c}خواهم",
        &["كتاب", "کتاب", "میخواهم"],
        &[],
    );
    check("ar", "ﻻ", &["لا"], &[]);
}

#[test]
fn hebrew_is_read_without_points() {
    check("he", "שָׁלוֹם", &["שלום", "שָׁלוֹם"], &["שלו"]);
}

#[test]
fn korean_words_are_found_without_their_particles() {
    check(
        "ko",
        "삼성전자는 공장에서만 LG전자의",
        &["삼성전자", "공장", "공장에서", "LG전자", "lg전자의"],
        &["삼성", "전자", "공"],
    );
    check("ko", "금을 금융", &["금", "금융", "금*"], &["융"]);
}

#[test]
fn scripts_without_spaces_are_exact_substrings() {
    check(
        "ja",
        "東京のロボット工学",
        &["東京", "京の", "ロボット", "工学", "東京のロボット"],
        &["ロボ", "京都", "工東"],
    );
    check(
        "zh",
        "北京大学发布2026年报告",
        &["北京", "京大", "北京大学", "2026", "报告"],
        &["大京", "202", "20"],
    );
    check(
        "th",
        "ประเทศไทย น้ำ",
        &["ไทย", "ประเทศ", "น้ำ"],
        &["ไทร", "นำ"],
    );
    check("km", "ភ្នំពេញ", &["ភ្នំពេញ", "ពេញ"], &["ភំ"]);
    check("lo", "ປະເທດລາວ", &["ລາວ"], &["ລວາ"]);
    check("my", "မြန်မာ", &["မြန်မာ"], &["မာမြန်"]);
    check("ja", "ｶﾞﾗｽ", &["ガラス"], &["カラス"]);
}

#[test]
fn marks_that_carry_vowels_stay() {
    check("hi", "किताबें", &["किताबें"], &["कताब", "किताब", "कातिब"]);
    check("ta", "தமிழ்", &["தமிழ்"], &["தமழ"]);
    check("bn", "বাংলা", &["বাংলা"], &["বংল"]);
}

#[test]
fn invisible_characters_and_signs_of_trade_hide_nothing() {
    check(
        "en",
        "co\u{ad}operate zero\u{200b}width Acme™ Robo®",
        &["cooperate", "zerowidth", "acme", "robo", "\"acme robo\""],
        &["tm", "acmetm"],
    );
    check("en", "\u{202e}Acme\u{202c}", &["acme"], &[]);
}
