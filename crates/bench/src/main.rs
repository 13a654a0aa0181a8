//! Measurements, each against the limit that the leanest possible client reaches in the same run.
//!
//! Reads nothing but the clock and `/proc`; writes one JSON line per figure to standard output, and a data folder, or a
//! database and queues, that are gone at the end. Sinks and lean clients share this process; the wire is a process of its own,
//! or one a role, made from this same program ([`process`]). All share the cores: the figures are what one machine
//! does with both ends of every connection.
//!
//! * **The same sinks, the same sizes.** A figure's `limit_per_second` is measured before and after the wire's round,
//!   and the better of the two counts, so that a noisy neighbour does not flatter the ratio.
//! * **The ledger is part of the work.** A round of deliveries lasts from the submission over HTTP until the last
//!   outcome is committed to the store, not until the last byte is on its way.
//! * **Fast is not enough.** Every id of the ledger is looked for at the sinks: `lost` counts deliveries that are not
//!   both recorded as delivered and seen, `doubled` those seen more often than once. Either ends with exit code 1.
//! * **Warm, not cold.** Each side does a round before the measured one: connections are open, caches are filled.

mod account;
mod audience;
mod bare_calls;
mod bare_commits;
mod bare_inserts;
mod bare_mails;
mod deliveries;
mod figure;
mod item;
mod lanes;
mod matching;
mod pair;
mod planning;
mod process;
mod publishing;
mod receivers;
mod submissions;
mod times;
mod usage;
mod wire;

use clap::{Parser, ValueEnum};
use matching::{Plan, Workload};
use pair::Engine;
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;

/// Measure the wire against the limits of the machine it runs on
#[derive(Debug, Parser)]
#[command(after_help = "\
Examples:
  cargo run --release -p bench -- webhook
  cargo run --release -p bench -- pipeline --engine rabbitmq+postgres --n 100000
  cargo run --release -p bench -- lanes --n 100000
  cargo run --release -p bench -- match --workload hot | jq -c '{n, figure, value, wanted}'
  cargo run --release -p bench -- match --check 1000000000
  for b in webhook email intake pipeline; do cargo run --release -p bench -- $b; done | jq -c '{bench, ratio}'

Standard output is one JSON line:
  bench, engine, n    what was measured, on which engines, and how many deliveries or releases
  per_second          the wire's, with the ledger committed
  limit_per_second    the leanest client's against the same sink in the same run, the better of two rounds
  ratio               the first over the second
  plan_per_second, plan_ratio
                      deliveries planned a second with nothing else to do, and that to bare inserts (pipeline)
  publish_ratio       confirmed publishes, to those of a bare client of the broker (pipeline on RabbitMQ)
  p50_ms, p99_ms, max_ms, idle_p99_ms
                      from a flash item's acceptance to each of its 1,000 receivers (lanes)
  lost, doubled       ids of the ledger not found at the sink, or found there more than once
  cpu_s_per_1000      user and system time of the wire's processes during its round, from /proc/PID/stat in steps of
                      10 ms, per 1,000; without sinks, database and broker
  peak_rss_mib        VmHWM of each process of the wire, reset before its round
`match` has a line a figure instead: workload, n, figure, value, and wanted where a value was asked for.
Exit code 1 if anything was lost or doubled, ids differ, or the p99 of flash is 2 s or more. Run it with --release on an idle machine, and
more than once.")]
struct Cli {
    /// What to measure
    bench: Bench,
    /// How many deliveries (10,000 unless given), releases (2,000) or subscriptions (1,000,000; with --check 200,000)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    n: Option<u32>,
    /// On which engines
    #[arg(long, value_enum, default_value = "embedded")]
    engine: Engine,
    /// A setting of the wire, such as `batch.size=1000`; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// What subscribers ask for, for `match`
    #[arg(long, value_enum, default_value_t = Workload::Base)]
    workload: Workload,
    /// What subscriptions and releases are drawn from, for `match`
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For `match`: measure nothing, compare so many pairs of release and subscription with the plain evaluator
    #[arg(long, value_name = "PAIRS")]
    check: Option<u64>,
    /// For `match`: leave out mokaccino, which takes a GiB a million and minutes
    #[arg(long)]
    alone: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Bench {
    /// One item to N webhooks; the limit: bare hyper, 64 kept connections, 2 KB signed by HMAC-SHA256
    Webhook,
    /// One item to N mailboxes; the limit: bare SMTP with PIPELINING, 50 kept connections, 8 KB
    Email,
    /// N releases over 32 HTTP connections; the limit: single-row commits by 32 tasks, flushed to the disk
    Intake,
    /// One item to N endpoints, half webhooks, half mailboxes; the limit: both bare clients at once
    Pipeline,
    /// Flash items to 1,000 endpoints, twice a second, while a regular one goes to N; the limit: 2 s
    Lanes,
    /// N subscriptions in the index alone; the limit: the crate mokaccino, and the figures that were wanted
    Match,
}

fn main() -> anyhow::Result<ExitCode> {
    let name = std::env::args_os().next().unwrap_or_default();
    if Path::new(&name) == Path::new(process::WIRE) {
        return Ok(dateline::commands::main());
    }
    tokio::runtime::Runtime::new()?.block_on(measure(Cli::parse()))
}

async fn measure(cli: Cli) -> anyhow::Result<ExitCode> {
    let n = |default: usize| cli.n.map_or(default, |n| n as usize);
    let (engine, set) = (cli.engine, cli.set.as_slice());
    let clean = match cli.bench {
        Bench::Webhook => told(&deliveries::webhook(n(10_000), engine, set).await?)?.is_clean(),
        Bench::Email => told(&deliveries::email(n(10_000), engine, set).await?)?.is_clean(),
        Bench::Intake => told(&submissions::intake(n(2_000), engine, set).await?)?.is_clean(),
        Bench::Pipeline => told(&deliveries::pipeline(n(10_000), engine, set).await?)?.is_clean(),
        Bench::Lanes => told(&lanes::lanes(n(10_000), engine, set).await?)?.is_clean(),
        Bench::Match => return matches(&cli).map(|()| ExitCode::SUCCESS),
    };
    Ok(match clean {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

/// Prints a figure.
fn told<F: Serialize>(figure: &F) -> anyhow::Result<&F> {
    println!("{}", serde_json::to_string(figure)?);
    Ok(figure)
}

/// Prints a line a figure, and ends with an error where ids differ.
fn matches(cli: &Cli) -> anyhow::Result<()> {
    let n = |default: usize| cli.n.map_or(default, |n| n as usize);
    let plan = |n: usize| Plan {
        n,
        workload: cli.workload,
        seed: cli.seed,
        rival: !cli.alone,
    };
    match cli.check {
        Some(pairs) => matching::check(plan(n(200_000)), pairs),
        None => matching::measure(plan(n(1_000_000))),
    }
}
