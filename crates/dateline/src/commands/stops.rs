//! `dateline hold`, `cancel`, `reschedule`: a release before its clear time.

use super::ask::text;
use super::when::clear_time;
use crate::client::Client;
use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::Value;
use std::process::ExitCode;
use store::Clock;

#[derive(Debug, Args)]
pub(super) struct StopArgs {
    /// The release
    #[arg(value_name = "ID")]
    id: String,
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

pub(super) async fn stop(args: &StopArgs, action: &str, client: &Client) -> Result<ExitCode> {
    let shown = client
        .ask(
            Method::POST,
            &format!("/v1/releases/{}/{action}", args.id),
            None,
        )
        .await?;
    println!("{}: {}", args.id, text(&shown, "result"));
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn reschedule(args: &RescheduleArgs, client: &Client) -> Result<ExitCode> {
    let body = Value::Object(clear_time(&args.at, Clock::System.now_ms())?);
    let shown = client
        .ask(
            Method::POST,
            &format!("/v1/releases/{}/reschedule", args.id),
            Some(&body),
        )
        .await?;
    println!("{}: {}", args.id, text(&shown, "result"));
    Ok(ExitCode::SUCCESS)
}
