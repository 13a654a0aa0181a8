use crate::address::printable;
use crate::text;

/// One word or several in a row, as written and as compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phrase {
    text: String,
    words: Vec<String>,
}

/// Why a text is no phrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// Nothing but punctuation and spaces.
    #[error("there is no word in `{}`", printable(.0))]
    NoWord(String),
    /// A quotation mark or a control character.
    #[error("a phrase cannot hold {0:?}")]
    Character(char),
}

impl Phrase {
    /// Reads a phrase, without quotation marks. Runs of white space become single spaces.
    pub fn parse(text: &str) -> Result<Phrase, PhraseError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(foreign) = text.chars().find(|&c| c.is_control() || is_quote(c)) {
            return Err(PhraseError::Character(foreign));
        }
        let words = text::words(&text);
        if words.is_empty() {
            return Err(PhraseError::NoWord(text));
        }
        Ok(Phrase { text, words })
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The folded words; one or more, none of them empty.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// Plain and typographic quotation marks, all taken for one: texts are pasted from word processors. The high single ones
/// are apostrophes.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}
