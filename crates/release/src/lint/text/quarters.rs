//! The quarter that a release speaks of, and the one that last quarter's release left behind.

use super::{Findings, Prose, Texts};
use std::ops::Range;

/// A language, the stems of its "first" to "fourth", and its "quarter".
type Words = (&'static str, [&'static [&'static str]; 4], &'static str);

const WORDS: &[Words] = &[
    (
        "en",
        [&["first"], &["second"], &["third"], &["fourth"]],
        "quarter",
    ),
    (
        "de",
        [&["erste"], &["zweite"], &["dritte"], &["vierte"]],
        "quartal",
    ),
    (
        "es",
        [&["primer"], &["segundo"], &["tercer"], &["cuarto"]],
        "trimestre",
    ),
    (
        "fr",
        [
            &["premier"],
            &["deuxième", "second"],
            &["troisième"],
            &["quatrième"],
        ],
        "trimestre",
    ),
    (
        "it",
        [&["primo"], &["secondo"], &["terzo"], &["quarto"]],
        "trimestre",
    ),
    (
        "nl",
        [&["eerste"], &["tweede"], &["derde"], &["vierde"]],
        "kwartaal",
    ),
    (
        "pt",
        [&["primeiro"], &["segundo"], &["terceiro"], &["quarto"]],
        "trimestre",
    ),
];

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    let body = quarters(&texts.body, texts.language());
    let spoken = |quarter: u8| body.iter().filter(|(found, _)| *found == quarter).count();
    let main = (1..=4)
        .filter(|quarter| spoken(*quarter) > 0)
        .max_by_key(|quarter| spoken(*quarter));
    let Some(main) = main else { return };
    for prose in [
        Some(&texts.headline),
        texts.subheadline.as_ref(),
        texts.summary.as_ref(),
    ]
    .into_iter()
    .flatten()
    {
        for (quarter, place) in quarters(prose, texts.language()) {
            if spoken(quarter) == 0 {
                let message = format!(
                    "`{}` stands here, but the body speaks of quarter {main} and never of {quarter}",
                    &prose.source[place.clone()]
                );
                findings.warn_at(
                    "stale-quarter",
                    (prose, place),
                    message,
                    "make headline, summary and body speak of one quarter",
                );
            }
        }
    }
    // Texts compare with the quarter before and look to the one after, so only the opposite one stands out.
    let opposite = (main + 1) % 4 + 1;
    if spoken(main) >= 3 && spoken(opposite) == 1 {
        for (_, place) in body.iter().filter(|(quarter, _)| *quarter == opposite) {
            let message = format!(
                "`{}` stands alone in a text about quarter {main}",
                &texts.body.source[place.clone()]
            );
            findings.warn_at(
                "stale-quarter",
                (&texts.body, place.clone()),
                message,
                "check whether last quarter's text was left here",
            );
        }
    }
}

/// `third quarter`, `third-quarter`, `Q3`, `3Q`.
fn quarters(prose: &Prose<'_>, language: &str) -> Vec<(u8, Range<usize>)> {
    let rows: Vec<_> = WORDS
        .iter()
        .filter(|(of, ..)| *of == language || *of == "en")
        .collect();
    let words = prose.words();
    let mut found = Vec::new();
    for (at, &(start, end)) in words.iter().enumerate() {
        let word = &prose.plain[start..end];
        if let [b'Q', digit @ b'1'..=b'4'] | [digit @ b'1'..=b'4', b'Q'] = word.as_bytes() {
            found.push((digit - b'0', start..end));
            continue;
        }
        let Some(&(next_start, next_end)) = words.get(at + 1) else {
            continue;
        };
        let next = prose.lower[next_start..next_end].trim_end_matches('s');
        for (_, ordinals, quarter) in &rows {
            if *quarter != next || word.len() > 20 {
                continue;
            }
            let lower = word.to_lowercase();
            let number = ordinals
                .iter()
                .position(|stems| stems.iter().any(|stem| lower.starts_with(stem)));
            if let Some(number) = number.and_then(|number| u8::try_from(number + 1).ok()) {
                found.push((number, start..next_end));
                break;
            }
        }
    }
    found
}
