//! Values that must not be seen, and the files they may come from.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use toml::Value;

use super::layer::Layers;
use super::problem::{Layer, Problem};

/// A text that debug output shows as `***`. It has no `Display`, so it cannot slip into a message.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that must send it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no secret.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Fills each secret `x` from the file that `x_file` names, if it names one.
pub(super) fn read_files(layers: &mut Layers<'_>, directory: &Path) {
    let secrets: Vec<_> = layers.known().secrets().collect();
    for (key, file_key) in secrets {
        let (file, file_layer) = layers.text(&file_key);
        if file.is_empty() {
            continue;
        }
        let (given, layer) = layers.text(key);
        if !given.is_empty() {
            let key = (key.to_owned(), layer);
            layers.report(Problem::GivenTwice {
                key,
                file_key: (file_key, file_layer),
            });
            continue;
        }
        match read(&directory.join(&file)) {
            Ok(secret) => layers.give(key, Value::String(secret), file_layer),
            Err(reason) => layers.report(unreadable(&file_key, file_layer, &file, reason)),
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err("the file is empty".to_owned()),
        secret => Ok(secret.to_owned()),
    }
}

fn unreadable(key: &str, layer: Layer, file: &str, reason: String) -> Problem {
    Problem::Unreadable {
        named_by: format!("{layer}: {key}"),
        path: file.into(),
        reason,
    }
}
