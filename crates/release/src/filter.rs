//! Filters: what readers ask for, as text and as a tree.
//!
//! A filter is a text in a small language; the tree is what the text means. Stored and sent is always the text.
//!
//! | text | holds for a release that |
//! | --- | --- |
//! | `everything` | exists |
//! | `topic:mining` | is about the topic or anything below it |
//! | `geo:US`, `geo:US-CA` | is about the country or any part of it; about that part |
//! | `lang:de`, `lang:*` | is written in the language, of whatever region (RFC 4647 basic filtering) |
//! | `source:acme` | speaks for the issuer with that slug |
//! | `ticker:XNYS:KYN`, `ticker:KYN` | names the security; on whatever exchange |
//! | `lane:flash` | travels in that queue |
//! | `lithium`, `"lithium mine"` | has the word; the words in a row, in one of headline, subheadline, summary, body |
//! | `robot*`, `"lithium min"*` | has a word that begins so; a phrase whose last word begins so |
//! | `title:`, `lead:`, `body:` | has the words in headline or subheadline; in the summary, else the first paragraph; in the body |
//! | `a NEAR/5 b`, `a ONEAR/5 b` | has both with at most 5 words between them; `a` before `b` |
//! | `atleast/3(a)` | has the word at 3 places or more |
//! | `first/50(a)` | has the word among the first 50 of the text, or of its part |
//! | `cs("Apple")` | has the word with this case and these accents |
//! | `a AND b`, `a b` | both |
//! | `a OR b` | one or both |
//! | `NOT a` | not |
//!
//! `NEAR` binds closest, then `NOT`, then `AND` (written or not), then `OR`; parentheses override. Operators are in
//! capitals; in other case they are refused unless quoted, for a reader who writes `or` means it. Where a value has spaces
//! or brackets it is quoted: `ticker:"NYSE: KYN"`. A field, `cs` and `first` before a bracket go to each term in it:
//! `title:(a OR b)` is `title:a OR title:b`, and is printed so.
//!
//! Words are compared by their keys ([`text`](crate::text)), so case does not matter; accents matter where they are
//! written; what stands between words does not. What is near is counted in words that stand between the end of the one and
//! the begin of the other, within one of headline, subheadline, summary and body; what overlaps is not near. In scripts
//! without spaces every character is a word. Beside `NEAR`, and in `atleast`, stand words, phrases, beginnings, and an
//! `OR` of those in brackets, whose places count together.
//!
//! A filter needs something to be present in each alternative: `NOT topic:mining` alone, or `a OR NOT b`, would hear of
//! nearly everything, and says so by `everything NOT topic:mining`. What other query languages have and this has not is
//! refused, never taken for words.
//!
//! Version 2 of the grammar understands what version 1 refused. Texts of version 1 mean what they meant: accents did not matter
//! then, and do not where such a text is read ([`Filter::parse_stored`]).

mod cost;
mod error;
pub mod import;
mod json;
mod key;
mod lex;
mod parse;
mod phrase;
mod plain;
mod print;
mod sentence;
mod steps;
mod term;
mod words;

pub use cost::MAX_COST;
pub use error::FilterError;
pub use json::JsonError;
pub use key::WordKey;
pub use phrase::{MIN_PREFIX_CHARS, Phrase, PhraseError, Spelling, Word};
pub use plain::Plain;
pub use sentence::sentence;
pub use steps::{MAX_STEPS, TooManySteps};
pub use words::{Choice, Part, Text, Wanted};

use crate::language::LanguageRange;
use crate::model::Lane;
use crate::place::Place;
use crate::ticker::Ticker;
use crate::topic::{Taxonomy, TopicSlug};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Stored beside each filter's text; it grows when an old text would change its meaning or a new one is understood.
pub const GRAMMAR_VERSION: u32 = 2;

/// The greatest length of a filter, as written and as printed, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;

/// The greatest number of terms: words, phrases and fields.
pub const MAX_TERMS: usize = 256;

/// How deep parentheses and NOT may nest.
pub const MAX_DEPTH: usize = 32;

/// The greatest number of words with `*`.
pub const MAX_PREFIXES: usize = 32;

