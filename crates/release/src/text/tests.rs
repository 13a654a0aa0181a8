use super::*;
use caseless::Caseless;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

#[test]
fn folding_drops_what_typists_leave_out() {
    fn check(input: &str, expect: &str) {
        assert_eq!(fold(input), expect, "{input}");
    }

    check("Acme Robotics", "acme robotics");
    check("Straße STRASSE", "strasse strasse");
    check("Müller MÜLLER", "muller muller");
    check("Société Générale, Œuvre", "societe generale, oeuvre");
    check("ﬁnance ＡＢＣ①", "finance abc1");
    check("co\u{ad}operate zero\u{200b}width", "cooperate zerowidth");
    check("it’s", "it's");
    check("Ёлка Йод", "елка йод");
    check("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ Ελλάς", "οδυσσευσ οδυσσευσ ελλασ");
    check("がぱ ｶﾞ ロボット", "がぱ ガ ロボット");
    check("삼성전자", "삼성전자");
    check("किताबें ज़रूर", "किताबें ज\u{93c}रूर");
    check("กำลัง น้ำ", "ก\u{e4d}าลัง น\u{e49}\u{e4d}า");
    check("Łódź", "lodz");
}

#[test]
fn words_are_split_by_script() {
    fn check(input: &str, expect: &[&str]) {
        assert_eq!(words(input), expect, "{input}");
    }

    check("", &[]);
    check(" -- ! ", &[]);
    check(
        "Acme-Robotics, Inc. raises $3.5 million",
        &["acme", "robotics", "inc", "raises", "3.5", "million"],
    );
    check(
        "Acme's don’t AT&T U.S.",
        &["acme", "s", "don", "t", "at", "t", "u.s"],
    );
    check(
        "Bundesminister für Größe",
        &["bundesminister", "fur", "grosse"],
    );
    check("l’Oréal d'été", &["l", "oreal", "d", "ete"]);
    check("Kârı Çok", &["kari", "cok"]);
    check("Acme™ Robo® 2026", &["acme", "robo", "2026"]);
    check("Новый ёж", &["новый", "еж"]);
    check("Ο Οδυσσέας ήρθε", &["ο", "οδυσσεασ", "ηρθε"]);
    check(
        "東京のロボット工学2026",
        &["東", "京", "の", "ロボット", "工", "学", "2026"],
    );
    check("삼성전자는 발표했다", &["삼성전자는", "발표했다"]);
    check("شركة جديدة", &["شركه", "جديده"]);
    check("ประเทศไทย", &["ป", "ร", "ะ", "เ", "ท", "ศ", "ไ", "ท", "ย"]);
    check("नई किताबें।", &["नई", "किताबें"]);
}

#[test]
fn vowels_of_thai_and_hindi_tell_words_apart() {
    assert_ne!(words("ที"), words("ทา"));
    assert_ne!(words("कि"), words("का"));
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
        let once = fold(&text);

        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn no_word_is_empty_or_spaced(text in "\\PC{0,40}") {
        for word in words(&text) {
            prop_assert!(!word.is_empty() && !word.contains(char::is_whitespace));
        }
    }
}

/// The words by the book alone.
fn slowly(text: &str) -> Vec<(String, usize, usize)> {
    let mut words = Vec::new();
    slow::words(text, 0, &mut |key: &str, from, to| {
        words.push((key.to_owned(), from, to))
    });
    words
}

fn quickly(text: &str) -> Vec<(String, usize, usize)> {
    let mut words = Vec::new();
    scan(text, |key, from, to| words.push((key.to_owned(), from, to)));
    words
}

/// Pieces of many scripts, and signs that join or part words.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{1,4}",
        "[a-c0-1.,:;'_ ]{1,6}",
        prop::sample::select(vec![
            "é",
            "ß",
            "Ü",
            "ı",
            "İ",
            "I",
            "ł",
            "ё",
            "й",
            "Ω",
            "ς",
            "ά",
            "ش",
            "ة",
            "أ",
            "ـ",
            "َ",
            "ש",
            "שׁ",
            "삼성",
            "는",
            "東",
            "京",
            "の",
            "カ",
            "ー",
            "ガ",
            "ｶﾞ",
            "ไท",
            "น้ำ",
            "ि",
            "कि",
            "Ａ",
            "１",
            "，",
            "。",
            "：",
            "・",
            "’",
            "“",
            "”",
            "—",
            "…",
            "™",
            "®",
            "\u{301}",
            "\u{308}",
            "\u{ad}",
            "\u{200b}",
            "\u{200d}",
            "\u{feff}",
            "㈱",
            "ﬁ",
            "²",
            "\n",
            "\u{a0}",
            "·",
            "€",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_left_as_it_is_needs_no_folding(text in "[ก-๎ກ-ໍअ-ॡक़]{1,6}") {
        let mut once = String::new();
        for element in fold::decomposed(&text, |_, _, _| ()).graphemes(true) {
            let cased = element.nfkc().default_case_fold().nfkc().nfc();
            once.extend(cased);
        }

        prop_assert_eq!(fold(&text), once);
    }

    #[test]
    fn the_quick_way_and_the_book_give_the_same_words(text in pieces()) {
        prop_assert_eq!(quickly(&text), slowly(&text));
    }

    #[test]
    fn words_stand_where_they_are_said_to(text in pieces()) {
        for (key, from, to) in quickly(&text) {
            prop_assert!(words(&text[from..to]).contains(&key) || fold(&text[from..to]).contains(&key), "{key}");
        }
    }
}
