//! What the wire answered.

use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// A header as text; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// Fails the test unless this is the status; gives the body as JSON.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// Fails the test unless this is a problem by RFC 9457 of this status and kind; gives it.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, kind: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text
        );
        assert_eq!(problem["type"], format!("urn:dateline:problem:{kind}"));
        assert_eq!(problem["status"], status);
        assert!(
            !problem["detail"].as_str().unwrap_or("").is_empty(),
            "{problem}"
        );
        problem
    }

    /// The findings of a refusal as `code pointer`.
    pub fn findings(&self) -> Vec<String> {
        let body = self.json();
        let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or("").to_owned();
        let findings = body["findings"].as_array().into_iter().flatten();
        findings
            .map(|finding| format!("{} {}", text(finding, "code"), text(finding, "pointer")))
            .collect()
    }
}
