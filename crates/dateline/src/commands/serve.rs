//! `dateline serve`: run the wire until told to stop.

use super::Common;
use crate::app::{App, Patience, Role, Roles, bind, greet_relay};
use crate::process::{StopSignals, start_telemetry};
use crate::settings::Settings;
use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use std::process::ExitCode;
use store::{Clock, Store};
use tracing::{info, warn};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Which stages this process runs: `all`, or some of intake, router, email, webhook, newsroom, sweep with commas between
    /// them; the embedded engines know `all` only
    #[arg(long, default_value = "all", value_name = "ROLE")]
    role: String,
    /// Check settings, folder, store and port, then exit
    #[arg(long)]
    check: bool,
    /// Let a restored store go on: the number of the newest item that went out before the backup was needed
    #[arg(long, value_name = "SEQ")]
    resume_from: Option<i64>,
}

pub(super) async fn run(args: ServeArgs, common: &Common) -> Result<ExitCode> {
    let mut settings = common.settings()?;
    let roles = Roles::parse(&args.role).map_err(|error| anyhow!("--role: {error}"))?;
    if !roles.is_all() && settings.store_path().is_some() {
        bail!(
            "--role {roles} needs engines that processes can share: set store.url to postgres:// and queue.url to amqp://"
        );
    }
    let telemetry = start_telemetry(&settings.log)?;
    let listener = bind(&settings).await?;
    let address = listener.local_addr()?;
    settings.listens_on(address);
    let patience = match args.check {
        true => Patience::None,
        false => Patience::Waits,
    };
    let mut signals = StopSignals::take()?;
    let opening = App::open_as(
        roles.clone(),
        patience,
        settings,
        Clock::System,
        Some(telemetry),
    );
    let app = tokio::select! {
        opened = opening => opened?,
        // An engine may be waited for.
        () = signals.next() => {
            info!("stopped before it began");
            return Ok(ExitCode::SUCCESS);
        }
    };
    if args.check {
        app.store.check_writable().await?;
        app.bind_returns().await?;
        let relay = match roles.has(Role::Email) {
            true => greet_relays(&app.settings).await?,
            false => "no mail is sent by these roles".to_owned(),
        };
        let folder = app.settings.data_dir();
        say!(
            "in order: settings, data folder {}, store, listener {address}, {relay}",
            folder.display()
        );
        return Ok(ExitCode::SUCCESS);
    }
    go_on(&app.store, args.resume_from).await?;
    if roles.has(Role::Intake)
        && let Some(token) = app.first_token().await?
    {
        say!("first operator token (shown once, keep it): {token}");
    }
    app.record_start().await?;
    info!(%address, %roles, data = %app.settings.data_dir().display(), "listening on http://{address}");
    let stop = app.stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        info!("stopping: what is in flight is finished first");
        stop.cancel();
        signals.next().await;
        info!("stopping at once");
        std::process::exit(130);
    });
    app.run(listener).await?;
    info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Greets every relay; gives which, or where mails go without one.
async fn greet_relays(settings: &Settings) -> Result<String> {
    let mut greeted = Vec::new();
    for relay in settings.mail.relays() {
        greeted.push(format!("relay {}", greet_relay(settings, relay).await?.at));
    }
    Ok(match greeted.is_empty() {
        true => format!("no relay, mails go to {}", settings.mail_folder().display()),
        false => greeted.join(", "),
    })
}

/// Lets a restored store go on if that was said; says so if it waits.
async fn go_on(store: &Store, resume_from: Option<i64>) -> Result<()> {
    if let Some(seq) = resume_from {
        match store.resume_restored(seq).await.context("--resume-from")? {
            true => info!(
                "the restored store goes on: the next item is not before {}",
                seq + 1
            ),
            false => {
                warn!("the store is not halted by a restore: --resume-from {seq} changes nothing")
            }
        }
    }
    if let Some(seq) = store.restored().await? {
        warn!(
            "restored from a backup that ends with item {seq}: nothing clears or is sent until `--resume-from SEQ`"
        );
    }
    Ok(())
}
