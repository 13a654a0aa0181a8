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
    for (begin, segment) in folded.split_word_bound_indices() {
        // A mark on a space makes a "word" that begins with the space.
        let is_end = |c: char| c == '\'' || c.is_whitespace();
        for part in segment.split(is_end) {
            if part.chars().any(char::is_alphanumeric) {
                let from = begin + (part.as_ptr() as usize - segment.as_ptr() as usize);
                let to = from + part.len() - 1;
                each(part, offset + places[from].0, offset + places[to].1);
            }
        }
    }
}
