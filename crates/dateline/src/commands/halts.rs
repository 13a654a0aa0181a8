//! `dateline halt` and `resume`: sending stopped by hand, at once and without loss.

use super::ask::text;
use crate::client::Client;
use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::{Value, json};
use std::process::ExitCode;

/// What is to stop, or to go on.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct What {
    /// Everything: alerts of both lanes, and the wire's own mails with links to sign in
    #[arg(long)]
    all: bool,
    /// The news of an issuer, by its slug; notices to its own people go on
    #[arg(long, value_name = "SLUG")]
    issuer: Option<String>,
    /// One channel
    #[arg(long, value_name = "CHANNEL", value_parser = ["email", "webhook"])]
    channel: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct HaltArgs {
    #[command(flatten)]
    what: What,
    /// Why, for those who look at the status
    #[arg(long, value_name = "WORDS", default_value = "")]
    note: String,
}

#[derive(Debug, Args)]
pub(super) struct ResumeArgs {
    #[command(flatten)]
    what: What,
    /// Why, for the audit log
    #[arg(long, value_name = "WORDS", default_value = "")]
    note: String,
}

pub(super) async fn halt(args: &HaltArgs, client: &Client) -> Result<ExitCode> {
    let body = body(&args.what, &args.note);
    let shown = client.ask(Method::POST, "/v1/halts", Some(&body)).await?;
    say!(
        "halted: {}. What had begun ends within a moment; releases clear as ever, and what was to be sent waits.",
        said(&shown)
    );
    say!("`dateline resume` with the same words lets it go on.");
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn resume(args: &ResumeArgs, client: &Client) -> Result<ExitCode> {
    let body = body(&args.what, &args.note);
    let path = "/v1/halts/resume";
    let shown = client.ask(Method::POST, path, Some(&body)).await?;
    say!("resumed: what waited is sent now");
    for left in shown["halts"].as_array().into_iter().flatten() {
        say!("still halted: {}", said(left));
    }
    Ok(ExitCode::SUCCESS)
}

fn body(what: &What, note: &str) -> Value {
    let What {
        all,
        issuer,
        channel,
    } = what;
    json!({ "all": all, "issuer": issuer, "channel": channel, "note": note })
}

/// A halt in words: `issuer acme since 2026-12-01T09:00:00.000Z by local (a loop in the feed)`.
pub(super) fn said(halt: &Value) -> String {
    let words = [text(halt, "kind"), text(halt, "name")];
    let what = words.join(" ");
    let (since, by) = (text(halt, "since"), text(halt, "by"));
    match text(halt, "note").as_str() {
        "" => format!("{} since {since} by {by}", what.trim()),
        note => format!("{} since {since} by {by} ({note})", what.trim()),
    }
}
