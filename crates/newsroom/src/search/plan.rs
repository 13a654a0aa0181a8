//! What the marks of an item tell about a filter: that it holds, that it does not, or nothing for sure.

use crate::archive::marks;
use release::filter::{Filter, Text, WordKey};
use std::collections::HashMap;

/// Marks that are looked up for each item; what a longer filter names beyond them counts as unknown. One bit each.
pub(super) const MOST_MARKS: usize = 128;

/// A filter in terms of marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    Always,
    /// The place of the mark in [`Plan::marks`].
    Bears(usize),
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    /// Only the evaluator can tell.
    Unknown,
}

/// How to search.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) test: Test,
    pub(super) marks: Vec<String>,
}

/// Which marks to read to see every item that may match.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cover {
    /// Every match bears one of these.
    Marks(Vec<usize>),
    /// Matches may bear none of the marks: all items have to be read.
    Everything,
}

impl Plan {
    pub(super) fn of(filter: &Filter) -> Plan {
        let mut table = Table::default();
        let test = table.test(filter);
        Plan {
            test,
            marks: table.marks,
        }
    }

    /// The cheapest cover, given how many items bear each mark.
    pub(super) fn cover(&self, sizes: &[i64]) -> Cover {
        match cover(&self.test, sizes) {
            Some((mut marks, _)) => {
                marks.sort_unstable();
                marks.dedup();
                Cover::Marks(marks)
            }
            None => Cover::Everything,
        }
    }

    /// Whether the filter holds for an item that bears exactly the marks whose bits are set; none where that is not sure.
    pub(super) fn holds(&self, borne: u128) -> Option<bool> {
        holds(&self.test, borne)
    }
}

fn holds(test: &Test, borne: u128) -> Option<bool> {
    match test {
        Test::Always => Some(true),
        Test::Bears(at) => Some(borne >> at & 1 == 1),
        Test::Unknown => None,
        Test::Not(inner) => holds(inner, borne).map(|held| !held),
        Test::All(parts) => decide(parts, borne, false),
        Test::Any(parts) => decide(parts, borne, true),
    }
}

/// One part that is `decisive` decides; else one that is unknown leaves it open.
fn decide(parts: &[Test], borne: u128, decisive: bool) -> Option<bool> {
    let mut sure = true;
    for part in parts {
        match holds(part, borne) {
            Some(held) if held == decisive => return Some(decisive),
            Some(_) => {}
            None => sure = false,
        }
    }
    sure.then_some(!decisive)
}

fn cover(test: &Test, sizes: &[i64]) -> Option<(Vec<usize>, i64)> {
    match test {
        Test::Bears(at) => Some((
            vec![*at],
            sizes.get(*at).copied().unwrap_or(i64::MAX / 1024),
        )),
        Test::All(parts) => parts
            .iter()
            .filter_map(|part| cover(part, sizes))
            .min_by_key(|(_, size)| *size),
        Test::Any(parts) => {
            let mut all = (Vec::new(), 0_i64);
            for part in parts {
                let (marks, size) = cover(part, sizes)?;
                all.0.extend(marks);
                all.1 = all.1.saturating_add(size);
            }
            Some(all)
        }
        Test::Always | Test::Not(_) | Test::Unknown => None,
    }
}

#[derive(Default)]
struct Table {
    marks: Vec<String>,
    places: HashMap<String, usize>,
}

impl Table {
    fn test(&mut self, filter: &Filter) -> Test {
        match filter {
            Filter::Everything => Test::Always,
            Filter::All(parts) => Test::All(parts.iter().map(|part| self.test(part)).collect()),
            Filter::Any(parts) => Test::Any(parts.iter().map(|part| self.test(part)).collect()),
            Filter::Not(inner) => Test::Not(Box::new(self.test(inner))),
            Filter::Topic(slug) => self.bears(marks::topic(slug)),
            Filter::Place(place) => self.bears(marks::place(place)),
            Filter::Language(range) => match marks::language(range) {
                Some(mark) => self.bears(mark),
                None => Test::Always,
            },
            Filter::Source(slug) => self.bears(marks::source(slug)),
            Filter::Ticker(ticker) => self.bears(marks::ticker(ticker)),
            Filter::Lane(_) => Test::Unknown,
            Filter::Text(text) => self.text(text),
        }
    }

