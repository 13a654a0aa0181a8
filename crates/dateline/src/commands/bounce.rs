//! `dateline bounce`: mail that came back, from a pipe of the mail system.
//!
//! Its exit codes are those that mail systems know (sysexits.h): whatever may be otherwise later is 75, so that nothing is lost while
//! the server is away.

use super::Common;
use super::ask::{query, text};
use crate::client::refusal;
use anyhow::{Context, Result};
use clap::Args;
use http::{Method, StatusCode};
use release::bounce::MOST_BYTES;
use std::io::Read;
use std::process::ExitCode;

/// The message is no use, now or later.
const EX_DATAERR: u8 = 65;
/// Try again later.
const EX_TEMPFAIL: u8 = 75;

#[derive(Debug, Args)]
pub(super) struct BounceArgs {
    /// The envelope's recipient, `b+…@…`; else the message's own headers are asked
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,
}

pub(super) async fn run(args: BounceArgs, common: &Common) -> ExitCode {
    take(args, common).await.unwrap_or_else(|error| {
        eprintln!("dateline: {error:#}");
        ExitCode::from(EX_TEMPFAIL)
    })
}

async fn take(args: BounceArgs, common: &Common) -> Result<ExitCode> {
    let message = message(std::io::stdin().lock()).context("the message cannot be read")?;
    let client = common.client().await?;
    let path = query("/v1/bounces", &[("recipient", args.recipient)]);
    let answer = client
        .send(Method::POST, &path, "message/rfc822", message, &[])
        .await?;
    if answer.status.is_success() {
        let shown = &answer.body;
        say!(
            "{}: {} {}: {}",
            text(shown, "delivery"),
            text(shown, "kind"),
            text(shown, "status"),
            text(shown, "followed")
        );
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("dateline: {}", refusal(&answer));
    Ok(ExitCode::from(match answer.status {
        StatusCode::UNPROCESSABLE_ENTITY => EX_DATAERR,
        _ => EX_TEMPFAIL,
    }))
}

/// The beginning of a message, as far as it is looked at; the rest is read, for a mail system minds a pipe that closes early.
fn message(mut from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut message = Vec::new();
    from.by_ref()
        .take(MOST_BYTES as u64)
        .read_to_end(&mut message)?;
    std::io::copy(&mut from, &mut std::io::sink())?;
    Ok(message)
}
