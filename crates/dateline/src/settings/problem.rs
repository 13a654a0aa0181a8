//! What can be wrong with settings, in words that name the place and the mend.

use std::fmt;
use std::path::PathBuf;

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// The compiled-in text.
    Default,
    /// A line of a file, counted from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// A variable, by its name.
    Variable(String),
    /// A `--set` flag, by its key.
    Flag(String),
    /// Values that are right alone but not together.
    Together,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A key that no setting has.
    UnknownKey {
        /// Where it was given.
        layer: Layer,
        /// The key, sections joined with dots.
        key: String,
        /// The known key that looks most like it, spelled as the layer spells keys.
        nearest: Option<String>,
    },
    /// A value of a wrong type, or outside its range.
    BadValue {
        /// Where it was given.
        layer: Layer,
        /// The key.
        key: String,
        /// The value; `***` if it is a secret.
        value: String,
        /// What would be right.
        expected: String,
        /// What to do.
        mend: String,
    },
    /// A place that cannot be read as settings at all.
    Syntax {
        /// The place.
        layer: Layer,
        /// What is wrong there.
        reason: String,
    },
    /// A file that cannot be read.
    Unreadable {
        /// What names the file: a flag, a variable, a key.
        named_by: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A secret given in two ways.
    GivenTwice {
        /// The key for the secret itself, and where it was given.
        key: (String, Layer),
        /// The key for its file, and where it was given.
        file_key: (String, Layer),
    },
}

/// Everything that is wrong with the settings, at least one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// The problems, in the order of the layers.
    pub problems: Vec<Problem>,
}

impl std::error::Error for SettingsError {}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::UnknownKey {
                layer,
                key,
                nearest: Some(nearest),
            } => {
                write!(f, "{layer}: unknown key {key}; did you mean {nearest}?")
            }
            Problem::UnknownKey {
                layer,
                key,
                nearest: None,
            } => {
                write!(
                    f,
                    "{layer}: unknown key {key}; `dateline settings` lists every key"
                )
            }
            Problem::BadValue {
                layer,
                key,
                value,
                expected,
                mend,
            } => {
                write!(f, "{layer}: {key} is {value}, expected {expected}; {mend}")
            }
            Problem::Syntax { layer, reason } => write!(f, "{layer}: {reason}"),
            Problem::Unreadable {
                named_by,
                path,
                reason,
            } => {
                write!(f, "{named_by}: cannot read {}: {reason}", path.display())
            }
            Problem::GivenTwice {
                key: (key, layer),
                file_key: (file_key, file_layer),
            } => write!(
                f,
                "{layer}: {key} is given, and {file_key} too ({file_layer}); keep one, set the other to \"\""
            ),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layer::Default => write!(f, "compiled-in default"),
            Layer::File { path, line } => write!(f, "{}:{line}", path.display()),
            Layer::Variable(name) => write!(f, "variable {name}"),
            Layer::Flag(key) => write!(f, "--set {key}"),
            Layer::Together => write!(f, "settings together"),
        }
    }
}
