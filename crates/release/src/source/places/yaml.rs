//! Values in YAML front matter, by the events of the parser that reads it.

use super::{Form, Places, step};
use crate::finding::Span;
use granit_parser::{Event, Parser, ScalarStyle};

/// How a scalar's text relates to its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Plain: line breaks are folded.
    Plain,
    /// `'…'`: as plain, and `''` is `'`.
    Single,
    /// `"…"`: as plain, with escapes.
    Double,
    /// `|` or `>`: indented lines after a head.
    Block,
}

/// An open mapping or sequence.
struct Open {
    pointer: String,
    start: usize,
    key: Option<Span>,
    entries: Entries,
}

enum Entries {
    /// In a mapping: the key that waits for its value.
    Mapping(Option<(String, Span)>),
    /// In a sequence: how many there were.
    Sequence(usize),
}

/// Places every value of a document that stands at `base` in the source. Events are bounded by the text's length, for
/// aliases are not followed.
pub(super) fn scan(places: &mut Places<'_>, yaml: &str, base: usize) {
    let mut open: Vec<Open> = Vec::new();
    for next in Parser::new_from_str(yaml) {
        let Ok((event, span)) = next else { return };
        let (Some(start), Some(end)) = (span.start.byte_offset(), span.end.byte_offset()) else {
            return;
        };
        let span = Span::from(base + start..base + end);
        match event {
            Event::Scalar(text, style, ..) => {
                if open_key(&mut open, &text, span) {
                    continue;
                }
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    _ => Style::Block,
                };
                let (pointer, key) = take(&mut open);
                places.add(&pointer, key, span, Form::Yaml(text.into_owned(), style));
            }
            Event::Alias(_) => {
                let (pointer, key) = take(&mut open);
                places.add(&pointer, key, span, Form::Other);
            }
            Event::MappingStart(..) => {
                let entries = Entries::Mapping(None);
                begin(&mut open, span.start, entries);
            }
            Event::SequenceStart(..) => {
                let entries = Entries::Sequence(0);
                begin(&mut open, span.start, entries);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let Some(closed) = open.pop() else { return };
                let end = trimmed_end(places.source, closed.start, span.end);
                let value = Span::from(closed.start..end);
                places.add(&closed.pointer, closed.key, value, Form::Other);
            }
            _ => {}
        }
    }
}

/// Takes a scalar as the key of the innermost mapping, if one waits for a key.
fn open_key(open: &mut [Open], text: &str, span: Span) -> bool {
    match open.last_mut().map(|open| &mut open.entries) {
        Some(Entries::Mapping(key @ None)) => {
            *key = Some((text.to_owned(), span));
            true
        }
        _ => false,
    }
}

/// The pointer and the key of the value that comes now.
fn take(open: &mut [Open]) -> (String, Option<Span>) {
    let Some(Open {
        pointer, entries, ..
    }) = open.last_mut()
    else {
        return (String::new(), None);
    };
    match entries {
        Entries::Mapping(key) => match key.take() {
            Some((name, span)) => (step(pointer, &name), Some(span)),
            None => (pointer.clone(), None),
        },
        Entries::Sequence(count) => {
            *count += 1;
            (step(pointer, &(*count - 1).to_string()), None)
        }
    }
}

fn begin(open: &mut Vec<Open>, start: usize, entries: Entries) {
    let (pointer, key) = take(open);
    open.push(Open {
        pointer,
        start,
        key,
        entries,
    });
}

/// A block collection ends where the next thing begins; white space before that is not its own.
fn trimmed_end(source: &str, start: usize, end: usize) -> usize {
    source
        .get(start..end)
        .map_or(start, |text| start + text.trim_end().len())
}
