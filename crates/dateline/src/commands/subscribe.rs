//! `dateline subscribe`: who wants to hear of what.

mod hook;

use super::admin::print_table;
use super::ask::{query, text};
use super::backtest;
use super::import::{self, Holds, ImportArgs};
use crate::client::Client;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use http::Method;
use serde_json::json;
use std::process::ExitCode;
use std::time::{Duration, Instant};

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
        #[arg(long, conflicts_with = "webhook", required_unless_present_any = ["webhook", "backtest"])]
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
        /// How often mails come: `at-once`, `hourly`, `daily` or `weekly`
        #[arg(long)]
        frequency: Option<String>,
        /// When daily and weekly mails come: `08:00 monday Europe/Madrid`
        #[arg(long)]
        digest_at: Option<String>,
        /// Near identical stories: `each`, or only the first that arrives (`once`)
        #[arg(long)]
        repeats: Option<String>,
        #[command(flatten)]
        hook: hook::HookArgs,
        /// How it is known that the reader wants this: no confirmation is asked then
        #[arg(long)]
        consent: Option<String>,
        /// Add nothing: say what the filter would have sent within so many days, such as 30d
        #[arg(long, value_name = "DAYS")]
        backtest: Option<String>,
        /// Print what it would have sent as JSON
        #[arg(long, requires = "backtest")]
        json: bool,
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
    /// Change what a subscription asks for, or how its webhook is called
    Change {
        /// `sub_…`
        id: String,
        /// Another filter
        #[arg(long, required_unless_present_any = ["name", "frequency", "signing", "include", "ordered", "per_minute"])]
        filter: Option<String>,
        /// Another name
        #[arg(long)]
        name: Option<String>,
        /// How often from now on: `at-once`, `hourly`, `daily` or `weekly`
        #[arg(long)]
        frequency: Option<String>,
        #[command(flatten)]
        hook: hook::HookArgs,
    },
    /// Add subscriptions from a CSV file: email or webhook, filter; name, languages, extent, frequency, digest_at, repeats, consent,
    /// owner
    #[command(after_help = "Example:  dateline subscribe import readers.csv --dry-run")]
    Import(ImportArgs),
    /// Print everything that is held about an address and its webhooks, as JSON
    Export {
        /// A mail address
        address: String,
    },
    /// Erase everything that is held about an address and its webhooks
    Erase {
        /// A mail address
        address: String,
    },
    /// Give a subscription's webhook another secret, which is shown once; the old one holds on for a while
    Rotate {
        /// `sub_…` or `ep_…`
        id: String,
        /// How long calls bear signatures by the old one, too; 0 if somebody else may know it
        #[arg(long, default_value_t = 24, value_name = "HOURS")]
        hours: i64,
    },
    /// Send a test event to a subscription's endpoint, and say what came of it
    Test {
        /// `sub_…` or `ep_…`
        id: String,
    },
}

/// How long the outcome of a test is waited for.
const TEST_WAIT: Duration = Duration::from_secs(60);

