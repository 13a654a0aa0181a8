//! Values that must not be seen, and the files they may come from.

use std::fmt;
use std::path::Path;

use super::layer::Layers;
use super::problem::Problem;
use serde::Deserialize;

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

/// Reports each secret `x` that is given while `x_file` names a file, too. The file itself is read by whoever needs the secret
/// ([`read`]): a process that does not should not have to be let in to it.
pub(super) fn given_once(layers: &mut Layers<'_>) {
    let secrets: Vec<_> = layers.known().secrets().collect();
    for (key, file_key) in secrets {
        let (file, file_layer) = layers.text(&file_key);
        let (given, layer) = layers.text(key);
        if file.is_empty() || given.is_empty() {
            continue;
        }
        let key = (key.to_owned(), layer);
        layers.report(Problem::GivenTwice {
            key,
            file_key: (file_key, file_layer),
        });
    }
}

/// The secret in a file, without the line ends after it.
///
/// # Errors
/// If the file cannot be read, or holds nothing.
pub(super) fn read(path: &Path) -> std::io::Result<Secret> {
    let text = std::fs::read_to_string(path)?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(std::io::Error::other("the file is empty")),
        secret => Ok(Secret(secret.to_owned())),
    }
}
