//! What a release offers to filters, computed once for all of them.

mod words;

pub use words::{GAP, Section, Words};

use crate::language::LanguageTag;
use crate::model::{Lane, Release};
use crate::place::Place;
use crate::ticker::Ticker;
use crate::topic::{Taxonomy, TopicSlug};
use std::collections::BTreeSet;

/// A release as filters see it. Made by [`Subject::new`], which folds its words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// Its topics and all their ancestors.
    pub topics: BTreeSet<TopicSlug>,
    /// Its places, as given.
    pub places: Vec<Place>,
    /// Its language.
    pub language: LanguageTag,
    /// Slugs of its issuers.
    pub sources: BTreeSet<String>,
    /// Its tickers.
    pub tickers: Vec<Ticker>,
    /// The queue that it travels in.
    pub lane: Lane,
    /// The words of headline, subheadline, summary and body.
    pub words: Words,
}

/// What a [`Subject`] is made of.
#[derive(Debug, Clone)]
pub struct SubjectParts<'a> {
    /// Topics with all their ancestors.
    pub topics: BTreeSet<TopicSlug>,
    /// Places.
    pub places: Vec<Place>,
    /// The language of the text.
    pub language: LanguageTag,
    /// Slugs of the issuers.
    pub sources: BTreeSet<String>,
    /// Tickers.
    pub tickers: Vec<Ticker>,
    /// The queue that it travels in.
    pub lane: Lane,
    /// The headline.
    pub headline: &'a str,
    /// The line under it.
    pub subheadline: Option<&'a str>,
    /// The summary.
    pub summary: Option<&'a str>,
    /// The body as plain text.
    pub body: &'a str,
}

impl Subject {
    /// Folds the words, once.
    pub fn new(parts: SubjectParts<'_>) -> Subject {
        Subject {
            words: Words::of([
                parts.headline,
                parts.subheadline.unwrap_or_default(),
                parts.summary.unwrap_or_default(),
                parts.body,
            ]),
            lane: parts.lane,
            topics: parts.topics,
            places: parts.places,
            language: parts.language,
            sources: parts.sources,
            tickers: parts.tickers,
        }
    }
}

impl<'a> SubjectParts<'a> {
    /// The parts of a release whose body reads `body_text`. A topic that the taxonomy has lost stands alone.
    pub fn of(release: &'a Release, body_text: &'a str, taxonomy: &Taxonomy) -> SubjectParts<'a> {
        let mut topics: BTreeSet<TopicSlug> = release.topics.iter().cloned().collect();
        topics.extend(
            release
                .topics
                .iter()
                .flat_map(|topic| taxonomy.ancestors(topic)),
        );
        SubjectParts {
            topics,
            places: release.places.clone(),
            language: release.edition.language.clone(),
            sources: release.issuers.iter().cloned().collect(),
            tickers: release
                .tickers
                .iter()
                .map(|listing| listing.ticker.clone())
                .collect(),
            lane: release.lane,
            headline: &release.headline,
            subheadline: release.subheadline.as_deref(),
            summary: release.summary.as_deref(),
            body: body_text,
        }
    }
}

#[cfg(test)]
mod tests;
