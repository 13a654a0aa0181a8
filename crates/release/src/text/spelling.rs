//! What keys drop: other keys of a word, and spellings that are compared where a filter asks for them.

use super::fold::{decomposed, element_into, short};
use super::korean;
use super::letters::{Level, is_invisible};
use crate::language::LanguageTag;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Gives every key of a word but the first: `mueller` for `Müller`, and a Korean word without its particles.
///
/// `key` is its first key, `written` the word as it stands in the text.
pub fn keys(key: &str, written: &str, mut each: impl FnMut(&str)) {
    if written.is_ascii() {
        return;
    }
    if has_umlaut(written) {
        match quickly_spelled_out(written) {
            Some(spelled) => each(&spelled),
            None => each(&super::fold(&spelled_out(&accented(written)))),
        }
    }
    korean::stems(key, each);
}

/// The word without case, with the accents and strokes of Latin letters.
pub fn accented(written: &str) -> String {
    let plain = decomposed(written, |_, _, _| ());
    let mut folded = String::with_capacity(written.len());
    for element in plain.graphemes(true) {
        element_into(element, Level::Accented, &mut folded);
    }
    folded
}

/// With `ae`, `oe`, `ue` for umlauts.
pub fn spelled_out(accented: &str) -> String {
    let mut spelled = String::with_capacity(accented.len() + 2);
    for c in accented.chars() {
        match c {
            'ä' => spelled.push_str("ae"),
            'ö' => spelled.push_str("oe"),
            'ü' => spelled.push_str("ue"),
            other => spelled.push(other),
        }
    }
    spelled
}

/// The key with `ae`, `oe`, `ue` for umlauts, of plain letters; a test holds it against the long way.
fn quickly_spelled_out(written: &str) -> Option<String> {
    let mut spelled = String::with_capacity(written.len() + 2);
    for c in written.chars() {
        match c {
            'ä' | 'Ä' => spelled.push_str("ae"),
            'ö' | 'Ö' => spelled.push_str("oe"),
            'ü' | 'Ü' => spelled.push_str("ue"),
            c if c.is_ascii() => spelled.push(c.to_ascii_lowercase()),
            c => spelled.push_str(short(c)?),
        }
    }
    Some(spelled)
}

/// The word as it stands, but for compatibility forms and invisible characters.
pub fn exact(written: &str) -> String {
    written
        .chars()
        .filter(|&c| !is_invisible(c))
        .nfkc()
        .collect()
}

/// Whether a word of a release in this language is spelled `accented`, or begins with it.
///
/// A capital `I` is that of `ı` where the language is Turkish or Azeri, and may be elsewhere: an English text writes
/// `ISPARTA`, too.
pub fn is_accented(written: &str, language: &LanguageTag, wanted: &str, prefix: bool) -> bool {
    let is = |spelling: &str| match prefix {
        true => spelling.starts_with(wanted),
        false => korean::is_stem_of(wanted, spelling),
    };
    let undotted = || is(&accented(&written.replace('I', "ı")));
    if is_turkic(language) {
        return undotted();
    }
    is(&accented(written)) || written.contains('I') && undotted()
}

/// Whether a word of a release is exactly `wanted`, or begins with it.
pub fn is_exactly(written: &str, wanted: &str, prefix: bool) -> bool {
    let written = exact(written);
    match prefix {
        true => written.starts_with(wanted),
        false => korean::is_stem_of(wanted, &written),
    }
}

fn is_turkic(language: &LanguageTag) -> bool {
    let primary = language.as_str().split('-').next().unwrap_or_default();
    matches!(primary, "tr" | "az")
}

fn has_umlaut(written: &str) -> bool {
    written
        .chars()
        .any(|c| matches!(c, 'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' | '\u{308}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn umlauts_are_spelled_out_alike_in_both_ways(word in "[a-zA-ZäöüÄÖÜßéÉøŁıİλжй.']{1,8}") {
            if let Some(quick) = quickly_spelled_out(&word) {
                prop_assert_eq!(quick, crate::text::fold(&spelled_out(&accented(&word))));
            }
        }
    }
}
