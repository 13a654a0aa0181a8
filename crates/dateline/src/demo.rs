//! `dateline demo`: the whole wire at work on this machine, and an account of every delivery.
//!
//! Everything is real but the audience: a store and a queue in a fresh folder, the API over HTTP, mail over SMTP and
//! webhooks over HTTP to sinks on loopback, which record what arrives. The account at the end compares the ledger with
//! what the sinks recorded: an id that the ledger calls delivered and no sink saw is lost, one that a sink took twice is
//! doubled, one that came before its clear time is early.

mod account;
mod audience;
mod samples;
mod stage;

use crate::client::{Client, refusal};
use crate::process::StopSignals;
use account::Account;
use anyhow::Result;
use clap::Args;
use http::Method;
use serde_json::{Value, json};
use stage::Stage;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The demo gives up waiting for deliveries after this.
const PATIENCE: Duration = Duration::from_secs(90);
/// How far ahead the scheduled sample's clear time lies.
const AHEAD_MS: i64 = 6_000;

/// The arguments of `dateline demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// End when the account is made; exit code 1 if anything was lost, doubled or early
    #[arg(long)]
    exit: bool,
    /// Print the account as one JSON object
    #[arg(long)]
    json: bool,
    /// How many subscriptions to make; one reader in nine has two
    #[arg(long, default_value_t = 1200, value_name = "N", value_parser = clap::value_parser!(u32).range(1200..=200_000))]
    subscribers: u32,
}

/// Runs the demo. `set` are settings of the command line, which win over the demo's own.
pub async fn run(args: DemoArgs, set: Vec<String>) -> Result<ExitCode> {
    let say = Narrator {
        json: args.json,
        live: std::io::stderr().is_terminal(),
    };
    let stage = Stage::build(set).await?;
    say.line(&format!(
        "data folder {}",
        stage.app.settings.data_dir().display()
    ));
    say.line(&format!(
        "sinks: SMTP on {}, webhooks on {}",
        stage.smtp.addr(),
        stage.http.addr()
    ));
    let running = stage.start();
    let client = Client::remote(&stage.url, &stage.app.local_token)?;
    ready(&client).await?;
    people(&client, &stage, &args, &say).await?;
    let submitted = submit(&client, &stage, &say).await?;
    follow(&client, &submitted, &say).await?;
    let account = Account::make(&stage, &client, &submitted).await?;
    say.account(&account);
    let code = if account.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    };
    if !args.exit {
        let mut signals = StopSignals::take()?;
        say.where_to_look(&stage, &account)?;
        signals.next().await;
    }
    stage.stop(running).await;
    Ok(code)
}

