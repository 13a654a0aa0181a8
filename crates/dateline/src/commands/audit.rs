//! `dateline audit`: what people did to the wire.

use super::admin::print_table;
use super::ask::query;
use crate::client::Client;
use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::Value;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// How many, the newest first; 1 to 500
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u16,
    /// Older than this entry: the id that the last line of the page before names
    #[arg(long, value_name = "ID")]
    before: Option<i64>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &AuditArgs, client: &Client) -> Result<ExitCode> {
    let pairs = [
        ("limit", Some(args.limit.to_string())),
        ("before", args.before.map(|id| id.to_string())),
    ];
    let shown = client
        .ask(Method::GET, &query("/v1/audit", &pairs), None)
        .await?;
    if args.json {
        say!("{shown}");
        return Ok(ExitCode::SUCCESS);
    }
    print_table(
        &shown["acts"],
        &["id", "at", "by", "act", "subject", "note", "request"],
    );
    if let Value::Number(next) = &shown["next_before"] {
        say!("more: dateline audit --before {next}");
    }
    Ok(ExitCode::SUCCESS)
}
