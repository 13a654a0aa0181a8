//! `dateline subscribe`: who wants to hear of what.

use super::admin::print_table;
use super::ask::{query, text};
use crate::client::Client;
use anyhow::Result;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::json;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct SubscribeArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a subscription; the reader is asked to confirm unless --consent says how it is known
    Add {
        /// What they want: `topic:mining AND lang:en AND NOT "gold price"`
        filter: String,
        /// A mail address
        #[arg(long, conflicts_with = "webhook", required_unless_present = "webhook")]
        email: Option<String>,
        /// A URL that takes calls by Standard Webhooks
        #[arg(long, requires = "owner")]
        webhook: Option<String>,
        /// The mail address of the webhook's owner
        #[arg(long)]
        owner: Option<String>,
        /// What the reader calls it
        #[arg(long)]
        name: Option<String>,
        /// A language the reader reads, best first; may be repeated
        #[arg(long)]
        language: Vec<String>,
        /// `full` text in mails, or `link`
        #[arg(long)]
        extent: Option<String>,
        /// How it is known that the reader wants this: no confirmation is asked then
        #[arg(long)]
        consent: Option<String>,
    },
    /// List subscriptions
    List {
        /// Of this address only
        #[arg(long)]
        address: Option<String>,
        /// After this one
        #[arg(long)]
        after: Option<String>,
    },
    /// Show a subscription
    Show {
        /// `sub_…`
        id: String,
    },
    /// Keep a subscription, but send nothing
    Pause {
        /// `sub_…`
        id: String,
    },
    /// Send again
    Resume {
        /// `sub_…`
        id: String,
    },
    /// Delete a subscription
    Delete {
        /// `sub_…`
        id: String,
    },
}

pub(super) async fn run(args: SubscribeArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        Action::Add {
            filter,
            email,
            webhook,
            owner,
            name,
            language,
            extent,
            consent,
        } => {
            let body = json!({
                "filter": filter, "email": email, "webhook": webhook, "owner": owner, "name": name,
                "languages": language, "extent": extent, "consent": consent,
            });
            let shown = client
                .ask(Method::POST, "/v1/subscriptions", Some(&body))
                .await?;
            println!(
                "{} added: {} to {}",
                text(&shown, "id"),
                text(&shown, "filter"),
                text(&shown, "address")
            );
            if let Some(secret) = shown["secret"].as_str() {
                println!("calls are signed with this secret, shown once: {secret}");
            }
            if shown["endpoint_state"] == "pending" {
                println!(
                    "nothing is sent there before it is confirmed: the request to confirm is on its way"
                );
            }
        }
        Action::List { address, after } => {
            let path = query(
                "/v1/subscriptions",
                &[
                    ("address", address),
                    ("after", after),
                    ("limit", Some("500".into())),
                ],
            );
            let shown = client.ask(Method::GET, &path, None).await?;
            let head = [
                "id",
                "state",
                "channel",
                "address",
                "endpoint_state",
                "languages",
                "filter",
            ];
            print_table(&shown["subscriptions"], &head);
        }
        Action::Show { id } => {
            let shown = client
                .ask(Method::GET, &format!("/v1/subscriptions/{id}"), None)
                .await?;
            println!("{}", serde_json::to_string_pretty(&shown)?);
        }
        Action::Pause { id } => {
            client
                .ask(Method::POST, &format!("/v1/subscriptions/{id}/pause"), None)
                .await?;
            println!("{id} paused");
        }
        Action::Resume { id } => {
            client
                .ask(
                    Method::POST,
                    &format!("/v1/subscriptions/{id}/resume"),
                    None,
                )
                .await?;
            println!("{id} active");
        }
        Action::Delete { id } => {
            client
                .ask(Method::DELETE, &format!("/v1/subscriptions/{id}"), None)
                .await?;
            println!("{id} deleted");
        }
    }
    Ok(ExitCode::SUCCESS)
}
