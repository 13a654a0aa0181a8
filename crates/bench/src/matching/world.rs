//! The world that the measured news is of: words, topics, places, languages and securities, each with how frequent it is.

use super::dice::{Dice, Zipf};
use release::topic::{Taxonomy, TopicSlug};

/// Words in use.
const WORDS: usize = 60_000;
/// Words that nobody asks for alone: `the`, `of`, `company`.
pub(super) const COMMON: usize = 120;
/// Characters in use where no spaces are written.
const CHARACTERS: usize = 3_000;
/// Securities listed.
const TICKERS: usize = 6_000;

const PLACES: [&str; 40] = [
    "US", "US-CA", "US-NY", "US-TX", "GB", "DE", "DE-BY", "DE-BE", "FR", "CN", "JP", "IN", "CA",
    "CA-ON", "CA-BC", "BR", "MX", "ES", "ES-CT", "IT", "KR", "AU", "NL", "CH", "CH-ZH", "SE", "PL",
    "AT", "SG", "IL", "AE", "SA", "TR", "ZA", "AR", "CL", "NO", "DK", "FI", "IE",
];

const LANGUAGES: [&str; 30] = [
    "en",
    "en-GB",
    "de",
    "zh-Hans",
    "es",
    "fr",
    "ja",
    "pt-BR",
    "it",
    "ko",
    "nl",
    "de-AT",
    "fr-CA",
    "zh-Hant-TW",
    "sv",
    "pl",
    "es-MX",
    "da",
    "nb",
    "fi",
    "tr",
    "cs",
    "ru",
    "ar",
    "he",
    "hu",
    "ro",
    "el",
    "th",
    "vi",
];

/// Everything that releases and filters are made of.
#[derive(Debug)]
pub(super) struct World {
    pub(super) words: Vec<String>,
    pub(super) word: Zipf,
    pub(super) characters: Vec<char>,
    pub(super) character: Zipf,
    pub(super) topics: Vec<TopicSlug>,
    pub(super) topic: Zipf,
    pub(super) places: &'static [&'static str],
    pub(super) place: Zipf,
    pub(super) languages: &'static [&'static str],
    pub(super) language: Zipf,
    pub(super) tickers: Vec<String>,
    pub(super) ticker: Zipf,
}

impl World {
    /// The world of a seed.
    pub(super) fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed, 1);
        let mut topics: Vec<TopicSlug> = Taxonomy::builtin()
            .iter()
            .map(|topic| topic.slug.clone())
            .collect();
        shuffle(&mut topics, &mut dice);
        let mut characters: Vec<char> = ('\u{4e00}'..'\u{9fa0}').collect();
        shuffle(&mut characters, &mut dice);
        characters.truncate(CHARACTERS);
        World {
            words: words(&mut dice),
            word: Zipf::new(WORDS, 1.0),
            characters,
            character: Zipf::new(CHARACTERS, 0.9),
            topic: Zipf::new(topics.len(), 0.7),
            topics,
            places: &PLACES,
            place: Zipf::new(PLACES.len(), 0.9),
            languages: &LANGUAGES,
            language: Zipf::new(LANGUAGES.len(), 1.2),
            tickers: (0..TICKERS).map(ticker).collect(),
            ticker: Zipf::new(TICKERS, 0.6),
        }
    }
}

/// Different words, the frequent ones short.
fn words(dice: &mut Dice) -> Vec<String> {
    const ONSETS: [&str; 16] = [
        "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "br",
    ];
    const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ai", "ou", "ea"];
    let mut seen = std::collections::HashSet::new();
    let mut words = Vec::with_capacity(WORDS);
    while words.len() < WORDS {
        let syllables = 1 + (words.len() + 1).ilog10() as usize / 2 + dice.below(3);
        let mut word = String::new();
        for _ in 0..syllables {
            word += dice.of::<&str>(&ONSETS);
            word += dice.of::<&str>(&VOWELS);
        }
        word += dice.of::<&str>(&["", "n", "s", "r"]);
        // One in fifty is written with an accent, which a filter that has it means.
        if dice.chance(0.02) {
            word = word.replacen('e', "é", 1);
        }
        // What differs by an accent alone would be one word to filters.
        if seen.insert(word.replace('é', "e")) {
            words.push(word);
        }
    }
    words
}

fn ticker(n: usize) -> String {
    let exchange = ["XNYS", "XNAS", "XLON", "XETR", "XTKS", "XTSE"][n % 6];
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    format!(
        "{exchange}:{}{}{}",
        letter(n / 676),
        letter(n / 26),
        letter(n)
    )
}

fn shuffle<T>(all: &mut [T], dice: &mut Dice) {
    for at in (1..all.len()).rev() {
        all.swap(at, dice.below(at + 1));
    }
}
