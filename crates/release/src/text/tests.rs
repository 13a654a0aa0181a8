use super::*;
use proptest::prelude::*;

#[test]
fn folding_drops_what_typists_leave_out() {
    fn check(input: &str, expect: &str) {
        assert_eq!(fold(input), expect, "{input}");
    }

    check("Acme Robotics", "acme robotics");
    check("Straße STRASSE", "strasse strasse");
    check("Müller MÜLLER", "muller muller");
    check("Société Générale, Œuvre", "societe generale, œuvre");
    check("ﬁnance ＡＢＣ①", "finance abc1");
    check("co\u{ad}operate zero\u{200b}width", "cooperate zerowidth");
    check("it’s", "it's");
    check("Ёлка Йод", "елка иод");
    check("Ὀδυσσεύς ΟΔΥΣΣΕΥΣ Ελλάς", "οδυσσευσ οδυσσευσ ελλασ");
    check("がぱ ｶﾞ ロボット", "がぱ ガ ロボット");
    check("삼성전자", "삼성전자");
    check("किताबें ज़रूर", "किताबें ज\u{93c}रूर");
    check("กำลัง น้ำ", "ก\u{e4d}าลัง น\u{e49}\u{e4d}า");
    check("Łódź", "łodz");
}

#[test]
fn turkish_dotted_i_is_not_paired_yet() {
    assert_eq!(fold("İstanbul"), "istanbul");
    assert_eq!(fold("ISPARTA"), "isparta");
    assert_ne!(fold("ısparta"), "isparta");
}

#[test]
fn arabic_short_vowels_and_tatweel_stay_yet() {
    assert_eq!(fold("شركة"), "شركة");
    assert_ne!(fold("شَرِكة"), fold("شركة"));
    assert_ne!(fold("شـــركة"), fold("شركة"));
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
    check("Kârı Çok", &["karı", "cok"]);
    check("Новый ёж", &["новыи", "еж"]);
    check("Ο Οδυσσέας ήρθε", &["ο", "οδυσσεασ", "ηρθε"]);
    check(
        "東京のロボット工学2026",
        &["東", "京", "の", "ロボット", "工", "学", "2026"],
    );
    check("삼성전자는 발표했다", &["삼성전자는", "발표했다"]);
    check("شركة جديدة", &["شركة", "جديدة"]);
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
