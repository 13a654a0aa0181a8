//! A settings file: TOML, with the line of each key kept for the problems.

use std::path::Path;

use serde::Deserialize;
use toml::de::{DeTable, DeValue, ValueDeserializer};
use toml::{Spanned, Value};

use crate::settings::layer::Layers;
use crate::settings::problem::{Layer, Problem};

/// A file being read.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

/// Reads the file into the layers. `named_by` says who asked for it.
pub(super) fn read(directory: &Path, path: &Path, named_by: &str, layers: &mut Layers<'_>) {
    match std::fs::read_to_string(directory.join(path)) {
        Ok(text) => File { path, text: &text }.read_into(layers),
        Err(error) => layers.report(Problem::Unreadable {
            named_by: named_by.to_owned(),
            path: path.to_owned(),
            reason: error.to_string(),
        }),
    }
}

impl File<'_> {
    fn read_into(&self, layers: &mut Layers<'_>) {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        if errors.is_empty() {
            return self.read_table(table.into_inner(), "", layers);
        }
        for error in errors {
            // Only the message: the whole error quotes the line, and that may hold a password.
            let layer = self.layer(error.span().map_or(0, |span| span.start));
            layers.report(Problem::Syntax {
                layer,
                reason: format!("not TOML: {}", error.message()),
            });
        }
    }

    fn read_table(&self, table: DeTable<'_>, prefix: &str, layers: &mut Layers<'_>) {
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let key = format!("{prefix}{}", name.get_ref());
            let layer = self.layer(name.span().start);
            let known = layers.known();
            let is_section = known.is_section(&key);
            match value.get_ref() {
                DeValue::Table(table) if is_section => {
                    self.read_table(table.clone(), &format!("{key}."), layers);
                }
                DeValue::Table(_) if known.default_of(&key).is_none() => {
                    let nearest = known.nearest_section(&key).map(|name| format!("[{name}]"));
                    layers.report(Problem::UnknownKey {
                        layer,
                        key: format!("[{key}]"),
                        nearest,
                    });
                }
                _ if is_section => layers.report(not_a_section(&key, layer)),
                _ if known.default_of(&key).is_some() => read_value(&key, value, layer, layers),
                _ => {
                    let nearest = known.nearest(&key).map(str::to_owned);
                    layers.report(Problem::UnknownKey {
                        layer,
                        key,
                        nearest,
                    });
                }
            }
        }
    }

    /// The place of a byte in the file.
    fn layer(&self, offset: usize) -> Layer {
        let before = self.text.as_bytes().iter().take(offset);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Layer::File {
            path: self.path.to_owned(),
            line,
        }
    }
}

fn read_value(key: &str, value: Spanned<DeValue<'_>>, layer: Layer, layers: &mut Layers<'_>) {
    match Value::deserialize(ValueDeserializer::from(value)) {
        Ok(value) => layers.offer(key, value, layer),
        Err(error) => {
            let reason = format!("{key}: {}", error.message());
            layers.report(Problem::Syntax { layer, reason });
        }
    }
}

fn not_a_section(key: &str, layer: Layer) -> Problem {
    Problem::BadValue {
        layer,
        key: key.to_owned(),
        value: "one value".to_owned(),
        expected: "a section with keys of its own".to_owned(),
        mend: format!("write [{key}] on a line of its own and the keys below it"),
    }
}
