//! Names of months and weekdays, and dates as each language's press writes them.
//!
//! The names stand in the form that a date takes (genitive where a language has one), for the wire writes no others.

mod dates;
mod names;
#[cfg(test)]
mod tests;

pub(crate) use dates::{FoundDate, find_dates};
pub(crate) use names::Names;

use jiff::civil::Date;

/// How a language writes a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// `1 diciembre 2026`, with what stands behind the day, between day and month, and between month and year.
    DayMonthYear(&'static str, &'static str),
    /// `2026年12月1日`, with what stands behind year, month and day.
    YearMonthDay(&'static str, &'static str, &'static str),
    /// `Dec. 1, 2026`: AP style, which keeps March to July whole.
    Associated,
}

/// A date as the press of a language (its primary subtag) writes it; ISO 8601 where the wire does not speak the language.
pub(crate) fn press_date(date: Date, language: &str) -> String {
    let (day, year) = (date.day(), date.year());
    let Some(names) = Names::of(language) else {
        return date.to_string();
    };
    let month = names.month(date.month());
    match names.order {
        Order::Associated => format!("{} {day}, {year}", ap_month(month)),
        Order::YearMonthDay(y, m, d) => format!("{year}{y}{}{m}{day}{d}", date.month()),
        Order::DayMonthYear(after_day, before_year) => {
            // French alone counts the first.
            let first = if language == "fr" && day == 1 {
                "er"
            } else {
                ""
            };
            format!("{day}{first}{after_day}{month}{before_year}{year}")
        }
    }
}

/// AP style: March to July in full, the others cut.
fn ap_month(month: &str) -> String {
    match month {
        "March" | "April" | "May" | "June" | "July" => month.to_owned(),
        "September" => "Sept.".to_owned(),
        long => format!("{}.", &long[..3]),
    }
}
