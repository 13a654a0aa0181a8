//! Words of a text: their keys, and where they stand.

use release::subject::{Section, Words};
use release::text::{scan, words as keys_of};

/// A text's words stand in its order, each between characters; folding gives each a key, and a dictionary of four texts knows
/// where each stands. The texts are parted at the bytes 0 of the input.
pub fn words(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    are_in_order(&text);
    let mut parts = text.split('\0');
    let mut part = || parts.next().unwrap_or_default();
    stand_where_they_say(&Words::of([part(), part(), part(), part()]));
}

fn are_in_order(text: &str) {
    let (mut last, mut count) = ((0, 0), 0);
    scan(text, |key, from, to| {
        // What is one sign, or one sign with its marks, is the place of each word that it has part in: U+1F200 of `ほ` and
        // `か`. So places may overlap, but never go back.
        assert!(
            from < to && last.0 <= from && last.1 <= to,
            "`{key}` at {from}..{to} after {last:?}"
        );
        let written = text.get(from..to);
        assert!(
            written.is_some(),
            "`{key}` at {from}..{to} is not between characters"
        );
        assert!(!key.is_empty(), "{written:?} has no key");
        (last, count) = ((from, to), count + 1);
    });
    assert_eq!(keys_of(text).len(), count);
}

fn stand_where_they_say(words: &Words) {
    let mut standing = 0;
    for (key, positions) in words.iter() {
        assert!(!positions.is_empty(), "`{key}` stands nowhere");
        assert!(positions.is_sorted(), "`{key}`");
        assert_eq!(words.positions(key), positions, "`{key}`");
        for position in positions {
            let place = words.place(*position);
            let (section, range) = place.unwrap_or_else(|| panic!("`{key}` at {position}"));
            let written = words.text(section).get(range.clone());
            assert_eq!(
                written,
                Some(words.written(*position)),
                "`{key}` at {range:?}"
            );
            assert!(!words.written(*position).is_empty(), "`{key}`");
        }
        standing = standing.max(positions.len());
    }
    assert!(standing <= words.len());
    let ranges = words.ranges(release::filter::Part::Anywhere);
    let all: usize = ranges.map(|range| range.len()).sum();
    assert_eq!(all, words.len(), "positions without holes");
    assert!(
        Section::ALL
            .iter()
            .all(|section| words.text(*section).len() <= u32::MAX as usize)
    );
}