pub(super) async fn run(args: SubscribeArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        Action::Add {
            filter,
            backtest: Some(span),
            json,
            ..
        } => return tried(client, &filter, &span, json).await,
        Action::Add {
            filter,
            email,
            webhook,
            owner,
            name,
            language,
            extent,
            frequency,
            digest_at,
            repeats,
            hook,
            consent,
            ..
        } => {
            let mut body = json!({
                "filter": filter, "email": email, "webhook": webhook, "owner": owner, "name": name,
                "languages": language, "extent": extent, "frequency": frequency, "digest_at": digest_at,
                "repeats": repeats, "consent": consent,
            });
            for (field, value) in hook.given() {
                body[field] = value;
            }
            let shown = client
                .ask(Method::POST, "/v1/subscriptions", Some(&body))
                .await?;
            say!(
                "{} added: {} to {}",
                text(&shown, "id"),
                text(&shown, "filter"),
                text(&shown, "address")
            );
            if let Some(secret) = shown["secret"].as_str() {
                say!("calls are signed with this secret, shown once: {secret}");
            }
            if shown["endpoint_state"] == "pending" {
                say!(
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
            say!("{}", serde_json::to_string_pretty(&shown)?);
        }
        Action::Pause { id } => {
            client
                .ask(Method::POST, &format!("/v1/subscriptions/{id}/pause"), None)
                .await?;
            say!("{id} paused");
        }
        Action::Resume { id } => {
            client
                .ask(
                    Method::POST,
                    &format!("/v1/subscriptions/{id}/resume"),
                    None,
                )
                .await?;
            say!("{id} active");
        }
        Action::Delete { id } => {
            client
                .ask(Method::DELETE, &format!("/v1/subscriptions/{id}"), None)
                .await?;
            say!("{id} deleted");
        }
        Action::Change {
            id,
            filter,
            name,
            frequency,
            hook,
        } => {
            let hook = hook.given();
            if !hook.is_empty() {
                hook::change(client, &id, hook).await?;
            }
            let mut body = json!({});
            for (field, value) in [("filter", filter), ("name", name), ("frequency", frequency)] {
                if let Some(value) = value {
                    body[field] = json!(value);
                }
            }
            if body == json!({}) {
                return Ok(ExitCode::SUCCESS);
            }
            let path = format!("/v1/subscriptions/{id}");
            let shown = client.ask(Method::PATCH, &path, Some(&body)).await?;
            say!("{id} asks for {}", text(&shown, "filter"));
        }
        Action::Import(args) => return import::run(args, Holds::Subscriptions, client).await,
        Action::Export { address } => {
            let body = json!({ "owner": address });
            let path = "/v1/endpoints/export";
            let shown = client.ask(Method::POST, path, Some(&body)).await?;
            say!("{}", serde_json::to_string_pretty(&shown)?);
        }
        Action::Erase { address } => {
            let body = json!({ "owner": address });
            let path = "/v1/endpoints/erase";
            let shown = client.ask(Method::POST, path, Some(&body)).await?;
            let erased = shown["erased"].as_array().map_or(0, Vec::len);
            say!("{erased} endpoints erased: of them the ledger keeps a hash, and nothing else");
        }
        Action::Rotate { id, hours } => rotate(client, id, hours).await?,
        Action::Test { id } => return test(client, id).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what a filter would have sent; nothing is added.
async fn tried(client: &Client, filter: &str, span: &str, as_json: bool) -> Result<ExitCode> {
    let code = backtest::run(client, filter, span, as_json).await?;
    if !as_json {
        say!("\nnothing was added: leave `--backtest` out to subscribe");
    }
    Ok(code)
}

/// Where a subscription's alerts go; an endpoint is its own.
async fn endpoint_of(client: &Client, id: String) -> Result<String> {
    if !id.starts_with("sub_") {
        return Ok(id);
    }
    let path = format!("/v1/subscriptions/{id}");
    let shown = client.ask(Method::GET, &path, None).await?;
    Ok(text(&shown, "endpoint"))
}

async fn rotate(client: &Client, id: String, hours: i64) -> Result<()> {
    let endpoint = endpoint_of(client, id).await?;
    let path = format!("/v1/endpoints/{endpoint}/secret");
    let body = json!({ "hours": hours });
    let shown = client.ask(Method::POST, &path, Some(&body)).await?;
    let secret = text(&shown, "secret");
    say!("calls to {endpoint} are signed with this secret, shown once: {secret}");
    match hours {
        0 => say!("the old one is of no use any more"),
        _ => say!(
            "until {} they are signed with the old one, too",
            text(&shown, "old_secret_until")
        ),
    }
    Ok(())
}

/// Sends a test event and waits for its outcome; exit code 1 if it failed.
async fn test(client: &Client, id: String) -> Result<ExitCode> {
    let endpoint = endpoint_of(client, id).await?;
    if !client.is_served() {
        bail!(
            "no server runs on this folder, so nothing can be sent: start it with `dateline serve`"
        );
    }
    let path = format!("/v1/endpoints/{endpoint}/test");
    let asked = client.ask(Method::POST, &path, None).await?;
    let begun = Instant::now();
    loop {
        let result = client.ask(Method::GET, &path, None).await?;
        let ours = result["test"] == asked["test"];
        match result["state"].as_str() {
            Some("delivered") if ours => {
                say!(
                    "{endpoint} answered {} after {} ms",
                    text(&result, "status"),
                    text(&result, "took_ms")
                );
                return Ok(ExitCode::SUCCESS);
            }
            Some("due") | None => {}
            Some(_) if ours => {
                say!(
                    "{endpoint} failed after {} ms: {}",
                    text(&result, "took_ms"),
                    text(&result, "error")
                );
                return Ok(ExitCode::FAILURE);
            }
            Some(_) => {}
        }
        if begun.elapsed() > TEST_WAIT {
            bail!("no outcome within a minute; ask later: GET {path}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
