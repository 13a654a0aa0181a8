//! From a tree to its canonical text: AND written out, brackets only where needed, quotes where a word needs them.

use super::words::{Choice, Part, Text, Wanted};
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
            Filter::Lane(lane) => write!(f, "lane:{lane}"),
            Filter::Text(text) => write!(f, "{text}"),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first {
            Some(words) => {
                write!(f, "first/{words}(")?;
                in_part(f, self)?;
                f.write_str(")")
            }
            None => in_part(f, self),
        }
    }
}

fn in_part(f: &mut fmt::Formatter<'_>, text: &Text) -> fmt::Result {
    let wanted = &text.wanted;
    match text.part.name() {
        None => write!(f, "{wanted}"),
        Some(name) if is_value(wanted) => write!(f, "{name}:{wanted}"),
        Some(name) => write!(f, "{name}:({wanted})"),
    }
}

/// Whether it can stand straight after a colon.
fn is_value(wanted: &Wanted) -> bool {
    matches!(wanted, Wanted::Phrase(phrase) if !phrase.is_exact())
}

impl Part {
    /// The name of its field; none for anywhere.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Part::Anywhere => None,
            Part::Title => Some("title"),
            Part::Lead => Some("lead"),
            Part::Body => Some("body"),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wanted::Phrase(phrase) => write!(f, "{phrase}"),
            Wanted::AtLeast { times, of } => {
                write!(f, "atleast/{times}(")?;
                choice(f, of)?;
                f.write_str(")")
            }
            Wanted::Near {
                left,
                right,
                between,
                ordered,
            } => {
                beside(f, left)?;
                let operator = if *ordered { "ONEAR" } else { "NEAR" };
                write!(f, " {operator}/{between} ")?;
                beside(f, right)
            }
        }
    }
}

fn beside(f: &mut fmt::Formatter<'_>, of: &Choice) -> fmt::Result {
    match of.phrases() {
        [one] => write!(f, "{one}"),
        _ => {
            f.write_str("(")?;
            choice(f, of)?;
            f.write_str(")")
        }
    }
}

fn choice(f: &mut fmt::Formatter<'_>, of: &Choice) -> fmt::Result {
    for (at, phrase) in of.phrases().iter().enumerate() {
        if at > 0 {
            f.write_str(" OR ")?;
        }
        write!(f, "{phrase}")?;
    }
    Ok(())
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let star = if self.is_prefix() { "*" } else { "" };
        let (begin, end) = if self.is_exact() {
            ("cs(", ")")
        } else {
            ("", "")
        };
        match is_bare(self) {
            true => write!(f, "{begin}{}{star}{end}", self.text()),
            false => write!(f, "{begin}\"{}\"{star}{end}", self.text()),
        }
    }
}

/// How deep brackets and NOT nest in the text of a filter.
pub(super) fn depth(filter: &Filter) -> usize {
    let held_apart = |part: &Filter, least| depth(part) + usize::from(binding(part) < least);
    match filter {
        Filter::All(parts) | Filter::Any(parts) if parts.len() == 1 => depth(&parts[0]),
        Filter::All(parts) => parts
            .iter()
            .map(|part| held_apart(part, Binding::Term))
            .max()
            .unwrap_or(0),
        Filter::Any(parts) => parts
            .iter()
            .map(|part| held_apart(part, Binding::All))
            .max()
            .unwrap_or(0),
        Filter::Not(inner) => 1 + held_apart(inner, Binding::Term),
        Filter::Text(text) => {
            let around = usize::from(text.first.is_some());
            let part = usize::from(text.part != Part::Anywhere && !is_value(&text.wanted));
            around + part + depth_of_wanted(&text.wanted)
        }
        _ => 0,
    }
}

fn depth_of_wanted(wanted: &Wanted) -> usize {
    let exact = |choice: &Choice| usize::from(choice.phrases().iter().any(Phrase::is_exact));
    let beside = |choice: &Choice| exact(choice) + usize::from(choice.phrases().len() > 1);
    match wanted {
        Wanted::Phrase(phrase) => usize::from(phrase.is_exact()),
        Wanted::AtLeast { of, .. } => 1 + exact(of),
        Wanted::Near { left, right, .. } => beside(left).max(beside(right)),
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
