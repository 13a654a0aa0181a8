//! Where in a submission, as it was sent, each of its values stands: what turns a finding's JSON pointer into bytes.
//!
//! Made only when there is something to point at; values that cannot be placed exactly fall back to what encloses them.

mod aligned;
mod json;
#[cfg(test)]
mod tests;
mod yaml;

use super::{front_matter, split_at_fence};
use crate::finding::{Finding, Span};
use std::collections::HashMap;
use std::ops::Range;

/// The places of all values of one submission.
#[derive(Debug)]
pub struct Places<'a> {
    source: &'a str,
    entries: HashMap<String, Entry>,
}

/// One value in the source.
#[derive(Debug)]
struct Entry {
    key: Option<Span>,
    value: Span,
    form: Form,
}

/// How a value is written.
#[derive(Debug)]
enum Form {
    /// A JSON string with its quotes.
    Json,
    /// A YAML scalar that reads so, and whether its lines are kept.
    Yaml(String, yaml::Style),
    /// As it is: the body behind front matter.
    Verbatim,
    /// Objects, lists, numbers.
    Other,
}

/// A character of a value's text, and where it comes from in the source.
type Origin = (char, Range<usize>);

impl<'a> Places<'a> {
    /// The places of a submission that [`super::parse`] has read; none of one that it refuses.
    pub fn of(bytes: &'a [u8]) -> Places<'a> {
        let mut places = Places {
            source: std::str::from_utf8(bytes).unwrap_or_default(),
            entries: HashMap::new(),
        };
        let text = places.source.trim_start_matches('\u{feff}');
        let at = places.source.len() - text.len();
        match text.trim_start().chars().next() {
            Some('{' | '[' | '"') => json::scan(&mut places, at),
            _ => places.scan_markdown(text, at),
        }
        places
    }

    /// Places all findings about a submission; does nothing when there are none.
    pub fn fill(bytes: &[u8], findings: &mut [Finding]) {
        Places::fill_under(bytes, "", findings);
    }

    /// As [`Self::fill`], for findings about an object that stands at `prefix` (a JSON pointer) in the source.
    pub fn fill_under(bytes: &[u8], prefix: &str, findings: &mut [Finding]) {
        if findings.is_empty() {
            return;
        }
        let places = Places::of(bytes);
        for finding in findings {
            let pointer = format!("{prefix}{}", finding.pointer);
            finding.span = match (finding.code.as_str(), finding.within) {
                ("unknown-field", _) => places.key(&pointer),
                (_, Some(within)) => places.inside(&pointer, within),
                (_, None) => places.span(&pointer),
            };
        }
    }

    /// The value at a pointer; where there is none, what encloses it, but never the whole submission.
    pub fn span(&self, pointer: &str) -> Option<Span> {
        let entry = self.nearest(pointer)?;
        Some(entry.value)
    }

    /// The name of the field at a pointer.
    pub fn key(&self, pointer: &str) -> Option<Span> {
        let entry = self.nearest(pointer)?;
        Some(entry.key.unwrap_or(entry.value))
    }

    /// A stretch of the text at a pointer, counted in the text as a release holds it: trimmed, with `\n` for line ends.
    pub(crate) fn inside(&self, pointer: &str, within: Span) -> Option<Span> {
        let Some(entry) = self.entries.get(pointer) else {
            return self.span(pointer);
        };
        let origins = tidy(self.origins(entry));
        let mut at = 0;
        let mut found: Option<Span> = None;
        for (c, range) in origins {
            if at >= within.start && at < within.end.max(within.start + 1) {
                let start = found.map_or(range.start, |span| span.start);
                let end = range.end;
                found = Some(Span { start, end });
            }
            at += c.len_utf8();
        }
        Some(found.unwrap_or(entry.value))
    }

    fn nearest(&self, pointer: &str) -> Option<&Entry> {
        let mut pointer = pointer;
        while !pointer.is_empty() {
            if let Some(entry) = self.entries.get(pointer) {
                return Some(entry);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
        None
    }

    /// Nothing where the text cannot be followed character by character.
    fn origins(&self, entry: &Entry) -> Vec<Origin> {
        let Span { start, end } = entry.value;
        let slice = &self.source[start..end];
        match &entry.form {
            Form::Json => json::origins(slice, start),
            Form::Yaml(text, style) => {
                aligned::origins(text, slice, start, *style).unwrap_or_default()
            }
            Form::Verbatim => slice
                .char_indices()
                .map(|(at, c)| (c, start + at..start + at + c.len_utf8()))
                .collect(),
            Form::Other => Vec::new(),
        }
    }

    fn scan_markdown(&mut self, text: &str, at: usize) {
        let Some(rest) = front_matter(text) else {
            return;
        };
        let Some((yaml, body)) = split_at_fence(rest) else {
            return;
        };
        let yaml_at = at + text.len() - rest.len();
        yaml::scan(self, yaml, yaml_at);
        let body_at = at + text.len() - body.len();
        let (lead, body) = (body.len() - body.trim_start().len(), body.trim());
        if !body.is_empty() {
            let start = body_at + lead;
            let entry = Entry {
                key: None,
                value: Span::from(start..start + body.len()),
                form: Form::Verbatim,
            };
            self.entries.insert("/body".to_owned(), entry);
        }
    }

    fn add(&mut self, pointer: &str, key: Option<Span>, value: Span, form: Form) {
        let is_sound = |span: Span| self.source.get(span.start..span.end).is_some();
        if is_sound(value) && key.is_none_or(is_sound) {
            let entry = Entry { key, value, form };
            self.entries.insert(pointer.to_owned(), entry);
        }
    }
}

/// A pointer one step further.
fn step(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// As lint takes text from a field: line ends are `\n`, and white space around it is gone.
fn tidy(origins: Vec<Origin>) -> Vec<Origin> {
    let mut tidy: Vec<Origin> = Vec::with_capacity(origins.len());
    let mut after_return = false;
    for (c, range) in origins {
        match (c, tidy.last_mut()) {
            ('\n', Some(last)) if after_return => last.1.end = range.end,
            ('\r', _) => tidy.push(('\n', range)),
            _ => tidy.push((c, range)),
        }
        after_return = c == '\r';
    }
    let is_text = |(c, _): &Origin| !c.is_whitespace();
    let first = tidy.iter().position(is_text).unwrap_or(tidy.len());
    let last = tidy.iter().rposition(is_text).map_or(first, |at| at + 1);
    tidy.truncate(last);
    tidy.split_off(first)
}
