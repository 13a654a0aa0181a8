//! The command line.

mod admin;
mod ask;
mod audit;
mod backtest;
mod blasts;
mod bounce;
mod dkim;
mod doctor;
mod endpoint;
mod explain;
mod filter;
mod halts;
mod import;
mod keep;
mod lint;
mod people;
mod report;
mod review;
mod serve;
mod status;
mod stops;
mod submit;
mod subscribe;
mod suppress;
mod tail;
mod trace;
mod webhook_key;
mod when;

use crate::client::Client;
use crate::demo;
use crate::process::start_telemetry;
use crate::settings::{LogFormat, LogSettings, Settings, Sources};
use crate::telemetry::Telemetry;
use anyhow::{Context, Result};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// An open newswire: releases go in once, leave on time, and reach everybody who asked for such news.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Common {
    /// The data folder (the setting `data`)
    #[arg(long, global = true, value_name = "DIR", help_heading = "Which wire")]
    data: Option<PathBuf>,
    /// A settings file; else `dateline.toml` in the current directory
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "DATELINE_CONFIG",
        help_heading = "Which wire"
    )]
    config: Option<PathBuf>,
    /// A setting, such as `mail.relay=smtp://user@host:587`; may be repeated
    #[arg(
        long,
        global = true,
        value_name = "KEY=VALUE",
        help_heading = "Which wire"
    )]
    set: Vec<String>,
    /// A server elsewhere, instead of the data folder
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "DATELINE_URL",
        help_heading = "Which wire"
    )]
    url: Option<String>,
    /// The API token for --url
    #[arg(
        long,
        global = true,
        value_name = "TOKEN",
        env = "DATELINE_TOKEN",
        hide_env_values = true,
        help_heading = "Which wire"
    )]
    token: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole wire at work on this machine, in a minute
    #[command(after_help = "Example:  dateline demo --exit")]
    Demo(demo::DemoArgs),
    /// Run the wire
    #[command(
        after_help = "Example:  dateline serve --data /var/lib/dateline --set mail.relay=smtp://user@relay.example:587"
    )]
    Serve(serve::ServeArgs),
    /// Check releases without sending them anywhere; exit code 1 on errors
    #[command(after_help = "Example:  dateline lint release.md")]
    Lint(lint::LintArgs),
    /// Submit a release, or the editions of one story together (JSON, or Markdown with front matter)
    #[command(
        after_help = "Example:  dateline submit release.md --at 2026-12-01T09:00[America/New_York] --wait"
    )]
    Submit(submit::SubmitArgs),
    /// Show whom a release reached
    #[command(after_help = "Example:  dateline report rel_7k2m9q4x0c5b8n1t")]
    Report(report::ReportArgs),
    /// Hold a release before its clear time
    #[command(
        after_help = "Example:  dateline hold rel_7k2m9q4x0c5b8n1t --note \"the figures do not add up\""
    )]
    Hold(stops::HoldArgs),
    /// Cancel a release before its clear time
    #[command(after_help = "Example:  dateline cancel rel_7k2m9q4x0c5b8n1t")]
    Cancel(stops::StopArgs),
    /// Give a held or scheduled release another clear time
    #[command(
        after_help = "Example:  dateline reschedule rel_7k2m9q4x0c5b8n1t --at 2026-12-01T10:00[Europe/Berlin]"
    )]
    Reschedule(stops::RescheduleArgs),
    /// Look at what awaits a word; approve, query, refuse; see what became of a release
    #[command(after_help = "Example:  dateline review approve rel_7k2m9q4x0c5b8n1t 3f9a2c71")]
    Review(review::ReviewArgs),
    /// Make a link that shows a release exactly as it will look, before it clears
    #[command(after_help = "Example:  dateline proof rel_7k2m9q4x0c5b8n1t --hours 24")]
    Proof(review::ProofArgs),
    /// Add, list, change and remove the people who sign in at the desk
    #[command(
        after_help = "Example:  dateline person add \"Ana Ruiz\" ana@acme.example --right submitter --issuer acme-robotics"
    )]
    Person(people::PersonArgs),
    /// Add and list the organisations that releases speak for
    #[command(after_help = "Example:  dateline issuer add acme-robotics \"Acme Robotics, Inc.\"")]
    Issuer(admin::IssuerArgs),
    /// Add, list and revoke API tokens
    #[command(
        after_help = "Example:  dateline token add \"Acme's agency\" --scope releases:write --issuer acme-robotics"
    )]
    Token(admin::TokenArgs),
    /// Look at the topics
    #[command(after_help = "Example:  dateline topic show mining")]
    Topic(admin::TopicArgs),
    /// Add, import, change, pause and delete subscriptions; export and erase readers; send test events
    #[command(
        after_help = "Example:  dateline subscribe add \"topic:mining AND lang:en\" --email ana@example.com"
    )]
    Subscribe(Box<subscribe::SubscribeArgs>),
    /// Where alerts go: list, show, pause, let finish, resume; what became of each delivery, and sending it again
    #[command(after_help = "Example:  dateline endpoint redeliver ep_6f1t8v3y5z0a2b4c --failed")]
    Endpoint(endpoint::EndpointArgs),
    /// Why a subscription matches a release or does not, clause by clause; exit code 1 if it does not
    #[command(after_help = "Example:  dateline explain rel_7k2m9q4x0c5b8n1t sub_4h8d2s6w0q9c3v5b")]
    Explain(explain::ExplainArgs),
    /// Read filters, see what they would have sent, translate queries of press monitors
    #[command(
        after_help = "Example:  dateline filter import --from factiva \"hd=gold and mine* adj5 nevada\""
    )]
    Filter(filter::FilterArgs),
    /// Addresses that must not be written to: add, lift, list, import, export
    #[command(
        after_help = "Example:  dateline suppress add ana@example.com \"complained by phone\""
    )]
    Suppress(suppress::SuppressArgs),
    /// Take mail that came back, on standard input: a bounce, or a reader's complaint; exit code 75 where it should be brought again
    #[command(
        after_help = "Example:  dateline bounce --recipient b+0kq3@wire.example < message.eml"
    )]
    Bounce(bounce::BounceArgs),
    /// Deliveries that were given up: list them, or send them again
    #[command(after_help = "Example:  dateline dead replay --release rel_7k2m9q4x0c5b8n1t")]
    Dead(admin::DeadArgs),
    /// Stop sending, at once and without loss; releases still clear
    #[command(
        after_help = "Example:  dateline halt --issuer acme-robotics --note \"a loop in their feed\""
    )]
    Halt(halts::HaltArgs),
    /// Go on with what was halted
    #[command(after_help = "Example:  dateline resume --issuer acme-robotics")]
    Resume(halts::ResumeArgs),
    /// What would reach far more than usual, and waits for an operator's word: list it, let it go, stop it
    #[command(
        after_help = "Example:  dateline blast go rel_7k2m9q4x0c5b8n1t --note \"a recall, meant for all\""
    )]
    Blast(blasts::BlastArgs),
    /// The key by which the wire signs calls to webhooks whose owners want ed25519: make another one
    #[command(after_help = "Example:  dateline webhook-key rotate --hours 168")]
    WebhookKey(webhook_key::WebhookKeyArgs),
    /// Who did what to the wire, the newest first; what was done to a release shows `dateline review history`
    #[command(after_help = "Example:  dateline audit --limit 20")]
    Audit(audit::AuditArgs),
    /// What happened to an address, a delivery or a release, in order
    #[command(after_help = "Example:  dateline trace ana@example.com --limit 5")]
    Trace(trace::TraceArgs),
    /// Follow the workers' log of a running server
    #[command(after_help = "Example:  dateline tail --channel webhook --outcome retried")]
    Tail(tail::TailArgs),
    /// Say how the wire stands; exit code 0 for OK, 1 for LATE, HALTED or ASKS, 2 for STUCK
    #[command(after_help = "Example:  dateline status")]
    Status(status::StatusArgs),
    /// Look for what is wrong around the wire: clock, disk, DNS, TLS, relay, broker, database; exit code 1 if anything is bad
    #[command(after_help = "Example:  dateline doctor --dkim mail2026")]
    Doctor(doctor::DoctorArgs),
    /// Print what DNS has to say of the keys that sign our mail (DKIM)
    #[command(
        after_help = "Example:  dateline dkim --set mail.dkim=mail2026=/etc/dateline/mail2026.pem"
    )]
    Dkim(dkim::DkimArgs),
    /// Bring the store's schema to this program's version
    #[command(after_help = "Example:  dateline migrate")]
    Migrate,
    /// Take away old deliveries, sessions and the like; never what is due, nor items, releases, issuers, subscriptions
    #[command(after_help = "Example:  dateline prune --older-than 400d --dry-run")]
    Prune(keep::PruneArgs),
    /// Move a whole store into an empty one on another engine
    #[command(
        after_help = "Example:  dateline copy --from sqlite:wire/dateline.db --to postgres://wire@db.example/wire"
    )]
    Copy(keep::CopyArgs),
    /// Write the whole store to a file, while a server goes on
    #[command(after_help = "Example:  dateline backup wire-2026-12-01.backup")]
    Backup(keep::BackupArgs),
    /// Fill an empty store from a backup; it starts halted
    #[command(after_help = "Example:  dateline restore wire-2026-12-01.backup --dry-run")]
    Restore(keep::RestoreArgs),
    /// Print every setting with its meaning and default
    #[command(after_help = "Example:  dateline settings > dateline.toml")]
    Settings,
}

