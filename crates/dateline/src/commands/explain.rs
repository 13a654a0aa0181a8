//! `dateline explain`: why a subscription matches a release, or does not.

use super::ask::text;
use crate::client::Client;
use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::Value;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// `rel_…`
    release: String,
    /// `sub_…`
    subscription: String,
    /// Print it as JSON, with the places of the words
    #[arg(long)]
    json: bool,
}

/// Exit code 0 if it matches, 1 if not.
pub(super) async fn run(args: &ExplainArgs, client: &Client) -> Result<ExitCode> {
    let path = format!(
        "/v1/releases/{}/matches/{}",
        args.release, args.subscription
    );
    let shown = client.ask(Method::GET, &path, None).await?;
    let matches = shown["matches"] == true;
    if args.json {
        say!("{shown}");
    } else {
        match matches {
            true => say!("matches by: {}", text(&shown, "clause")),
            false => {
                let failed = shown["decisive"].as_array();
                let failed = failed.into_iter().flatten().filter_map(Value::as_str);
                let failed: Vec<&str> = failed.collect();
                say!("does not match; failed: {}", failed.join("; "));
            }
        }
        say!();
        print(&shown["explanation"], 0);
    }
    Ok(match matches {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// One clause a line, its parts under it.
fn print(clause: &Value, depth: usize) {
    let held = if clause["held"] == true { "yes" } else { "no " };
    let found = clause["found"].as_array().into_iter().flatten();
    let found: Vec<&str> = found.filter_map(Value::as_str).collect();
    let mut line = format!(
        "{held} {:width$}{}",
        "",
        text(clause, "clause"),
        width = depth * 2
    );
    if let Some(why_not) = clause["why_not"].as_str() {
        line.push_str(&format!(" -- {why_not}"));
    }
    if !found.is_empty() {
        let verb = if clause["held"] == true {
            "found"
        } else {
            "it has"
        };
        line.push_str(&format!(" [{verb} {}]", found.join(", ")));
    }
    say!("{line}");
    for part in clause["parts"].as_array().into_iter().flatten() {
        print(part, depth + 1);
    }
}
