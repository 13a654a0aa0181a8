//! Where values come from: one file, the variables, the flags.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use toml::Value;

use super::layer::Layers;
use super::problem::{Layer, Problem};

mod file;

/// What the names of our variables start with.
const PREFIX: &str = "DATELINE_";

/// Variables of the command line, which are no settings.
const RESERVED: [&str; 3] = ["DATELINE_CONFIG", "DATELINE_TOKEN", "DATELINE_URL"];

/// What the settings are read from. All of the process's state comes in here.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The current directory: relative paths start here, and `dateline.toml` is looked for here.
    pub directory: PathBuf,
    /// The file of `--config`.
    pub config: Option<PathBuf>,
    /// All variables; those that do not start with `DATELINE_` are passed over.
    pub environment: Vec<(OsString, OsString)>,
    /// The `key=value` texts of `--set`, in order.
    pub set: Vec<String>,
}

impl Sources {
    /// The sources of this process, with what its command line said.
    ///
    /// # Errors
    ///
    /// The current directory is gone or not readable.
    pub fn of_process(config: Option<PathBuf>, set: Vec<String>) -> io::Result<Sources> {
        let environment = std::env::vars_os().collect();
        Ok(Sources {
            directory: std::env::current_dir()?,
            config,
            environment,
            set,
        })
    }

    pub(super) fn read_into(&self, layers: &mut Layers<'_>) {
        if let Some((path, named_by)) = self.file() {
            file::read(&self.directory, &path, &named_by, layers);
        }
        for (name, value) in self.variables() {
            read_variable(&name, value, layers);
        }
        for text in &self.set {
            read_flag(text, layers);
        }
    }

    /// The one file to read, and what names it.
    fn file(&self) -> Option<(PathBuf, String)> {
        if let Some(path) = &self.config {
            return Some((path.clone(), "--config".to_owned()));
        }
        let named = self
            .environment
            .iter()
            .find(|(name, _)| name == "DATELINE_CONFIG");
        if let Some((_, path)) = named.filter(|(_, path)| !path.is_empty()) {
            return Some((path.into(), "variable DATELINE_CONFIG".to_owned()));
        }
        let here = Path::new("dateline.toml");
        self.directory
            .join(here)
            .exists()
            .then(|| (here.to_owned(), "current directory".to_owned()))
    }

    /// The variables that mean settings, sorted, so that problems come in the same order each time.
    fn variables(&self) -> Vec<(String, &OsString)> {
        let in_kubernetes = self
            .environment
            .iter()
            .any(|(name, _)| name == "KUBERNETES_SERVICE_HOST");
        let mut variables: Vec<_> = self
            .environment
            .iter()
            .filter_map(|(name, value)| Some((name.to_str()?.to_owned(), value)))
            .filter(|(name, _)| name.starts_with(PREFIX) && !RESERVED.contains(&name.as_str()))
            .filter(|(name, _)| !(in_kubernetes && is_service_link(name)))
            .collect();
        variables.sort();
        variables
    }
}

/// Kubernetes gives each container variables for each service: for one called `dateline` these look like settings.
/// <https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables>
fn is_service_link(name: &str) -> bool {
    name == "DATELINE_PORT"
        || name.starts_with("DATELINE_PORT_")
        || name.starts_with("DATELINE_SERVICE_")
}

fn read_variable(name: &str, value: &OsString, layers: &mut Layers<'_>) {
    let layer = Layer::Variable(name.to_owned());
    let key = name
        .strip_prefix(PREFIX)
        .unwrap_or(name)
        .to_ascii_lowercase()
        .replace("__", ".");
    match value.to_str() {
        Some(text) => read_text(&key, text, layer, variable_name, layers),
        None => {
            let reason = "the value is not UTF-8".to_owned();
            layers.report(Problem::Syntax { layer, reason });
        }
    }
}

fn variable_name(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase().replace('.', "__"))
}

fn read_flag(text: &str, layers: &mut Layers<'_>) {
    match text.split_once('=') {
        Some((key, value)) => {
            let key = key.trim();
            read_text(
                key,
                value,
                Layer::Flag(key.to_owned()),
                str::to_owned,
                layers,
            );
        }
        None => {
            let layer = Layer::Flag(text.to_owned());
            let reason = "expected key=value, like --set http.listen=0.0.0.0:8080".to_owned();
            layers.report(Problem::Syntax { layer, reason });
        }
    }
}

fn read_text(
    key: &str,
    text: &str,
    layer: Layer,
    spell: fn(&str) -> String,
    layers: &mut Layers<'_>,
) {
    let known = layers.known();
    match known.default_of(key) {
        Some(Value::String(_)) if known.is_secret(key) => {
            layers.offer(key, Value::String(text.to_owned()), layer);
        }
        Some(default) => layers.offer(key, value_of(text, default), layer),
        None => {
            let nearest = known.nearest(key).map(spell);
            layers.report(Problem::UnknownKey {
                layer,
                key: key.to_owned(),
                nearest,
            });
        }
    }
}

/// The text as a TOML value; as a text where that is wanted or where it is nothing else.
fn value_of(text: &str, default: &Value) -> Value {
    let plain = || Value::String(text.to_owned());
    match (text.trim().parse(), default) {
        (Ok(Value::String(unquoted)), _) => Value::String(unquoted),
        (_, Value::String(_)) | (Err(_), _) => plain(),
        (Ok(value), _) => value,
    }
}
