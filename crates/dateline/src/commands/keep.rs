//! Keeping and moving the store: `migrate`, `prune`, `copy`, `backup`, `restore`. They work on the store itself, not through
//! the API: what they do to it no server could go on beside, but for `backup`, which only reads.

use super::Common;
use crate::folder::DataFolder;
use crate::settings::Settings;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{AtRisk, BackupHead, Carried, Clock, Pruned, Store, check_backup};

const DAY_MS: i64 = 86_400_000;
/// A worker that was heard of within this time may be at work.
const ALIVE_MS: i64 = 10_000;

#[derive(Debug, Args)]
pub(super) struct PruneArgs {
    /// What is older goes: a number of days, such as 400d
    #[arg(long, value_name = "DAYS", value_parser = days)]
    older_than: i64,
    /// Only say how much that is
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct CopyArgs {
    /// The store to be copied; nothing may work on it
    #[arg(long, value_name = "STORE")]
    from: String,
    /// An empty database, or a file that is not there yet
    #[arg(long, value_name = "STORE")]
    to: String,
}

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// Where it goes; not there yet
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// What `dateline backup` wrote
    file: PathBuf,
    /// Only check it, and show what could be sent twice
    #[arg(long)]
    dry_run: bool,
}

fn days(text: &str) -> Result<i64, String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
    days.filter(|days| (1..=36_500).contains(days))
        .ok_or_else(|| "give 1 to 36500 days, such as 400d".to_owned())
}

