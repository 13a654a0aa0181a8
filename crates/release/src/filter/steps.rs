//! How much a filter takes from others while releases are matched: about how many looks at a term, a release.
//!
//! A filter of many is found by some of its terms (`router::index`): of what must hold together by the rarest part, of a
//! choice by each of its members. Each of these that a release has costs a look at all that stands beside it. So a filter of a
//! hundred common words beside a hundred others costs ten thousand looks, and one word beside them makes it cost next to
//! none. How often terms stand in releases is taken from a table by kind and length, the same for every wire and moment: the
//! judgement needs no store, is the same in every process, and can be made before there is any release. The table guesses
//! rather too much: a short word is taken for a common one.

use super::cost::of_text;
use super::{Filter, Text, Wanted, WordKey};
use std::fmt;

/// The greatest number of steps, on average over releases, of a filter that is taken.
pub const MAX_STEPS: u32 = 1024;

/// Of what is compared place by place, beside its cost: as many looks as asking at all.
const ASKING: f32 = 32.0;
/// Of the releases with the rarest of some words, one in so many has them in a row.
const IN_A_ROW: f32 = 10.0;

/// A filter that would take too much from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManySteps {
    /// What it would take, in looks at a term a release.
    pub steps: u32,
}

impl std::error::Error for TooManySteps {}

impl fmt::Display for TooManySteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps;
        write!(
            f,
            "matching the filter would take about {steps} steps a release, at most {MAX_STEPS} are allowed: it has many common \
             words beside many other terms"
        )
    }
}

impl TooManySteps {
    /// What to do about it.
    pub const MEND: &str = "join it with AND to something rarer (a phrase, an issuer, a ticker, one long word), leave out \
        short words and words with `*`, or make several subscriptions of it";
}

impl Filter {
    /// About how many looks at a term the filter takes, a release on average.
    pub fn steps(&self) -> u32 {
        let found: f32 = match ways(self, true) {
            Some(ways) => ways
                .iter()
                .map(|way| way.share * (1 + way.beside) as f32)
                .sum(),
            // Found by every release: all of it is looked at.
            None => 1.0 + self.terms().count() as f32,
        };
        let asked: f32 = self.terms().map(asked).sum();
        (found + asked).ceil() as u32
    }

    /// Whether it may be taken beside others.
    ///
    /// # Errors
    /// If it would take more than [`MAX_STEPS`].
    pub fn check_steps(&self) -> Result<(), TooManySteps> {
        match self.steps() {
            ..=MAX_STEPS => Ok(()),
            steps => Err(TooManySteps { steps }),
        }
    }
}

/// A term by which a filter is found.
#[derive(Clone, Copy)]
struct Way {
    /// The share of releases that have it.
    share: f32,
    /// Terms that are looked at then.
    beside: usize,
}

/// The terms of which a release has one if the filter holds, or does not hold; none where absence is enough.
fn ways(filter: &Filter, holds: bool) -> Option<Vec<Way>> {
    match (filter, holds) {
        (Filter::Not(inner), holds) => ways(inner, !holds),
        (Filter::All(parts), true) | (Filter::Any(parts), false) => rarest(parts, holds),
        (Filter::Any(parts), true) | (Filter::All(parts), false) => {
            let each = parts.iter().map(|part| ways(part, holds));
            Some(each.collect::<Option<Vec<_>>>()?.concat())
        }
        (Filter::Everything, false) => Some(Vec::new()),
        (Filter::Everything, true) | (_, false) => None,
        (leaf, true) => Some(vec![Way {
            share: share(leaf),
            beside: 0,
        }]),
    }
}

/// The part with fewest hits, with the others beside it.
fn rarest(parts: &[Filter], holds: bool) -> Option<Vec<Way>> {
    let hits = |ways: &[Way]| -> f32 { ways.iter().map(|way| way.share).sum() };
    let sizes: Vec<usize> = parts.iter().map(|part| part.terms().count()).collect();
    let all: usize = sizes.iter().sum();
    let found = parts.iter().zip(&sizes);
    let found = found.filter_map(|(part, size)| Some((ways(part, holds)?, all - size)));
    let (mut ways, others) = found.min_by(|a, b| hits(&a.0).total_cmp(&hits(&b.0)))?;
    ways.iter_mut().for_each(|way| way.beside += others);
    Some(ways)
}

/// The share of releases that have a term: guessed, and rather too much.
fn share(leaf: &Filter) -> f32 {
    match leaf {
        Filter::Everything | Filter::All(_) | Filter::Any(_) | Filter::Not(_) => 1.0,
        Filter::Lane(_) => 1.0,
        Filter::Language(_) => 0.5,
        Filter::Topic(_) => 0.1,
        Filter::Place(place) if place.country().is_none() => 0.2,
        Filter::Place(_) => 0.05,
        Filter::Source(_) | Filter::Ticker(_) => 0.005,
        Filter::Text(text) => match text.sufficient() {
            Some(key) => of_key(&key),
            None => of_words(text),
        },
    }
}

