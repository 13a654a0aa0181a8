//! The crate mokaccino, given the same filters and releases in the same run.
//!
//! It knows terms, AND, OR and NOT: facets are translated as they are, releases are expanded for it as for the index. What it
//! cannot express is words in a row (phrases, and words in Han characters): those are translated to all their words, and
//! its answers to filters that have one are not compared. Its time does not include what is left of those to test.

use mokaccino::prelude::{CNFQueryable, Document, Percolator, Qid, Query};
use release::filter::{Filter, WordKey};
use release::subject::Subject;

/// Filters as mokaccino has them.
#[derive(Debug)]
pub(super) struct Rival {
    percolator: Percolator,
    /// Whether the filter of each key was translated exactly.
    pub(super) exact: Vec<bool>,
}

impl Rival {
    /// From filters, whose numbers from 0 are mokaccino's keys too.
    pub(super) fn new(filters: impl Iterator<Item = Filter>) -> Rival {
        let mut rival = Rival {
            percolator: Percolator::default(),
            exact: Vec::new(),
        };
        for (number, filter) in filters.enumerate() {
            let key = rival.percolator.add_query(query(&filter));
            assert_eq!(key as usize, number, "mokaccino numbers queries from 0");
            let inexact =
                |term: &Filter| matches!(term, Filter::Text(text) if text.sufficient().is_none());
            rival.exact.push(!filter.terms().any(inexact));
        }
        rival
    }

    /// The filters that hold, by its reckoning.
    pub(super) fn search(&self, document: &Document, ids: &mut Vec<Qid>) {
        ids.extend(self.percolator.percolate(document));
    }
}

fn query(filter: &Filter) -> Query {
    match filter {
        Filter::Everything => "everything".has_value("1"),
        Filter::All(parts) => Query::from_and(parts.iter().map(query).collect()),
        Filter::Any(parts) => Query::from_or(parts.iter().map(query).collect()),
        Filter::Not(inner) => Query::negation(query(inner)),
        Filter::Topic(slug) => "topic".has_value(slug.as_str()),
        Filter::Place(place) => "geo".has_value(place.as_str()),
        Filter::Language(range) => "lang".has_value(range.as_str().to_ascii_lowercase()),
        Filter::Source(slug) => "source".has_value(slug.as_str()),
        Filter::Ticker(ticker) => "ticker".has_value(ticker.to_string()),
        Filter::Lane(lane) => "lane".has_value(lane.as_str()),
        Filter::Text(text) => {
            let clauses = text.requires().into_iter();
            Query::from_and(clauses.map(|clause| any_word(&clause)).collect())
        }
    }
}

fn any_word(clause: &[WordKey]) -> Query {
    let query = |key: &WordKey| match key {
        WordKey::Word(word) => "word".has_value(&**word),
        WordKey::Prefix(begin) => "word".has_prefix(&**begin),
    };
    Query::from_or(clause.iter().map(query).collect())
}

/// A release as mokaccino has it.
pub(super) fn document(subject: &Subject) -> Document {
    let mut document = Document::new()
        .with_value("everything", "1")
        .with_value("lane", subject.lane.as_str())
        .with_value("lang", "*");
    for topic in &subject.topics {
        document = document.with_value("topic", topic.as_str());
    }
    for place in &subject.places {
        document = document.with_value("geo", place.as_str());
        if let Some(country) = place.country().filter(|country| *country != place.as_str()) {
            document = document.with_value("geo", country);
        }
    }
    let language = subject.language.as_str().to_ascii_lowercase();
    for (at, _) in language.match_indices('-') {
        document = document.with_value("lang", &language[..at]);
    }
    document = document.with_value("lang", language.as_str());
    for ticker in &subject.tickers {
        document = document.with_value("ticker", ticker.to_string());
        if ticker.exchange().is_some() {
            document = document.with_value("ticker", ticker.symbol());
        }
    }
    for (word, _) in subject.words.iter() {
        document = document.with_value("word", word);
    }
    document
}
