//! The evaluator against one that only has lists of words and loops, and highlights against both.

use super::*;
use crate::explain::highlights;
use crate::filter::{Choice, MAX_BETWEEN, Part, Phrase, Spelling, Text, Wanted, Word};
use crate::language::LanguageTag;
use crate::model::Lane;
use crate::subject::SubjectParts;
use crate::text::{self, spelling};
use proptest::prelude::*;

/// Few words, of which some begin others, and some are each other's spellings.
const WORDS: &[&str] = &[
    "gold",
    "golden",
    "Gold",
    "göld",
    "Goeld",
    "mine",
    "MINE",
    "miné",
    "東",
    "京",
    "삼성",
    "삼성은",
    "l’or",
    "Łódź",
    "lodz",
];

/// A word of a release as the loops see it.
struct Token {
    section: usize,
    keys: Vec<String>,
    written: String,
}

fn tokens(texts: [&str; 4]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (section, whole) in texts.into_iter().enumerate() {
        text::scan(whole, |key, from, to| {
            let written = whole[from..to].to_owned();
            let mut keys = vec![key.to_owned()];
            text::keys(key, &written, |other| keys.push(other.to_owned()));
            tokens.push(Token {
                section,
                keys,
                written,
            });
        });
    }
    tokens
}

fn is_word(token: &Token, word: &Word, prefix: bool) -> bool {
    let key = token.keys.iter().any(|key| match prefix {
        true => key.starts_with(word.key()),
        false => key == word.key(),
    });
    let language = LanguageTag::parse("en").unwrap();
    key && match word.spelling() {
        Spelling::Any => true,
        Spelling::Exact(wanted) => spelling::is_exactly(&token.written, wanted, prefix),
        Spelling::Accented(all) => all
            .iter()
            .any(|wanted| spelling::is_accented(&token.written, &language, wanted, prefix)),
    }
}

/// Every (first, after the last) of the phrase, in one section.
fn places(tokens: &[Token], phrase: &Phrase) -> Vec<(usize, usize)> {
    let count = phrase.words().len();
    (0..tokens.len())
        .filter(|&at| {
            at + count <= tokens.len()
                && tokens[at].section == tokens[at + count - 1].section
                && (0..count).all(|offset| {
                    let prefix = phrase.is_prefix() && offset + 1 == count;
                    is_word(&tokens[at + offset], &phrase.words()[offset], prefix)
                })
        })
        .map(|at| (at, at + count))
        .collect()
}

fn dumb(text: &Text, all: &[Token], lead: usize, lead_words: usize) -> bool {
    let is_in = |at: usize, token: &Token| match text.part {
        Part::Anywhere => true,
        Part::Title => token.section < 2,
        Part::Body => token.section == 3,
        Part::Lead => {
            token.section == lead
                && all[..at]
                    .iter()
                    .filter(|other| other.section == lead)
                    .count()
                    < lead_words
        }
    };
    let window: Vec<usize> = (0..all.len())
        .filter(|&at| is_in(at, &all[at]))
        .take(text.first.map_or(usize::MAX, usize::from))
        .collect();
    let inside = |choice: &[Phrase]| -> Vec<(usize, usize)> {
        let all: Vec<_> = choice
            .iter()
            .flat_map(|phrase| places(all, phrase))
            .collect();
        all.into_iter()
            .filter(|&(from, to)| (from..to).all(|at| window.contains(&at)))
            .collect()
    };
    match &text.wanted {
        Wanted::Phrase(phrase) => !inside(std::slice::from_ref(phrase)).is_empty(),
        Wanted::AtLeast { times, of } => {
            let mut begins: Vec<usize> = inside(of.phrases()).iter().map(|place| place.0).collect();
            begins.sort_unstable();
            begins.dedup();
            begins.len() >= usize::from(*times)
        }
        Wanted::Near {
            left,
            right,
            between,
            ordered,
        } => {
            let right = inside(right.phrases());
            inside(left.phrases()).iter().any(|a| {
                right.iter().any(|b| {
                    let follows = |a: &(usize, usize), b: &(usize, usize)| {
                        all[a.0].section == all[b.0].section
                            && b.0 >= a.1
                            && b.0 - a.1 <= usize::from(*between)
                    };
                    follows(a, b) || !ordered && follows(b, a)
                })
            })
        }
    }
}

