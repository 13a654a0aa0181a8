//! `dateline endpoint`: where alerts go, and what became of them there. With `--url` and a subscriber's token it is theirs.

use super::admin::print_table;
use super::ask::{query, text};
use crate::client::Client;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct EndpointArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List endpoints; with a subscriber's token, their own
    List {
        /// At this mail address or URL
        #[arg(long)]
        address: Option<String>,
        /// Of this mail address
        #[arg(long)]
        owner: Option<String>,
    },
    /// Show an endpoint with its subscriptions
    Show {
        /// `ep_…`
        id: String,
    },
    /// List what became of an endpoint's deliveries, the newest first
    Deliveries {
        /// `ep_…`
        id: String,
        /// due, delivered, dead, suppressed or superseded only
        #[arg(long)]
        state: Option<String>,
        /// So many at most, 1 to 500
        #[arg(long, default_value_t = 50)]
        limit: u16,
    },
    /// Show a delivery with each attempt
    Delivery {
        /// The webhook-id: `alr_…_ep_…`
        id: String,
    },
    /// Send a webhook again what it was sent, or was not, with the same webhook-ids
    Redeliver {
        /// `ep_…`, or one delivery: `alr_…_ep_…`
        id: String,
        /// Planned from then on, RFC 3339
        #[arg(long)]
        since: Option<String>,
        /// Planned before then, RFC 3339
        #[arg(long)]
        until: Option<String>,
        /// Only what was given up
        #[arg(long)]
        failed: bool,
    },
    /// Send nothing until it is resumed
    Pause {
        /// `ep_…`
        id: String,
    },
    /// Pause once what is due by now has left
    Drain {
        /// `ep_…`
        id: String,
    },
    /// Send again
    Resume {
        /// `ep_…`
        id: String,
    },
}

pub(super) async fn run(args: EndpointArgs, client: &Client) -> Result<ExitCode> {
    match args.action {
        Action::List { address, owner } => {
            let path = query("/v1/endpoints", &[("address", address), ("owner", owner)]);
            let shown = client.ask(Method::GET, &path, None).await?;
            let head = ["id", "state", "channel", "address", "owner"];
            print_table(&shown["endpoints"], &head);
        }
        Action::Show { id } => {
            let shown = client.ask(Method::GET, &path_of(&id), None).await?;
            say!("{}", serde_json::to_string_pretty(&shown)?);
        }
        Action::Deliveries { id, state, limit } => {
            deliveries(client, &id, state, usize::from(limit)).await?;
        }
        Action::Delivery { id } => {
            let path = format!("{}/deliveries/{id}", path_of(endpoint_of(&id)?));
            let shown = client.ask(Method::GET, &path, None).await?;
            say!("{}", serde_json::to_string_pretty(&shown)?);
        }
        Action::Redeliver {
            id,
            since,
            until,
            failed,
        } => {
            let wanted = match id.starts_with("alr_") {
                true => json!({ "delivery": id }),
                false => json!({ "since": since, "until": until, "failed": failed }),
            };
            let redelivered = redeliver(client, endpoint_of(&id)?, wanted).await?;
            say!("{redelivered} deliveries are sent again");
        }
        Action::Pause { id } => set(client, &id, "paused").await?,
        Action::Drain { id } => set(client, &id, "draining").await?,
        Action::Resume { id } => set(client, &id, "active").await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn path_of(endpoint: &str) -> String {
    format!("/v1/endpoints/{endpoint}")
}

/// The endpoint in a webhook-id; an endpoint's own id is as it is.
fn endpoint_of(id: &str) -> Result<&str> {
    match id.find("ep_") {
        Some(at) => Ok(&id[at..]),
        None => bail!("`{id}` names no endpoint: give `ep_…`, or a webhook-id `alr_…_ep_…`"),
    }
}

async fn set(client: &Client, id: &str, state: &str) -> Result<()> {
    let body = json!({ "state": state });
    let shown = client.ask(Method::PATCH, &path_of(id), Some(&body)).await?;
    say!("{id} is {}", text(&shown, "state"));
    Ok(())
}

/// Looks on until there are so many, or no more.
async fn deliveries(client: &Client, id: &str, state: Option<String>, limit: usize) -> Result<()> {
    let path = format!("{}/deliveries", path_of(id));
    let (mut rows, mut before) = (Vec::new(), None);
    loop {
        let left = (limit - rows.len()).to_string();
        let page = query(
            &path,
            &[
                ("state", state.clone()),
                ("before", before),
                ("limit", Some(left)),
            ],
        );
        let mut shown = client.ask(Method::GET, &page, None).await?;
        if let Value::Array(found) = shown["deliveries"].take() {
            rows.extend(found);
        }
        before = shown["next_before"].as_str().map(str::to_owned);
        if before.is_none() || rows.len() >= limit {
            break;
        }
    }
    let head = [
        "id",
        "kind",
        "state",
        "attempts",
        "last_status",
        "last_at",
        "next_attempt_at",
        "last_error",
    ];
    print_table(&Value::Array(rows), &head);
    Ok(())
}

/// Goes on until all of it is sent again; gives how many.
async fn redeliver(client: &Client, endpoint: &str, mut wanted: Value) -> Result<u64> {
    let path = format!("{}/redeliver", path_of(endpoint));
    let mut redelivered = 0;
    loop {
        let shown = client.ask(Method::POST, &path, Some(&wanted)).await?;
        redelivered += shown["redelivered"].as_u64().unwrap_or_default();
        match &shown["next_before"] {
            Value::Null => return Ok(redelivered),
            before => wanted["before"] = before.clone(),
        }
    }
}
