//! Marks: what an item is found by. Each says one thing that a filter's term asks for, so that the two meet as texts.

use release::language::{LanguageRange, LanguageTag};
use release::model::{Edition, Release};
use release::place::Place;
use release::subject::{Subject, SubjectParts};
use release::ticker::Ticker;
use release::topic::{Taxonomy, TopicSlug};
use std::collections::BTreeSet;

/// The greatest length of a word in a mark, in bytes. Longer ones share the mark of their beginning: the evaluator tells
/// them apart.
const LONGEST_WORD: usize = 40;

/// Borne by what concerns a listed security.
pub(crate) const PUBLIC: &str = "public";

/// All marks of a release whose body reads `body_text`.
pub(crate) fn of(release: &Release, body_text: &str, taxonomy: &Taxonomy) -> BTreeSet<String> {
    let subject = Subject::new(SubjectParts::of(release, body_text, taxonomy));
    let mut marks = BTreeSet::from([edition(&release.edition)]);
    marks.extend(subject.topics.iter().map(topic));
    marks.extend(subject.sources.iter().map(|slug| source(slug)));
    marks.extend(languages(&subject.language));
    marks.extend(subject.places.iter().flat_map(places));
    marks.extend(subject.tickers.iter().flat_map(tickers));
    if !subject.tickers.is_empty() {
        marks.insert(PUBLIC.to_owned());
    }
    marks.extend(subject.words.iter().map(|(key, _)| word(key)));
    marks
}

pub(crate) fn topic(slug: &TopicSlug) -> String {
    format!("topic:{slug}")
}

pub(crate) fn source(slug: &str) -> String {
    format!("source:{slug}")
}

pub(crate) fn edition(edition: &Edition) -> String {
    format!("edition:{}/{}", edition.region, edition.language)
}

pub(crate) fn place(place: &Place) -> String {
    format!("geo:{place}")
}

/// `XNYS:KYN` and `KYN` are two marks: a filter may name no exchange.
pub(crate) fn ticker(ticker: &Ticker) -> String {
    format!("ticker:{ticker}")
}

/// None for `*`, which every item is written in.
pub(crate) fn language(range: &LanguageRange) -> Option<String> {
    (range.as_str() != "*").then(|| format!("lang:{}", range.as_str().to_ascii_lowercase()))
}

/// Of a folded word.
pub(crate) fn word(word: &str) -> String {
    format!("word:{}", &word[..word.floor_char_boundary(LONGEST_WORD)])
}

/// Whether the mark stands for this word alone.
pub(crate) fn is_exact(word: &str) -> bool {
    word.len() <= LONGEST_WORD
}

/// A part of a country is also news of the country.
fn places(of: &Place) -> Vec<String> {
    let country = of.country().map(|country| format!("geo:{country}"));
    [Some(place(of)), country].into_iter().flatten().collect()
}

fn tickers(of: &Ticker) -> [String; 2] {
    [ticker(of), format!("ticker:{}", of.symbol())]
}

/// `zh-Hant-TW` is also `zh-Hant` and `zh`.
fn languages(tag: &LanguageTag) -> Vec<String> {
    let lower = tag.as_str().to_ascii_lowercase();
    let ends = lower.match_indices('-').map(|(at, _)| at);
    ends.chain([lower.len()])
        .map(|end| format!("lang:{}", &lower[..end]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_item_bears_what_filters_ask_for() {
        let release: Release = serde_json::from_value(json!({
            "issuers": ["acme"],
            "edition": { "region": "US", "language": "es-419" },
            "headline": "Acme's lithium",
            "topics": ["mining"],
            "places": ["US-NV"],
            "tickers": ["XNYS:ACM"],
            "body": { "format": "markdown", "text": "x" },
        }))
        .unwrap();
        let body = format!("Lithium {}", "o".repeat(50));

        let marks = of(&release, &body, Taxonomy::builtin());

        let expect = [
            "edition:US/es-419",
            "geo:US",
            "geo:US-NV",
            "lang:es",
            "lang:es-419",
            "public",
            "source:acme",
            "ticker:ACM",
            "ticker:XNYS:ACM",
            "topic:energy-natural-resources",
            "topic:heavy-industry-manufacturing",
            "topic:mining",
            "topic:science-tech",
            "word:acme",
            "word:lithium",
            &format!("word:{}", "o".repeat(40)),
            "word:s",
        ];
        assert_eq!(marks.iter().map(String::as_str).collect::<Vec<_>>(), expect);
        assert!(is_exact("lithium") && !is_exact(&"o".repeat(50)));
    }
}
