//! Findings as a SARIF 2.1.0 log (OASIS), which editors and code hosts show beside the text.

use super::Looked;
use super::place::Lines;
use release::finding::{Finding, Severity, Span};
use release::lint::{CODES, Code};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// One run over all files.
pub(super) fn log(files: &[Looked]) -> Value {
    let results: Vec<Value> = files
        .iter()
        .flat_map(|file| {
            let lines = Lines::of(&file.source);
            let results = file
                .findings
                .iter()
                .map(|finding| result(&file.path, &lines, finding));
            results.collect::<Vec<_>>()
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dateline lint",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": CODES.iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.code,
        "shortDescription": { "text": code.means },
        "helpUri": format!("docs/lint.md#{}", code.code),
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

fn result(path: &Path, lines: &Lines<'_>, finding: &Finding) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": uri(path) } });
    if let Some(span) = finding.span {
        place["region"] = region(lines, span);
    }
    json!({
        "ruleId": finding.code,
        "ruleIndex": CODES.iter().position(|code| code.code == finding.code),
        "level": level(finding.severity),
        "message": { "text": format!("{}. Mend: {}", finding.message, finding.mend) },
        "locations": [{
            "physicalLocation": place,
            "logicalLocations": [{ "fullyQualifiedName": finding.pointer, "kind": "member" }],
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn region(lines: &Lines<'_>, span: Span) -> Value {
    let (start, end) = (lines.place(span.start), lines.place(span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.end - span.start,
    })
}

/// A path as a relative reference, or as a `file:` URL where it is absolute (RFC 3986).
fn uri(path: &Path) -> String {
    let mut uri = String::from(if path.is_absolute() { "file://" } else { "" });
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => write!(uri, "%{byte:02X}").expect("a string takes everything"),
        }
    }
    uri
}
