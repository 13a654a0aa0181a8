//! Words and phrases of queries, with the wildcards that this language does not have.

use super::node::Node;
use super::{Imported, Note};
use crate::filter::Phrase;

/// Reads words that stand side by side, quoted or not: (where, what).
pub(super) fn phrase(words: &[(usize, &str)], imported: &mut Imported) -> Node {
    let mut parts: Vec<(String, bool)> = Vec::new();
    for &(at, word) in words {
        for piece in word.split_whitespace() {
            match wildcard(at, piece, imported) {
                Some(part) => parts.push(part),
                None => return Node::default(),
            }
        }
    }
    let at = words.first().map_or(0, |(at, _)| *at);
    let last = parts.len().saturating_sub(1);
    let inner = parts
        .iter()
        .position(|(_, star)| *star)
        .filter(|&star| star < last);
    match inner {
        None => {
            let text: Vec<&str> = parts.iter().map(|(text, _)| text.as_str()).collect();
            written(
                at,
                &text.join(" "),
                parts.last().is_some_and(|(_, star)| *star),
                imported,
            )
        }
        // A beginning ends a phrase here, so what follows it comes near.
        Some(star) => {
            let text = |parts: &[(String, bool)]| -> String {
                parts
                    .iter()
                    .map(|(text, _)| text.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let left = written(at, &text(&parts[..=star]), true, imported);
            let ends = parts[last].1;
            let right = written(at, &text(&parts[star + 1..]), ends, imported);
            let says = "`*` ends a phrase here, so what follows it may stand one word farther";
            let shown = text(&parts);
            imported.lost.push(Note {
                at,
                text: shown,
                says: says.to_owned(),
            });
            left.near("ONEAR/1", &right).unwrap_or(left)
        }
    }
}

fn written(at: usize, text: &str, star: bool, imported: &mut Imported) -> Node {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let phrase = Phrase::parse(&text).and_then(|phrase| match star {
        true => phrase.as_prefix(),
        false => Ok(phrase),
    });
    match phrase {
        Ok(phrase) => Node::phrase(phrase.to_string()),
        Err(error) => {
            imported.lost.push(Note {
                at,
                text,
                says: format!("left out: {error}"),
            });
            Node::default()
        }
    }
}

/// A word without its wildcard, and whether it begins what is looked for; none if nothing is left of it.
fn wildcard(at: usize, word: &str, imported: &mut Imported) -> Option<(String, bool)> {
    let Some(place) = word.find(['*', '?', '$', '#']) else {
        return Some((word.to_owned(), false));
    };
    let (stem, sign) = word.split_at(place);
    if sign == "*" {
        return Some((stem.to_owned(), true));
    }
    let mut lose = |says: String| {
        imported.lost.push(Note {
            at,
            text: word.to_owned(),
            says,
        });
    };
    if stem.chars().count() < crate::filter::MIN_PREFIX_CHARS {
        lose("left out: a wildcard needs three characters before it".to_owned());
        return None;
    }
    lose(format!(
        "looked for as {stem}*, which finds more: wildcards stand at the end only, and take any number of characters"
    ));
    Some((stem.to_owned(), true))
}
