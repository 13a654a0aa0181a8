//! `dateline tail`: follow the workers' log of a running server.

use super::ask::query;
use crate::client::Client;
use crate::saying::is_heard;
use crate::telemetry::{LogLine, Paint};
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use http::Method;
use http_body_util::BodyExt;
use std::io::IsTerminal;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct TailArgs {
    /// Of this release only
    #[arg(long)]
    release: Option<String>,
    /// Of this worker only: intake, router, sweep, newsroom, email, webhook
    #[arg(long)]
    worker: Option<String>,
    /// email or webhook
    #[arg(long)]
    channel: Option<String>,
    /// delivered, retried, gathered, dead, suppressed, superseded, accepted, cleared, routed
    #[arg(long)]
    outcome: Option<String>,
    /// error, warn, info, debug (one line a delivery) or trace
    #[arg(long)]
    level: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &TailArgs, client: &Client) -> Result<ExitCode> {
    if !client.is_served() {
        bail!(
            "no server runs on this folder: there is no log to follow; start one with `dateline serve`"
        );
    }
    let pairs = [
        ("release", args.release.clone()),
        ("worker", args.worker.clone()),
        ("channel", args.channel.clone()),
        ("outcome", args.outcome.clone()),
        ("level", args.level.clone()),
    ];
    let response = client
        .exchange(Method::GET, &query("/v1/tail", &pairs), "", Vec::new(), &[])
        .await?;
    let status = response.status();
    let mut body = response.into_body();
    if !status.is_success() {
        let bytes = body
            .collect()
            .await
            .map_err(|error| anyhow!("{error}"))?
            .to_bytes();
        let answer = crate::client::Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        };
        bail!("{}", crate::client::refusal(&answer));
    }
    let mut waiting = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|error| anyhow!("{error}"))
            .context("the server ended the tail")?;
        waiting.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = waiting.drain(..=end).collect();
            print(String::from_utf8_lossy(&line).trim_end(), args.json);
            if !is_heard() {
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One line of the event stream (WHATWG HTML, 9.2).
fn print(line: &str, json: bool) {
    let Some(data) = line.strip_prefix("data:").map(str::trim_start) else {
        return;
    };
    let paint = if std::io::stdout().is_terminal() {
        Paint::Colours
    } else {
        Paint::Plain
    };
    match (json, serde_json::from_str::<LogLine>(data)) {
        (false, Ok(line)) => say!("{}", line.text(paint)),
        (true, Ok(_)) => say!("{data}"),
        (_, Err(_)) => eprintln!("(the terminal was too slow: {data} lines were missed)"),
    }
}
