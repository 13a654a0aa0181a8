//! `dateline webhook-key`: the wire's key that signs calls by ed25519.

use super::ask::text;
use crate::client::Client;
use anyhow::Result;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::json;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct WebhookKeyArgs {
    #[command(subcommand)]
    command: WebhookKeyCommand,
}

#[derive(Debug, Subcommand)]
enum WebhookKeyCommand {
    /// Make another key; the old one signs beside it for a while
    Rotate {
        /// How long the old one signs, too; 0 if somebody else may know it
        #[arg(long, default_value_t = 168, value_name = "HOURS")]
        hours: i64,
    },
}

pub(super) async fn run(args: &WebhookKeyArgs, client: &Client) -> Result<ExitCode> {
    let WebhookKeyCommand::Rotate { hours } = &args.command;
    let body = json!({ "hours": hours });
    let path = "/v1/webhook-keys";
    let shown = client.ask(Method::POST, path, Some(&body)).await?;
    let (id, key) = (text(&shown, "id"), text(&shown, "key"));
    say!("key {id} signs from now on: {key}");
    match shown["old_key_until"].as_str() {
        Some(until) => say!("until {until} the old one signs, too"),
        None => say!("no other key signs"),
    }
    Ok(ExitCode::SUCCESS)
}
