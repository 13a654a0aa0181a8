//! Folding and word splitting, done alike to releases and to the words of filters: what is equal after it matches.
//!
//! Folding keeps what tells words apart and drops what people leave out when typing. Not done yet, and so without a
//! match where a reader may expect one: the Turkish and Azeri dotted I (`ISPARTA` is not `ısparta`), German `ae` for
//! `ä`, letters with a stroke (`Łódź` is `łodz`), Arabic short vowels, tatweel and variants of alef, Hebrew points, and
//! Korean particles. Cyrillic `й` and `ё` lose their mark like every other letter.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The text without differences of case, of compatibility forms (full width, ligatures), of the accents of
/// Latin, Greek and Cyrillic (U+0300 to U+036F), of apostrophes, and without invisible characters.
///
/// Marks outside that range carry vowels (Indic scripts, Thai) or voice (Japanese), and stay.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .default_case_fold()
        .nfkd()
        .filter(|&c| !is_accent(c) && !is_invisible(c))
        .map(|c| if is_apostrophe(c) { '\'' } else { c })
        .nfkc()
        .collect()
}

/// The folded words of a text, in order, by the word boundaries of Unicode (UAX 29).
///
/// Characters of scripts that write no spaces (Han, Hiragana, Thai, Lao, Khmer, Burmese) come out one by one, so that a
/// phrase of them is an exact substring; runs of Katakana and Hangul stay whole. Words part at apostrophes, as UAX 29
/// proposes for French: `l'eau` has the word `eau`, and `Acme's` the word `acme`.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    // A mark on a space makes a "word" that begins with the space.
    let is_end = |c: char| c == '\'' || c.is_whitespace();
    let parts = folded.unicode_words().flat_map(|word| word.split(is_end));
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Where the runs of letters and digits of a text stand, in bytes. Plainer than [`words`] and without folding: for checks
/// that must say where they found something.
pub(crate) fn word_places(text: &str) -> Vec<(usize, usize)> {
    let mut places = Vec::with_capacity(text.len() / 6);
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                places.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    places.extend(start.map(|from| (from, text.len())));
    places
}

fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Soft hyphen, zero-width spaces and joiners, direction marks, variation selectors.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2019}' | '\u{2018}' | '\u{201b}' | '\u{2bc}')
}

#[cfg(test)]
mod tests;
