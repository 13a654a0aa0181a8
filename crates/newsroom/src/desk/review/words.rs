//! Two texts word by word: what is in both, what went, what came.
//!
//! Paragraphs are compared first, then the words of those that changed. Both steps look at no more than some thousand pieces;
//! what is beyond that counts as changed whole, so that no text keeps a page waiting.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::ops::Range;

/// Pieces of both sides that are compared at once. The work grows with their square in the worst case.
const MOST_PIECES: usize = 4000;

/// A run of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// In both texts.
    Same(&'a str),
    /// In the one before only.
    Gone(&'a str),
    /// In the one after only.
    New(&'a str),
}

/// What became of a text, in its order.
pub(super) fn compare<'a>(before: &'a str, after: &'a str) -> Vec<Piece<'a>> {
    let (old, new) = (
        before.split_inclusive('\n').collect::<Vec<_>>(),
        after.split_inclusive('\n').collect::<Vec<_>>(),
    );
    let mut pieces = Vec::new();
    for (gone, came, is_same) in runs(before, &old, after, &new) {
        match is_same {
            true => pieces.push(Piece::Same(gone)),
            false => by_words(gone, came, &mut pieces),
        }
    }
    pieces
}

fn by_words<'a>(before: &'a str, after: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let (old, new) = (words(before), words(after));
    for (gone, came, is_same) in runs(before, &old, after, &new) {
        if is_same {
            pieces.push(Piece::Same(gone));
            continue;
        }
        if !gone.is_empty() {
            pieces.push(Piece::Gone(gone));
        }
        if !came.is_empty() {
            pieces.push(Piece::New(came));
        }
    }
}

/// Runs of two texts that are the same or differ: the part of each, and which it is. The pieces make up the texts. What they
/// begin and end with in common costs nothing.
fn runs<'a>(
    before: &'a str,
    old: &[&'a str],
    after: &'a str,
    new: &[&'a str],
) -> Vec<(&'a str, &'a str, bool)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let ends_alike = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = ends_alike.take_while(|(a, b)| a == b).count();
    let (old_ends, new_ends) = (ends(old), ends(new));
    let part = |gone: Range<usize>, came: Range<usize>, is_same: bool| {
        (
            &before[old_ends[gone.start]..old_ends[gone.end]],
            &after[new_ends[came.start]..new_ends[came.end]],
            is_same,
        )
    };
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut runs = vec![part(0..head, 0..head, true)];
    if old_end + new_end - 2 * head > MOST_PIECES {
        runs.push(part(head..old_end, head..new_end, false));
    } else {
        let ops = capture_diff_slices(Algorithm::Myers, &old[head..old_end], &new[head..new_end]);
        let moved = |range: Range<usize>| range.start + head..range.end + head;
        runs.extend(ops.iter().map(|op| {
            let is_same = matches!(op, DiffOp::Equal { .. });
            part(moved(op.old_range()), moved(op.new_range()), is_same)
        }));
    }
    runs.push(part(old_end..old.len(), new_end..new.len(), true));
    runs.retain(|(gone, came, _)| !gone.is_empty() || !came.is_empty());
    runs
}

/// Where each piece begins, and where the last one ends.
fn ends(pieces: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let mut ends = vec![0];
    for piece in pieces {
        at += piece.len();
        ends.push(at);
    }
    ends
}

/// Words, white space and marks, each a piece. Scripts that are written without spaces go sign by sign.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        let kind = kind(c);
        let goes_on = last == Some(kind) && matches!(kind, Kind::Word | Kind::Space);
        if at > start && !goes_on {
            words.push(&text[start..at]);
            start = at;
        }
        last = Some(kind);
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Space,
    Sign,
}

/// Whatever is neither space nor a mark of its own belongs to a word: letters with what combines with them.
fn kind(c: char) -> Kind {
    match c {
        _ if c.is_whitespace() => Kind::Space,
        _ if c.is_ascii_punctuation() => Kind::Sign,
        // East Asian signs and syllables, with their marks.
        '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' => Kind::Sign,
        '\u{20000}'..='\u{3ffff}' => Kind::Sign,
        _ => Kind::Word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Piece::{Gone, New, Same};
    use proptest::prelude::*;

    #[test]
    fn what_changed_is_shown_word_by_word() {
        let check = |before, after, expect: &[Piece<'_>]| {
            assert_eq!(compare(before, after), expect, "{before} | {after}");
        };

        check("", "", &[]);
        check("One two.", "One two.", &[Same("One two.")]);
        check("", "One", &[New("One")]);
        check("One", "", &[Gone("One")]);
        check(
            "It employs 120 people.",
            "It employs 130 people.",
            &[
                Same("It employs "),
                Gone("120"),
                New("130"),
                Same(" people."),
            ],
        );
        check(
            "First.\n\nSecond one.\n",
            "First.\n\nSecond two.\n",
            &[
                Same("First.\n\n"),
                Same("Second "),
                Gone("one"),
                New("two"),
                Same(".\n"),
            ],
        );
        check(
            "電池で動く",
            "電池を動く",
            &[Same("電池"), Gone("で"), New("を"), Same("動く")],
        );
        check(
            "नमस्ते दुनिया",
            "नमस्ते जगत",
            &[Same("नमस्ते "), Gone("दुनिया"), New("जगत")],
        );
    }

    #[test]
    fn texts_beyond_all_measure_count_as_changed_whole() {
        let text = |word: &str| format!("{word} ").repeat(20_000);
        let (before, after) = (text("one"), text("two"));

        let pieces = compare(&before, &after);

        assert!(pieces == [Gone(before.trim_end()), New(after.trim_end()), Same(" ")]);
    }

    #[test]
    fn one_word_in_a_hundred_kilobytes_is_found() {
        let text = |word: &str| {
            let paragraph = "Acme opened a plant in Austin today, said its owner.\n".repeat(1000);
            format!("{paragraph}{word}\n{paragraph}")
        };

        let (before, after) = (text("Yes"), text("No"));

        let changed: Vec<_> = compare(&before, &after)
            .into_iter()
            .filter(|piece| !matches!(piece, Same(_)))
            .collect();
        assert!(changed == [Gone("Yes"), New("No")]);
    }

    proptest! {
        /// Whatever is compared, both texts can be read out of the pieces.
        #[test]
        fn pieces_make_up_both_texts(before in "[ab \\n.é電]{0,60}", after in "[ab \\n.é電]{0,60}") {
            let pieces = compare(&before, &after);

            let side = |is_before: bool| -> String {
                pieces
                    .iter()
                    .map(|piece| match piece {
                        Same(text) => text,
                        Gone(text) => if is_before { text } else { "" },
                        New(text) => if is_before { "" } else { text },
                    })
                    .collect()
            };
            prop_assert_eq!(side(true), before.clone());
            prop_assert_eq!(side(false), after.clone());
        }
    }
}
