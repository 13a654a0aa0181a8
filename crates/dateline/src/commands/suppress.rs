//! `dateline suppress`: addresses that must not be written to, whatever is asked for them.

use super::admin::print_table;
use super::ask::text;
use crate::client::Client;
use anyhow::Result;
use clap::{Args, Subcommand};
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
        Action::Lift { address } => {
            let body = json!({ "address": address });
            let path = "/v1/suppressions/lift";
            client.ask(Method::POST, path, Some(&body)).await?;
            say!("{address} may be written to again");
        }
        Action::List => {
            let mut all = client.all("/v1/suppressions", "suppressions").await?;
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
