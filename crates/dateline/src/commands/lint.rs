//! `dateline lint`: what an editor would say, before anybody else sees the release.

mod place;
mod sarif;
mod shown;

use super::{Common, ask};
use anyhow::Result;
use clap::Args;
use place::Lines;
use release::finding::{Finding, Severity};
use release::lint::lint_source;
use release::topic::Taxonomy;
use serde_json::json;
use std::io::IsTerminal;
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
    /// One SARIF 2.1.0 log of all files, for editors
    #[arg(long, conflicts_with = "json")]
    sarif: bool,
}

/// One file and what is to be said about it.
struct Looked {
    path: PathBuf,
    /// Nothing where the file could not be read.
    source: String,
    findings: Vec<Finding>,
}

pub(super) fn run(args: &LintArgs, common: &Common) -> Result<ExitCode> {
    let taxonomy = crate::app::taxonomy(&common.settings()?)?;
    let looked: Vec<Looked> = args
        .files
        .iter()
        .map(|path| look(path, &taxonomy))
        .collect();
    let said = match (args.sarif, args.json) {
        (true, _) => format!("{}\n", sarif::log(&looked)),
        (_, true) => looked.iter().map(Looked::json).collect(),
        _ => {
            let paint = std::io::stdout().is_terminal();
            looked.iter().map(|file| file.text(paint)).collect()
        }
    };
    say_part!("{said}");
    Ok(match looked.iter().any(|file| file.errors() > 0) {
        true => ExitCode::from(1),
        false => ExitCode::SUCCESS,
    })
}

/// A file that cannot be read is a finding too, so that one bad file does not hide the others.
fn look(path: &Path, taxonomy: &Taxonomy) -> Looked {
    let bytes = ask::read(path);
    let mut findings = match &bytes {
        Err(error) => {
            let mend = "check the path and its permissions";
            vec![Finding::error("unreadable", "", format!("{error:#}"), mend)]
        }
        Ok(bytes) => match lint_source(bytes, taxonomy) {
            Ok(linted) => linted.findings,
            Err(error) => {
                let mend = "mend the file's form first";
                vec![Finding::error("malformed", "", error.to_string(), mend)]
            }
        },
    };
    // As a reader meets them; what has no place comes first.
    findings.sort_by_key(|finding| finding.span);
    Looked {
        path: path.to_owned(),
        source: String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default(),
        findings,
    }
}

impl Looked {
    fn errors(&self) -> usize {
        let errors = self
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        errors.count()
    }

    /// One line.
    fn json(&self) -> String {
        let json = json!({ "file": self.path, "errors": self.errors(), "findings": self.findings });
        format!("{json}\n")
    }

    /// Each finding with its place underlined, and a count at the end.
    fn text(&self, paint: bool) -> String {
        let lines = Lines::of(&self.source);
        let path = self.path.display().to_string();
        let mut text = String::new();
        for finding in &self.findings {
            text += &shown::finding(&path, &lines, finding, paint);
        }
        let (errors, all) = (self.errors(), self.findings.len());
        text + &format!(
            "{path}: {}, {}\n",
            counted(errors, "error"),
            counted(all - errors, "warning")
        )
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
