//! What a release offers to filters, computed once for all of them.

use crate::language::LanguageTag;
use crate::model::Release;
use crate::place::Place;
use crate::text;
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
    /// The folded words of headline, subheadline, summary and body, in order. Between two parts stands an empty string,
    /// which no word of a phrase equals, so that no phrase crosses from one part to the next.
    pub words: Vec<String>,
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
        let texts = [
            Some(parts.headline),
            parts.subheadline,
            parts.summary,
            Some(parts.body),
        ];
        Subject {
            words: words(texts.into_iter().flatten()),
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
            headline: &release.headline,
            subheadline: release.subheadline.as_deref(),
            summary: release.summary.as_deref(),
            body: body_text,
        }
    }
}

fn words<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all = Vec::new();
    for words in texts.map(text::words).filter(|words| !words.is_empty()) {
        if !all.is_empty() {
            all.push(String::new());
        }
        all.extend(words);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_parts_are_kept_apart() {
        let subject = Subject::new(SubjectParts {
            topics: BTreeSet::new(),
            places: Vec::new(),
            language: LanguageTag::parse("de").unwrap(),
            sources: BTreeSet::new(),
            tickers: Vec::new(),
            headline: "Größe zählt",
            subheadline: None,
            summary: Some("--"),
            body: "東京 Acme",
        });

        assert_eq!(subject.words, ["grosse", "zahlt", "", "東", "京", "acme"]);
    }
}
