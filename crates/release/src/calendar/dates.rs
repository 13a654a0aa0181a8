//! Dates in running text.

use super::Names;
use jiff::civil::Date;

/// A date in a text; what is missing of it is for the reader of the text to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoundDate {
    /// In bytes.
    pub(crate) start: usize,
    /// In bytes.
    pub(crate) end: usize,
    month: i8,
    day: i8,
    year: Option<i16>,
}

impl FoundDate {
    /// The date; where the text names no year, the one that brings it nearest to `around`.
    pub(crate) fn date(&self, around: Option<Date>) -> Option<Date> {
        if let Some(year) = self.year {
            return Date::new(year, self.month, self.day).ok();
        }
        let around = around?;
        let years = around.year() - 1..=around.year() + 1;
        let dates = years.filter_map(|year| Date::new(year, self.month, self.day).ok());
        let distance = |date: &Date| {
            let days = around.until(*date).map(|span| span.get_days());
            days.map_or(i32::MAX, i32::abs)
        };
        dates.min_by_key(distance)
    }
}

/// All dates that a language's names tell, or `2026年1月6日`; English is read in every language.
pub(crate) fn find_dates(
    text: &str,
    tokens: &[(usize, usize)],
    names: &[&Names],
) -> Vec<FoundDate> {
    let mut found = Vec::new();
    for (at, &(start, end)) in tokens.iter().enumerate() {
        let Some(month) = month_of(&text[start..end], names) else {
            continue;
        };
        let number = |at: usize, max: u16| {
            let &(start, end) = tokens.get(at)?;
            let text = text[start..end].trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let number: u16 = text.parse().ok()?;
            (1..=max)
                .contains(&number)
                .then_some((number, (start, end)))
        };
        let near = |a: usize, b: usize| is_gap(&text[a..b]);
        // `Jan. 6, 2026`, unless the day stands before the month.
        let before = [1, 2].into_iter().find_map(|back| {
            let (day, place) = number(at.checked_sub(back)?, 31)?;
            let is_glued = back == 1 || is_glue(text, tokens[at - 1]);
            (is_glued && near(place.1, tokens[at + 1 - back].0)).then_some((day, place))
        });
        let after = number(at + 1, 31).filter(|(_, place)| near(end, place.0));
        let (day, place, next) = match (before, after) {
            (Some((day, place)), _) => (day, place, at + 1),
            (None, Some((day, place))) => (day, place, at + 2),
            (None, None) => continue,
        };
        let last = end.max(place.1);
        let year = [0, 1].into_iter().find_map(|skip| {
            let (year, place) = number(next + skip, 2999).filter(|(year, _)| *year > 1900)?;
            let is_glued = skip == 0 || is_glue(text, tokens[next]);
            (is_glued && near(last, tokens[next].0)).then_some((year, place))
        });
        found.push(FoundDate {
            start: start.min(place.0),
            end: year.map_or(last, |(_, place)| place.1),
            month,
            day: i8::try_from(day).unwrap_or(1),
            year: year.and_then(|(year, _)| i16::try_from(year).ok()),
        });
    }
    found.extend(east_asian(text));
    found
}

fn month_of(word: &str, names: &[&Names]) -> Option<i8> {
    // "may" and "march" are verbs.
    if !word.starts_with(char::is_uppercase)
        && matches!(word, "may" | "march" | "mar" | "mars")
        && names.len() == 1
    {
        return None;
    }
    if word.len() < 3 || word.len() > 24 || word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let lower = word.to_lowercase();
    names.iter().find_map(|names| names.month_of(&lower))
}

/// `6 de enero de 2026`, `the 6th of January`.
fn is_glue(text: &str, (start, end): (usize, usize)) -> bool {
    matches!(
        &text[start..end],
        "de" | "of" | "d" | "del" | "năm" | "dem" | "den"
    )
}

/// What may stand between the parts of one date.
fn is_gap(text: &str) -> bool {
    text.len() <= 8
        && text
            .chars()
            .all(|c| c.is_whitespace() || c.is_alphabetic() || matches!(c, '.' | ',' | '’' | '\''))
}

/// `2026年1月6日` and `2026년 1월 6일`.
fn east_asian(text: &str) -> Vec<FoundDate> {
    let signs = [("年", "月", "日"), ("년", "월", "일")];
    let mut found = Vec::new();
    for (year_sign, month_sign, day_sign) in signs {
        for (at, _) in text.match_indices(year_sign) {
            let digits = text[..at]
                .bytes()
                .rev()
                .take_while(u8::is_ascii_digit)
                .count();
            let mut end = at + year_sign.len();
            let mut next = |sign: &str| {
                let rest = &text[end..];
                let skipped = rest.len() - rest.trim_start().len();
                let (number, _) = rest.trim_start().split_once(sign)?;
                end += skipped + number.len() + sign.len();
                number.trim().parse::<i8>().ok()
            };
            let (Some(month), Some(day)) = (next(month_sign), next(day_sign)) else {
                continue;
            };
            let start = at - digits;
            let year = text[start..at].parse().ok();
            found.push(FoundDate {
                start,
                end,
                month,
                day,
                year,
            });
        }
    }
    found
}
