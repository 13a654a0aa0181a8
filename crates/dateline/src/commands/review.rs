//! `dateline review`, `proof`: what approvers and editors do with releases that await their word.

use super::admin::print_table;
use super::ask::text;
use crate::client::Client;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use std::process::ExitCode;

/// So many characters of a text's hash tell it from another.
const ENOUGH_OF_A_HASH: usize = 8;

#[derive(Debug, Args)]
pub(super) struct ReviewArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List what awaits a word
    List,
    /// Show a release as it would leave, and the hash to approve it by
    Show {
        /// `rel_…`
        id: String,
    },
    /// Submit a draft
    Submit {
        /// `rel_…`
        id: String,
    },
    /// Approve the text that was read
    Approve {
        /// `rel_…`
        id: String,
        /// The hash that `review show` printed, or its first 8 characters
        hash: String,
    },
    /// Ask the submitter something
    Query {
        /// `rel_…`
        id: String,
        /// The question
        note: String,
    },
    /// Refuse a release
    Refuse {
        /// `rel_…`
        id: String,
        /// The reason
        note: String,
    },
    /// Show what became of a release, when, and by whom
    History {
        /// `rel_…`
        id: String,
    },
}

pub(super) async fn run(args: ReviewArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        Action::List => list(client).await?,
        Action::Show { id } => show(&id, client).await?,
        Action::Submit { id } => act(&id, "submit", None, client).await?,
        Action::Approve { id, hash } => approve(&id, &hash, client).await?,
        Action::Query { id, note } => {
            act(&id, "query", Some(json!({ "note": note })), client).await?;
        }
        Action::Refuse { id, note } => {
            act(&id, "refuse", Some(json!({ "note": note })), client).await?;
        }
        Action::History { id } => {
            let path = format!("/v1/releases/{id}/history");
            let shown = client.ask(Method::GET, &path, None).await?;
            print_table(&shown["events"], &["at", "act", "actor", "state", "note"]);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(client: &Client) -> Result<()> {
    let mut waiting = Vec::new();
    for state in ["submitted", "held"] {
        let path = format!("/v1/releases?limit=500&state={state}");
        let shown = client.ask(Method::GET, &path, None).await?;
        waiting.extend(shown["releases"].as_array().cloned().unwrap_or_default());
    }
    waiting.sort_by_key(|release| text(release, "clear_at"));
    match waiting.is_empty() {
        true => say!("nothing awaits a word"),
        false => {
            let head = ["id", "state", "awaits", "clear_at", "issuers", "headline"];
            print_table(&Value::Array(waiting), &head);
        }
    }
    Ok(())
}

async fn show(id: &str, client: &Client) -> Result<()> {
    let path = format!("/v1/releases/{id}");
    let shown = client.ask(Method::GET, &path, None).await?;
    say!("{}", serde_json::to_string_pretty(&shown["content"])?);
    say!(
        "\nstate {}, clear time {}\n`dateline review approve {id} {}` approves this text",
        text(&shown, "state"),
        text(&shown, "clear_at"),
        text(&shown, "content_hash")
            .chars()
            .take(ENOUGH_OF_A_HASH)
            .collect::<String>()
    );
    Ok(())
}

/// The whole hash goes with the approval, so that a text that changes meanwhile is not approved.
async fn approve(id: &str, hash: &str, client: &Client) -> Result<()> {
    let path = format!("/v1/releases/{id}");
    let shown = client.ask(Method::GET, &path, None).await?;
    let whole = text(&shown, "content_hash");
    if hash.len() < ENOUGH_OF_A_HASH || !whole.starts_with(hash) {
        bail!(
            "`{hash}` is not the hash of {id} as it stands: it has changed since you read it, or the hash was cut short; \
             see `dateline review show {id}`"
        );
    }
    act(
        id,
        "approve",
        Some(json!({ "content_hash": whole })),
        client,
    )
    .await
}

async fn act(id: &str, what: &str, body: Option<Value>, client: &Client) -> Result<()> {
    let path = format!("/v1/releases/{id}/{what}");
    let shown = client.ask(Method::POST, &path, body.as_ref()).await?;
    say!("{id} is {}", text(&shown, "state"));
    Ok(())
}

#[derive(Debug, Args)]
pub(super) struct ProofArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
    /// How long the link is to work
    #[arg(long, default_value_t = 72, value_name = "HOURS")]
    hours: i64,
}

pub(super) async fn proof(args: &ProofArgs, client: &Client) -> Result<ExitCode> {
    let path = format!("/v1/releases/{}/proof", args.id);
    let body = json!({ "hours": args.hours });
    let shown = client.ask(Method::POST, &path, Some(&body)).await?;
    say!("{}", text(&shown, "url"));
    eprintln!(
        "works until {}; whoever has it sees the release",
        text(&shown, "expires_at")
    );
    Ok(ExitCode::SUCCESS)
}