async fn ready(client: &Client) -> Result<()> {
    let begun = Instant::now();
    while client.ask(Method::GET, "/v1/issuers", None).await.is_err() {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the server did not start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Issuers and subscribers, through the API like everybody else's.
async fn people(client: &Client, stage: &Stage, args: &DemoArgs, say: &Narrator) -> Result<()> {
    let issuers = samples::issuers()?;
    for issuer in &issuers {
        client
            .ask(Method::POST, "/v1/issuers", Some(issuer))
            .await?;
    }
    let audience = audience::make(args.subscribers, &stage.http);
    let mut made = 0;
    for chunk in audience.chunks(500) {
        client
            .ask(Method::POST, "/v1/subscriptions", Some(&json!(chunk)))
            .await?;
        made += chunk.len();
        say.progress(&format!("{made} subscriptions"));
    }
    let webhooks = audience
        .iter()
        .filter(|one| one["webhook"].is_string())
        .count();
    say.line(&format!(
        "{} issuers, {made} subscriptions: {} by email, {webhooks} by webhook",
        issuers.len(),
        made - webhooks
    ));
    Ok(())
}

/// A sample that was accepted.
pub(crate) struct Submitted {
    id: String,
    headline: String,
    edition: String,
}

async fn submit(client: &Client, stage: &Stage, say: &Narrator) -> Result<Vec<Submitted>> {
    let mut submitted = Vec::new();
    for sample in samples::releases() {
        let mut release = sample.read()?;
        if sample.is_scheduled() {
            let at_ms = stage.app.clock.now_ms() + AHEAD_MS;
            release.insert("clear_at".into(), json!(release::time::rfc3339(at_ms)));
        }
        let body = Value::Object(release).to_string().into_bytes();
        let headers = [("idempotency-key", sample.name)];
        let answer = client
            .send(
                Method::POST,
                "/v1/releases",
                "application/json",
                body,
                &headers,
            )
            .await?;
        if !answer.status.is_success() {
            say.line(&format!(
                "refused  {}:\n{}",
                sample.name,
                indent(&refusal(&answer))
            ));
            continue;
        }
        let text = |field: &str| answer.body[field].as_str().unwrap_or_default().to_owned();
        let when = if sample.is_scheduled() {
            format!(", clears at {}", text("clear_at"))
        } else {
            String::new()
        };
        say.line(&format!(
            "accepted {}  {} [{}]{when}",
            text("id"),
            text("headline"),
            text("edition")
        ));
        submitted.push(Submitted {
            id: text("id"),
            headline: text("headline"),
            edition: text("edition"),
        });
    }
    Ok(submitted)
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| format!("         {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Shows progress until every report is complete.
async fn follow(client: &Client, submitted: &[Submitted], say: &Narrator) -> Result<()> {
    let begun = Instant::now();
    loop {
        let (mut complete, mut delivered, mut matched, mut dead) = (0, 0, 0, 0);
        for release in submitted {
            let shown = client
                .ask(
                    Method::GET,
                    &format!("/v1/releases/{}/report", release.id),
                    None,
                )
                .await?;
            let count = |field: &str| shown["report"][field].as_i64().unwrap_or(0);
            complete += usize::from(shown["report"]["complete"] == true);
            delivered += count("delivered");
            matched += count("matched");
            dead += count("dead");
        }
        let of = submitted.len();
        say.progress(&format!(
            "{complete} of {of} releases told: {delivered} of {matched} delivered, {dead} given up"
        ));
        if complete == of || begun.elapsed() > PATIENCE {
            say.line(&format!(
                "{complete} of {of} releases told in {:.1} s",
                begun.elapsed().as_secs_f64()
            ));
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Says what happens: to people on standard error, and the result on standard output.
struct Narrator {
    json: bool,
    live: bool,
}

impl Narrator {
    /// A line that stays.
    fn line(&self, text: &str) {
        let clear = if self.live { "\r\x1b[K" } else { "" };
        eprintln!("{clear}{text}");
    }

    /// A line that the next one replaces; nothing where nobody watches.
    fn progress(&self, text: &str) {
        if self.live {
            eprint!("\r\x1b[K{text}");
            let _ = std::io::stderr().flush();
        }
    }

    fn account(&self, account: &Account) {
        match self.json {
            true => say!("{}", account.json()),
            false => say!("\n{}", account.table()),
        }
    }

    fn where_to_look(&self, stage: &Stage, account: &Account) -> Result<()> {
        self.line("\nwhere to look");
        self.line(&format!("  newsroom   {}/", stage.url));
        self.line(&format!(
            "  a release  {}/releases/{}",
            stage.url,
            account.example()
        ));
        self.line(&format!(
            "  folder     {}",
            stage.app.settings.data_dir().display()
        ));
        let folder = stage.app.settings.data_dir();
        self.line(&format!(
            "  status     dateline --data {} status",
            folder.display()
        ));
        self.line(&format!(
            "  the log    dateline --data {} tail --level debug",
            folder.display()
        ));
        if let Some(mail) = stage.a_mail() {
            self.line(&format!(
                "\na subscriber's mail, as its text part\n\n{}",
                indent(&mail)
            ));
        }
        self.line("\nCtrl-C ends the demo and removes its folder");
        Ok(())
    }
}
