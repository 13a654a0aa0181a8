//! `dateline lint`: what an editor would say, before anybody else sees the release.

use super::{Common, ask};
use anyhow::Result;
use clap::Args;
use release::finding::{Finding, Severity};
use release::lint::lint;
use release::source;
use release::topic::Taxonomy;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// Releases: JSON, or Markdown with front matter; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One JSON object a file
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &LintArgs, common: &Common) -> Result<ExitCode> {
    let taxonomy = crate::app::taxonomy(&common.settings()?)?;
    let mut refused = false;
    for path in &args.files {
        let findings = read(path, &taxonomy);
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .count();
        refused |= errors > 0;
        if args.json {
            println!(
                "{}",
                json!({ "file": path, "errors": errors, "findings": findings })
            );
            continue;
        }
        for finding in &findings {
            println!("{}: {finding}", path.display());
        }
        let warnings = findings.len() - errors;
        println!(
            "{}: {}, {}",
            path.display(),
            counted(errors, "error"),
            counted(warnings, "warning")
        );
    }
    Ok(if refused {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// A file that cannot be read is a finding too, so that one bad file does not hide the others.
fn read(path: &Path, taxonomy: &Taxonomy) -> Vec<Finding> {
    let bytes = match ask::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            return vec![Finding::error(
                "unreadable",
                "",
                format!("{error:#}"),
                "check the path and its permissions",
            )];
        }
    };
    match source::parse(&bytes) {
        Ok(submission) => lint(&submission, taxonomy).findings,
        Err(error) => vec![Finding::error(
            "malformed",
            "",
            error.to_string(),
            "mend the file's form first",
        )],
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
