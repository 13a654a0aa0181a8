//! From a tree to its canonical text: AND written out, brackets only where needed, quotes where a word needs them.

use super::{Filter, Phrase};
use std::fmt;

/// How closely a filter's own operator binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Any,
    All,
    Term,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Everything => f.write_str("everything"),
            Filter::All(parts) if parts.is_empty() => f.write_str("everything"),
            Filter::Any(parts) if parts.is_empty() => f.write_str("NOT everything"),
            Filter::All(parts) => joined(f, parts, " AND ", Binding::Term),
            Filter::Any(parts) => joined(f, parts, " OR ", Binding::All),
            Filter::Not(inner) => {
                f.write_str("NOT ")?;
                part(f, inner, Binding::Term)
            }
            Filter::Topic(slug) => write!(f, "topic:{slug}"),
            Filter::Place(place) => write!(f, "geo:{place}"),
            Filter::Language(range) => write!(f, "lang:{range}"),
            Filter::Source(slug) => write!(f, "source:{slug}"),
            Filter::Ticker(ticker) => write!(f, "ticker:{ticker}"),
            Filter::Words(phrase) if is_bare(phrase) => f.write_str(phrase.text()),
            Filter::Words(phrase) => write!(f, "\"{}\"", phrase.text()),
        }
    }
}

fn joined(
    f: &mut fmt::Formatter<'_>,
    parts: &[Filter],
    operator: &str,
    least: Binding,
) -> fmt::Result {
    for (at, filter) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(operator)?;
        }
        // A lone part is not held apart from anything.
        part(
            f,
            filter,
            if parts.len() == 1 {
                Binding::Any
            } else {
                least
            },
        )?;
    }
    Ok(())
}

/// A part, in brackets unless it binds at least as closely as is needed here.
fn part(f: &mut fmt::Formatter<'_>, filter: &Filter, least: Binding) -> fmt::Result {
    if binding(filter) < least {
        write!(f, "({filter})")
    } else {
        write!(f, "{filter}")
    }
}

fn binding(filter: &Filter) -> Binding {
    match filter {
        Filter::All(parts) | Filter::Any(parts) if parts.len() == 1 => binding(&parts[0]),
        Filter::All(parts) if !parts.is_empty() => Binding::All,
        Filter::Any(parts) if !parts.is_empty() => Binding::Any,
        _ => Binding::Term,
    }
}

fn is_bare(phrase: &Phrase) -> bool {
    let text = phrase.text();
    let operator = ["and", "or", "not", "everything"].contains(&text.to_lowercase().as_str());
    !operator && text.chars().all(char::is_alphanumeric)
}
