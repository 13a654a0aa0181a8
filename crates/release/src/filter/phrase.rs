use super::key::WordKey;
use crate::address::printable;
use crate::text::{self, spelling};

/// One word or several in a row, as written and as compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phrase {
    text: String,
    words: Box<[Word]>,
    exact: bool,
    prefix: bool,
}

/// A word of a phrase: what it is looked up by, and how it must be spelled where keys are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    key: Box<str>,
    spelling: Spelling,
}

/// What of a word its key does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// Nothing: equal keys are enough.
    Any,
    /// Its accents: one of these, in the form of [`spelling::accented`].
    Accented(Box<[Box<str>]>),
    /// Its case and accents, in the form of [`spelling::exact`].
    Exact(Box<str>),
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
    /// A beginning that very many words have.
    #[error("`{}*` is too short: `*` needs {MIN_PREFIX_CHARS} characters before it, one in Korean and in scripts without spaces", printable(.0))]
    ShortPrefix(String),
}

/// Characters before a `*`, in scripts that write spaces between words of single sounds.
pub const MIN_PREFIX_CHARS: usize = 3;

impl Phrase {
    /// Reads a phrase, without quotation marks. Runs of white space become single spaces.
    pub fn parse(text: &str) -> Result<Phrase, PhraseError> {
        Phrase::read(text, false)
    }

    /// Reads a phrase that is compared with case and accents.
    pub fn exact(text: &str) -> Result<Phrase, PhraseError> {
        Phrase::read(text, true)
    }

    fn read(text: &str, exact: bool) -> Result<Phrase, PhraseError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(foreign) = text.chars().find(|&c| c.is_control() || is_quote(c)) {
            return Err(PhraseError::Character(foreign));
        }
        let mut words = Vec::new();
        text::scan(&text, |key, from, to| {
            words.push(Word::of(key, &text[from..to], exact))
        });
        if words.is_empty() {
            return Err(PhraseError::NoWord(text));
        }
        Ok(Phrase {
            text,
            words: words.into(),
            exact,
            prefix: false,
        })
    }

    /// The same with a last word that only begins what stands in a text.
    pub fn as_prefix(mut self) -> Result<Phrase, PhraseError> {
        let last = self.words[self.words.len() - 1].shortest();
        let least = if last.chars().any(is_of_sounds) {
            MIN_PREFIX_CHARS
        } else {
            1
        };
        if last.chars().count() < least {
            return Err(PhraseError::ShortPrefix(self.text));
        }
        self.prefix = true;
        Ok(self)
    }

    /// The same without the accents that its keys do without.
    pub(super) fn without_accents(self) -> Phrase {
        let is_plain = |word: &Word| word.spelling == Spelling::Any;
        if self.words.iter().all(is_plain) {
            return self;
        }
        Phrase::parse(&text::fold(&self.text)).unwrap_or(self)
    }

    /// As written, without `*`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its words; one or more.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether case and accents count.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// Whether the last word only begins what stands in a text.
    pub fn is_prefix(&self) -> bool {
        self.prefix
    }

    /// What a release that has it must have: each of these.
    pub fn keys(&self) -> impl Iterator<Item = WordKey> {
        let last = self.words.len() - 1;
        self.words
            .iter()
            .enumerate()
            .map(move |(at, word)| match self.prefix && at == last {
                true => WordKey::Prefix(word.key.clone()),
                false => WordKey::Word(word.key.clone()),
            })
    }
}

impl Word {
    fn of(key: &str, written: &str, exact: bool) -> Word {
        if exact {
            return Word {
                key: key.into(),
                spelling: Spelling::Exact(spelling::exact(written).into()),
            };
        }
        let accented = spelling::accented(written);
        if accented == key || text::fold(&accented) != key {
            // Of several words that one sign stands for, none has a spelling of its own.
            return Word {
                key: key.into(),
                spelling: Spelling::Any,
            };
        }
        let spelled = spelling::spelled_out(&accented);
        if spelled == accented {
            return Word {
                key: key.into(),
                spelling: Spelling::Accented([accented.into()].into()),
            };
        }
        // `müller` is looked up as `mueller`, which both spellings have among their keys.
        let key = text::fold(&spelled).into();
        Word {
            key,
            spelling: Spelling::Accented([accented.into(), spelled.into()].into()),
        }
    }

    /// Without what is spelled out.
    fn shortest(&self) -> &str {
        match &self.spelling {
            Spelling::Accented(spellings) => &spellings[0],
            Spelling::Any | Spelling::Exact(_) => &self.key,
        }
    }

    /// What dictionaries have it under; never empty.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What its key does not tell.
    pub fn spelling(&self) -> &Spelling {
        &self.spelling
    }
}

/// Whether it takes some letters of this script to tell words apart.
fn is_of_sounds(c: char) -> bool {
    !matches!(
        c,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3041}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// Plain and typographic quotation marks, all taken for one: texts are pasted from word processors. The high single ones
/// are apostrophes.
pub(in crate::filter) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}
