//! `dateline suppress`: addresses that must not be written to, whatever is asked for them.

use super::admin::print_table;
use super::ask::text;
use super::import::{self, Holds, ImportArgs};
use crate::client::Client;
use anyhow::Result;
use clap::{Args, Subcommand};
use csv::Writer;
use http::Method;
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct SuppressArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Never write to an address again; the first reason stands
    #[command(
        after_help = "Example:  dateline suppress add ana@example.com \"complained by phone\""
    )]
    Add {
        /// A mail address
        address: String,
        /// Why, without the address: the reason is kept when the address is erased
        reason: String,
    },
    /// Suppress the addresses of a CSV file: address, reason
    #[command(after_help = "Example:  dateline suppress import suppressed.csv --dry-run")]
    Import(ImportArgs),
    /// Write the list as CSV, as `import` reads it; of erased addresses there is nothing to write
    #[command(after_help = "Example:  dateline suppress export > suppressed.csv")]
    Export,
    /// Let an address be written to again; one that was erased stays suppressed
    #[command(after_help = "Example:  dateline suppress lift ana@example.com")]
    Lift {
        /// As it was suppressed
        address: String,
    },
    /// List the addresses that are not written to, oldest first; of an erased one only the reason is left
    #[command(after_help = "Example:  dateline suppress list")]
    List,
}

pub(super) async fn run(args: SuppressArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        Action::Add { address, reason } => {
            let body = json!({ "address": address, "reason": reason });
            let path = "/v1/suppressions";
            let shown = client.ask(Method::POST, path, Some(&body)).await?;
            say!(
                "{address} is not written to since {}: {}",
                text(&shown, "created_at"),
                text(&shown, "reason")
            );
        }
        Action::Import(args) => return import::run(args, Holds::Suppressions, client).await,
        Action::Export => say_part!("{}", exported(client).await?),
        Action::Lift { address } => {
            let body = json!({ "address": address });
            let path = "/v1/suppressions/lift";
            client.ask(Method::POST, path, Some(&body)).await?;
            say!("{address} may be written to again");
        }
        Action::List => {
            let mut all = all(client).await?;
            for entry in all.as_array_mut().into_iter().flatten() {
                if entry["address"].is_null() {
                    entry["address"] = Value::from("(erased)");
                }
            }
            print_table(&all, &["address", "reason", "created_at"]);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn all(client: &Client) -> Result<Value> {
    client.all("/v1/suppressions", "suppressions").await
}

/// The list as CSV.
async fn exported(client: &Client) -> Result<String> {
    let mut lines = Writer::from_writer(Vec::new());
    lines.write_record(["address", "reason"])?;
    for entry in all(client).await?.as_array().into_iter().flatten() {
        if let (Some(address), Some(reason)) = (entry["address"].as_str(), entry["reason"].as_str())
        {
            lines.write_record([address, reason])?;
        }
    }
    Ok(String::from_utf8(lines.into_inner()?)?)
}
