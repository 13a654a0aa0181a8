//! Reading a submission: JSON, or Markdown with YAML front matter. Both become one JSON object, which lint then reads.

mod places;
mod unique;

pub use places::Places;

use serde_json::{Map, Value};
use unique::Unique;

/// The largest submission that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Why a file is not a submission at all (what is wrong inside one is a finding).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Not UTF-8.
    #[error(
        "not UTF-8: the byte at offset {offset} ({line}) does not belong to any character; save the file as UTF-8"
    )]
    Utf8 {
        /// In bytes.
        offset: usize,
        /// `line L, column C`.
        line: String,
    },
    /// Over [`MAX_BYTES`].
    #[error(
        "{size_bytes} bytes are more than the {MAX_BYTES} that a release may have; link to large material instead"
    )]
    TooLarge {
        /// As received.
        size_bytes: usize,
    },
    /// Malformed JSON.
    #[error("malformed JSON at line {line}, column {column}: {reason}; mend the syntax there")]
    Json {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser expected.
        reason: String,
    },
    /// JSON, but not an object.
    #[error("the JSON is {0}, but a release is an object: {{\"headline\": …, \"body\": …}}")]
    NotAnObject(&'static str),
    /// Markdown without its head.
    #[error(
        "no front matter: the first line must be `---`, then YAML such as `headline: …`, then `---`, then the body in Markdown"
    )]
    NoFrontMatter,
    /// Front matter that never ends.
    #[error("the front matter begins at line 1 but no line `---` ends it")]
    OpenFrontMatter,
    /// Malformed YAML.
    #[error("malformed front matter at line {line}, column {column}: {reason}")]
    FrontMatter {
        /// In the file, from 1.
        line: u64,
        /// From 1.
        column: u64,
        /// What the parser expected.
        reason: String,
    },
}

/// Reads a submission in whichever of the two forms it is: an object when the first character is `{`, else Markdown.
pub fn parse(bytes: &[u8]) -> Result<Map<String, Value>, SourceError> {
    let text = text_of(bytes)?;
    match text.trim_start().chars().next() {
        Some('{' | '[' | '"') => parse_json(text),
        _ => parse_markdown(text),
    }
}

/// Reads several submissions at once: a JSON array of objects.
pub fn parse_many(bytes: &[u8]) -> Result<Vec<Map<String, Value>>, SourceError> {
    let members = match parse_value(text_of(bytes)?)? {
        Value::Array(members) => members,
        one => vec![one],
    };
    members.into_iter().map(object).collect()
}

/// What is small enough, and UTF-8; without its byte order mark.
fn text_of(bytes: &[u8]) -> Result<&str, SourceError> {
    if bytes.len() > MAX_BYTES {
        return Err(SourceError::TooLarge {
            size_bytes: bytes.len(),
        });
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| utf8_error(bytes, error.valid_up_to()))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn utf8_error(bytes: &[u8], offset: usize) -> SourceError {
    let before = String::from_utf8_lossy(&bytes[..offset]);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |rest| rest.chars().count())
        + 1;
    SourceError::Utf8 {
        offset,
        line: format!("line {line}, column {column}"),
    }
}

/// Reads a JSON object.
pub fn parse_json(text: &str) -> Result<Map<String, Value>, SourceError> {
    object(parse_value(text)?)
}

fn parse_value(text: &str) -> Result<Value, SourceError> {
    let Unique(value) = serde_json::from_str(text).map_err(|error| SourceError::Json {
        line: error.line(),
        column: error.column(),
        reason: error
            .to_string()
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned(),
    })?;
    Ok(value)
}

fn object(value: Value) -> Result<Map<String, Value>, SourceError> {
    match value {
        Value::Object(map) => Ok(map),
        Value::Array(_) => Err(SourceError::NotAnObject("an array")),
        Value::String(_) => Err(SourceError::NotAnObject("a string")),
        Value::Number(_) => Err(SourceError::NotAnObject("a number")),
        Value::Bool(_) | Value::Null => Err(SourceError::NotAnObject("a bare word")),
    }
}

