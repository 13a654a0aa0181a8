//! The words of each language.

/// Words that look ahead, and words of which one stands in any statement about them, by language.
#[rustfmt::skip]
pub(super) const AHEAD: &[(&str, &[&str], &[&str])] = &[
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
#[rustfmt::skip]
pub(super) const TRANSLATION: &[(&str, &[&str])] = &[
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
#[rustfmt::skip]
pub(super) const ORIGINAL: &[(&str, &[&str])] = &[
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
