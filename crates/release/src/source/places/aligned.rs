//! The text of a YAML scalar beside its source: which character comes from where.
//!
//! The parser says only where a scalar begins and ends. Folding and indentation change white space alone, so the other
//! characters of both are the same in the same order, and are walked side by side. Where they part company there is no
//! answer, and the whole scalar is pointed at.

use super::Origin;
use super::yaml::Style;

/// Walks `text` along `slice`, which stands at `base` in the source.
pub(super) fn origins(text: &str, slice: &str, base: usize, style: Style) -> Option<Vec<Origin>> {
    let mut at = start(slice, style);
    let mut found = Vec::with_capacity(text.len());
    for c in text.chars() {
        let rest = slice.get(at..)?;
        let space = leading_space(rest, style);
        let written = &rest[space..];
        let escape = (style == Style::Double)
            .then(|| escape_length(written))
            .flatten();
        if is_space(c) && (escape.is_none() || space > 0) {
            // A fold may leave less white space than there was, or none: it begins where the text before it ends.
            let length = usize::from(rest.starts_with(c));
            found.push((c, base + at..base + at + length));
            at += length;
            continue;
        }
        let length = match (style, escape) {
            (_, Some(length)) => length,
            (Style::Single, _) if written.starts_with("''") && c == '\'' => 2,
            _ if written.starts_with(c) => c.len_utf8(),
            _ => return None,
        };
        let start = base + at + space;
        found.push((c, start..start + length));
        at += space + length;
    }
    Some(found)
}

/// Where the text begins: behind the quote, or behind the head of a block.
fn start(slice: &str, style: Style) -> usize {
    match style {
        Style::Plain => 0,
        Style::Single | Style::Double => 1,
        Style::Block if slice.starts_with(['|', '>']) => {
            slice.find('\n').map_or(slice.len(), |at| at + 1)
        }
        Style::Block => 0,
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// White space, and in double quotes also the backslash that joins two lines.
fn leading_space(text: &str, style: Style) -> usize {
    let mut rest = text.trim_start_matches(is_space);
    while style == Style::Double && (rest.starts_with("\\\n") || rest.starts_with("\\\r\n")) {
        rest = rest[1..].trim_start_matches(is_space);
    }
    text.len() - rest.len()
}

/// The length of the escape that a text begins with.
fn escape_length(text: &str) -> Option<usize> {
    let escaped = text.strip_prefix('\\')?.chars().next()?;
    let length = match escaped {
        'x' => 4,
        'u' => 6,
        'U' => 10,
        c => 1 + c.len_utf8(),
    };
    Some(length.min(text.len()))
}
