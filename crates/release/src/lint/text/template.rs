//! What is left of the template that a release was written into.

use super::{Findings, Prose, Texts};
use memchr::memmem;
use std::ops::Range;

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    for prose in texts.all() {
        for place in placeholders(prose) {
            let message = format!(
                "`{}` looks like a placeholder",
                &prose.source[place.clone()]
            );
            findings.warn_at(
                "placeholder",
                (prose, place),
                message,
                "fill it in or remove it",
            );
        }
    }
}

/// What stands in brackets or is said in full in templates.
const OPENINGS: &[&str] = &[
    "[insert",
    "[company",
    "[name",
    "[date",
    "[city",
    "[tbd",
    "[xx",
    "[quote",
    "[einfügen",
    "[insertar",
    "[insérer",
    "{{",
    "<insert",
];

fn placeholders(prose: &Prose<'_>) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    for opening in OPENINGS {
        for at in memmem::find_iter(prose.lower.as_bytes(), opening) {
            let rest = &prose.lower[at..];
            let end = rest
                .find([']', '}', '>', '\n'])
                .map_or(opening.len(), |end| end + 1);
            places.push(at..at + end);
        }
    }
    places.extend(
        prose
            .lower
            .match_indices("lorem ipsum")
            .map(|(at, text)| at..at + text.len()),
    );
    let words = prose.each_word().filter(|(word, _)| {
        matches!(
            *word,
            "TBD" | "TBC" | "TBA" | "XX" | "XXX" | "XXXX" | "TKTK" | "FIXME"
        )
    });
    for (_, place) in words.filter(|(word, place)| *word != "XX" || !is_century(prose, place.start))
    {
        if !places.iter().any(|known| known.contains(&place.start)) {
            places.push(place);
        }
    }
    places
}

/// `siglo XX`, `século XX`, `secolo XX`: the twentieth century.
fn is_century(prose: &Prose<'_>, at: usize) -> bool {
    let before = prose.lower[..at].trim_end();
    ["siglo", "século", "secolo", "siècle", "segle", "wieku"]
        .iter()
        .any(|century| before.ends_with(century))
}
