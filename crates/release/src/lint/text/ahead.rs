//! What the law wants said: that statements about the future are no facts, and which language of a text prevails.

use super::{Findings, Prose, Texts};

/// Words that look ahead, and words of which one stands in any statement about them, by language.
const AHEAD: &[(&str, &[&str], &[&str])] = &[
    (
        "en",
        &[
            "expects",
            "expect",
            "anticipates",
            "anticipate",
            "will",
            "intends",
            "forecasts",
            "outlook",
            "guidance",
            "projects",
        ],
        &[
            "forward-looking",
            "forward looking",
            "safe harbor",
            "safe harbour",
            "differ materially",
            "may differ",
            "current expectations",
        ],
    ),
    (
        "de",
        &[
            "erwartet",
            "erwarten",
            "prognose",
            "ausblick",
            "voraussichtlich",
            "rechnet",
        ],
        &[
            "zukunftsgerichtet",
            "zukunftsbezogen",
            "vorausschauend",
            "abweichen",
        ],
    ),
    (
        "es",
        &["espera", "prevé", "anticipa", "perspectivas", "previsiones"],
        &[
            "a futuro",
            "prospectiv",
            "proyecciones futuras",
            "diferir",
            "previsiones y estimaciones",
        ],
    ),
    (
        "fr",
        &[
            "prévoit",
            "attend",
            "anticipe",
            "perspectives",
            "prévisions",
        ],
        &[
            "déclarations prospectives",
            "prospectif",
            "prévisionnel",
            "différer",
        ],
    ),
    (
        "pt",
        &["espera", "prevê", "antecipa", "perspectivas", "projeções"],
        &[
            "prospectiv",
            "declarações futuras",
            "diferir",
            "expectativas atuais",
        ],
    ),
    (
        "it",
        &["prevede", "attende", "previsioni"],
        &["previsionali", "prospettic", "differire"],
    ),
    (
        "nl",
        &["verwacht", "voorziet", "vooruitzichten"],
        &["toekomstgerichte", "vooruitziende", "afwijken"],
    ),
];

/// How a text calls itself a translation, by language.
const TRANSLATION: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "this translation",
            "this is a translation",
            "convenience translation",
            "unofficial translation",
            "translated from the",
        ],
    ),
    (
        "de",
        &[
            "diese übersetzung",
            "unverbindliche übersetzung",
            "übersetzung aus dem",
        ],
    ),
    (
        "es",
        &["esta traducción", "la presente traducción", "traducido del"],
    ),
    (
        "fr",
        &[
            "cette traduction",
            "la présente traduction",
            "traduit de",
            "traduction libre",
        ],
    ),
    (
        "it",
        &[
            "questa traduzione",
            "la presente traduzione",
            "traduzione di cortesia",
        ],
    ),
    ("nl", &["deze vertaling", "vertaald uit"]),
    ("pl", &["niniejsze tłumaczenie", "to tłumaczenie"]),
    ("pt", &["esta tradução", "a presente tradução"]),
    (
        "ru",
        &["этот перевод", "настоящий перевод", "данный перевод"],
    ),
    ("ja", &["本翻訳", "この翻訳", "参考訳", "参考和訳"]),
    ("ko", &["이 번역", "본 번역", "번역본"]),
    ("zh", &["本翻译", "此翻译", "中文译本"]),
];

/// How a text says which language prevails: parts of words, of which one is enough.
const ORIGINAL: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "prevail",
            "original language",
            "shall govern",
            "official version",
            "authoritative",
            "only the original",
            "legally binding",
        ],
    ),
    ("ar", &["النص الأصلي", "اللغة الأصلية", "الأصلية", "المعتمد"]),
    ("cs", &["původní", "originál", "rozhodující"]),
    ("da", &["originalsprog", "originale", "gældende"]),
    (
        "de",
        &[
            "maßgeblich",
            "originalfassung",
            "originaltext",
            "originalsprache",
            "verbindlich ist",
        ],
    ),
    (
        "es",
        &[
            "prevalece",
            "versión original",
            "texto original",
            "idioma original",
        ],
    ),
    ("fi", &["alkuperäi"]),
    (
        "fr",
        &[
            "fait foi",
            "font foi",
            "version originale",
            "texte original",
            "langue d’origine",
            "langue d'origine",
            "prévaut",
        ],
    ),
    (
        "id",
        &[
            "bahasa asli",
            "naskah asli",
            "versi asli",
            "bahasa sumber",
            "berlaku",
        ],
    ),
    (
        "it",
        &[
            "fa fede",
            "testo originale",
            "versione originale",
            "lingua originale",
            "prevale",
        ],
    ),
    ("ja", &["原文", "原語", "正文", "優先"]),
    ("ko", &["원문", "원어", "우선"]),
    ("nb", &["originalspråk", "originaltekst", "gjeldende"]),
    (
        "nl",
        &[
            "oorspronkelijke",
            "originele",
            "prevaleert",
            "leidend",
            "bindend",
        ],
    ),
    ("pl", &["oryginał", "oryginaln", "rozstrzygając", "wiążąc"]),
    (
        "pt",
        &[
            "prevalece",
            "versão original",
            "texto original",
            "língua original",
            "idioma original",
        ],
    ),
    ("ru", &["оригинал", "исходн", "преимущественную"]),
    ("sk", &["pôvodn", "originál", "rozhodujúc"]),
    (
        "sv",
        &["originalspråk", "originaltext", "ursprungliga", "företräde"],
    ),
    ("tr", &["orijinal", "asıl metin", "özgün", "esas alın"]),
    ("uk", &["оригінал", "переважну"]),
    (
        "vi",
        &["bản gốc", "nguyên bản", "ngôn ngữ gốc", "nguyên gốc"],
    ),
    ("zh", &["原文", "为准", "為準"]),
];

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
