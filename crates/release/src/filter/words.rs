//! Terms that ask for words: which, how near to each other, how often, and where in the text.

use super::Phrase;
use super::key::WordKey;

/// A term on words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text {
    /// In which part of the release.
    pub part: Part,
    /// Within so many words from the begin of the part; anywhere in it if none.
    pub first: Option<u16>,
    /// What must stand there.
    pub wanted: Wanted,
}

/// Which part of a release. No phrase and no nearness crosses from headline to subheadline, to summary, to body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Headline, subheadline, summary and body.
    #[default]
    Anywhere,
    /// `title:`, the headline and the line under it.
    Title,
    /// `lead:`, the summary; of a release without one, the first paragraph of its body.
    Lead,
    /// `body:`, the body.
    Body,
}

/// What must stand in the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// The phrase.
    Phrase(Phrase),
    /// `atleast/3(...)`: phrases of the choice begin at so many places or more.
    AtLeast {
        /// Two or more.
        times: u16,
        /// What is counted, together.
        of: Choice,
    },
    /// `a NEAR/5 b`, `a ONEAR/5 b`: one stands near the other.
    Near {
        /// What stands before `NEAR`.
        left: Choice,
        /// What stands after it.
        right: Choice,
        /// How many words stand between them at most.
        between: u8,
        /// Whether the left one comes first.
        ordered: bool,
    },
}

/// One phrase or a choice of several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Choice(Box<[Phrase]>);

impl Choice {
    /// Of these phrases; none if there are none.
    pub fn of(phrases: Vec<Phrase>) -> Option<Choice> {
        (!phrases.is_empty()).then(|| Choice(phrases.into()))
    }

    /// The phrases; one or more.
    pub fn phrases(&self) -> &[Phrase] {
        &self.0
    }

    fn requires(&self, all: &mut Vec<Vec<WordKey>>) {
        match &*self.0 {
            [one] => all.extend(one.keys().map(|key| vec![key])),
            several => all.push(several.iter().filter_map(longest).collect()),
        }
    }
}

/// The key of a phrase that is probably the rarest.
fn longest(phrase: &Phrase) -> Option<WordKey> {
    phrase
        .keys()
        .max_by_key(|key| (matches!(key, WordKey::Word(_)), key.text().len()))
}

impl Text {
    /// The phrase, anywhere.
    pub fn anywhere(phrase: Phrase) -> Text {
        Text {
            part: Part::Anywhere,
            first: None,
            wanted: Wanted::Phrase(phrase),
        }
    }

    /// The phrase, if that is all that is asked for: neither where nor how often.
    pub fn plain(&self) -> Option<&Phrase> {
        match self {
            Text {
                part: Part::Anywhere,
                first: None,
                wanted: Wanted::Phrase(phrase),
            } => Some(phrase),
            _ => None,
        }
    }

    /// The one key that a release matches by exactly if its dictionary has it; none if more has to be looked at.
    pub fn sufficient(&self) -> Option<WordKey> {
        let phrase = self.plain()?;
        match phrase.words() {
            [word] if *word.spelling() == super::Spelling::Any => phrase.keys().next(),
            _ => None,
        }
    }

    /// What the dictionary of a release that matches has: of each of these, one key or more. The converse does not hold.
    ///
    /// Umlauts and Korean particles need no more keys here, for dictionaries have words under all their keys. The result
    /// is never empty, nor is a choice in it.
    pub fn requires(&self) -> Vec<Vec<WordKey>> {
        let mut all = Vec::new();
        match &self.wanted {
            Wanted::Phrase(phrase) => all.extend(phrase.keys().map(|key| vec![key])),
            Wanted::AtLeast { of, .. } => of.requires(&mut all),
            Wanted::Near { left, right, .. } => {
                left.requires(&mut all);
                right.requires(&mut all);
            }
        }
        all
    }

    /// Every phrase in it, in the order of the text.
    pub fn phrases(&self) -> impl Iterator<Item = &Phrase> {
        let (one, left, right) = match &self.wanted {
            Wanted::Phrase(phrase) => (Some(phrase), None, None),
            Wanted::AtLeast { of, .. } => (None, Some(of), None),
            Wanted::Near { left, right, .. } => (None, Some(left), Some(right)),
        };
        let choices = left.into_iter().chain(right);
        one.into_iter()
            .chain(choices.flat_map(|choice| choice.phrases()))
    }
}
