//! Reads one object field by field, and turns whatever is wrong into findings with the field's pointer.

use super::hidden;
use crate::address::printable;
use crate::finding::Finding;
use serde_json::{Map, Value};

/// One object of the submission, with the findings so far.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    /// The pointer of the object itself.
    pub(super) base: String,
    findings: Vec<Finding>,
}

/// An entry of a list that may hold text or objects.
pub(super) enum Entry<'a> {
    /// Its pointer and the text.
    Text(String, String),
    Object(Fields<'a>),
}

impl<'a> Fields<'a> {
    /// The submission itself.
    pub(super) fn new(object: &'a Map<String, Value>) -> Fields<'a> {
        Fields {
            object,
            base: String::new(),
            findings: Vec::new(),
        }
    }

    /// An object inside it.
    pub(super) fn nested(object: &'a Map<String, Value>, base: String) -> Fields<'a> {
        Fields {
            object,
            base,
            findings: Vec::new(),
        }
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Adds a finding made elsewhere.
    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Takes over the findings of a nested object.
    pub(super) fn absorb(&mut self, nested: Fields<'_>) {
        self.findings.extend(nested.findings);
    }

    pub(super) fn pointer(&self, name: &str) -> String {
        format!(
            "{}/{}",
            self.base,
            name.replace('~', "~0").replace('/', "~1")
        )
    }

    pub(super) fn error(
        &mut self,
        code: &str,
        pointer: &str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.findings
            .push(Finding::error(code, pointer, message, mend));
    }

    pub(super) fn warn(
        &mut self,
        code: &str,
        pointer: &str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.findings
            .push(Finding::warning(code, pointer, message, mend));
    }

    /// One finding for each field that is not among the known ones, naming the nearest.
    pub(super) fn refuse_unknown(&mut self, known: &[&str]) {
        for name in self
            .object
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
        {
            let nearest = known.iter().max_by(|a, b| {
                strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b))
            });
            let mend = match nearest {
                Some(nearest) if strsim::jaro_winkler(name, nearest) > 0.75 => {
                    format!("did you mean `{nearest}`?")
                }
                _ => format!("remove it; known are: {}", known.join(", ")),
            };
            let pointer = self.pointer(name);
            self.findings.push(Finding::error(
                "unknown-field",
                &pointer,
                format!("no field `{}`", printable(name)),
                mend,
            ));
        }
    }

    /// The value, unless absent or null.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Text of any shape; a finding if it is another kind of value, or holds NUL.
    pub(super) fn text(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let pointer = self.pointer(name);
        let value = self.value(name)?;
        let Some(text) = value.as_str() else {
            self.wrong_type(&pointer, value, "text");
            return None;
        };
        let chars = text.chars().count();
        if chars > max_chars {
            self.error(
                "too-long",
                &pointer,
                format!("`{name}` has {chars} characters"),
                format!("at most {max_chars}"),
            );
            return None;
        }
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            self.control_character(&pointer, text);
            return None;
        }
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Text of several lines, line ends made `\n`.
    pub(super) fn paragraph(&mut self, name: &str, max_chars: usize) -> Option<String> {
        self.text(name, max_chars)
            .map(|text| text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    /// One line of text: what may become a header. Control characters of any kind are an error.
    pub(super) fn line(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let text = self.text(name, max_chars)?;
        if text
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        {
            let pointer = self.pointer(name);
            self.control_character(&pointer, &text);
            return None;
        }
        let pointer = self.pointer(name);
        self.findings.extend(hidden::in_line(&pointer, &text));
        Some(text)
    }

    /// As [`Self::line`]; absence is an error.
    pub(super) fn required_line(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let before = self.findings.len();
        let line = self.line(name, max_chars);
        if line.is_none() && self.findings.len() == before {
            self.missing(name);
        }
        line
    }

    /// As [`Self::paragraph`]; absence is an error.
    pub(super) fn required_paragraph(&mut self, name: &str, max_chars: usize) -> Option<String> {
        let before = self.findings.len();
        let paragraph = self.paragraph(name, max_chars);
        if paragraph.is_none() && self.findings.len() == before {
            self.missing(name);
        }
        paragraph
    }

    pub(super) fn missing(&mut self, name: &str) {
        let pointer = self.pointer(name);
        self.error(
            "missing-field",
            &pointer,
            format!("`{name}` is missing"),
            format!("add `{name}`"),
        );
    }

    /// The strings of a list (a lone string counts as a list of one), each with its pointer.
    pub(super) fn strings(&mut self, name: &str) -> Vec<(String, String)> {
        let entries = self.entries(name, "text");
        entries
            .into_iter()
            .filter_map(|entry| match entry {
                Entry::Text(pointer, text) => Some((pointer, text)),
                Entry::Object(object) => {
                    self.wrong_type(&object.base, &Value::Object(object.object.clone()), "text");
                    None
                }
            })
            .collect()
    }

    /// The entries of a list that are text or objects; findings for all others. `expected` names what belongs there.
    pub(super) fn entries(&mut self, name: &str, expected: &str) -> Vec<Entry<'a>> {
        let mut entries = Vec::new();
        for (pointer, value) in self.list(name) {
            match value {
                Value::String(text) if text.chars().any(char::is_control) => {
                    self.control_character(&pointer, text)
                }
                Value::String(text) if text.trim().is_empty() => self.error(
                    "missing-field",
                    &pointer,
                    "an empty entry",
                    "fill it in or remove it",
                ),
                Value::String(text) => entries.push(Entry::Text(pointer, text.trim().to_owned())),
                Value::Object(object) => {
                    entries.push(Entry::Object(Fields::nested(object, pointer)))
                }
                _ => self.wrong_type(&pointer, value, expected),
            }
        }
        entries
    }

    /// The objects of a list, each to be read as fields of their own.
    pub(super) fn objects(&mut self, name: &str) -> Vec<Fields<'a>> {
        let mut objects = Vec::new();
        for (pointer, value) in self.list(name) {
            match value.as_object() {
                Some(object) => objects.push(Fields::nested(object, pointer)),
                None => self.wrong_type(&pointer, value, "an object"),
            }
        }
        objects
    }

    /// A nested object.
    pub(super) fn object(&mut self, name: &str) -> Option<Fields<'a>> {
        let value = self.value(name)?;
        let pointer = self.pointer(name);
        match value.as_object() {
            Some(object) => Some(Fields::nested(object, pointer)),
            None => {
                self.wrong_type(&pointer, value, "an object");
                None
            }
        }
    }

    fn list(&mut self, name: &str) -> Vec<(String, &'a Value)> {
        let pointer = self.pointer(name);
        match self.value(name) {
            None => Vec::new(),
            Some(Value::Array(list)) if list.len() > 200 => {
                self.error(
                    "too-long",
                    &pointer,
                    format!("`{name}` has {} entries", list.len()),
                    "at most 200",
                );
                Vec::new()
            }
            Some(Value::Array(list)) => list
                .iter()
                .enumerate()
                .map(|(at, value)| (format!("{pointer}/{at}"), value))
                .collect(),
            Some(value) => vec![(pointer, value)],
        }
    }

    fn wrong_type(&mut self, pointer: &str, value: &Value, expected: &str) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.error(
            "wrong-type",
            pointer,
            format!("this is {kind}: {}", printable(&value.to_string())),
            format!("give {expected}"),
        );
    }

    fn control_character(&mut self, pointer: &str, text: &str) {
        let message = format!("`{}` holds a control character", printable(text));
        self.error(
            "control-character",
            pointer,
            message,
            "remove line breaks (CR, LF), NUL and other control characters",
        );
    }
}
