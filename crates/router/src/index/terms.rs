//! What filters name and releases have, as texts of kinds: the keys of the dictionary.
//!
//! A release is expanded, never a subscription: it has its topics and all above them, its places and their countries,
//! each range of its language, each ticker with and without its exchange. So a facet of a filter is one term, and
//! whether it holds is one bit.

use release::filter::Filter;
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
    /// A leaf of a filter that only the evaluator decides (words in a row), as it prints.
    Leaf = 8,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub(super) const ALL: [Kind; 9] = [
        Kind::Everything,
        Kind::Topic,
        Kind::Place,
        Kind::Language,
        Kind::Source,
        Kind::Symbol,
        Kind::Listing,
        Kind::Word,
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
        Filter::Words(phrase) => match phrase.words() {
            [word] => Decided::Term(Kind::Word, word.clone()),
            words => Decided::Evaluator(
                words
                    .iter()
                    .map(|word| vec![(Kind::Word, word.clone())])
                    .collect(),
            ),
        },
        Filter::Everything | Filter::All(_) | Filter::Any(_) | Filter::Not(_) => everything(),
    }
}

fn everything() -> Decided {
    Decided::Term(Kind::Everything, String::new())
}

/// Gives each term of a release to `found`; words as often as they stand there.
pub(super) fn each_of(subject: &Subject, mut found: impl FnMut(Kind, &str)) {
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
    for word in subject.words.iter().filter(|word| !word.is_empty()) {
        found(Kind::Word, word);
    }
}