/// Reads Markdown with YAML front matter; the body goes to `body`.
pub fn parse_markdown(text: &str) -> Result<Map<String, Value>, SourceError> {
    let rest = front_matter(text).ok_or(SourceError::NoFrontMatter)?;
    let (yaml, body) = split_at_fence(rest).ok_or(SourceError::OpenFrontMatter)?;
    let mut map = parse_yaml(yaml)?;
    if !body.trim().is_empty() {
        map.insert("body".into(), Value::String(body.trim().to_owned()));
    }
    Ok(map)
}

/// What follows the first fence.
fn front_matter(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(['\n', '\r']).strip_prefix("---")?;
    rest.strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'))
}

fn split_at_fence(rest: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// The parser's own budget refuses billion-laughs documents.
fn parse_yaml(yaml: &str) -> Result<Map<String, Value>, SourceError> {
    if yaml.trim().is_empty() {
        return Ok(Map::new());
    }
    serde_saphyr::from_str(yaml).map_err(|error| {
        let (line, column) = error
            .location()
            .map_or((1, 1), |at| (at.line(), at.column()));
        let reason = plain_reason(&error.to_string());
        // The fence is line 1 of the file.
        SourceError::FrontMatter {
            line: line + 1,
            column,
            reason,
        }
    })
}

/// What went wrong, without the parser's own position (which counts from the fence) and advice to programmers.
fn plain_reason(text: &str) -> String {
    let line = text
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ");
    let line = match line
        .strip_prefix("line ")
        .and_then(|rest| rest.split_once(": "))
    {
        Some((_, reason)) => reason,
        None => line,
    };
    let line = line.split(", set ").next().unwrap_or(line);
    if line.contains("budget") {
        return "it is nested or repeated beyond any release; write it out plainly".to_owned();
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_forms_give_the_same_object() {
        let markdown = "---\nheadline: \"A: b\"\ntopics: [mining]\nclear_at: 2026-12-01T09:00:00\n---\nText.\n";
        let object = r#"{"headline":"A: b","topics":["mining"],"clear_at":"2026-12-01T09:00:00","body":"Text."}"#;

        assert_eq!(parse(markdown.as_bytes()), parse(object.as_bytes()));
        assert_eq!(
            parse(markdown.as_bytes()).unwrap()["clear_at"],
            json!("2026-12-01T09:00:00")
        );
    }

    #[test]
    fn malformed_input_is_refused_with_its_place() {
        let check = |input: &[u8], expect: &str| {
            let error = parse(input).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        };

        check(b"{\"headline\": \"x\",\n \"body\" 1}", "line 2, column 9");
        check(
            b"{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2}}",
            "`c` is given twice",
        );
        check(
            b"---\nheadline: x\nheadline: y\n---\nText",
            "line 3, column 1: duplicate mapping key: headline",
        );
        check(b"[1, 2]", "an array");
        check(b"Just text.", "no front matter");
        check(b"---\nheadline: x\n", "no line `---` ends it");
        check(
            b"---\nheadline: x\ntopics: [a, b\n---\nText",
            "malformed front matter at line",
        );
        check(b"---\nheadline: \xff\n---\n", "line 2, column 11");
        check(&vec![b' '; MAX_BYTES + 1], "more than");
    }

    #[test]
    fn billion_laughs_are_refused() {
        let mut yaml = String::from("---\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for level in 1..12 {
            let below = format!("*a{}, ", level - 1).repeat(9);
            yaml.push_str(&format!(
                "a{level}: &a{level} [{}]\n",
                below.trim_end_matches(", ")
            ));
        }
        yaml.push_str("---\nBody\n");

        assert!(matches!(
            parse(yaml.as_bytes()),
            Err(SourceError::FrontMatter { .. })
        ));
    }
}
