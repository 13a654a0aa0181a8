//! Words of a text with their places: quick for what most texts consist of, by the book for all else.
//!
//! The word boundaries of Unicode depend on what stands around a character, and folding on its marks. For ASCII, plain
//! letters of Latin, Greek, Cyrillic and Arabic, Hangul, Katakana, and what writes no spaces, both are known by heart;
//! whatever else comes up sends its surroundings, up to the next sign that parts words in any case, to `slow`. A test holds
//! the two against each other.

use super::fold::short;
use super::letters::{is_apostrophe, is_invisible};
use super::slow;
use unicode_normalization::char::is_combining_mark;

/// What a character does to words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// `_`, which joins and is no word.
    Joint,
    Katakana,
    /// A word by itself.
    Single,
    /// Joins letters (`:`), digits (`,` `;`), or both (`.`), if they stand on both sides.
    MidLetter,
    MidDigit,
    MidBoth,
    /// Parts words, whatever stands around it.
    Break,
    /// Not known here.
    Other,
}

/// Gives each word of a text as (key, from, to), in order; places in bytes. Characters that come of one sign (`㈱`) share
/// its place.
pub fn scan(text: &str, mut each: impl FnMut(&str, usize, usize)) {
    let mut key = String::new();
    let mut at = 0;
    while let Some((c, class)) = class_at(text, at) {
        let next = at + c.len_utf8();
        at = match class {
            Class::Break | Class::MidLetter | Class::MidDigit | Class::MidBoth | Class::Single
                if !is_lone(text, next) =>
            {
                by_the_book(text, at, &mut each)
            }
            Class::Break | Class::MidLetter | Class::MidDigit | Class::MidBoth => next,
            Class::Single => {
                each(&text[at..next], at, next);
                next
            }
            Class::Other => by_the_book(text, at, &mut each),
            Class::Letter | Class::Digit | Class::Joint | Class::Katakana => {
                match run(text, at, &mut key) {
                    Some(end) => {
                        if key.bytes().any(|byte| byte != b'_') {
                            each(&key, at, end);
                        }
                        end
                    }
                    None => by_the_book(text, at, &mut each),
                }
            }
        };
    }
}

/// Whether no mark follows that belongs to what stands before it.
fn is_lone(text: &str, next: usize) -> bool {
    match class_at(text, next) {
        Some((c, Class::Other)) => !is_mark(c) && !is_invisible(c),
        _ => true,
    }
}

fn is_mark(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{ff9e}' | '\u{ff9f}')
}

/// The end of the word that begins here, its key in `key`; none if something unknown stands in it or after it.
fn run(text: &str, begin: usize, key: &mut String) -> Option<usize> {
    key.clear();
    let mut at = begin;
    let mut before: Option<Class> = None;
    loop {
        let Some((c, class)) = class_at(text, at) else {
            return Some(at);
        };
        let next = at + c.len_utf8();
        if class == Class::Other {
            return None;
        }
        let joins = match before {
            None => true,
            Some(before) => joined(before, class, || {
                class_at(text, next).map(|(_, class)| class)
            })?,
        };
        if !joins {
            return Some(at);
        }
        push(c, key);
        before = Some(match class {
            // What stands in the middle is judged by what it joins, which comes next.
            Class::MidLetter | Class::MidDigit | Class::MidBoth => before?,
            class => class,
        });
        at = next;
    }
}

/// Whether no boundary stands between two characters; none if that depends on something unknown.
fn joined(before: Class, class: Class, after: impl Fn() -> Option<Class>) -> Option<bool> {
    use Class::{Digit, Joint, Katakana, Letter, MidBoth, MidDigit, MidLetter};
    let between = match (before, class) {
        (Letter | Digit, Letter | Digit) | (Katakana, Katakana) => return Some(true),
        (Joint, Letter | Digit | Katakana | Joint) | (Letter | Digit | Katakana, Joint) => {
            return Some(true);
        }
        (Letter, MidLetter | MidBoth) => Letter,
        (Digit, MidDigit | MidBoth) => Digit,
        _ => return Some(false),
    };
    match after() {
        Some(Class::Other) => None,
        other => Some(other == Some(between)),
    }
}

fn push(c: char, key: &mut String) {
    let c = narrow(c);
    if c.is_ascii() {
        key.push(c.to_ascii_lowercase());
    } else if let Some(folded) = short(c) {
        key.push_str(folded);
    } else {
        key.push(c);
    }
}

/// Hands what stands here to `slow`, up to the next sign that parts words in any case; gives where that is.
fn by_the_book(text: &str, begin: usize, each: &mut impl FnMut(&str, usize, usize)) -> usize {
    let mut at = begin;
    while let Some((c, class)) = class_at(text, at) {
        // A mark on a sign belongs to it.
        if class == Class::Break && is_lone(text, at + c.len_utf8()) {
            break;
        }
        at += c.len_utf8();
    }
    slow::words(&text[begin..at], begin, each);
    at
}

fn class_at(text: &str, at: usize) -> Option<(char, Class)> {
    let c = match text.as_bytes().get(at)? {
        byte if byte.is_ascii() => *byte as char,
        _ => text[at..].chars().next()?,
    };
    Some((c, class(c)))
}

/// The forms of full width are what they stand for.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

fn class(c: char) -> Class {
    match narrow(c) {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '_' => Class::Joint,
        '.' => Class::MidBoth,
        ',' | ';' => Class::MidDigit,
        ':' => Class::MidLetter,
        c if c.is_ascii() || is_apostrophe(c) => Class::Break,
        c if (c as u32) < 0x800 => match c {
            '\u{a0}' | '¡' | '§' | '«' | '©' | '®' | '°' | '»' | '¿' | '×' => Class::Break,
            c if short(c).is_some() => Class::Letter,
            _ => Class::Other,
        },
        '\u{2010}'..='\u{2015}' | '\u{201c}'..='\u{201e}' | '\u{2020}'..='\u{2022}' => Class::Break,
        '€' | '™' | '、' | '。' | '\u{3000}' => Class::Break,
        '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301b}' | '・' => Class::Break,
        '\u{3041}'..='\u{3096}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => {
            Class::Single
        }
        '\u{30a1}'..='\u{30fa}' | '\u{30fc}' => Class::Katakana,
        '\u{ac00}'..='\u{d7a3}' => Class::Letter,
        _ => Class::Other,
    }
}
