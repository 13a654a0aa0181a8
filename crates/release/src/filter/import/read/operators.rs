//! What joins terms in each dialect.

use crate::filter::import::Dialect;

/// What stands between two terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
    /// So many words between.
    Near {
        between: u32,
        ordered: bool,
    },
    /// In one paragraph.
    Same,
}

impl Operator {
    /// What a word joins with, if it is an operator.
    pub(super) fn of(dialect: Dialect, word: &str) -> Option<Operator> {
        let lower = word.to_lowercase();
        match lower.as_str() {
            "and" => return Some(Operator::And),
            "or" => return Some(Operator::Or),
            "not" | "andnot" => return Some(Operator::Not),
            "same" if dialect == Dialect::Factiva => return Some(Operator::Same),
            _ => {}
        }
        let (name, number) = numbered(&lower)?;
        let near = |between: u32, ordered| Some(Operator::Near { between, ordered });
        match (dialect, name) {
            (Dialect::Meltwater, "near") => near(number.unwrap_or(4), false),
            (Dialect::Meltwater, "onear") => near(number.unwrap_or(4), true),
            (Dialect::Factiva, "adj" | "w") => near(number.unwrap_or(1).saturating_sub(1), true),
            (Dialect::Factiva, "near" | "n") => near(number?.saturating_sub(1), false),
            (Dialect::Cision, "w" | "near") => near(number?, false),
            _ => None,
        }
    }
}

/// `adj5`, `w/5`, `/n5/`: the name and the number, if it has one.
fn numbered(lower: &str) -> Option<(&str, Option<u32>)> {
    let inner = lower.trim_matches('/');
    let end = inner.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = end.trim_end_matches('/');
    let number = &inner[end.len()..];
    match number.is_empty() {
        true => Some((name, None)),
        false => Some((name, Some(number.parse().unwrap_or(u32::MAX)))),
    }
}
