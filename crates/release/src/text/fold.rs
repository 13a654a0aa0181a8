//! Folding of one text element after the other, so that every folded character knows what it was made of.

use super::letters::{
    Level, is_accent, is_apostrophe, is_dropped, is_invisible, is_latin, is_own_letter,
    is_trade_sign, without_stroke, written_alike,
};
use caseless::Caseless;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};
use unicode_segmentation::UnicodeSegmentation;

/// The key of a text: without what people leave out when typing.
///
/// Case, compatibility forms (full width, ligatures), accents, apostrophes of all kinds and invisible characters make no
/// difference; see the module for each script.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        folded.push_str(text);
        folded.make_ascii_lowercase();
        return folded;
    }
    let plain = decomposed(text, |_, _, _| ());
    for element in plain.graphemes(true) {
        element_into(element, Level::Key, &mut folded);
    }
    folded
}

/// The text without invisible characters and compatibility forms, decomposed; `each` hears of every character where it
/// stands now, and from where to where what it was made of stood.
pub(super) fn decomposed(text: &str, mut each: impl FnMut(usize, usize, usize)) -> String {
    let mut plain = String::with_capacity(text.len() + text.len() / 2);
    for (at, c) in text.char_indices() {
        if is_invisible(c) {
            continue;
        }
        let before = plain.len();
        if is_trade_sign(c) {
            plain.push(' ');
        } else {
            plain.extend(std::iter::once(c).nfkd());
        }
        for place in before..plain.len() {
            each(place, at, at + c.len_utf8());
        }
    }
    plain
}

/// Folds one text element (grapheme cluster) of a decomposed text.
pub(super) fn element_into(element: &str, level: Level, folded: &mut String) {
    if element.len() == 1 {
        folded.extend(element.chars().map(|c| c.to_ascii_lowercase()));
        return;
    }
    if is_inert(element) {
        folded.push_str(element);
        return;
    }
    // Case folding undoes composition, and some of what it gives has compatibility forms again.
    let cased = element.nfkc().default_case_fold().nfkc();
    let mut kept = String::new();
    for c in cased.filter(|&c| !is_invisible(c)) {
        letter_into(c, level, &mut kept);
    }
    folded.extend(kept.nfc());
}

/// Whether folding leaves an element as it is: scripts without case whose marks compose with nothing, in canonical order.
fn is_inert(element: &str) -> bool {
    let mut before = 0;
    element.chars().all(|c| {
        let inert = matches!(
            c,
            '\u{904}'..='\u{93b}' | '\u{93d}'..='\u{94d}' | '\u{e01}'..='\u{e4e}' | '\u{e81}'..='\u{ecd}'
        );
        let class = canonical_combining_class(c);
        let ordered = class == 0 || before <= class;
        before = class;
        inert && ordered
    })
}

fn letter_into(c: char, level: Level, kept: &mut String) {
    if let Some(alike) = written_alike(c) {
        kept.push_str(alike);
    } else if is_apostrophe(c) {
        kept.push('\'');
    } else if is_dropped(c) {
    } else if is_own_letter(c) || !c.is_alphabetic() && !is_accent(c) {
        kept.push(c);
    } else {
        marked_into(c, level, kept);
    }
}

/// A letter with its marks, or a mark that stands alone.
fn marked_into(c: char, level: Level, kept: &mut String) {
    decompose_canonical(c, |part| {
        if !is_accent(part) {
            match (written_alike(part), level) {
                (Some(alike), _) => kept.push_str(alike),
                (None, Level::Key) => kept.push(without_stroke(part)),
                (None, Level::Accented) => kept.push(part),
            }
            return;
        }
        let base = kept
            .chars()
            .rev()
            .find(|&before| canonical_combining_class(before) == 0);
        // What folding case makes of `İ` is an `i` with a dot above, which has one already.
        let doubled = part == '\u{307}' && base == Some('i');
        if level == Level::Accented && base.is_some_and(is_latin) && !doubled {
            kept.push(part);
        }
    });
}

/// The folded form of a character of two bytes, if it is a plain letter whose form depends on nothing around it.
pub(super) fn short(c: char) -> Option<&'static str> {
    SHORT
        .get(c as usize)
        .map(String::as_str)
        .filter(|folded| !folded.is_empty())
}

static SHORT: LazyLock<Vec<String>> = LazyLock::new(|| (0..0x800).map(short_of).collect());

fn short_of(code: u32) -> String {
    let is_plain = matches!(
        code,
        0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0x148 | 0x14a..=0x24f | 0x386 | 0x388..=0x38a | 0x38c
            | 0x38e..=0x3a1 | 0x3a3..=0x3ce | 0x400..=0x481 | 0x48a..=0x52f | 0x620..=0x63f
            | 0x641..=0x64a | 0x671..=0x673 | 0x679..=0x6d3
    );
    match char::from_u32(code) {
        Some(c) if is_plain => fold(c.encode_utf8(&mut [0; 4])),
        _ => String::new(),
    }
}
