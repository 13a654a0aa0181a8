//! `dateline report`: whom a release reached.

use super::ask::{plain, text};
use crate::client::Client;
use crate::table::table;
use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::Value;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn report(args: &ReportArgs, client: &Client) -> Result<ExitCode> {
    let shown = client
        .ask(
            Method::GET,
            &format!("/v1/releases/{}/report", args.id),
            None,
        )
        .await?;
    match args.json {
        true => say!("{shown}"),
        false => print_report(&shown),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn print_report(shown: &Value) {
    say!("{}  {}", text(shown, "id"), text(shown, "headline"));
    say!(
        "state {}, cleared {}, item {}",
        text(shown, "state"),
        text(shown, "cleared_at"),
        text(shown, "seq")
    );
    let report = &shown["report"];
    let fields = [
        "matched",
        "delivered",
        "dead",
        "suppressed",
        "superseded",
        "due",
        "retried",
        "p50_ms",
        "p95_ms",
        "p99_ms",
    ];
    let row = |name: &str, counts: &Value| {
        let mut row = vec![name.to_owned()];
        row.extend(fields.iter().map(|field| plain(&counts[*field])));
        row
    };
    let mut rows: Vec<_> = report["channels"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, counts)| row(name, counts))
        .collect();
    rows.push(row("all", report));
    let head: Vec<&str> = ["channel"].into_iter().chain(fields).collect();
    say!("{}", table(&head, &rows));
    let bounces = &shown["bounces"];
    let count = |kind: &str| bounces[kind].as_i64().unwrap_or_default();
    let (hard, soft, complaints) = (count("hard"), count("soft"), count("complaints"));
    if hard + soft + complaints > 0 {
        say!("came back: {hard} hard, {soft} soft bounces; {complaints} complaints");
    }
}
