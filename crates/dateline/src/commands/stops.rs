//! `dateline hold`, `cancel`, `reschedule`: a release before its clear time.

use super::ask::text;
use super::when::clear_time;
use crate::client::Client;
use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::{Value, json};
use std::process::ExitCode;
use store::Clock;

#[derive(Debug, Args)]
pub(super) struct StopArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
}

#[derive(Debug, Args)]
pub(super) struct HoldArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
    /// Why, for those who see the release
    #[arg(long, value_name = "WORDS", default_value = "")]
    note: String,
}

#[derive(Debug, Args)]
pub(super) struct RescheduleArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
    /// The new clear time: `2026-12-01T09:00[America/New_York]`, with an offset, or `+90s` from now
    #[arg(long, value_name = "TIME")]
    at: String,
}

pub(super) async fn hold(args: &HoldArgs, client: &Client) -> Result<ExitCode> {
    order(&args.id, "hold", &json!({ "note": args.note }), client).await
}

pub(super) async fn cancel(args: &StopArgs, client: &Client) -> Result<ExitCode> {
    order(&args.id, "cancel", &json!({}), client).await
}

async fn order(id: &str, action: &str, body: &Value, client: &Client) -> Result<ExitCode> {
    let path = format!("/v1/releases/{id}/{action}");
    let shown = client.ask(Method::POST, &path, Some(body)).await?;
    say!("{id}: {}", text(&shown, "result"));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn reschedule(args: &RescheduleArgs, client: &Client) -> Result<ExitCode> {
    let body = Value::Object(clear_time(&args.at, Clock::System.now_ms())?);
    order(&args.id, "reschedule", &body, client).await
}
