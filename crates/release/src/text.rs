//! Words of every script, made alike of releases and of filters: what is equal after folding meets.
//!
//! A word has a **key** ([`fold`]): without case, compatibility forms (full width, ligatures), accents, strokes, and what
//! else people leave out when typing. Releases and filters meet by keys. A few words have further keys, which stand
//! beside the first in a release's dictionary: `müller` is also `mueller`, and a Korean word is also what it is without
//! its particles ([`keys`]). What a key drops is looked up in the text itself where a filter asks for it: a word that is
//! typed with accents wants them (see [`spelling`]).
//!
//! | script | rule |
//! | --- | --- |
//! | Latin | accents and strokes (`ł`, `ø`, `đ`) are dropped from keys and wanted if typed; `æ` is `ae`, `œ` is `oe`, `ß` is `ss`; `ä ö ü` are also `ae oe ue` |
//! | Turkish, Azeri | the key of `ı` is `i`; in a release declared as `tr` or `az`, `I` is the capital of `ı`, elsewhere of both |
//! | Greek | without tonos, breathings and dialytika; final sigma is sigma |
//! | Cyrillic | `ё` is `е`, stress marks are dropped; letters of their own such as `й` and `ї` stay |
//! | Arabic | without tatweel and harakat; alefs are one, `ى` and `ی` are `ي`, `ة` is `ه`, `ک` is `ك` |
//! | Hebrew | without points |
//! | Korean | a word is also what it is without a particle at its end |
//! | Han, Hiragana, Thai, Lao, Khmer, Burmese | every character is a word, so that a phrase is an exact substring |
//! | all others | marks stay, for they carry vowels |

mod fold;
mod korean;
mod letters;
mod scan;
mod slow;
pub mod spelling;

pub use fold::fold;
pub use scan::scan;
pub use spelling::keys;

/// Grows when the keys of some word change: what was stored by keys is then written anew.
pub const FOLDING: i64 = 2;

/// The keys of the words of a text, in order, by the word boundaries of Unicode (UAX 29).
///
/// Characters of scripts that write no spaces come out one by one; runs of Katakana and Hangul stay whole. Words part at
/// apostrophes, as UAX 29 proposes for French: `l'eau` has the word `eau`, and `Acme's` the word `acme`. Signs of
/// trade marks part words, too, and are none.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    scan(text, |key, _, _| words.push(key.to_owned()));
    words
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

#[cfg(test)]
mod tests;