fn phrase() -> impl Strategy<Value = Phrase> {
    let words = prop::collection::vec(prop::sample::select(WORDS), 1..3);
    (words, any::<bool>(), any::<bool>()).prop_filter_map("no phrase", |(words, exact, prefix)| {
        let text = words.join(" ");
        let phrase = if exact {
            Phrase::exact(&text)
        } else {
            Phrase::parse(&text)
        }
        .ok()?;
        match prefix {
            true => phrase.as_prefix().ok(),
            false => Some(phrase),
        }
    })
}

fn choice() -> impl Strategy<Value = Choice> {
    prop::collection::vec(phrase(), 1..3).prop_map(|phrases| Choice::of(phrases).unwrap())
}

fn term() -> impl Strategy<Value = Text> {
    let wanted = prop_oneof![
        phrase().prop_map(Wanted::Phrase),
        (2_u16..5, choice()).prop_map(|(times, of)| Wanted::AtLeast { times, of }),
        (
            choice(),
            choice(),
            prop_oneof![1_u8..6, Just(MAX_BETWEEN)],
            any::<bool>()
        )
            .prop_map(|(left, right, between, ordered)| Wanted::Near {
                left,
                right,
                between,
                ordered
            }),
    ];
    let part = prop::sample::select(vec![Part::Anywhere, Part::Title, Part::Lead, Part::Body]);
    (part, prop::option::weighted(0.3, 1_u16..12), wanted).prop_map(|(part, first, wanted)| Text {
        part,
        first,
        wanted,
    })
}

fn prose(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 0..most).prop_map(|words| words.join(", "))
}

proptest! {
    #[test]
    fn the_evaluator_agrees_with_loops(
        term in term(),
        headline in prose(4), subheadline in prose(4), summary in prose(4),
        first in prose(8), rest in prose(70),
    ) {
        let body = format!("{first}\n\n{rest}");
        let all = tokens([&headline, &subheadline, &summary, &body]);
        let of = |section: usize| all.iter().filter(|token| token.section == section).count();
        let opening = if first.is_empty() { &rest } else { &first };
        let (lead, lead_words) = match of(2) {
            0 => (3, text::words(opening).len()),
            words => (2, words),
        };
        let subject = Subject::new(SubjectParts {
            topics: Default::default(), places: Vec::new(), language: LanguageTag::parse("en").unwrap(),
            sources: Default::default(), tickers: Vec::new(), lane: Lane::Regular,
            headline: &headline, subheadline: Some(&subheadline), summary: Some(&summary), body: &body,
        });

        let truth = dumb(&term, &all, lead, lead_words);

        let filter = Filter::Text(term.clone());
        prop_assert_eq!(matches(&filter, &subject), truth, "{} in {:?}", filter, (&headline, &subheadline, &summary, &body));
        let has = |keys: &Vec<crate::filter::WordKey>| keys.iter().any(|key| match key {
            crate::filter::WordKey::Word(key) => !subject.words.positions(key).is_empty(),
            crate::filter::WordKey::Prefix(prefix) => subject.words.beginning(prefix).next().is_some(),
        });
        let required = term.requires();
        prop_assert!(!required.is_empty() && required.iter().all(|keys| !keys.is_empty()));
        prop_assert!(!truth || required.iter().all(has), "{} matches without what it requires", filter);
        if let Some(key) = term.sufficient() {
            prop_assert_eq!(has(&vec![key]), truth);
        }

        let places = highlights(&filter, &subject);
        prop_assert_eq!(places.is_empty(), !truth);
        for place in places {
            let shown = &subject.words.text(place.section)[place.from..place.to];
            prop_assert!(tokens([shown, "", "", ""]).iter().any(|token| term.phrases().any(|phrase| {
                let last = phrase.words().len() - 1;
                phrase.words().iter().enumerate().any(|(at, word)| is_word(token, word, phrase.is_prefix() && at == last))
            })), "{}", shown);
        }
    }
}