pub(super) async fn migrate(common: &Common) -> Result<ExitCode> {
    let settings = common.settings()?;
    let _folder = hold(&settings).await?;
    let url = settings.store_url()?;
    let migrated = Store::migrate(&url, Clock::System.now_ms()).await;
    let migrated = migrated.context("the store cannot be migrated")?;
    match (migrated.from, migrated.to) {
        (from, to) if from == to => say!("the schema has version {to}: nothing to do"),
        (from, to) => say!("the schema went from version {from} to {to}"),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn prune(args: &PruneArgs, common: &Common) -> Result<ExitCode> {
    let settings = common.settings()?;
    let _folder = hold(&settings).await?;
    let store = existing(&settings).await?;
    let before_ms = Clock::System.now_ms() - args.older_than * DAY_MS;
    let pruned = match args.dry_run {
        true => store.prunable(before_ms).await?,
        false => store.prune(before_ms).await?,
    };
    store.close().await;
    print_pruned(&pruned);
    say!(
        "{} rows {}",
        pruned.rows(),
        if args.dry_run { "would go" } else { "are gone" }
    );
    Ok(ExitCode::SUCCESS)
}

fn print_pruned(pruned: &Pruned) {
    for (table, rows) in [
        ("deliveries", pruned.deliveries),
        ("attempts", pruned.attempts),
        ("batches", pruned.batches),
        ("digest members", pruned.digest_members),
        ("direct alerts", pruned.alerts),
        ("questions", pruned.questions),
        ("sessions", pruned.sessions),
        ("sign-ins", pruned.sign_ins),
        ("bounces", pruned.bounces),
        ("repeat keys", pruned.idempotency),
    ] {
        say!("{table:<14} {rows}");
    }
}

pub(super) async fn copy(args: &CopyArgs) -> Result<ExitCode> {
    let now_ms = Clock::System.now_ms();
    let _folders = (folder_of(&args.from).await?, folder_of(&args.to).await?);
    let from = Store::open_reading(&args.from).await.context("--from")?;
    nobody_works_on(&from, now_ms).await.context("--from")?;
    let to = Store::open(&args.to, now_ms).await.context("--to")?;
    nobody_works_on(&to, now_ms).await.context("--to")?;
    from.copy_to(&to, progress)
        .await
        .context("nothing was copied")?;
    from.close().await;
    to.close().await;
    say!(
        "copied: set `store.url` to the new store, and keep the old one until the new one has served"
    );
    Ok(ExitCode::SUCCESS)
}

/// One line a table; while it is being copied, the line moves where somebody looks.
fn progress(carried: Carried) {
    let Carried { table, done, total } = carried;
    let line = format!("{table:<16} {done} of {total}");
    match (std::io::stdout().is_terminal(), done == total) {
        (true, false) => say_part!("\r{line}"),
        (true, true) if total > 0 || done == 0 => say!("\r{line}"),
        (false, true) => say!("{line}"),
        _ => {}
    }
    let _ = std::io::stdout().flush();
}

/// The lock of the folder that an SQLite file lies in.
async fn folder_of(url: &str) -> Result<Option<DataFolder>> {
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Ok(None);
    };
    let folder = match Path::new(path).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(Some(DataFolder::lock(folder).await?))
}

/// On a shared store the processes say themselves that they live.
async fn nobody_works_on(store: &Store, now_ms: i64) -> Result<()> {
    if !store.is_shared() {
        return Ok(());
    }
    let mut workers = store.workers().await?;
    workers.retain(|worker| now_ms - worker.beat_ms < ALIVE_MS);
    match workers.first() {
        None => Ok(()),
        Some(worker) => bail!("{} works on it: stop every server first", worker.id),
    }
}

pub(super) async fn backup(args: &BackupArgs, common: &Common) -> Result<ExitCode> {
    let settings = common.settings()?;
    there_is_a_wire(&settings)?;
    let shown = args.file.display();
    if args.file.exists() {
        bail!(
            "{shown} is there already: name a file that is not, a backup takes the place of nothing"
        );
    }
    let store = Store::open_reading(&settings.store_url()?).await;
    let store = store.context("the store cannot be read")?;
    let mut partial = args.file.clone().into_os_string();
    partial.push(".partial");
    let head = write_backup(&store, Path::new(&partial)).await;
    store.close().await;
    let kept = head.and_then(|head| {
        std::fs::rename(&partial, &args.file)?;
        Ok(head)
    });
    if kept.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    let head = kept.with_context(|| format!("the backup {shown} cannot be written"))?;
    say!("{shown}: {}", told(&head));
    say!("it holds secrets (keys, webhooks' secrets): keep it as you keep the data folder");
    Ok(ExitCode::SUCCESS)
}

async fn write_backup(store: &Store, partial: &Path) -> Result<BackupHead> {
    let mut out = BufWriter::new(crate::folder::private_file(partial)?);
    let head = store.back_up(&mut out, Clock::System.now_ms()).await?;
    out.into_inner()?.sync_all()?;
    Ok(head)
}

fn told(head: &BackupHead) -> String {
    let rows: i64 = head.rows.values().sum();
    let taken = release::time::rfc3339(head.taken_ms);
    format!("{rows} rows, up to item {}, taken {taken}", head.seq)
}

pub(super) async fn restore(args: &RestoreArgs, common: &Common) -> Result<ExitCode> {
    let settings = common.settings()?;
    let shown = args.file.display();
    let cannot = || format!("the backup {shown} cannot be restored");
    let open = || {
        File::open(&args.file)
            .map(BufReader::new)
            .with_context(cannot)
    };
    let head = check_backup(open()?).with_context(cannot)?;
    say!("{shown} is whole: {}", told(&head));
    if args.dry_run {
        // Into a file of its own, which goes: what could be sent twice is a question to a store.
        let trial = tempfile::tempdir()?;
        let url = format!("sqlite:{}", trial.path().join("trial.db").display());
        let risk = fill(&url, open()?).await.with_context(cannot)?;
        print_risk(&risk);
        return Ok(ExitCode::SUCCESS);
    }
    let _folder = hold(&settings).await?;
    let risk = fill(&settings.store_url()?, open()?)
        .await
        .with_context(cannot)?;
    print_risk(&risk);
    say!(
        "restored, and halted. Cancel or move what went out already; then `dateline serve --resume-from SEQ`,"
    );
    say!(
        "SEQ being the number of the newest item that went out, {} or more.",
        risk.seq
    );
    Ok(ExitCode::SUCCESS)
}

async fn fill(url: &str, backup: BufReader<File>) -> Result<AtRisk> {
    let now_ms = Clock::System.now_ms();
    let store = Store::open(url, now_ms).await?;
    nobody_works_on(&store, now_ms).await?;
    store.restore(backup).await?;
    let risk = store.at_risk(now_ms).await?;
    store.close().await;
    Ok(risk)
}

fn print_risk(risk: &AtRisk) {
    say!("what could be sent twice:");
    say!(
        "  items after {}: the backup does not know of them",
        risk.seq
    );
    say!(
        "  {} releases whose clear time has come",
        risk.clearing.len()
    );
    for (id, clear_at_ms) in &risk.clearing {
        say!("    {id}  {}", release::time::rfc3339(*clear_at_ms));
    }
    say!("  {} alerts not routed", risk.unrouted);
    say!("  {} deliveries due", risk.due);
}

/// The data folder, locked, where the store lies in it.
async fn hold(settings: &Settings) -> Result<Option<DataFolder>> {
    match settings.store_path() {
        Some(_) => Ok(Some(DataFolder::lock(&settings.data_dir()).await?)),
        None => Ok(None),
    }
}

async fn existing(settings: &Settings) -> Result<Store> {
    there_is_a_wire(settings)?;
    let opened = Store::open(&settings.store_url()?, Clock::System.now_ms()).await;
    opened.context("the store cannot be opened")
}

fn there_is_a_wire(settings: &Settings) -> Result<()> {
    match settings.store_path() {
        Some(path) if !path.exists() => bail!(
            "there is no wire in {}: name its folder with `--data`",
            settings.data_dir().display()
        ),
        _ => Ok(()),
    }
}
