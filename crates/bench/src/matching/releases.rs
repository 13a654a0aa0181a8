//! Releases as a wire carries them: about 350 words by Zipf's law, one to three topics with all above them, a place or two, a
//! language, a security in six of ten; and texts of 5 KB for measuring from raw text.

use super::dice::Dice;
use super::world::World;
use release::language::LanguageTag;
use release::model::Lane;
use release::place::Place;
use release::subject::{Subject, SubjectParts};
use release::ticker::Ticker;
use release::topic::{Taxonomy, TopicSlug};
use std::collections::BTreeSet;

/// Bytes of a raw text.
const RAW_BYTES: usize = 5_000;

/// A release that was not analysed yet.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    headline: String,
    body: String,
    topics: BTreeSet<TopicSlug>,
    places: Vec<Place>,
    language: LanguageTag,
    tickers: Vec<Ticker>,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// With spaces.
    Latin,
    /// In Han characters without spaces.
    Han,
}

impl Raw {
    /// A release by its number, of about 350 words; one in fifteen is written in Han characters.
    pub(super) fn numbered(world: &World, seed: u64, number: u64) -> Raw {
        let mut dice = Dice::new(seed ^ 0x4e1ea5e5, number);
        match dice.chance(1.0 / 15.0) {
            true => Raw::of(world, dice, |world, dice| han(world, dice, 1_200)),
            false => {
                let words = 260 + dice.below(180);
                Raw::of(world, dice, |world, dice| latin(world, dice, words))
            }
        }
    }

    /// One of 5 KB.
    pub(super) fn of_5_kb(world: &World, script: Script, seed: u64, number: u64) -> Raw {
        let dice = Dice::new(seed ^ 0x5b, number);
        match script {
            Script::Latin => Raw::of(world, dice, |world, dice| {
                latin_bytes(world, dice, RAW_BYTES)
            }),
            Script::Han => Raw::of(world, dice, |world, dice| han(world, dice, RAW_BYTES)),
        }
    }

    fn of(world: &World, mut dice: Dice, body: impl FnOnce(&World, &mut Dice) -> String) -> Raw {
        let dice = &mut dice;
        let mut topics = BTreeSet::new();
        for _ in 0..1 + dice.below(3) {
            let topic = &world.topics[world.topic.draw(dice)];
            topics.extend(Taxonomy::builtin().ancestors(topic));
            topics.insert(topic.clone());
        }
        let known = "the world is made of valid codes";
        let places = (0..1 + dice.below(2))
            .map(|_| Place::parse(world.places[world.place.draw(dice)]).expect(known))
            .collect();
        let language = world.languages[world.language.draw(dice)];
        let listed = usize::from(dice.chance(0.6));
        let tickers = (0..listed)
            .map(|_| Ticker::parse(&world.tickers[world.ticker.draw(dice)]).expect(known))
            .collect();
        Raw {
            headline: latin(world, dice, 9),
            body: body(world, dice),
            topics,
            places,
            language: LanguageTag::parse(language).expect(known),
            tickers,
        }
    }

    /// Analyses it: what a router does once a release.
    pub(super) fn analysed(&self) -> Subject {
        Subject::new(SubjectParts {
            topics: self.topics.clone(),
            places: self.places.clone(),
            language: self.language.clone(),
            sources: BTreeSet::from(["acme".to_owned()]),
            tickers: self.tickers.clone(),
            lane: Lane::Regular,
            headline: &self.headline,
            subheadline: None,
            summary: None,
            body: &self.body,
        })
    }
}

fn latin(world: &World, dice: &mut Dice, words: usize) -> String {
    let mut text = String::with_capacity(words * 7);
    for at in 0..words {
        if at > 0 {
            text += if at % 14 == 0 { ". " } else { " " };
        }
        text += &world.words[world.word.draw(dice)];
    }
    text
}

fn latin_bytes(world: &World, dice: &mut Dice, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes);
    while text.len() < bytes {
        text += &latin(world, dice, 14);
        text += ". ";
    }
    text
}

fn han(world: &World, dice: &mut Dice, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes);
    while text.len() < bytes {
        text.push(world.characters[world.character.draw(dice)]);
        if dice.chance(0.05) {
            text.push('。');
        }
    }
    text
}