/// The greatest number of words between two that are near to each other.
pub const MAX_BETWEEN: u8 = 50;

/// The greatest number of words that `first/` can ask for.
pub const MAX_FIRST: u16 = 10_000;

/// The greatest number of times that `atleast/` can ask for.
pub const MAX_TIMES: u16 = 100;

/// What a reader asked for. Its text form is [`Filter::parse`] and `Display`, and so is its JSON.
///
/// Parsing never gives an `All` or `Any` with fewer than two members, nor one straight inside its own kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Filter {
    /// Every release.
    Everything,
    /// All of these hold.
    All(Vec<Filter>),
    /// One or more of these hold.
    Any(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// The topic, or one below it.
    Topic(TopicSlug),
    /// The place, or a part of it.
    Place(Place),
    /// The language.
    Language(LanguageRange),
    /// The issuer, by slug.
    Source(String),
    /// The security.
    Ticker(Ticker),
    /// The queue that the release travels in.
    Lane(Lane),
    /// Words, and where and how they stand.
    Text(Text),
}

impl Filter {
    /// The phrase, anywhere.
    pub fn words(phrase: Phrase) -> Filter {
        Filter::Text(Text::anywhere(phrase))
    }

    /// Reads a filter. The error says where, what would be right, and what is nearest to what was written.
    pub fn parse(source: &str) -> Result<Filter, FilterError> {
        parse::parse(source)
    }

    /// Reads a filter that was stored, by the grammar of its time: in version 1 accents did not matter.
    ///
    /// # Errors
    /// As [`Filter::parse`], of a text that no version of the grammar has.
    pub fn parse_stored(source: &str, grammar: i64) -> Result<Filter, FilterError> {
        let filter = Filter::parse(source)?;
        Ok(match grammar {
            ..=1 => filter.without_accents(),
            _ => filter,
        })
    }

    /// The same with phrases that are found however they are accented. Version 1 had words in phrases alone.
    fn without_accents(self) -> Filter {
        let each = |parts: Vec<Filter>| parts.into_iter().map(Filter::without_accents).collect();
        match self {
            Filter::All(parts) => Filter::All(each(parts)),
            Filter::Any(parts) => Filter::Any(each(parts)),
            Filter::Not(inner) => Filter::Not(Box::new(inner.without_accents())),
            Filter::Text(Text {
                wanted: Wanted::Phrase(phrase),
                ..
            }) => Filter::words(phrase.without_accents()),
            other => other,
        }
    }

    /// Reads a part of a filter: what only narrows another, and so may hold by what is absent.
    pub fn parse_part(source: &str) -> Result<Filter, FilterError> {
        parse::parse_part(source)
    }

    /// A topic that the taxonomy does not have, and what is nearest to it, as terms.
    pub fn unknown_topic(&self, taxonomy: &Taxonomy) -> Option<(&TopicSlug, Vec<String>)> {
        let slug = self.topics().find(|slug| taxonomy.get(slug).is_none())?;
        let nearest = taxonomy.nearest(slug.as_str(), 3);
        let terms = nearest
            .iter()
            .map(|topic| format!("topic:{}", topic.slug))
            .collect();
        Some((slug, terms))
    }

    /// The terms (all that is neither `All`, `Any` nor `Not`), in the order of the text.
    pub fn terms(&self) -> impl Iterator<Item = &Filter> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            loop {
                match open.pop()? {
                    Filter::All(parts) | Filter::Any(parts) => open.extend(parts.iter().rev()),
                    Filter::Not(inner) => open.push(inner),
                    term => return Some(term),
                }
            }
        })
    }

    /// The topics named, in the order of the text, for checking them against a taxonomy.
    pub fn topics(&self) -> impl Iterator<Item = &TopicSlug> {
        self.terms().filter_map(|term| match term {
            Filter::Topic(slug) => Some(slug),
            _ => None,
        })
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(source: &str) -> Result<Filter, FilterError> {
        Filter::parse(source)
    }
}

impl TryFrom<String> for Filter {
    type Error = FilterError;

    fn try_from(source: String) -> Result<Filter, FilterError> {
        Filter::parse(&source)
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> String {
        filter.to_string()
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod version_1;
