//! `dateline status`: how the wire stands, verdict first.

use super::admin::print_table;
use super::ask::{plain, text};
use super::blasts;
use super::halts::said;
use crate::client::Client;
use anyhow::Result;
use clap::Args;
use http::Method;
use release::time::human_duration;
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &StatusArgs, client: &Client) -> Result<ExitCode> {
    let mut shown = client.ask(Method::GET, "/v1/status", None).await?;
    if !client.is_served() {
        shown["verdict"] = json!("STUCK");
        shown["why"] = json!("no server runs on this folder; start it with `dateline serve`");
    }
    if args.json {
        say!("{shown}");
    } else {
        print(&shown);
    }
    Ok(match shown["verdict"].as_str() {
        Some("OK") => ExitCode::SUCCESS,
        Some("LATE" | "HALTED" | "ASKS") => ExitCode::from(1),
        _ => ExitCode::from(2),
    })
}

fn print(shown: &Value) {
    say!("{}: {}", text(shown, "verdict"), text(shown, "why"));
    let age = shown["oldest_due_age_ms"]
        .as_i64()
        .map_or_else(|| "none".to_owned(), human_duration);
    let depth: Vec<String> = shown["queue_depth"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, depth)| format!("{name} {depth}"))
        .collect();
    say!("queues     {}", depth.join(", "));
    for (label, field) in [
        ("scheduled", "scheduled"),
        ("unrouted", "unrouted"),
        ("batches", "open_batches"),
        ("due", "due"),
        ("halted", "halted"),
        ("retrying", "retrying"),
        ("digests", "gathered"),
        ("dead", "dead"),
        ("poisoned", "poisoned"),
    ] {
        say!("{label:<10} {}", plain(&shown[field]));
    }
    say!("oldest due {age}");
    let bounces = &shown["bounces"];
    say!(
        "came back  {} hard, {} soft, {} complaints within a day",
        plain(&bounces["hard"]),
        plain(&bounces["soft"]),
        plain(&bounces["complaints"])
    );
    for halt in shown["halts"].as_array().into_iter().flatten() {
        say!("halted     {}", said(halt));
    }
    for blast in shown["blasts"].as_array().into_iter().flatten() {
        say!("asks       {}", blasts::said(blast));
    }
    let mut workers = shown["workers"].clone();
    for worker in workers.as_array_mut().into_iter().flatten() {
        for (from, to) in [("silent_ms", "last heard"), ("up_ms", "up")] {
            let shown = worker[from].as_i64().map(human_duration);
            worker[to] = json!(shown);
        }
    }
    if workers
        .as_array()
        .is_some_and(|workers| !workers.is_empty())
    {
        say!();
        print_table(&workers, &["id", "role", "doing", "last heard", "up"]);
    }
}
