//! The tone of an advertisement, and words repeated for search engines.

use super::{Findings, Prose, Texts};
use std::collections::HashMap;

/// Phrases that praise instead of telling, in lower case.
const PRAISE: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "world-leading",
            "world leading",
            "world-class",
            "industry-leading",
            "market-leading",
            "best-in-class",
            "best in class",
            "game-changing",
            "game changer",
            "game-changer",
            "groundbreaking",
            "ground-breaking",
            "cutting-edge",
            "state-of-the-art",
            "revolutionary",
            "revolutionize",
            "one-of-a-kind",
            "must-have",
            "unparalleled",
            "unrivaled",
            "unbeatable",
            "second to none",
            "next-level",
            "mind-blowing",
            "jaw-dropping",
            "amazing",
            "incredible",
            "act now",
            "buy now",
            "order now",
            "click here",
            "don't miss",
            "don’t miss",
            "limited time only",
            "money-back",
            "risk-free",
            "100% guaranteed",
        ],
    ),
    (
        "de",
        &[
            "weltweit führend",
            "weltklasse",
            "revolutionär",
            "einzigartig",
            "bahnbrechend",
            "marktführend",
            "jetzt kaufen",
            "nur für kurze zeit",
        ],
    ),
    (
        "es",
        &[
            "líder mundial",
            "revolucionario",
            "revolucionaria",
            "único en su clase",
            "sin precedentes",
            "compre ahora",
            "haga clic aquí",
        ],
    ),
    (
        "fr",
        &[
            "leader mondial",
            "révolutionnaire",
            "sans précédent",
            "unique en son genre",
            "cliquez ici",
            "ne manquez pas",
        ],
    ),
    (
        "pt",
        &[
            "líder mundial",
            "revolucionário",
            "revolucionária",
            "sem precedentes",
            "clique aqui",
            "não perca",
        ],
    ),
    (
        "it",
        &[
            "leader mondiale",
            "rivoluzionario",
            "rivoluzionaria",
            "senza precedenti",
            "clicca qui",
        ],
    ),
    (
        "nl",
        &[
            "wereldwijd toonaangevend",
            "baanbrekend",
            "revolutionair",
            "klik hier",
        ],
    ),
];

pub(super) fn check(texts: &Texts<'_>, findings: &mut Findings) {
    for prose in [
        Some(&texts.headline),
        texts.subheadline.as_ref(),
        texts.summary.as_ref(),
        Some(&texts.body),
    ]
    .into_iter()
    .flatten()
    {
        praise(prose, texts.language(), findings);
    }
    exclamations(&texts.headline, 0, findings);
    exclamations(&texts.body, 3, findings);
    stuffing(&texts.body, findings);
}

fn praise(prose: &Prose<'_>, language: &str, findings: &mut Findings) {
    let rows = PRAISE.iter().filter(|(of, _)| *of == language);
    for phrase in rows.flat_map(|(_, phrases)| phrases.iter()) {
        let Some(place) = prose.phrase(phrase) else {
            continue;
        };
        // What somebody says is theirs to say.
        if is_quoted(&prose.plain, place.start) {
            continue;
        }
        let message = format!(
            "`{}` advertises rather than reports",
            &prose.source[place.clone()]
        );
        findings.warn_at(
            "advertising",
            (prose, place),
            message,
            "say what it does or measures, or leave it to a quotation",
        );
    }
}

/// An opening quotation mark stands nearer before a place than a closing one, in the same paragraph.
fn is_quoted(text: &str, at: usize) -> bool {
    let before = &text[..at];
    let paragraph = before.rsplit("\n\n").next().unwrap_or(before);
    let straight = paragraph.matches('"').count() % 2 == 1;
    let opened = paragraph.rfind(['“', '„', '«']);
    let closed = paragraph.rfind(['”', '»']);
    straight || opened > closed
}

fn exclamations(prose: &Prose<'_>, allowed: usize, findings: &mut Findings) {
    let mut marks = prose.plain.match_indices(['!', '！']).filter(|(at, mark)| {
        // `![alt](url)` is a picture.
        !prose.plain[at + mark.len()..].starts_with('[') && !is_quoted(&prose.plain, *at)
    });
    if let Some((at, mark)) = marks.nth(allowed) {
        let message = if allowed == 0 {
            "an exclamation mark in the headline"
        } else {
            "more than three exclamation marks"
        };
        findings.warn_at(
            "advertising",
            (prose, at..at + mark.len()),
            message,
            "let the news speak",
        );
    }
}

/// A word is stuffed from so often, and so large a share of all words, on.
const LEAST: usize = 15;
const SHARE: f64 = 0.06;

fn stuffing(body: &Prose<'_>, findings: &mut Findings) {
    let words = body.words();
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, &(start, end)) in words.iter().enumerate() {
        let word = &body.lower[start..end];
        if word.len() >= 4
            && !word.starts_with(|c: char| c.is_ascii_digit())
            && !COMMON.contains(&word)
        {
            counts.entry(word).or_insert((0, at)).0 += 1;
        }
    }
    let most = counts
        .iter()
        .max_by_key(|(_, (count, at))| (*count, usize::MAX - at));
    let Some((word, (count, at))) = most else {
        return;
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of words are far below 2^52"
    )]
    let share = *count as f64 / words.len() as f64;
    if *count >= LEAST && share > SHARE {
        let (start, end) = words[*at];
        let message = format!("`{word}` is {count} of {} words", words.len());
        findings.warn_at(
            "keyword-stuffing",
            (body, start..end),
            message,
            "write for readers: say it once and then say more",
        );
    }
}

/// Words of four letters and more that any long text repeats.
const COMMON: &[&str] = &[
    "that", "this", "with", "from", "have", "will", "their", "they", "were", "been", "para",
    "como", "dans", "pour", "avec", "einer", "eine", "oder", "über", "dass", "nicht", "dengan",
    "yang", "untuk", "dari",
];
