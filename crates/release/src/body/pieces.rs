//! Our own HTML, taken apart: what the sanitiser wrote, so tags are whole, quotes are straight, and text is escaped.

/// A stretch of HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `<p>`, `</p>`, `<a href="…">`.
    Tag(&'a str),
    /// White space, also as `&nbsp;`.
    Space(&'a str),
    /// Characters between tags and white space; where a line may break before every character, one character.
    Word(&'a str),
}

/// The pieces of a document, which together are all of it.
pub(super) fn pieces(html: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let piece = first(rest)?;
        let (Piece::Tag(text) | Piece::Space(text) | Piece::Word(text)) = piece;
        rest = &rest[text.len()..];
        Some(piece)
    })
}

/// The characters of a word: as they are shown, and as they are written.
pub(super) fn characters(word: &str) -> impl Iterator<Item = (char, &str)> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let (shown, written) = character(rest)?;
        rest = &rest[written.len()..];
        Some((shown, written))
    })
}

fn first(html: &str) -> Option<Piece<'_>> {
    if html.starts_with('<') {
        return Some(Piece::Tag(&html[..tag_bytes(html)]));
    }
    let is_space = character(html)?.0.is_whitespace();
    let mut bytes = 0;
    while let Some((shown, written)) = character(&html[bytes..]) {
        let parts = bytes > 0 && stands_alone(shown);
        if written == "<" || shown.is_whitespace() != is_space || parts {
            break;
        }
        bytes += written.len();
        if stands_alone(shown) {
            break;
        }
    }
    match is_space {
        true => Some(Piece::Space(&html[..bytes])),
        false => Some(Piece::Word(&html[..bytes])),
    }
}

/// The serializer of the sanitiser escapes these, and nothing else.
fn character(html: &str) -> Option<(char, &str)> {
    const ESCAPED: [(&str, char); 5] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&nbsp;", '\u{a0}'),
    ];
    let first = html.chars().next()?;
    let escaped = ESCAPED
        .iter()
        .find(|(written, _)| html.starts_with(written));
    Some(match escaped {
        Some((written, shown)) if first == '&' => (*shown, &html[..written.len()]),
        _ => (first, &html[..first.len_utf8()]),
    })
}

/// Up to the first `>` that stands in no quoted value.
fn tag_bytes(html: &str) -> usize {
    let mut quoted = false;
    let end = html.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.map_or(html.len(), |end| end + 1)
}

/// Chinese and Japanese are written without spaces.
fn stands_alone(c: char) -> bool {
    c >= '\u{2e80}' && !matches!(c, '\u{ac00}'..='\u{d7af}')
}

#[cfg(test)]
mod tests {
    use super::Piece::{Space, Tag, Word};
    use super::*;

    #[test]
    fn html_is_taken_apart_without_loss() {
        let html = "<p title=\"a > b\">A&amp;B\u{a0}&nbsp;c<br>東京 é&lt;</p>\n";

        let pieces: Vec<_> = pieces(html).collect();

        let expect = [
            Tag("<p title=\"a > b\">"),
            Word("A&amp;B"),
            Space("\u{a0}&nbsp;"),
            Word("c"),
            Tag("<br>"),
            Word("東"),
            Word("京"),
            Space(" "),
            Word("é&lt;"),
            Tag("</p>"),
            Space("\n"),
        ];
        assert_eq!(pieces, expect);
        let shown: String = characters("A&amp;B").map(|(shown, _)| shown).collect();
        assert_eq!(shown, "A&B");
    }
}
