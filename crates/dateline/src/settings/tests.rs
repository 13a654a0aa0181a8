//! Tables of good and bad settings, layer by layer.

mod bad;
mod documented;
mod good;
mod secrets;

use std::ffi::OsString;
use std::path::Path;

use super::{Settings, SettingsError, Sources};

/// A current directory of its own, and what is given in each layer.
struct Case {
    directory: tempfile::TempDir,
    sources: Sources,
}

impl Case {
    fn new() -> Case {
        let directory = tempfile::tempdir().unwrap();
        let sources = Sources {
            directory: directory.path().to_owned(),
            ..Sources::default()
        };
        Case { directory, sources }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn file(self, name: &str, text: &str) -> Case {
        std::fs::write(self.path().join(name), text).unwrap();
        self
    }

    fn config(mut self, path: &str) -> Case {
        self.sources.config = Some(path.into());
        self
    }

    fn variable(mut self, name: &str, value: impl Into<OsString>) -> Case {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, text: &str) -> Case {
        self.sources.set.push(text.to_owned());
        self
    }

    fn load(&self) -> Result<Settings, SettingsError> {
        Settings::load(self.sources.clone())
    }

    fn settings(&self) -> Settings {
        self.load().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The problems as people read them, one a line.
    fn error(&self) -> String {
        self.load().expect_err("these settings are bad").to_string()
    }
}
