//! Languages: BCP 47 tags, and RFC 4647 filtering and lookup over them.

mod codes;
mod lookup;

pub use lookup::lookup;

use crate::address::printable;
use oxilangtag::LanguageTag as Bcp47;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A well-formed BCP 47 tag in its customary case, such as `en`, `pt-BR`, `zh-Hant-TW`.
///
/// A two-letter primary subtag is one of ISO 639-1, so that `jp` or `uk-GB` written for `ja` and `en-GB` is not taken in
/// silence where it can be known; three letters are taken by their form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(String);

/// What readers ask for: `*`, or a tag that covers every tag that begins with its subtags (RFC 4647, 3.3.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageRange(Option<LanguageTag>);

/// Why a text is no language tag, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a language tag: {reason}", printable(.text))]
pub struct LanguageError {
    text: String,
    reason: String,
    /// The tag that was probably meant.
    pub nearest: Option<String>,
}

impl LanguageTag {
    /// The greatest length of a tag, in bytes; RFC 5646, 4.4.1 shows that it is enough.
    pub const MAX_LEN: usize = 35;

    /// Reads a tag in any case and puts it into the customary one.
    pub fn parse(text: &str) -> Result<LanguageTag, LanguageError> {
        let refuse = |reason: String, nearest: Option<String>| LanguageError {
            text: text.to_owned(),
            reason,
            nearest,
        };
        if let Some(tag) = meant_by(text) {
            let reason = format!("use a BCP 47 tag such as {tag}");
            return Err(refuse(reason, Some(tag)));
        }
        if let Some(reason) = reason_against(text) {
            return Err(refuse(reason, None));
        }
        match Bcp47::parse_and_normalize(text) {
            Ok(tag) => Ok(LanguageTag(tag.into_inner())),
            Err(error) => {
                let reason = format!("{error}; use a BCP 47 tag such as en or pt-BR");
                Err(refuse(reason, None))
            }
        }
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary subtag: `pt` of `pt-BR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The script, where the tag names one: `Hant` of `zh-Hant-TW`.
    pub fn script(&self) -> Option<&str> {
        self.0
            .split('-')
            .skip(1)
            .take_while(|subtag| subtag.len() > 1)
            .find(|subtag| {
                subtag.len() == 4 && subtag.bytes().all(|byte| byte.is_ascii_alphabetic())
            })
    }

    /// Whether it is written from right to left: by its script if it names one, else by the language's usual one.
    pub fn is_rtl(&self) -> bool {
        match self.script() {
            Some(script) => matches!(
                script,
                "Arab" | "Aran" | "Hebr" | "Thaa" | "Syrc" | "Nkoo" | "Adlm"
            ),
            None => matches!(
                self.primary(),
                "ar" | "ckb" | "dv" | "fa" | "he" | "iw" | "ji" | "ps" | "sd" | "ug" | "ur" | "yi"
            ),
        }
    }

    /// Basic filtering (RFC 4647, 3.3.1): `de` covers `de-AT`, not `den`; `*` covers all. Case does not matter.
    pub fn is_in_range(&self, range: &LanguageRange) -> bool {
        range
            .0
            .as_ref()
            .is_none_or(|range| begins_with(&self.0, &range.0))
    }
}

/// The tag that a usual slip was probably meant as: a language by name, underscores for hyphens.
fn meant_by(text: &str) -> Option<String> {
    if let Some(code) = codes::meant_by(text) {
        return Some(code.to_owned());
    }
    let hyphened = text.trim().replace('_', "-");
    if hyphened == text {
        return None;
    }
    LanguageTag::parse(&hyphened).ok().map(|tag| tag.0)
}

/// What speaks against a text before its subtags are looked at.
fn reason_against(text: &str) -> Option<String> {
    if text.len() > LanguageTag::MAX_LEN {
        let max = LanguageTag::MAX_LEN;
        return Some(format!("it is longer than {max} bytes"));
    }
    let primary = text.split('-').next().unwrap_or(text);
    let is_code = primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !matches!(primary.len(), 2 | 3) || !is_code {
        let reason = "use a BCP 47 tag that begins with a code of 2 or 3 letters, such as en";
        return Some(reason.to_owned());
    }
    let known = primary.len() == 3 || codes::is_iso_639_1(&primary.to_ascii_lowercase());
    (!known).then(|| format!("ISO 639-1 has no language {primary}; use a BCP 47 tag such as en"))
}

/// Whether the subtags of `prefix` are the first ones of `tag`.
fn begins_with(tag: &str, prefix: &str) -> bool {
    tag.get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
        && matches!(tag.as_bytes().get(prefix.len()), None | Some(b'-'))
}

impl LanguageRange {
    /// Reads `*` or a tag. Extended ranges (`de-*-DE`) are refused.
    pub fn parse(text: &str) -> Result<LanguageRange, LanguageError> {
        if text == "*" {
            return Ok(LanguageRange(None));
        }
        if let Some(prefix) = text.strip_suffix("-*")
            && let Ok(tag) = LanguageTag::parse(prefix)
        {
            let reason = format!("use {tag}, which covers all that begins with it");
            return Err(LanguageError {
                text: text.to_owned(),
                reason,
                nearest: Some(tag.0),
            });
        }
        LanguageTag::parse(text).map(|tag| LanguageRange(Some(tag)))
    }

    /// The range as text.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or("*", LanguageTag::as_str)
    }
}

/// The text form of a type that is parsed from it.
macro_rules! text_form {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = LanguageError;

            fn from_str(text: &str) -> Result<$name, LanguageError> {
                $name::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = LanguageError;

            fn try_from(text: String) -> Result<$name, LanguageError> {
                $name::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    };
}

text_form!(LanguageTag);
text_form!(LanguageRange);

impl From<LanguageTag> for LanguageRange {
    fn from(tag: LanguageTag) -> LanguageRange {
        LanguageRange(Some(tag))
    }
}

#[cfg(test)]
mod tests;
