//! Measurements, each against the limit that the leanest possible client reaches in the same run.
//!
//! Reads nothing but the clock and `/proc/self`; writes one JSON line per figure to standard output, and a data folder
//! that is gone at the end. Engine, sinks and lean clients share one process and one tokio runtime, so the figures are
//! what one machine does with both ends of every connection: neither side has cores of its own.
//!
//! * **The same sinks, the same sizes.** A figure's `limit_per_second` is measured before and after the engine's round,
//!   and the better of the two counts, so that a noisy neighbour does not flatter the ratio.
//! * **The ledger is part of the work.** A round of deliveries lasts from the submission over HTTP until the last
//!   outcome is committed to the store (SQLite, `synchronous=FULL`), not until the last byte is on its way.
//! * **Fast is not enough.** Every id of the ledger is looked for at the sinks: `lost` counts deliveries that are not
//!   both recorded as delivered and seen, `doubled` those seen more often than once. Either ends with exit code 1.
//! * **Warm, not cold.** Each side does a round before the measured one: connections are open, caches are filled.

mod account;
mod audience;
mod bare_calls;
mod bare_commits;
mod bare_mails;
mod deliveries;
mod engine;
mod figure;
mod item;
mod submissions;
mod usage;

use clap::{Parser, ValueEnum};
use figure::Figure;
use std::process::ExitCode;

/// Measure the wire against the limits of the machine it runs on
#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  cargo run --release -p bench -- webhook
  cargo run --release -p bench -- pipeline --n 100000
  for b in webhook email intake pipeline; do cargo run --release -p bench -- $b; done | jq -c '{bench, ratio}'

Standard output is one JSON line:
  bench, n            what was measured, and how many deliveries or releases
  per_second          the engine's, with the ledger committed
  limit_per_second    the leanest client's against the same sink in the same run, the better of two rounds
  ratio               the first over the second
  lost, doubled       ids of the ledger not found at the sink, or found there more than once
  cpu_s_per_1000      user and system time of this process (both ends of every connection) during the engine's
                      round, from /proc/self/stat in steps of 10 ms, per 1,000
  peak_rss_mib        VmHWM of this process, reset before the engine's round
Exit code 1 if anything was lost or doubled. Run it with --release on an idle machine, and more than once.")]
struct Cli {
    /// What to measure
    bench: Bench,
    /// How many deliveries (10,000 unless given) or releases (2,000)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    n: Option<u32>,
    /// A setting of the engine, such as `batch.size=1000`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Bench {
    /// One item to N webhooks; the limit: bare hyper, 64 kept connections, 2 KB signed by HMAC-SHA256
    Webhook,
    /// One item to N mailboxes; the limit: bare SMTP with PIPELINING, 50 kept connections, 8 KB
    Email,
    /// N releases over 32 HTTP connections; the limit: single-row SQLite commits by 32 tasks, synchronous=FULL
    Intake,
    /// One item to N endpoints, half webhooks, half mailboxes; the limit: both bare clients at once
    Pipeline,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    let n = |default: usize| cli.n.map_or(default, |n| n as usize);
    let figure: Figure = match cli.bench {
        Bench::Webhook => deliveries::webhook(n(10_000), cli.set).await?,
        Bench::Email => deliveries::email(n(10_000), cli.set).await?,
        Bench::Intake => submissions::intake(n(2_000), cli.set).await?,
        Bench::Pipeline => deliveries::pipeline(n(10_000), cli.set).await?,
    };
    println!("{}", serde_json::to_string(&figure)?);
    Ok(match figure.is_clean() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}
