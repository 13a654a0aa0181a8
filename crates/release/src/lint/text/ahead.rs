//! What the law wants said: that statements about the future are no facts, and which language of a text prevails.

mod words;

use super::{Findings, Prose, Texts};
use words::{AHEAD, ORIGINAL, TRANSLATION};

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    looks_ahead(texts, findings);
    let language = texts.language();
    let rows = TRANSLATION
        .iter()
        .filter(|(of, _)| *of == language || *of == "en");
    let mut phrases = rows.flat_map(|(_, phrases)| phrases.iter());
    let lower = texts.body.plain.to_lowercase();
    let says = phrases.find(|phrase| lower.contains(**phrase));
    if let Some(phrase) = says.filter(|_| !mentions_original(texts.body.source, language)) {
        let place = texts
            .body
            .plain
            .find(phrase)
            .map(|at| at..at + phrase.len());
        let place = place
            .or_else(|| {
                texts
                    .body
                    .lower
                    .find(phrase)
                    .map(|at| at..at + phrase.len())
            })
            .unwrap_or(0..texts.body.source.len().min(1));
        let message = "the text calls itself a translation and does not say that the original language prevails";
        findings.warn_at(
            "no-original",
            (&texts.body, snapped(&texts.body, place)),
            message,
            translation_mend(language),
        );
    }
}

/// A translation's last sentence.
pub(in crate::lint) fn translation_mend(language: &str) -> String {
    let sentence = match language {
        "de" => "Maßgeblich ist die Originalfassung.",
        "es" => "El texto original es el que prevalece.",
        "fr" => "Seule la version originale fait foi.",
        "pt" => "Prevalece o texto original.",
        "ja" => "原文が優先されます。",
        _ => "The original language prevails.",
    };
    format!("end it with a sentence such as \"{sentence}\"")
}

/// Whether a text says which language of it prevails, in its own language or in English.
pub(in crate::lint) fn mentions_original(text: &str, language: &str) -> bool {
    let lower = text.to_lowercase();
    let language = if language == "no" { "nb" } else { language };
    let rows = ORIGINAL
        .iter()
        .filter(|(of, _)| *of == language || *of == "en");
    rows.flat_map(|(_, parts)| parts.iter())
        .any(|part| lower.contains(part))
}

/// Lower case can be longer or shorter than what it is the lower case of.
fn snapped(prose: &Prose<'_>, place: std::ops::Range<usize>) -> std::ops::Range<usize> {
    match prose.source.get(place.clone()) {
        Some(_) => place,
        None => 0..0,
    }
}

fn looks_ahead(texts: &Texts<'_>, findings: &mut Findings) {
    if texts.release.tickers.is_empty() {
        return;
    }
    let Some((_, words, statements)) = AHEAD.iter().find(|(of, ..)| *of == texts.language()) else {
        return;
    };
    let is_said = |prose: &Prose<'_>| {
        let lower = prose.plain.to_lowercase();
        statements.iter().any(|statement| lower.contains(statement))
    };
    if is_said(&texts.body) || texts.boilerplates.iter().any(is_said) {
        return;
    }
    let found = texts.body.each_word().find(|(word, _)| {
        let lower = word.to_lowercase();
        words.contains(&lower.as_str())
    });
    if let Some((word, place)) = found {
        let message = format!(
            "a listed issuer looks ahead (`{word}`) without a statement about what may come otherwise"
        );
        let mend =
            "add the paragraph on forward-looking statements, and what may make results differ";
        findings.warn_at(
            "no-safe-harbour",
            (&texts.body, place.clone()),
            message,
            mend,
        );
    }
}
