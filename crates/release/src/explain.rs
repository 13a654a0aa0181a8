//! Why a filter holds for a release or does not: clause by clause, and in short.
//!
//! The verdict is that of the plain evaluator, for every clause is judged by it. Reading costs about as much as matching
//! does, so it is done for what is told, not for what is matched.

mod highlight;
mod terms;

pub use highlight::{Highlight, highlights};

use crate::filter::Filter;
use crate::matching::matches;
use crate::subject::Subject;
use serde::Serialize;

/// A clause of a filter, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// In the filter language.
    pub clause: String,
    /// Whether it holds for the release.
    pub held: bool,
    /// How it depends on its parts.
    pub joins: Joins,
    /// What the release has that makes it hold, or has instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// Why it does not hold, of a term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// The clauses that it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Explanation>,
}

/// How a clause depends on its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Joins {
    /// It has none.
    Term,
    /// Every part must hold.
    All,
    /// One part or more must hold.
    Any,
    /// Its part must not hold.
    Not,
}

/// Judges every clause of a filter.
pub fn explain(filter: &Filter, subject: &Subject) -> Explanation {
    let (joins, parts) = match filter {
        Filter::All(parts) => (Joins::All, parts.as_slice()),
        Filter::Any(parts) => (Joins::Any, parts.as_slice()),
        Filter::Not(inner) => (Joins::Not, std::slice::from_ref(&**inner)),
        _ => (Joins::Term, [].as_slice()),
    };
    let held = matches(filter, subject);
    let is_term = joins == Joins::Term;
    Explanation {
        clause: filter.to_string(),
        held,
        joins,
        found: if is_term {
            terms::found(filter, subject)
        } else {
            Vec::new()
        },
        why_not: (is_term && !held).then(|| terms::why_not(filter, subject)),
        parts: parts.iter().map(|part| explain(part, subject)).collect(),
    }
}

impl Explanation {
    /// The clauses that decide: those without which a filter that holds would not, or, of one that does not, those that
    /// failed. Of several alternatives that hold, the first.
    pub fn decisive(&self) -> Vec<&Explanation> {
        let mut decisive = Vec::new();
        self.gather(&mut decisive);
        decisive
    }

    fn gather<'a>(&'a self, decisive: &mut Vec<&'a Explanation>) {
        match (self.joins, self.held) {
            (Joins::All, held) => self
                .parts
                .iter()
                .filter(|part| part.held == held)
                .for_each(|part| part.gather(decisive)),
            (Joins::Any, true) => {
                if let Some(part) = self.parts.iter().find(|part| part.held) {
                    part.gather(decisive);
                }
            }
            _ => decisive.push(self),
        }
    }
}

/// The filter with only the first alternative that holds of each choice: what to tell a reader who asks why an alert came.
/// None if the filter does not hold.
pub fn satisfied(filter: &Filter, subject: &Subject) -> Option<Filter> {
    matches(filter, subject).then(|| reduced(filter, subject))
}

/// The same as text.
pub fn satisfied_by(filter: &Filter, subject: &Subject) -> Option<String> {
    Some(satisfied(filter, subject)?.to_string())
}

/// The same in at most so many bytes, three or more; `…` says that something is left out.
pub fn satisfied_by_within(
    filter: &Filter,
    subject: &Subject,
    most_bytes: usize,
) -> Option<String> {
    let text = satisfied_by(filter, subject)?;
    if text.len() <= most_bytes {
        return Some(text);
    }
    let kept = &text[..text.floor_char_boundary(most_bytes.saturating_sub('…'.len_utf8()))];
    // Words are not cut where a space is near.
    let kept = match kept.rfind(' ') {
        Some(space) if space * 2 > kept.len() => &kept[..space],
        _ => kept,
    };
    Some(format!("{kept}…"))
}

fn reduced(filter: &Filter, subject: &Subject) -> Filter {
    match filter {
        Filter::All(parts) => {
            Filter::All(parts.iter().map(|part| reduced(part, subject)).collect())
        }
        Filter::Any(parts) => parts
            .iter()
            .find(|part| matches(part, subject))
            .map_or_else(|| filter.clone(), |part| reduced(part, subject)),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
