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

/// A stretch of text, in bytes: from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
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
    /// Where in the submission as it was sent, if that is known; see [`crate::source::Places`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Where in the text of the field that `pointer` names, as the release holds it.
    #[serde(skip)]
    pub(crate) within: Option<Span>,
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
            span: None,
            within: None,
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

    /// The same, at a place inside the text of its field.
    pub(crate) fn within(self, start: usize, end: usize) -> Finding {
        Finding {
            within: Some(Span { start, end }),
            ..self
        }
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Span {
        Span {
            start: range.start,
            end: range.end,
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
