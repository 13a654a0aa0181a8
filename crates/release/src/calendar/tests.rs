use super::*;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn dates_are_written_as_each_press_writes_them() {
    fn check(language: &str, first: &str, ninth: &str) {
        assert_eq!(press_date(date("2026-12-01"), language), first);
        assert_eq!(press_date(date("2027-09-09"), language), ninth);
    }

    check("en", "Dec. 1, 2026", "Sept. 9, 2027");
    check("es", "1 de diciembre de 2026", "9 de septiembre de 2027");
    check("fr", "1er décembre 2026", "9 septembre 2027");
    check("de", "1. Dezember 2026", "9. September 2027");
    check("pl", "1 grudnia 2026", "9 września 2027");
    check("ru", "1 декабря 2026", "9 сентября 2027");
    check("sk", "1. decembra 2026", "9. septembra 2027");
    check("vi", "1 tháng 12 năm 2026", "9 tháng 9 năm 2027");
    check("id", "1 Desember 2026", "9 September 2027");
    check("ja", "2026年12月1日", "2027年9月9日");
    check("ko", "2026년 12월 1일", "2027년 9월 9일");
    check("ar", "1 ديسمبر 2026", "9 سبتمبر 2027");
    check("sv", "1 december 2026", "9 september 2027");
    check("no", "1. desember 2026", "9. september 2027");
    check("ka", "2026-12-01", "2027-09-09");
}

#[test]
fn ap_style_cuts_long_months_only() {
    let written: Vec<String> = (1..=12)
        .map(|month| press_date(Date::constant(2026, month, 5), "en"))
        .collect();

    assert_eq!(
        written[2..7],
        [
            "March 5, 2026",
            "April 5, 2026",
            "May 5, 2026",
            "June 5, 2026",
            "July 5, 2026"
        ]
    );
    assert_eq!(written[0], "Jan. 5, 2026");
    assert_eq!(written[7], "Aug. 5, 2026");
}

#[test]
fn dates_are_found_in_running_text() {
    fn check(language: &str, text: &str, expect: &[(&str, &str)]) {
        let names: Vec<&Names> = [Names::of(language), Names::of("en")]
            .into_iter()
            .flatten()
            .collect();
        let tokens = crate::text::word_places(text);
        let around = Some(date("2026-03-01"));
        let found: Vec<_> = find_dates(text, &tokens, &names)
            .iter()
            .map(|found| {
                (
                    text[found.start..found.end].to_owned(),
                    found.date(around).unwrap().to_string(),
                )
            })
            .collect();
        let expect: Vec<_> = expect
            .iter()
            .map(|(text, date)| ((*text).to_owned(), (*date).to_owned()))
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    check(
        "en",
        "on Tuesday, Jan. 6, 2026, it",
        &[("Jan. 6, 2026", "2026-01-06")],
    );
    check(
        "en",
        "from 6 January 2026 to Dec. 30",
        &[("6 January 2026", "2026-01-06"), ("Dec. 30", "2025-12-30")],
    );
    check("en", "the 3rd of March", &[("3rd of March", "2026-03-03")]);
    check(
        "en",
        "It may 5 times march 6 miles",
        &[("may 5", "2026-05-05"), ("march 6", "2026-03-06")],
    );
    check(
        "de",
        "am 6. Januar 2026 um",
        &[("6. Januar 2026", "2026-01-06")],
    );
    check(
        "es",
        "el 6 de enero de 2026 en",
        &[("6 de enero de 2026", "2026-01-06")],
    );
    check("fr", "le 1er mars 2026", &[("1er mars 2026", "2026-03-01")]);
    check(
        "ru",
        "6 января 2026 года",
        &[("6 января 2026", "2026-01-06")],
    );
    check(
        "ja",
        "開催は2026年1月6日（火）です",
        &[("2026年1月6日", "2026-01-06")],
    );
    check("ko", "2026년 1월 6일", &[("2026년 1월 6일", "2026-01-06")]);
    check("en", "revenue of 6 million in January", &[]);
}
