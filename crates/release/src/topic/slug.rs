use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The stable name of a topic in files, filters, tables and addresses: lowercase ASCII words and
/// digits joined by single hyphens, 1 to [`TopicSlug::MAX_LEN`] bytes.
///
/// A slug says nothing of whether the topic exists; that is [`Taxonomy::get`](super::Taxonomy::get).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TopicSlug(String);

/// Why a text is no topic slug.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TopicSlugError {
    /// The text is empty.
    #[error("a topic slug is empty")]
    Empty,
    /// The text has more than [`TopicSlug::MAX_LEN`] bytes.
    #[error(
        "topic slug has {len} bytes, at most {} are allowed",
        TopicSlug::MAX_LEN
    )]
    TooLong {
        /// The length found, in bytes.
        len: usize,
    },
    /// A character that is neither a lowercase ASCII letter, nor a digit, nor a hyphen.
    #[error("topic slug {text:?} holds {found:?}, only a-z, 0-9 and hyphens are allowed")]
    Character {
        /// The whole text.
        text: String,
        /// The first character that does not belong.
        found: char,
    },
    /// A hyphen at either end, or two in a row.
    #[error("topic slug {text:?} has a hyphen that does not stand between two words")]
    Hyphen {
        /// The whole text.
        text: String,
    },
}

impl TopicSlug {
    /// The greatest length of a slug, in bytes.
    pub const MAX_LEN: usize = 80;

    /// Reads a slug exactly as written: nothing is trimmed, lowered or replaced.
    pub fn parse(text: &str) -> Result<TopicSlug, TopicSlugError> {
        check(text)?;
        Ok(TopicSlug(text.to_owned()))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str) -> Result<(), TopicSlugError> {
    if text.is_empty() {
        return Err(TopicSlugError::Empty);
    }
    if text.len() > TopicSlug::MAX_LEN {
        return Err(TopicSlugError::TooLong { len: text.len() });
    }
    let foreign = |c: &char| !matches!(c, 'a'..='z' | '0'..='9' | '-');
    if let Some(found) = text.chars().find(foreign) {
        return Err(TopicSlugError::Character {
            text: text.to_owned(),
            found,
        });
    }
    if text.split('-').any(str::is_empty) {
        return Err(TopicSlugError::Hyphen {
            text: text.to_owned(),
        });
    }
    Ok(())
}

impl fmt::Display for TopicSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for TopicSlug {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for TopicSlug {
    type Err = TopicSlugError;

    fn from_str(text: &str) -> Result<TopicSlug, TopicSlugError> {
        TopicSlug::parse(text)
    }
}

impl TryFrom<String> for TopicSlug {
    type Error = TopicSlugError;

    fn try_from(text: String) -> Result<TopicSlug, TopicSlugError> {
        check(&text)?;
        Ok(TopicSlug(text))
    }
}

impl From<TopicSlug> for String {
    fn from(slug: TopicSlug) -> String {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kebab_case_is_taken_and_all_else_refused() {
        fn check(input: &str, expect: Result<(), &str>) {
            let got = TopicSlug::parse(input).map(|slug| assert_eq!(slug.as_str(), input));
            assert_eq!(
                got.map_err(|e| e.to_string()),
                expect.map_err(str::to_owned)
            );
        }

        check("a", Ok(()));
        check("5g", Ok(()));
        check("artificial-intelligence", Ok(()));
        check(&"x".repeat(80), Ok(()));
        check("", Err("a topic slug is empty"));
        check(
            &"x".repeat(81),
            Err("topic slug has 81 bytes, at most 80 are allowed"),
        );
        check(
            "Mining",
            Err("topic slug \"Mining\" holds 'M', only a-z, 0-9 and hyphens are allowed"),
        );
        check(
            "café",
            Err("topic slug \"café\" holds 'é', only a-z, 0-9 and hyphens are allowed"),
        );
        for text in ["-a", "a-", "a--b", "-"] {
            check(
                text,
                Err(&format!(
                    "topic slug {text:?} has a hyphen that does not stand between two words"
                )),
            );
        }
    }

    #[test]
    fn json_carries_a_slug_as_a_checked_string() {
        let slug: TopicSlug = serde_json::from_str("\"mining\"").unwrap();

        assert_eq!(serde_json::to_string(&slug).unwrap(), "\"mining\"");
        assert!(serde_json::from_str::<TopicSlug>("\"Mining\"").is_err());
    }
}