    /// A term on words needs its words; whether they stand as they should only the evaluator can tell. Marks do not say
    /// which words begin in some way.
    fn text(&mut self, text: &Text) -> Test {
        if let Some(WordKey::Word(key)) = text.sufficient()
            && marks::is_exact(&key)
        {
            return self.bears(marks::word(&key));
        }
        let mut parts = vec![Test::Unknown];
        for keys in text.requires() {
            let one_of = keys.iter().map(|key| match key {
                WordKey::Word(key) => self.bears(marks::word(key)),
                WordKey::Prefix(_) => Test::Unknown,
            });
            parts.push(Test::Any(one_of.collect()));
        }
        Test::All(parts)
    }

    fn bears(&mut self, mark: String) -> Test {
        if let Some(&at) = self.places.get(&mark) {
            return Test::Bears(at);
        }
        if self.marks.len() == MOST_MARKS {
            return Test::Unknown;
        }
        let at = self.marks.len();
        self.places.insert(mark.clone(), at);
        self.marks.push(mark);
        Test::Bears(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(filter: &str) -> Plan {
        Plan::of(&Filter::parse(filter).unwrap())
    }

    #[test]
    fn marks_decide_where_they_can() {
        let check = |filter: &str, borne: &[&str], expect: Option<bool>| {
            let plan = plan(filter);
            let bit = |mark: &String| u128::from(borne.contains(&mark.as_str()));
            let bits = plan.marks.iter().enumerate();
            let bits = bits.fold(0, |bits, (at, mark)| bits | bit(mark) << at);
            assert_eq!(plan.holds(bits), expect, "{filter} {borne:?}");
        };

        check("everything", &[], Some(true));
        check("lang:*", &[], Some(true));
        check("topic:mining", &["topic:mining"], Some(true));
        check("topic:mining", &[], Some(false));
        check("gold NOT tin", &["word:gold"], Some(true));
        check("gold NOT tin", &["word:gold", "word:tin"], Some(false));
        check("\"gold mine\"", &["word:gold"], Some(false));
        check("\"gold mine\"", &["word:gold", "word:mine"], None);
        check(
            "\"gold mine\" OR tin",
            &["word:gold", "word:mine", "word:tin"],
            Some(true),
        );
        check("tin NOT \"gold mine\"", &["word:tin"], Some(true));
        check(
            "tin NOT \"gold mine\"",
            &["word:tin", "word:gold", "word:mine"],
            None,
        );
        check("ticker:KYN", &["ticker:KYN"], Some(true));
        check("lang:pt-BR", &["lang:pt-br"], Some(true));
    }

    #[test]
    fn the_rarest_marks_that_every_match_bears_are_read() {
        let check = |filter: &str, sizes: &[i64], expect: Cover| {
            assert_eq!(plan(filter).cover(sizes), expect, "{filter}");
        };

        check("gold tin", &[900, 3], Cover::Marks(vec![1]));
        check(
            "gold (tin OR zinc)",
            &[100, 20, 30],
            Cover::Marks(vec![1, 2]),
        );
        check("gold (tin OR zinc)", &[40, 20, 30], Cover::Marks(vec![0]));
        check("gold NOT tin", &[900, 3], Cover::Marks(vec![0]));
        check("everything NOT tin", &[3], Cover::Everything);
        check("gold OR everything", &[3], Cover::Everything);
        check("\"gold mine\"", &[9, 5], Cover::Marks(vec![1]));
    }

    #[test]
    fn a_filter_of_very_many_words_stays_within_the_bits() {
        let words: Vec<String> = (0..250).map(|n| format!("w{n}")).collect();

        let plan = plan(&words.join(" OR "));

        assert_eq!(plan.marks.len(), MOST_MARKS);
        assert_eq!(plan.holds(0), None);
        assert_eq!(plan.holds(1), Some(true));
        assert_eq!(plan.cover(&[0; MOST_MARKS]), Cover::Everything);
    }
}
