//! Whether a release is what a filter asks for: the plain evaluator, which any index must agree with.

mod places;

pub(crate) use places::{Span, spans};

use crate::filter::Filter;
use crate::subject::Subject;

/// Whether the filter holds for the release.
pub fn matches(filter: &Filter, subject: &Subject) -> bool {
    match filter {
        Filter::Everything => true,
        Filter::All(parts) => parts.iter().all(|part| matches(part, subject)),
        Filter::Any(parts) => parts.iter().any(|part| matches(part, subject)),
        Filter::Not(inner) => !matches(inner, subject),
        Filter::Topic(topic) => subject.topics.contains(topic),
        Filter::Place(place) => subject.places.iter().any(|other| place.covers(other)),
        Filter::Language(range) => subject.language.is_in_range(range),
        Filter::Source(slug) => subject.sources.contains(slug),
        Filter::Ticker(ticker) => subject.tickers.iter().any(|other| ticker.covers(other)),
        Filter::Lane(lane) => subject.lane == *lane,
        Filter::Text(text) => places::holds(text, subject),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod tests;
