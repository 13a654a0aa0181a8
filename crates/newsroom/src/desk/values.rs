//! Fields of a release and their values as JSON has them, for people.

use serde_json::Value;

/// A field's name.
pub(crate) fn label(name: &str) -> String {
    let name = name.replace('_', " ");
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A field's value: an entry a line, members of an object in a row.
pub(crate) fn in_words(value: Option<&Value>) -> String {
    match value {
        None => "(nothing)".to_owned(),
        Some(value) => text(value),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join("\n"),
        Value::Object(members) => {
            let parts = members.values().map(text).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
