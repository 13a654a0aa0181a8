//! What a filter may cost those who match it: a bound on the work, known before it is stored.

use super::{Choice, Filter, Phrase, Text, Wanted};

/// The greatest cost of a filter.
pub const MAX_COST: u32 = 8192;

/// Of a `*`: as many words of a release may begin so.
const PREFIX: u32 = 64;

/// Of what is compared place by place.
const PLACES: u32 = 4;

impl Filter {
    /// A bound on the work of matching one release, in looked-up words: 1 for a word or a field, 64 for a `*`, four times
    /// that inside of NEAR, ONEAR and atleast.
    pub fn cost(&self) -> u32 {
        self.terms()
            .map(|term| match term {
                Filter::Text(text) => of_text(text),
                _ => 1,
            })
            .fold(0, u32::saturating_add)
    }
}

pub(super) fn of_text(text: &Text) -> u32 {
    match &text.wanted {
        Wanted::Phrase(phrase) => of_phrase(phrase),
        Wanted::AtLeast { of, .. } => of_choice(of).saturating_mul(PLACES),
        Wanted::Near { left, right, .. } => of_choice(left)
            .saturating_add(of_choice(right))
            .saturating_mul(PLACES),
    }
}

fn of_choice(choice: &Choice) -> u32 {
    choice
        .phrases()
        .iter()
        .map(of_phrase)
        .fold(0, u32::saturating_add)
}

fn of_phrase(phrase: &Phrase) -> u32 {
    phrase.words().len() as u32 + if phrase.is_prefix() { PREFIX } else { 0 }
}
