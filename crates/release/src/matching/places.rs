//! Where in a release words stand as a term wants them. Costs as much as there are places of the words involved, times a
//! logarithm, whatever the length of the text.

use crate::filter::{Choice, Phrase, Spelling, Text, Wanted, Word};
use crate::subject::Subject;
use crate::text::spelling;
use std::borrow::Cow;
use std::ops::Range;

/// Positions of a phrase: its first word, and the one after its last.
pub(crate) type Span = Range<u32>;

/// Whether the term holds.
pub(super) fn holds(text: &Text, subject: &Subject) -> bool {
    let windows = Windows::of(text, subject);
    match &text.wanted {
        Wanted::Phrase(phrase) => !each(phrase, subject, &windows, |_| false),
        Wanted::AtLeast { times, of } => begins(&all(of, subject, &windows)) >= usize::from(*times),
        Wanted::Near {
            left,
            right,
            between,
            ordered,
        } => {
            let left = all(left, subject, &windows);
            if left.is_empty() {
                return false;
            }
            let right = all(right, subject, &windows);
            follows(&left, &right, *between) || !ordered && follows(&right, &left, *between)
        }
    }
}

/// Where everything stands that makes a term hold, in the order of the begins; nowhere if it does not hold.
pub(crate) fn spans(text: &Text, subject: &Subject) -> Vec<Span> {
    let windows = Windows::of(text, subject);
    match &text.wanted {
        Wanted::Phrase(phrase) => {
            let mut spans = Vec::new();
            each(phrase, subject, &windows, |span| {
                spans.push(span);
                true
            });
            spans
        }
        Wanted::AtLeast { times, of } => {
            let spans = all(of, subject, &windows);
            match begins(&spans) >= usize::from(*times) {
                true => spans,
                false => Vec::new(),
            }
        }
        Wanted::Near {
            left,
            right,
            between,
            ordered,
        } => {
            let left = all(left, subject, &windows);
            let right = all(right, subject, &windows);
            let mut spans = pairs(&left, &right, *between);
            if !ordered {
                spans.extend(pairs(&right, &left, *between));
            }
            spans.sort_unstable_by_key(|span| (span.start, span.end));
            spans.dedup();
            spans
        }
    }
}

/// Those that are followed, with what follows them first.
fn pairs(before: &[Span], after: &[Span], between: u8) -> Vec<Span> {
    let mut spans = Vec::new();
    for span in before {
        if let Some(next) = nearest_after(span, after).filter(|next| is_near(span, next, between)) {
            spans.extend([span.clone(), next.clone()]);
        }
    }
    spans
}

/// At how many different places spans begin.
fn begins(sorted: &[Span]) -> usize {
    sorted.chunk_by(|a, b| a.start == b.start).count()
}

/// Whether one of `after` begins so many words after the end of one of `before`, or sooner.
fn follows(before: &[Span], after: &[Span], between: u8) -> bool {
    before
        .iter()
        .any(|span| nearest_after(span, after).is_some_and(|next| is_near(span, next, between)))
}

/// Of spans in the order of their begins, the first that begins where this one ends, or later.
fn nearest_after<'a>(span: &Span, sorted: &'a [Span]) -> Option<&'a Span> {
    sorted.get(sorted.partition_point(|next| next.start < span.end))
}

fn is_near(span: &Span, next: &Span, between: u8) -> bool {
    next.start - span.end <= u32::from(between)
}

/// Every place of every phrase, in the order of their begins.
fn all(choice: &Choice, subject: &Subject, windows: &Windows) -> Vec<Span> {
    let mut spans = Vec::new();
    for phrase in choice.phrases() {
        each(phrase, subject, windows, |span| {
            spans.push(span);
            true
        });
    }
    if choice.phrases().len() > 1 {
        spans.sort_unstable_by_key(|span| (span.start, span.end));
        spans.dedup();
    }
    spans
}

/// The positions that a term looks at.
struct Windows {
    ranges: [Span; 4],
    count: usize,
}

impl Windows {
    fn of(text: &Text, subject: &Subject) -> Windows {
        let mut windows = Windows {
            ranges: Default::default(),
            count: 0,
        };
        let mut left = text.first.map_or(u32::MAX, u32::from);
        for range in subject.words.ranges(text.part) {
            let end = range.end.min(range.start.saturating_add(left));
            left -= end - range.start;
            if range.start < end {
                windows.ranges[windows.count] = range.start..end;
                windows.count += 1;
            }
        }
        windows
    }

    fn hold(&self, span: &Span) -> bool {
        self.ranges[..self.count]
            .iter()
            .any(|range| range.start <= span.start && span.end <= range.end)
    }
}

/// Gives the places of a phrase in ascending order until `go_on` says no; false if it did.
fn each(
    phrase: &Phrase,
    subject: &Subject,
    windows: &Windows,
    mut go_on: impl FnMut(Span) -> bool,
) -> bool {
    let words = phrase.words();
    let mut places = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let is_prefix = phrase.is_prefix() && at + 1 == words.len();
        let positions = positions(word, is_prefix, subject);
        if positions.is_empty() {
            return true;
        }
        places.push(positions);
    }
    let rarest = (0..words.len())
        .min_by_key(|&at| places[at].len())
        .unwrap_or(0);
    for &position in places[rarest].iter() {
        let Some(start) = position.checked_sub(rarest as u32) else {
            continue;
        };
        let stands = places
            .iter()
            .enumerate()
            .all(|(at, places)| places.binary_search(&(start + at as u32)).is_ok());
        let span = start..start + words.len() as u32;
        if stands && windows.hold(&span) && is_spelled(phrase, start, subject) && !go_on(span) {
            return false;
        }
    }
    true
}

fn positions<'a>(word: &Word, is_prefix: bool, subject: &'a Subject) -> Cow<'a, [u32]> {
    if !is_prefix {
        return Cow::Borrowed(subject.words.positions(word.key()));
    }
    let mut all: Vec<u32> = Vec::new();
    for (_, positions) in subject.words.beginning(word.key()) {
        all.extend(positions);
    }
    all.sort_unstable();
    // A word may stand under several keys.
    all.dedup();
    Cow::Owned(all)
}

fn is_spelled(phrase: &Phrase, start: u32, subject: &Subject) -> bool {
    let words = phrase.words();
    words.iter().enumerate().all(|(at, word)| {
        let is_prefix = phrase.is_prefix() && at + 1 == words.len();
        let written = || subject.words.written(start + at as u32);
        match word.spelling() {
            Spelling::Any => true,
            Spelling::Exact(wanted) => spelling::is_exactly(written(), wanted, is_prefix),
            Spelling::Accented(spellings) => spellings.iter().any(|wanted| {
                spelling::is_accented(written(), &subject.language, wanted, is_prefix)
            }),
        }
    })
}
