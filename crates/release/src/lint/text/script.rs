//! Letters of two scripts in one word: how a false name is made to look like a true one.

use super::{Findings, Texts};

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    for prose in texts.all().filter(|prose| !prose.plain.is_ascii()) {
        for (word, place) in prose.each_word().filter(|(word, _)| !word.is_ascii()) {
            if let Some((letter, scripts)) = mixed_word(word) {
                let message = format!(
                    "`{word}` mixes letters of two scripts: `{letter}` (U+{:04X}) among {scripts} ones",
                    u32::from(letter)
                );
                findings.warn_at(
                    "mixed-script",
                    (prose, place),
                    message,
                    "type the word again on one keyboard",
                );
            }
        }
    }
}

/// The letter of a word that belongs to another script than the rest, and the script of the rest.
///
/// Cyrillic beside Latin is always remarked on; Greek beside Latin only where the letter looks like a Latin one, for
/// units (`μm`) and names of science (`TNFα`) are written so.
pub(in crate::lint) fn mixed_word(word: &str) -> Option<(char, &'static str)> {
    let latin = word.chars().filter(|&c| is_latin(c)).count();
    let cyrillic = word.chars().filter(|&c| is_cyrillic(c)).count();
    let first = |is: fn(char) -> bool| word.chars().find(|&c| is(c));
    if latin > 0 && cyrillic > 0 {
        return match latin >= cyrillic {
            true => first(is_cyrillic).map(|letter| (letter, "Latin")),
            false => first(is_latin).map(|letter| (letter, "Cyrillic")),
        };
    }
    let greek = word.chars().filter(|&c| is_greek(c)).count();
    if latin + cyrillic > greek {
        let scripts = if latin > 0 { "Latin" } else { "Cyrillic" };
        return first(is_greek_double).map(|letter| (letter, scripts));
    }
    match (greek > 0, latin > 0) {
        (true, true) => first(|c| c.is_ascii_alphabetic() && "ovABEZHIKMNOPTYX".contains(c))
            .map(|letter| (letter, "Greek")),
        _ => None,
    }
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

fn is_greek(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')
}

/// Greek letters that look like Latin ones.
fn is_greek_double(c: char) -> bool {
    "ονικυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_of_letters_are_found_and_units_are_not() {
        fn check(word: &str, expect: Option<char>) {
            assert_eq!(mixed_word(word).map(|(letter, _)| letter), expect, "{word}");
        }

        check("Раypal", Some('Р'));
        check("Pусский", Some('P'));
        check("Αpple", Some('Α'));
        check("Aρρle", None);
        check("Gοοgle", Some('ο'));
        check("μm", None);
        check("µm", None);
        check("TNFα", None);
        check("Ελλάδα", None);
        check("Größe", None);
        check("ヤマモリABC", None);
        check("東京Tower", None);
        check("Україна", None);
    }
}
