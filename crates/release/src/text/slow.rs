//! Words of any text, by the book: fold it, then part it at the word boundaries of Unicode.

use super::fold::{decomposed, element_into};
use super::letters::Level;
use unicode_segmentation::UnicodeSegmentation;

/// Gives each word as (key, from, to), places in bytes of the text, counted from `offset`.
pub(super) fn words(text: &str, offset: usize, each: &mut impl FnMut(&str, usize, usize)) {
    let mut sources: Vec<(usize, usize)> = Vec::with_capacity(text.len() * 2);
    let plain = decomposed(text, |_, from, to| sources.push((from, to)));
    let mut folded = String::with_capacity(plain.len());
    let mut places: Vec<(usize, usize)> = Vec::with_capacity(plain.len());
    for (at, element) in plain.grapheme_indices(true) {
        element_into(element, Level::Key, &mut folded);
        let source = (sources[at].0, sources[at + element.len() - 1].1);
        places.resize(folded.len(), source);
    }
    let mut begin = 0;
    // Apostrophes part words before anything else does, so that what stands on one of them joins nothing.
    for piece in folded.split('\'') {
        for (at, segment) in piece.split_word_bound_indices() {
            segment_into(segment, begin + at, |part, from, to| {
                each(part, offset + places[from].0, offset + places[to].1);
            });
        }
        begin += piece.len() + 1;
    }
}

/// The words of a segment that begins there: part, first byte, last byte.
fn segment_into(segment: &str, begin: usize, mut each: impl FnMut(&str, usize, usize)) {
    // A mark on a space makes a "word" that begins with the space.
    for part in segment.split(char::is_whitespace) {
        if part.chars().any(char::is_alphanumeric) {
            let from = begin + (part.as_ptr() as usize - segment.as_ptr() as usize);
            each(part, from, from + part.len() - 1);
        }
    }
}
