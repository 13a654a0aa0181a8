//! A text with its markup blanked out, so that checks see words and still know where they stand.

use crate::text::word_places;
use memchr::memmem;
use std::cell::OnceCell;
use std::ops::Range;

/// One text of a release.
pub(in crate::lint) struct Prose<'a> {
    /// The field it stands in.
    pub(in crate::lint) pointer: String,
    /// As submitted.
    pub(in crate::lint) source: &'a str,
    /// As long as the source, with spaces for tags, entities and addresses.
    pub(in crate::lint) plain: String,
    /// The plain text in ASCII lower case.
    pub(in crate::lint) lower: String,
    words: OnceCell<Vec<(usize, usize)>>,
}

impl<'a> Prose<'a> {
    /// Text without markup.
    pub(in crate::lint) fn plain(pointer: &str, source: &'a str) -> Prose<'a> {
        Prose::new(pointer, source, source.to_owned())
    }

    /// HTML, whose tags, comments and entities become spaces.
    pub(in crate::lint) fn html(pointer: &str, source: &'a str) -> Prose<'a> {
        Prose::new(pointer, source, blank(source, markup_end))
    }

    /// Markdown, which may hold HTML; what links lead to becomes spaces too.
    pub(in crate::lint) fn markdown(pointer: &str, source: &'a str) -> Prose<'a> {
        let end = |text: &str, at: usize| markup_end(text, at).or_else(|| target_end(text, at));
        Prose::new(pointer, source, blank(source, end))
    }

    fn new(pointer: &str, source: &'a str, plain: String) -> Prose<'a> {
        let plain = blank(&plain, address_end);
        Prose {
            pointer: pointer.to_owned(),
            source,
            lower: plain.to_ascii_lowercase(),
            plain,
            words: OnceCell::new(),
        }
    }

    /// Where the words stand.
    pub(in crate::lint) fn words(&self) -> &[(usize, usize)] {
        self.words.get_or_init(|| word_places(&self.plain))
    }

    /// Each word with its place.
    pub(in crate::lint) fn each_word(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.words()
            .iter()
            .map(|&(start, end)| (&self.plain[start..end], start..end))
    }

    /// Where a phrase in ASCII lower case stands as words of its own.
    pub(in crate::lint) fn phrase(&self, phrase: &str) -> Option<Range<usize>> {
        let found = memmem::find_iter(self.lower.as_bytes(), phrase);
        let mut places = found.map(|at| at..at + phrase.len());
        places.find(|place| {
            let before = self.lower[..place.start].chars().next_back();
            let after = self.lower[place.end..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    }

    /// Each paragraph with its place: lines that are not blank, together.
    pub(in crate::lint) fn paragraphs(&self) -> Vec<Range<usize>> {
        let mut paragraphs: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        let mut is_open = false;
        for line in self.plain.split_inclusive('\n') {
            let text = line.trim();
            if text.is_empty() {
                // HTML writes one paragraph a tag, with or without a line of its own.
                is_open = false;
            } else {
                let start = at + (line.len() - line.trim_start().len());
                let end = start + text.len();
                match paragraphs.last_mut() {
                    Some(last) if is_open => last.end = end,
                    _ => paragraphs.push(start..end),
                }
                is_open = true;
            }
            at += line.len();
        }
        paragraphs
    }
}

/// The text with everything that `end_of` recognises at its first byte written as spaces, line ends kept.
fn blank(text: &str, end_of: impl Fn(&str, usize) -> Option<usize>) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut kept = 0;
    let mut at = 0;
    let starts = |byte: u8| matches!(byte, b'<' | b'&' | b']' | b'h' | b'H' | b'@');
    while let Some(next) = text.as_bytes()[at..].iter().position(|&byte| starts(byte)) {
        at += next;
        match end_of(text, at) {
            Some(end) => {
                let start = if text.as_bytes()[at] == b'@' {
                    local_part(text, at)
                } else {
                    at
                };
                let start = start.max(kept);
                plain.push_str(&text[kept..start]);
                plain.extend(
                    text[start..end]
                        .bytes()
                        .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
                );
                kept = end;
                at = end;
            }
            None => at += 1,
        }
    }
    plain.push_str(&text[kept..]);
    plain
}

/// A tag, a comment or an entity; of a script or a style also the content.
fn markup_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let bytes = rest.as_bytes();
    match (bytes[0], bytes.get(1)?) {
        (b'<', b'!') if rest.starts_with("<!--") => {
            Some(at + rest.find("-->").map_or(rest.len(), |end| end + 3))
        }
        (b'<', byte) if byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?') => {
            let end = rest.find('>')? + 1;
            let lower = rest[..end].to_ascii_lowercase();
            for name in ["script", "style", "xml"] {
                if lower[1..].starts_with(name) {
                    let close = format!("</{name}");
                    let content = rest[end..].find(&close).unwrap_or(0);
                    return Some(at + end + content);
                }
            }
            Some(at + end)
        }
        (b'&', byte) if byte.is_ascii_alphanumeric() || *byte == b'#' => {
            let end = bytes.iter().take(12).position(|&byte| byte == b';')?;
            Some(at + end + 1)
        }
        _ => None,
    }
}

/// What a Markdown link leads to: `](…)`.
fn target_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let inside = rest.strip_prefix("](")?;
    let end = inside.find([')', '\n'])?;
    (inside.as_bytes()[end] == b')').then_some(at + 2 + end + 1)
}

/// A URL or a mail address.
fn address_end(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let is_end = |c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '"' | '「' | '」' | '（' | '）' | '、' | '。')
    };
    if let Some(domain) = rest.strip_prefix('@') {
        let end = domain.find(|c: char| is_end(c) || matches!(c, ',' | ';' | ')'))?;
        return (local_part(text, at) < at && end > 2).then_some(at + 1 + end);
    }
    let scheme = rest.get(..8)?.to_ascii_lowercase();
    if !scheme.starts_with("http://") && !scheme.starts_with("https://") {
        return None;
    }
    let end = rest.find(is_end).unwrap_or(rest.len());
    Some(at + rest[..end].trim_end_matches(['.', ',', ';', ')']).len())
}

/// Where the part before an at sign begins.
fn local_part(text: &str, at: usize) -> usize {
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte);
    let length = text.as_bytes()[..at]
        .iter()
        .rev()
        .take_while(|&&byte| is_local(byte))
        .count();
    at - length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_blanked_byte_for_byte() {
        fn check(prose: Prose<'_>, expect: &str) {
            let Prose { plain, source, .. } = prose;
            assert_eq!(plain.len(), source.len());
            let words: Vec<&str> = plain.split_whitespace().collect();
            assert_eq!(words.join(" "), expect, "{source}");
        }

        check(
            Prose::html("", "<p class=\"A > b\">É&nbsp;x</p><!-- no -->y"),
            "b\">É x y",
        );
        check(
            Prose::html("", "<style>p{}</style>t<script>a<b</script>u <"),
            "t u <",
        );
        check(
            Prose::markdown("", "See [the é](https://a.example/(b)) a < b **x**"),
            "See [the é ) a < b **x**",
        );
        check(
            Prose::plain("", "At https://a.example/TBD. Or ana.ruiz@a.example, é"),
            "At . Or , é",
        );
        check(Prose::plain("", "@home x@"), "@home x@");
    }
}
