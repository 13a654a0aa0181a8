//! What filters name and releases have, as texts of kinds: the keys of the dictionary.
//!
//! A release is expanded, never a subscription: it has its topics and all above them, its places and their countries,
//! each range of its language, each ticker with and without its exchange. So a facet of a filter is one term, and
//! whether it holds is one bit.

use release::filter::{Filter, Text, Wanted, WordKey};
use release::subject::Subject;

/// The kind of a term. Its number is part of the snapshot file's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(super) enum Kind {
    /// The one term of every release.
    Everything = 0,
    /// A topic's slug.
    Topic = 1,
    /// A place's code.
    Place = 2,
    /// A language range, in small letters.
    Language = 3,
    /// An issuer's slug.
    Source = 4,
    /// A symbol, on whatever exchange.
    Symbol = 5,
    /// A symbol on its exchange.
    Listing = 6,
    /// A folded word.
    Word = 7,
    /// The beginning of folded words.
    Prefix = 8,
    /// The queue that a release travels in.
    Lane = 9,
    /// Two folded words next to each other, with a space between.
    Pair = 10,
    /// A leaf of a filter that only the evaluator decides (words in a row), as it prints.
    Leaf = 11,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub(super) const ALL: [Kind; 12] = [
        Kind::Everything,
        Kind::Topic,
        Kind::Place,
        Kind::Language,
        Kind::Source,
        Kind::Symbol,
        Kind::Listing,
        Kind::Word,
        Kind::Prefix,
        Kind::Lane,
        Kind::Pair,
        Kind::Leaf,
    ];
}

/// How a leaf of a filter is decided.
pub(super) enum Decided {
    /// By one term.
    Term(Kind, String),
    /// By the evaluator, and only where each of the clauses has a term that the release has.
    Evaluator(Vec<Vec<(Kind, String)>>),
}

/// How a leaf is decided. A leaf is all that is neither `All`, `Any` nor `Not`.
pub(super) fn decided(leaf: &Filter) -> Decided {
    match leaf {
        Filter::Topic(slug) => Decided::Term(Kind::Topic, slug.to_string()),
        Filter::Place(place) => Decided::Term(Kind::Place, place.to_string()),
        Filter::Language(range) if range.as_str() == "*" => everything(),
        Filter::Language(range) => {
            Decided::Term(Kind::Language, range.as_str().to_ascii_lowercase())
        }
        Filter::Source(slug) => Decided::Term(Kind::Source, slug.clone()),
        Filter::Ticker(ticker) => match ticker.exchange() {
            Some(_) => Decided::Term(Kind::Listing, ticker.to_string()),
            None => Decided::Term(Kind::Symbol, ticker.symbol().to_owned()),
        },
        Filter::Lane(lane) => Decided::Term(Kind::Lane, lane.to_string()),
        Filter::Text(text) => match text.sufficient() {
            Some(key) => Decided::Term(kind(&key), key.text().to_owned()),
            None => Decided::Evaluator(required(text)),
        },
        Filter::Everything | Filter::All(_) | Filter::Any(_) | Filter::Not(_) => everything(),
    }
}

fn everything() -> Decided {
    Decided::Term(Kind::Everything, String::new())
}

/// What a release has in which the term holds: of each clause a term. Words in a row are asked for by twos: there are far
/// fewer places for two words next to each other than for both, which is all the difference where every character is a
/// word.
fn required(text: &Text) -> Vec<Vec<(Kind, String)>> {
    let of = |key: &WordKey| (kind(key), key.text().to_owned());
    let Wanted::Phrase(phrase) = &text.wanted else {
        let clauses = text.requires();
        return clauses
            .iter()
            .map(|clause| clause.iter().map(of).collect())
            .collect();
    };
    let keys: Vec<WordKey> = phrase.keys().collect();
    let words = |pair: &&[WordKey]| !pair.iter().any(|key| matches!(key, WordKey::Prefix(_)));
    let pairs = keys.windows(2).filter(words);
    let mut clauses: Vec<Vec<(Kind, String)>> = pairs
        .map(|pair| {
            let text = format!("{} {}", pair[0].text(), pair[1].text());
            vec![(Kind::Pair, text)]
        })
        .collect();
    let paired = clauses.len() + usize::from(!clauses.is_empty());
    clauses.extend(keys[paired..].iter().map(|key| vec![of(key)]));
    clauses
}

/// The two words of a pair.
pub(super) fn of_pair(text: &str) -> Option<(&str, &str)> {
    text.split_once(' ')
}

fn kind(key: &WordKey) -> Kind {
    match key {
        WordKey::Word(_) => Kind::Word,
        WordKey::Prefix(_) => Kind::Prefix,
    }
}

/// Lengths of the prefixes that filters name, in bytes: a bit a length, the last one for all from 63 on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PrefixLengths(pub(super) u64);

impl PrefixLengths {
    /// The bit of a length.
    pub(super) fn bit(len: usize) -> u64 {
        1 << len.min(63)
    }

    /// Gives every beginning of the words that has such a length, as often as words have it.
    pub(super) fn each_of_all(self, words: &[(&str, &[u32])], mut found: impl FnMut(&str)) {
        if self.0 != 0 {
            words
                .iter()
                .for_each(|(word, _)| self.each_of(word, &mut found));
        }
    }

    /// Gives every beginning of a word that has such a length.
    fn each_of(self, word: &str, found: &mut impl FnMut(&str)) {
        let mut left = self.0;
        while left != 0 {
            let len = left.trailing_zeros() as usize;
            left &= left - 1;
            let to = if len == 63 { word.len() } else { len };
            for len in len..=to.min(word.len()) {
                if let Some(prefix) = word.get(..len) {
                    found(prefix);
                }
            }
        }
    }
}

/// Gives each term of a release that is none of its words.
pub(super) fn each_facet(subject: &Subject, mut found: impl FnMut(Kind, &str)) {
    found(Kind::Everything, "");
    for topic in &subject.topics {
        found(Kind::Topic, topic.as_str());
    }
    for place in &subject.places {
        found(Kind::Place, place.as_str());
        if let Some(country) = place.country() {
            found(Kind::Place, country);
        }
    }
    let language = subject.language.as_str().to_ascii_lowercase();
    found(Kind::Language, &language);
    for (at, _) in language.match_indices('-') {
        found(Kind::Language, &language[..at]);
    }
    for source in &subject.sources {
        found(Kind::Source, source);
    }
    for ticker in &subject.tickers {
        found(Kind::Symbol, ticker.symbol());
        if ticker.exchange().is_some() {
            found(Kind::Listing, &ticker.to_string());
        }
    }
    found(Kind::Lane, subject.lane.as_str());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_of_the_lengths_in_use_and_of_whole_characters() {
        let lengths = [2, 3, 6, 70].map(PrefixLengths::bit);
        let lengths = PrefixLengths(lengths.into_iter().fold(0, |all, bit| all | bit));
        let beginnings = |word: &str| {
            let mut found = Vec::new();
            lengths.each_of(word, &mut |prefix: &str| found.push(prefix.to_owned()));
            found
        };

        assert_eq!(beginnings("robots"), ["ro", "rob", "robots"]);
        assert_eq!(beginnings("東京"), ["東", "東京"]);
        assert_eq!(beginnings("r"), [""; 0]);
        let long = "r".repeat(70);
        assert!(beginnings(&long).contains(&long));
    }
}
