//! Whether a release is what a filter asks for: the plain evaluator, which any index must agree with.

mod places;

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

/// The first alternative of the filter that holds, as text: what to tell a reader who asks why an alert came.
pub fn satisfied_by(filter: &Filter, subject: &Subject) -> Option<String> {
    match filter {
        Filter::Any(parts) => parts.iter().find_map(|part| satisfied_by(part, subject)),
        other => matches(other, subject).then(|| other.to_string()),
    }
}

#[cfg(test)]
mod tests;
