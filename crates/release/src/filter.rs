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
//! | `lithium`, `"lithium mine"` | has the word; the words in a row, in one of headline, subheadline, summary, body |
//! | `a AND b`, `a b` | both |
//! | `a OR b` | one or both |
//! | `NOT a` | not |
//!
//! `NOT` binds closest, then `AND` (written or not), then `OR`; parentheses override. Operators are in capitals; in
//! other case they are refused unless quoted, for a reader who writes `or` means it. Words are compared after
//! [`text::fold`](crate::text::fold), so case and accents do not matter; what stands between words does not either.
//! Where a value has spaces or brackets it is quoted: `ticker:"NYSE: KYN"`.
//!
//! A filter needs something to be present in each alternative: `NOT topic:mining` alone, or `a OR NOT b`, would hear of
//! nearly everything, and says so by `everything NOT topic:mining`. What a later grammar will mean (`title:`, `NEAR/5`,
//! `robot*`, `cs(..)`) is refused today, never taken for words.

mod error;
mod lex;
mod parse;
mod phrase;
mod plain;
mod print;
mod sentence;
mod term;

pub use error::FilterError;
pub use phrase::{Phrase, PhraseError};
pub use plain::Plain;
pub use sentence::sentence;

use crate::language::LanguageRange;
use crate::place::Place;
use crate::ticker::Ticker;
use crate::topic::{Taxonomy, TopicSlug};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Stored beside each filter's text; it grows when an old text would change its meaning or a new one is understood.
pub const GRAMMAR_VERSION: u32 = 1;

/// The greatest length of a filter, as written and as printed, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;

/// The greatest number of terms: words, phrases and fields.
pub const MAX_TERMS: usize = 256;

/// How deep parentheses and NOT may nest.
pub const MAX_DEPTH: usize = 32;

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
    /// The words, in a row.
    Words(Phrase),
}

impl Filter {
    /// Reads a filter. The error says where, what would be right, and what is nearest to what was written.
    pub fn parse(source: &str) -> Result<Filter, FilterError> {
        parse::parse(source)
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
