//! The two-letter codes of ISO 639-1, and what people write instead of them.

/// Sorted; with the withdrawn codes that BCP 47 keeps.
const ISO_639_1: &[&str] = &[
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bh",
    "bi", "bm", "bn", "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da",
    "de", "dv", "dz", "ee", "el", "en", "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr",
    "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he", "hi", "ho", "hr", "ht", "hu", "hy", "hz",
    "ia", "id", "ie", "ig", "ii", "ik", "in", "io", "is", "it", "iu", "iw", "ja", "ji", "jv", "jw",
    "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky", "la",
    "lb", "lg", "li", "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mo", "mr",
    "ms", "mt", "my", "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj",
    "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm", "rn", "ro", "ru", "rw", "sa", "sc",
    "sd", "se", "sg", "sh", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st", "su", "sv",
    "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug",
    "uk", "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu",
];

/// English and own names of languages, three-letter codes that have a short form, and countries taken for languages.
const MEANT: &[(&str, &str)] = &[
    ("arabic", "ar"),
    ("العربية", "ar"),
    ("ara", "ar"),
    ("chinese", "zh"),
    ("mandarin", "zh"),
    ("中文", "zh"),
    ("zho", "zh"),
    ("chi", "zh"),
    ("cn", "zh"),
    ("czech", "cs"),
    ("cz", "cs"),
    ("danish", "da"),
    ("dk", "da"),
    ("dutch", "nl"),
    ("nederlands", "nl"),
    ("english", "en"),
    ("eng", "en"),
    ("us", "en"),
    ("finnish", "fi"),
    ("french", "fr"),
    ("français", "fr"),
    ("francais", "fr"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("german", "de"),
    ("deutsch", "de"),
    ("deu", "de"),
    ("ger", "de"),
    ("greek", "el"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("hungarian", "hu"),
    ("indonesian", "id"),
    ("italian", "it"),
    ("italiano", "it"),
    ("ita", "it"),
    ("japanese", "ja"),
    ("日本語", "ja"),
    ("jpn", "ja"),
    ("jp", "ja"),
    ("korean", "ko"),
    ("한국어", "ko"),
    ("kor", "ko"),
    ("norwegian", "no"),
    ("persian", "fa"),
    ("farsi", "fa"),
    ("polish", "pl"),
    ("polski", "pl"),
    ("pol", "pl"),
    ("portuguese", "pt"),
    ("português", "pt"),
    ("portugues", "pt"),
    ("por", "pt"),
    ("romanian", "ro"),
    ("russian", "ru"),
    ("русский", "ru"),
    ("rus", "ru"),
    ("spanish", "es"),
    ("español", "es"),
    ("espanol", "es"),
    ("spa", "es"),
    ("swedish", "sv"),
    ("thai", "th"),
    ("turkish", "tr"),
    ("türkçe", "tr"),
    ("tur", "tr"),
    ("ukrainian", "uk"),
    ("ua", "uk"),
    ("vietnamese", "vi"),
];

/// Whether a code of two lowercase letters names a language.
pub(super) fn is_iso_639_1(code: &str) -> bool {
    ISO_639_1.binary_search(&code).is_ok()
}

/// The code that a text was probably meant as, if it is a usual slip.
pub(super) fn meant_by(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let (_, code) = MEANT.iter().find(|(slip, _)| *slip == lower)?;
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_mends_are_codes() {
        assert!(ISO_639_1.is_sorted());
        assert!(MEANT.iter().all(|(_, code)| is_iso_639_1(code)));
    }

    #[test]
    fn no_slip_is_a_language() {
        assert!(MEANT.iter().all(|(slip, _)| !is_iso_639_1(slip)));
    }
}
