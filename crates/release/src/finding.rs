//! What lint has to say.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a finding stops the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The release is refused.
    Error,
    /// A person should look; the release is accepted.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// One thing that lint has to say about a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable and machine-readable, such as `unknown-topic`.
    pub code: String,
    /// Error or warning.
    pub severity: Severity,
    /// Where: an RFC 6901 JSON pointer into the submission; `""` is the whole.
    pub pointer: String,
    /// What is wrong, with the value.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

impl Finding {
    /// A finding that refuses the release.
    pub fn error(
        code: &str,
        pointer: &str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Finding {
        Finding {
            code: code.to_owned(),
            severity: Severity::Error,
            pointer: pointer.to_owned(),
            message: message.into(),
            mend: mend.into(),
        }
    }

    /// A finding that a person should look at.
    pub fn warning(
        code: &str,
        pointer: &str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Finding {
        Finding {
            severity: Severity::Warning,
            ..Finding::error(code, pointer, message, mend)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() {
            "/"
        } else {
            &self.pointer
        };
        write!(
            f,
            "{}[{}] {place}: {}\n  mend: {}",
            self.severity, self.code, self.message, self.mend
        )
    }
}