/// Lets `--help` end with the example of each command.
fn teaching(cli: clap::Command) -> clap::Command {
    let example = |command: &clap::Command| {
        let text = command.get_after_help()?.to_string();
        text.strip_prefix("Example:")
            .map(|example| format!("  {}", example.trim()))
    };
    let examples: Vec<String> = cli.get_subcommands().filter_map(example).collect();
    cli.after_help(format!("Examples:\n{}\n\n{START}", examples.join("\n")))
}

/// The last words of `--help`.
const START: &str = "Start with `dateline demo`. Commands reach the server that runs on the data folder; \
                     where none runs, they work on the folder itself.";

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    let matches = teaching(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return fail(&anyhow::Error::new(error).context("no threads could be started"));
        }
    };
    let code = runtime
        .block_on(run(cli))
        .unwrap_or_else(|error| fail(&error));
    runtime.shutdown_background();
    code
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("dateline: {error:#}");
    ExitCode::from(2)
}

async fn run(cli: Cli) -> Result<ExitCode> {
    let common = &cli.common;
    match cli.command {
        Command::Demo(args) => demo::run(args, common.set.clone()).await,
        Command::Serve(args) => serve::run(args, common).await,
        Command::Lint(args) => lint::run(&args, common),
        Command::Submit(args) => submit::run(args, &common.client().await?).await,
        Command::Report(args) => report::report(&args, &common.client().await?).await,
        Command::Hold(args) => stops::hold(&args, &common.client().await?).await,
        Command::Cancel(args) => stops::cancel(&args, &common.client().await?).await,
        Command::Reschedule(args) => stops::reschedule(&args, &common.client().await?).await,
        Command::Review(args) => review::run(args, &common.client().await?).await,
        Command::Proof(args) => review::proof(&args, &common.client().await?).await,
        Command::Person(args) => people::run(args, &common.client().await?).await,
        Command::Issuer(args) => admin::issuer(args, &common.client().await?).await,
        Command::Token(args) => admin::token(args, &common.client().await?).await,
        Command::Topic(args) => admin::topic(&args, common),
        Command::Subscribe(args) => subscribe::run(*args, &common.client().await?).await,
        Command::Endpoint(args) => endpoint::run(args, &common.client().await?).await,
        Command::Explain(args) => explain::run(&args, &common.client().await?).await,
        Command::Filter(args) => filter::run(&args, common).await,
        Command::Suppress(args) => suppress::run(args, &common.client().await?).await,
        Command::Bounce(args) => Ok(bounce::run(args, common).await),
        Command::Dead(args) => admin::dead(args, &common.client().await?).await,
        Command::Halt(args) => halts::halt(&args, &common.client().await?).await,
        Command::Resume(args) => halts::resume(&args, &common.client().await?).await,
        Command::Blast(args) => blasts::run(&args, &common.client().await?).await,
        Command::WebhookKey(args) => webhook_key::run(&args, &common.client().await?).await,
        Command::Audit(args) => audit::run(&args, &common.client().await?).await,
        Command::Trace(args) => trace::run(&args, &common.client().await?).await,
        Command::Tail(args) => tail::run(&args, &common.client().await?).await,
        Command::Status(args) => status::run(&args, &common.client().await?).await,
        Command::Doctor(args) => doctor::run(&args, common).await,
        Command::Dkim(args) => dkim::run(&args, common),
        Command::Migrate => keep::migrate(common).await,
        Command::Prune(args) => keep::prune(&args, common).await,
        Command::Copy(args) => keep::copy(&args).await,
        Command::Backup(args) => keep::backup(&args, common).await,
        Command::Restore(args) => keep::restore(&args, common).await,
        Command::Settings => {
            say_part!("{}", Settings::default_text());
            Ok(ExitCode::SUCCESS)
        }
    }
}

impl Common {
    /// The settings of all layers.
    fn settings(&self) -> Result<Settings> {
        let mut set = self.set.clone();
        set.extend(
            self.data
                .as_ref()
                .map(|data| format!("data={}", data.display())),
        );
        let sources = Sources::of_process(self.config.clone(), set)
            .context("the current directory cannot be read")?;
        Ok(Settings::load(sources)?)
    }

    /// The API: of the server named, or of the data folder.
    async fn client(&self) -> Result<Client> {
        let settings = self.settings()?;
        quiet_telemetry(&settings)?;
        match (&self.url, &self.token) {
            (Some(url), Some(token)) => Client::remote(url, token),
            (Some(url), None) => {
                anyhow::bail!("--url {url} needs --token, or the variable DATELINE_TOKEN")
            }
            (None, _) => Client::of_folder(settings).await,
        }
    }
}

/// Logs for a command: what goes wrong, as text.
fn quiet_telemetry(settings: &Settings) -> Result<Telemetry> {
    let format = match settings.log.format {
        LogFormat::Json => LogFormat::Json,
        _ => LogFormat::Text,
    };
    start_telemetry(&LogSettings {
        format,
        level: "warn".into(),
    })
}
