//! `dateline blast`: what would reach far more than usual, and an operator's word about it.

use super::ask::{plain, text};
use crate::client::Client;
use anyhow::Result;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct BlastArgs {
    #[command(subcommand)]
    command: BlastCommand,
}

#[derive(Debug, Subcommand)]
enum BlastCommand {
    /// What waits for a word: it has cleared, and nobody is sent it yet
    List {
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Let it go: all of them are told
    Go(WordArgs),
    /// Stop it: nobody is told, and the release stays published
    Stop(WordArgs),
}

#[derive(Debug, Args)]
struct WordArgs {
    /// The alert (`alr_…`), or a release that it tells (`rel_…`)
    #[arg(value_name = "ID")]
    id: String,
    /// Why, for the history of the release and the audit log
    #[arg(long, value_name = "WORDS", default_value = "")]
    note: String,
}

pub(super) async fn run(args: &BlastArgs, client: &Client) -> Result<ExitCode> {
    match &args.command {
        BlastCommand::List { json } => {
            let shown = client.ask(Method::GET, "/v1/blasts", None).await?;
            match json {
                true => say!("{shown}"),
                false => print(&shown["blasts"]),
            }
        }
        BlastCommand::Go(args) => {
            let shown = say(client, args, "go").await?;
            say!("let go: {} endpoints are told now", plain(&shown["reach"]));
        }
        BlastCommand::Stop(args) => {
            let shown = say(client, args, "stop").await?;
            say!(
                "stopped: nobody is told; the release stays published. `dateline blast go {}` lets it go all the same.",
                text(&shown, "alert")
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn say(client: &Client, args: &WordArgs, word: &str) -> Result<Value> {
    let body = json!({ "note": args.note });
    let path = format!("/v1/blasts/{}/{word}", args.id);
    client.ask(Method::POST, &path, Some(&body)).await
}

fn print(blasts: &Value) {
    let blasts = blasts.as_array().map(Vec::as_slice).unwrap_or_default();
    if blasts.is_empty() {
        say!("nothing waits for a word");
    }
    for blast in blasts {
        say!("{}", said(blast));
    }
}

/// A question in words: `alr_… would be told to 5200, usually at most 310, since …: rel_… Acme opens`.
pub(super) fn said(blast: &Value) -> String {
    let releases: Vec<String> = blast["releases"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|release| format!("{} {}", text(release, "id"), text(release, "headline")))
        .collect();
    format!(
        "{} would be told to {}, usually at most {}, since {}: {}",
        text(blast, "alert"),
        plain(&blast["reach"]),
        plain(&blast["usual"]),
        text(blast, "since"),
        releases.join("; ")
    )
}
