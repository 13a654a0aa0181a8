//! Small things that commands share: files, paths with arguments, JSON as text.

use anyhow::{Context, Result};
use serde_json::Value;
use std::io::Read;
use std::path::Path;

/// `path?name=value&…` with those that are given, percent-encoded.
pub(super) fn query(path: &str, pairs: &[(&str, Option<String>)]) -> String {
    let mut query = url_encoder();
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

fn url_encoder() -> form_urlencoded::Serializer<'static, String> {
    form_urlencoded::Serializer::new(String::new())
}

/// A field as text: strings without quotes, nothing for null.
pub(super) fn text(value: &Value, field: &str) -> String {
    plain(&value[field])
}

/// A value as text: strings without quotes, lists joined, nothing for null.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// A file's bytes; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .context("standard input cannot be read")?;
        return Ok(bytes);
    }
    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}
