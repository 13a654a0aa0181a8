//! The table of names.

use super::Order;
use super::Order::{Associated, DayMonthYear, YearMonthDay};

/// The names of one language.
#[derive(Debug)]
pub(crate) struct Names {
    language: &'static str,
    pub(super) order: Order,
    months: [&'static str; 12],
    /// From Monday; other forms of the same name behind `|`.
    weekdays: [&'static str; 7],
}

impl Names {
    /// The names in a language, by its primary subtag.
    pub(crate) fn of(language: &str) -> Option<&'static Names> {
        // Norwegian is written as Bokmål unless it says otherwise.
        let language = if language == "no" { "nb" } else { language };
        TABLE.iter().find(|names| names.language == language)
    }

    /// A month from 1.
    pub(super) fn month(&self, number: i8) -> &'static str {
        let at = usize::try_from(number - 1).unwrap_or_default();
        self.months[at.min(11)]
    }

    /// The month, from 1, of a lower-case name; English ones also cut (`jan`, `sept`).
    pub(super) fn month_of(&self, lower: &str) -> Option<i8> {
        let length = lower.len();
        let may_cut = self.language == "en" && (3..=4).contains(&length);
        let is_cut = |month: &str| {
            month
                .get(..length)
                .is_some_and(|cut| cut.eq_ignore_ascii_case(lower))
        };
        // Lengths differ for almost every word, and are compared in no time.
        let is_whole = |month: &str| {
            month.len() == length && month.chars().flat_map(char::to_lowercase).eq(lower.chars())
        };
        let is_month = |month: &&str| is_whole(month) || (may_cut && is_cut(month));
        let at = self.months.iter().position(is_month)?;
        i8::try_from(at + 1).ok()
    }

    /// The weekday, from 1 for Monday, of a lower-case name; English ones also cut (`tue`, `thurs`).
    pub(crate) fn weekday_of(&self, lower: &str) -> Option<i8> {
        let cut = |name: &str| {
            self.language == "en"
                && (3..=5).contains(&lower.len())
                && name.starts_with(lower)
                && !matches!(lower, "mond" | "frid" | "sund" | "satu")
        };
        let is_day = |names: &str| names.split('|').any(|name| name == lower || cut(name));
        let at = self.weekdays.iter().position(|names| is_day(names))?;
        i8::try_from(at + 1).ok()
    }

    /// The name of a weekday, from 1 for Monday.
    pub(crate) fn weekday(&self, number: i8) -> &'static str {
        let at = usize::try_from(number - 1).unwrap_or_default();
        self.weekdays[at.min(6)]
            .split('|')
            .next()
            .unwrap_or_default()
    }
}

/// A row of the table; months and weekdays parted by spaces.
const fn row(
    language: &'static str,
    order: Order,
    months: [&'static str; 12],
    weekdays: [&'static str; 7],
) -> Names {
    Names {
        language,
        order,
        months,
        weekdays,
    }
}

#[rustfmt::skip]
const TABLE: &[Names] = &[
    row("en", Associated,
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
    row("ar", DayMonthYear(" ", " "),
        ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"],
        ["الاثنين|الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"]),
    row("cs", DayMonthYear(". ", " "),
        ["ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu", "prosince"],
        ["pondělí", "úterý", "středa|středu", "čtvrtek", "pátek", "sobota|sobotu", "neděle|neděli"]),
    row("da", DayMonthYear(". ", " "),
        ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"],
        ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"]),
    row("de", DayMonthYear(". ", " "),
        ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"],
        ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag|sonnabend", "sonntag"]),
    row("es", DayMonthYear(" de ", " de "),
        ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
        ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]),
    row("fi", DayMonthYear(". ", " "),
        ["tammikuuta", "helmikuuta", "maaliskuuta", "huhtikuuta", "toukokuuta", "kesäkuuta", "heinäkuuta", "elokuuta",
            "syyskuuta", "lokakuuta", "marraskuuta", "joulukuuta"],
        ["maanantai|maanantaina", "tiistai|tiistaina", "keskiviikko|keskiviikkona", "torstai|torstaina", "perjantai|perjantaina",
            "lauantai|lauantaina", "sunnuntai|sunnuntaina"]),
    row("fr", DayMonthYear(" ", " "),
        ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
        ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]),
    row("id", DayMonthYear(" ", " "),
        ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"],
        ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"]),
    row("it", DayMonthYear(" ", " "),
        ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"],
        ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"]),
    row("ja", YearMonthDay("年", "月", "日"),
        ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
        ["月", "火", "水", "木", "金", "土", "日"]),
    row("ko", YearMonthDay("년 ", "월 ", "일"),
        ["1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월"],
        ["월", "화", "수", "목", "금", "토", "일"]),
    row("nb", DayMonthYear(". ", " "),
        ["januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"],
        ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"]),
    row("nl", DayMonthYear(" ", " "),
        ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"],
        ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"]),
    row("pl", DayMonthYear(" ", " "),
        ["stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"],
        ["poniedziałek", "wtorek", "środa|środę", "czwartek", "piątek", "sobota|sobotę", "niedziela|niedzielę"]),
    row("pt", DayMonthYear(" de ", " de "),
        ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"],
        ["segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"]),
    row("ru", DayMonthYear(" ", " "),
        ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"],
        ["понедельник", "вторник", "среда|среду", "четверг", "пятница|пятницу", "суббота|субботу", "воскресенье"]),
    row("sk", DayMonthYear(". ", " "),
        ["januára", "februára", "marca", "apríla", "mája", "júna", "júla", "augusta", "septembra", "októbra", "novembra", "decembra"],
        ["pondelok", "utorok", "streda|stredu", "štvrtok", "piatok", "sobota|sobotu", "nedeľa|nedeľu"]),
    row("sv", DayMonthYear(" ", " "),
        ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"],
        ["måndag|måndagen", "tisdag|tisdagen", "onsdag|onsdagen", "torsdag|torsdagen", "fredag|fredagen", "lördag|lördagen", "söndag|söndagen"]),
    row("tr", DayMonthYear(" ", " "),
        ["Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"],
        ["pazartesi", "salı", "çarşamba", "perşembe", "cuma", "cumartesi", "pazar"]),
    row("uk", DayMonthYear(" ", " "),
        ["січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"],
        ["понеділок", "вівторок", "середа|середу", "четвер", "п’ятниця|п’ятницю", "субота|суботу", "неділя|неділю"]),
    row("vi", DayMonthYear(" ", " năm "),
        ["tháng 1", "tháng 2", "tháng 3", "tháng 4", "tháng 5", "tháng 6", "tháng 7", "tháng 8", "tháng 9", "tháng 10", "tháng 11", "tháng 12"],
        ["thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật"]),
    row("zh", YearMonthDay("年", "月", "日"),
        ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"],
        ["一", "二", "三", "四", "五", "六", "日|天"]),
];
