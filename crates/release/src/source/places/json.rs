//! Values in JSON text that the parser has found well-formed.

use super::{Entry, Form, Origin, Places, step};
use crate::finding::Span;

/// Deeper than any submission; deeper ones are placed by what encloses them.
const MAX_DEPTH: usize = 16;

/// Places every value of the text from `at` on.
pub(super) fn scan(places: &mut Places<'_>, at: usize) {
    let mut scanner = Scanner {
        source: places.source,
        at,
        found: Vec::new(),
    };
    scanner.value(&mut String::new(), None, 0);
    places.entries.extend(scanner.found);
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    found: Vec<(String, Entry)>,
}

impl Scanner<'_> {
    fn value(&mut self, pointer: &mut String, key: Option<Span>, depth: usize) -> Option<()> {
        self.skip_space();
        let start = self.at;
        let form = match self.peek()? {
            b'"' => {
                self.string()?;
                Form::Json
            }
            open @ (b'{' | b'[') if depth < MAX_DEPTH => {
                self.inside(open, pointer, depth)?;
                Form::Other
            }
            b'{' | b'[' => return None,
            _ => {
                let rest = &self.source[self.at..];
                let is_end = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | '}' | ']');
                self.at += rest.find(is_end).unwrap_or(rest.len());
                Form::Other
            }
        };
        let value = Span::from(start..self.at);
        self.found
            .push((pointer.clone(), Entry { key, value, form }));
        Some(())
    }

    /// The entries of an object or a list, brackets included.
    fn inside(&mut self, open: u8, pointer: &mut String, depth: usize) -> Option<()> {
        let is_object = open == b'{';
        let close = if is_object { b'}' } else { b']' };
        self.at += 1;
        for number in 0.. {
            self.skip_space();
            match self.peek()? {
                byte if byte == close => break,
                b',' => self.at += 1,
                _ => {}
            }
            self.skip_space();
            let length = pointer.len();
            let mut key = None;
            if is_object {
                let start = self.at;
                self.string()?;
                key = Some(Span::from(start..self.at));
                let name: String = serde_json::from_str(&self.source[start..self.at]).ok()?;
                *pointer = step(pointer, &name);
                self.skip_space();
                // The colon.
                self.at += 1;
            } else {
                *pointer = step(pointer, &number.to_string());
            }
            self.value(pointer, key, depth + 1)?;
            pointer.truncate(length);
        }
        self.at += 1;
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }
}

/// The characters of a string, escapes read, with where they stand.
pub(super) fn origins(quoted: &str, base: usize) -> Vec<Origin> {
    let mut origins = Vec::with_capacity(quoted.len());
    let mut at = 1;
    while at + 1 < quoted.len() {
        let rest = &quoted[at..];
        let length = escape_length(rest);
        let c = match length {
            0 => rest.chars().next(),
            _ => serde_json::from_str::<String>(&format!("\"{}\"", &rest[..length]))
                .ok()
                .and_then(|text| text.chars().next()),
        };
        let Some(c) = c else { break };
        let length = if length == 0 { c.len_utf8() } else { length };
        origins.push((c, base + at..base + at + length));
        at += length;
    }
    origins
}

/// The length of the escape that a text begins with: 2, 6, or 12 for a pair of surrogates; 0 if it begins with none.
fn escape_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_high = |hex: &[u8]| {
        matches!(
            hex,
            [b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', ..]
        )
    };
    match bytes {
        [b'\\', b'u', hex @ ..] if is_high(hex) => 12.min(bytes.len()),
        [b'\\', b'u', ..] => 6.min(bytes.len()),
        [b'\\', ..] => 2.min(bytes.len()),
        _ => 0,
    }
}
