//! What is dropped, and what is written in more than one way, script by script.

/// How much of a spelling is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// What dictionaries are looked up by.
    Key,
    /// With the accents and strokes of Latin letters, and with `ı`.
    Accented,
}

/// Marks over and under the letters of Latin, Greek and Cyrillic.
pub(super) fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Soft hyphen, zero-width spaces and joiners, direction marks, variation selectors.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '\u{2019}' | '\u{2018}' | '\u{201b}' | '\u{2bc}' | '\u{ff07}'
    )
}

/// Signs that stand at the end of names without belonging to them, and that would become letters (`™` is `TM`).
pub(super) fn is_trade_sign(c: char) -> bool {
    matches!(c, '™' | '℠' | '℗' | '©' | '®')
}

/// Whether a letter takes accents that somebody may leave out, and that tell words apart when typed.
pub(super) fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '\u{aa}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}')
}

/// Points of Hebrew, short vowels of Arabic, and the stroke that only stretches Arabic words.
pub(super) fn is_dropped(c: char) -> bool {
    matches!(
        c,
        '\u{591}'..='\u{5bd}'
            | '\u{5bf}'
            | '\u{5c1}'..='\u{5c2}'
            | '\u{5c4}'..='\u{5c5}'
            | '\u{5c7}'
            | '\u{610}'..='\u{61a}'
            | '\u{640}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}'
            | '\u{6e7}'..='\u{6e8}'
            | '\u{6ea}'..='\u{6ed}'
    )
}

/// Letters that consist of a letter and a mark for Unicode, and are letters of their own for those who write them.
pub(super) fn is_own_letter(c: char) -> bool {
    matches!(
        c,
        'й' | 'ї'
            | 'ў'
            | 'ѓ'
            | 'ќ'
            | 'ӂ'
            | 'ӝ'
            | 'ӟ'
            | 'ӣ'
            | 'ӥ'
            | 'ӧ'
            | 'ӯ'
            | 'ӱ'
            | 'ӳ'
            | 'ӵ'
            | 'ӑ'
            | 'ӓ'
            | 'ӗ'
            | 'ӹ'
            | 'ӭ'
            | 'ӫ'
    )
}

/// Other ways to write a folded letter, on both levels.
pub(super) fn written_alike(c: char) -> Option<&'static str> {
    Some(match c {
        'ё' => "е",
        'æ' => "ae",
        'œ' => "oe",
        'آ' | 'أ' | 'إ' | 'ٱ' => "ا",
        'ى' | 'ی' => "ي",
        'ة' => "ه",
        'ک' => "ك",
        _ => return None,
    })
}

/// The letter that a letter with a stroke, or without its dot, is in keys.
pub(super) fn without_stroke(c: char) -> char {
    match c {
        'ł' => 'l',
        'ø' => 'o',
        'đ' => 'd',
        'ħ' => 'h',
        'ŧ' => 't',
        'ı' => 'i',
        'ƀ' => 'b',
        'ɨ' => 'i',
        'ɉ' => 'j',
        'ǥ' => 'g',
        'ƶ' => 'z',
        'ɇ' => 'e',
        other => other,
    }
}
