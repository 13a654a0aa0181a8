//! One thing that was looked at.

use serde::Serialize;

/// How it stands. The greatest is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Ok,
    Warn,
    Bad,
}

impl Verdict {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Bad => "bad",
        }
    }

    /// The last line of the report.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Verdict::Ok => "ok: nothing to do",
            Verdict::Warn => "warn: it works, and some of it will hurt later",
            Verdict::Bad => "bad: something does not work; see the mends above",
        }
    }
}

/// A verdict, what was found, and what to do.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) verdict: Verdict,
    pub(super) finding: String,
    /// Empty where nothing is to do.
    pub(super) mend: String,
}

impl Check {
    pub(super) fn ok(name: &'static str, finding: impl Into<String>) -> Check {
        Check {
            name,
            verdict: Verdict::Ok,
            finding: finding.into(),
            mend: String::new(),
        }
    }

    pub(super) fn warn(
        name: &'static str,
        finding: impl Into<String>,
        mend: impl Into<String>,
    ) -> Check {
        Check {
            verdict: Verdict::Warn,
            mend: mend.into(),
            ..Check::ok(name, finding)
        }
    }

    pub(super) fn bad(
        name: &'static str,
        finding: impl Into<String>,
        mend: impl Into<String>,
    ) -> Check {
        Check {
            verdict: Verdict::Bad,
            mend: mend.into(),
            ..Check::ok(name, finding)
        }
    }
}