fn of_key(key: &WordKey) -> f32 {
    match (key, key.text().chars().count()) {
        (WordKey::Prefix(_), ..=4) => 0.5,
        (WordKey::Prefix(_), _) => 0.2,
        (WordKey::Word(_), ..=3) => 0.3,
        (WordKey::Word(_), 4) => 0.15,
        (WordKey::Word(_), 5) => 0.1,
        (WordKey::Word(_), 6 | 7) => 0.05,
        (WordKey::Word(_), _) => 0.03,
    }
}

/// The share of releases in which words stand as they are asked for: never more than have all of them.
fn of_words(text: &Text) -> f32 {
    let of_choice = |keys: &Vec<WordKey>| -> f32 { keys.iter().map(of_key).sum() };
    let rarest = text.requires().iter().map(of_choice).fold(1.0, f32::min);
    match &text.wanted {
        Wanted::Phrase(phrase) if phrase.words().len() > 1 => rarest / IN_A_ROW,
        _ => rarest,
    }
}

/// What it takes to compare words place by place, where a release has them all.
fn asked(leaf: &Filter) -> f32 {
    match leaf {
        Filter::Text(text) if text.sufficient().is_none() => {
            of_words(text) * (ASKING + of_text(text) as f32)
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(filter: &str) -> u32 {
        Filter::parse(filter).unwrap().steps()
    }

    /// So many words of so many letters, in a choice.
    fn words(count: usize, letters: usize) -> String {
        let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
        let word = |n: usize| -> String {
            let mut left = n;
            let digits = (0..letters).map(|_| {
                let digit = letter(left);
                left /= 26;
                digit
            });
            digits.collect()
        };
        let words: Vec<String> = (0..count)
            .map(|n| format!("\"{}\"", word(n + 700)))
            .collect();
        format!("({})", words.join(" OR "))
    }

    #[test]
    fn broad_and_cheap_filters_are_taken() {
        for filter in [
            "everything".to_owned(),
            "topic:mining".into(),
            "the OR a OR of OR \"and\"".into(),
            words(256, 3),
            format!("everything NOT {}", words(255, 3)),
            // Names of companies beside what they may do.
            format!("{} AND {}", words(100, 7), words(100, 8)),
            format!("{} NEAR/10 {}", words(60, 6), words(60, 8)),
            (0..32)
                .map(|n| format!("b{}*", char::from(b'a' + n % 26).to_string().repeat(2)))
                .collect::<Vec<_>>()
                .join(" OR "),
        ] {
            let filter = Filter::parse(&filter).unwrap();
            assert_eq!(filter.check_steps(), Ok(()), "{filter}");
        }
        assert_eq!(steps("everything"), 2);
    }

    #[test]
    fn many_common_terms_beside_many_others_are_refused() {
        for filter in [
            format!("{} NOT {}", words(128, 3), words(128, 8)),
            format!("{} AND {}", words(128, 3), words(128, 4)),
            format!("{} AND NOT {}", prefixes(32), words(224, 8)),
            near_to_each_other(128),
        ] {
            let filter = Filter::parse(&filter).unwrap();
            let refused = filter.check_steps().unwrap_err();
            assert!(refused.steps > MAX_STEPS);
            let said = refused.to_string();
            assert!(
                said.contains(&refused.steps.to_string()) && said.contains("1024"),
                "{said}"
            );
        }
    }

    #[test]
    fn something_rare_beside_it_makes_a_filter_cheap() {
        let hot = format!("{} NOT {}", words(127, 3), words(128, 8));

        assert!(steps(&hot) > 4000);
        for rare in ["ticker:XNYS:KYN", "source:acme", "\"lithium mine\""] {
            assert!(steps(&format!("{rare} ({hot})")) < 20, "{rare}");
        }
    }

    #[test]
    fn more_of_it_never_costs_less() {
        let mut before = 0;
        for n in [1, 2, 4, 8, 16, 32, 64, 128] {
            let now = steps(&format!("{} NOT {}", words(n, 3), words(n, 8)));
            assert!(now > before, "{n}: {now}");
            before = now;
        }
    }

    fn prefixes(count: u8) -> String {
        let begin = |n: u8| {
            format!(
                "{}{}s*",
                char::from(b'a' + n % 26),
                char::from(b'a' + n / 26)
            )
        };
        let all: Vec<String> = (0..count).map(begin).collect();
        format!("({})", all.join(" OR "))
    }

    fn near_to_each_other(count: usize) -> String {
        let pair = |n: usize| format!("the NEAR/{} of", n % 50 + 1);
        let all: Vec<String> = (0..count).map(pair).collect();
        all.join(" OR ")
    }
}
