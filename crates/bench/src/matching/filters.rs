//! Filters as subscribers of a wire write them, 4.4 terms each in the middle.
//!
//! Base: 30 % lists of securities, 20 % topic, place and language, 35 % a word and a facet (every tenth of those words in
//! Han characters, which is words in a row to the index), 15 % nested, with NOT; every fourth of those has a phrase.
//! Sparse: of the same shapes, drawn from what is rare. Hot: the base, and 1 % that ask for words that stand in more than a
//! tenth of all releases.

use super::dice::Dice;
use super::world::{COMMON, World};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Workload {
    /// As subscribers are expected to write
    Base,
    /// 0.05 % of the filters match a release
    Sparse,
    /// 1 % of the filters ask for words that stand in more than 10 % of the releases
    Hot,
}

/// A filter by its number.
pub(super) fn filter(world: &World, workload: Workload, seed: u64, number: i64) -> String {
    let mut writer = Writer {
        world,
        workload,
        dice: Dice::new(seed ^ 0xf117e5, number as u64),
    };
    if workload == Workload::Hot && writer.dice.chance(0.01) {
        return writer.hot();
    }
    match writer.dice.share() {
        share if share < 0.30 => writer.tickers(),
        share if share < 0.50 => writer.facets(),
        share if share < 0.85 => writer.word_and_facet(),
        _ => writer.nested(),
    }
}

struct Writer<'a> {
    world: &'a World,
    workload: Workload,
    dice: Dice,
}

impl Writer<'_> {
    fn tickers(&mut self) -> String {
        let n = 2 + self.dice.below(9);
        let tickers: Vec<String> = (0..n).map(|_| self.ticker()).collect();
        tickers.join(" OR ")
    }

    fn facets(&mut self) -> String {
        format!("{} {} {}", self.topic(), self.place(), self.language())
    }

    fn word_and_facet(&mut self) -> String {
        let word = match self.dice.chance(0.1) {
            true => self.characters(),
            false => self.word(),
        };
        match self.dice.below(3) {
            0 => format!("{word} {}", self.place()),
            _ => format!("{word} {}", self.topic()),
        }
    }

    fn nested(&mut self) -> String {
        let second = match self.dice.chance(0.25) {
            true => format!("\"{} {}\"", self.word(), self.word()),
            false => self.word(),
        };
        let third = match self.dice.chance(0.3) {
            true => self.ticker(),
            false => format!("({} {})", self.word(), self.word()),
        };
        format!(
            "({} OR {second} OR {third}) ({} OR {}) NOT ({} OR {})",
            self.word(),
            self.topic(),
            self.topic(),
            self.word(),
            self.language(),
        )
    }

    fn hot(&mut self) -> String {
        let word = &self.world.words[self.dice.below(HOT_WORDS)];
        match self.dice.below(3) {
            0 => word.clone(),
            1 => format!("{word} {}", self.topic()),
            _ => format!("{word} {} NOT {}", self.language(), self.word()),
        }
    }

    /// A word worth asking for: no common one, the frequent ones more often.
    fn word(&mut self) -> String {
        let least = match self.workload {
            Workload::Sparse => 12_000,
            Workload::Base | Workload::Hot => COMMON,
        };
        loop {
            let rank = self.world.word.draw(&mut self.dice);
            if rank >= least {
                return self.world.words[rank].clone();
            }
        }
    }

    fn characters(&mut self) -> String {
        let n = 2 + self.dice.below(3);
        (0..n)
            .map(|_| self.world.characters[self.world.character.draw(&mut self.dice)])
            .collect()
    }

    fn topic(&mut self) -> String {
        let topics = &self.world.topics;
        let topic = match self.workload {
            Workload::Sparse => &topics[topics.len() / 2 + self.dice.below(topics.len() / 2)],
            Workload::Base | Workload::Hot => &topics[self.world.topic.draw(&mut self.dice)],
        };
        format!("topic:{topic}")
    }

    fn place(&mut self) -> String {
        let place = self.world.places[self.world.place.draw(&mut self.dice)];
        format!("geo:{place}")
    }

    fn language(&mut self) -> String {
        let tag = self.world.languages[self.world.language.draw(&mut self.dice)];
        // Most readers of a language read it from any region.
        let range = match self.dice.chance(0.8) {
            true => tag.split('-').next().unwrap_or(tag),
            false => tag,
        };
        format!("lang:{range}")
    }

    fn ticker(&mut self) -> String {
        let ticker = match self.workload {
            Workload::Sparse => self.dice.of(&self.world.tickers),
            Workload::Base | Workload::Hot => {
                &self.world.tickers[self.world.ticker.draw(&mut self.dice)]
            }
        };
        match self.dice.chance(0.8) {
            true => format!("ticker:{ticker}"),
            false => format!("ticker:{}", ticker.split(':').next_back().unwrap_or(ticker)),
        }
    }
}

/// Of the words by rank, so many stand in more than a tenth of the releases (measured: the last in 12 %).
const HOT_WORDS: usize = 200;
