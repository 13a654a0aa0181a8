//! What a release has that a term asks for, or has instead.

use crate::filter::{Filter, Text, Wanted, WordKey};
use crate::matching::{Span, spans};
use crate::subject::Subject;

/// Things told of one term at most.
const MOST: usize = 5;

/// What makes a term hold; of one that does not hold, what there is instead.
pub(super) fn found(term: &Filter, subject: &Subject) -> Vec<String> {
    let all: Vec<String> = match term {
        Filter::Topic(topic) if subject.topics.contains(topic) => vec![topic.to_string()],
        Filter::Topic(_) => subject.topics.iter().map(ToString::to_string).collect(),
        Filter::Place(place) => some_of(subject.places.iter(), |other| place.covers(other)),
        Filter::Language(_) => vec![subject.language.to_string()],
        Filter::Source(slug) => some_of(subject.sources.iter(), |other| *other == slug),
        Filter::Ticker(ticker) => some_of(subject.tickers.iter(), |other| ticker.covers(other)),
        Filter::Lane(_) => vec![subject.lane.to_string()],
        Filter::Text(text) => {
            let mut found: Vec<String> = Vec::new();
            for written in spans(text, subject)
                .iter()
                .map(|span| written(span, subject))
            {
                if !found.contains(&written) {
                    found.push(written);
                }
            }
            found
        }
        Filter::Everything | Filter::All(_) | Filter::Any(_) | Filter::Not(_) => Vec::new(),
    };
    all.into_iter().take(MOST).collect()
}

/// Those that fit, or all if none does.
fn some_of<T: ToString>(
    all: impl Iterator<Item = T> + Clone,
    fits: impl Fn(&T) -> bool,
) -> Vec<String> {
    let fitting: Vec<String> = all
        .clone()
        .filter(fits)
        .map(|one| one.to_string())
        .collect();
    match fitting.is_empty() {
        true => all.map(|one| one.to_string()).collect(),
        false => fitting,
    }
}

fn written(span: &Span, subject: &Subject) -> String {
    let stretch = subject.words.stretch(span);
    stretch.map_or_else(String::new, |(section, place)| {
        subject.words.text(section)[place].to_owned()
    })
}

/// Why a term does not hold.
pub(super) fn why_not(term: &Filter, subject: &Subject) -> String {
    let text = match term {
        Filter::Topic(_) => "the release is not about it, nor about anything below it",
        Filter::Place(_) => "the release does not concern it, nor a part of it",
        Filter::Language(_) => "the release is written in another language",
        Filter::Source(_) => "the release is of other issuers",
        Filter::Ticker(_) => "the release does not name it",
        Filter::Lane(_) => "the release travels in the other lane",
        Filter::Text(text) => return words_missing(text, subject),
        Filter::Everything | Filter::All(_) | Filter::Any(_) | Filter::Not(_) => "it does not hold",
    };
    text.to_owned()
}

fn words_missing(text: &Text, subject: &Subject) -> String {
    let has = |key: &WordKey| match key {
        WordKey::Word(key) => !subject.words.positions(key).is_empty(),
        WordKey::Prefix(prefix) => subject.words.beginning(prefix).next().is_some(),
    };
    let shown = |key: &WordKey| match key {
        WordKey::Word(key) => format!("`{key}`"),
        WordKey::Prefix(prefix) => format!("`{prefix}*`"),
    };
    let requires = text.requires();
    let missing = requires.iter().find(|keys| !keys.iter().any(has));
    if let Some(keys) = missing {
        let keys: Vec<String> = keys.iter().take(MOST).map(shown).collect();
        return format!("the release has no word {}", keys.join(" or "));
    }
    let how = match (&text.wanted, text.plain().is_some()) {
        (Wanted::AtLeast { .. }, _) => "not so often, or not there",
        (Wanted::Near { .. }, _) => "not so near, or not there",
        (Wanted::Phrase(_), false) => "not there",
        (Wanted::Phrase(phrase), true) if phrase.words().len() > 1 => {
            "not in a row, or spelled otherwise"
        }
        (Wanted::Phrase(_), true) => "spelled otherwise",
    };
    format!("the release has the words, but {how}")
}
