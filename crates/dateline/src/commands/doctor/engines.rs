//! Database, clock and broker.

use super::check::Check;
use crate::app::engines;
use crate::client::Client;
use crate::folder::{self, DataFolder};
use crate::settings::Settings;
use anyhow::{Context, Result};
use http::Method;
use std::path::Path;
use std::time::Duration;
use store::{Clock, StoreLook};

/// A clock that is further off than this makes a process unready: releases would leave early or late.
const FAR_OFF_MS: u64 = 500;
/// A clock that NTP keeps is well within this.
const NEAR_MS: u64 = 100;
/// What systemd's own NTP client leaves here when it has set the clock.
const TIMESYNC: &str = "/run/systemd/timesync";
/// How long an answer of an engine may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Whether the store takes a write, and how far its clock is from ours.
pub(super) async fn database_and_clock(settings: &Settings) -> Vec<Check> {
    let served = settings.store_path().map(|path| {
        let folder = settings.data_dir();
        let run = folder::running(&folder).filter(|_| folder::is_locked(&folder));
        (path, run)
    });
    match served {
        Some((path, None)) if !path.exists() => vec![
            clock(Some(0)),
            Check::warn(
                "database",
                format!("none yet at {}", path.display()),
                "`dateline serve` makes it at its first start",
            ),
        ],
        Some((_, Some(run))) => vec![clock(Some(0)), through_server(&run).await],
        _ => {
            let opened = tokio::time::timeout(PATIENCE, in_person(settings)).await;
            match opened {
                Ok(Ok(look)) => vec![clock(Some(look.offset_ms)), database_works(settings, look)],
                Ok(Err(error)) => vec![clock(None), database_fails(&format!("{error:#}"))],
                Err(_) => vec![clock(None), database_fails("no answer within 15 s")],
            }
        }
    }
}

/// The embedded store belongs to the server that runs; it says how it stands.
async fn through_server(run: &folder::Run) -> Check {
    let asked = async {
        let client = Client::remote(&run.url, &run.token)?;
        client.ask(Method::GET, "/v1/status", None).await
    };
    match asked.await {
        Ok(status) => {
            let said = status["verdict"].as_str().unwrap_or("nothing");
            let why = status["why"].as_str().unwrap_or_default();
            let finding = format!(
                "process {} at {} works on it: {said}, {why}",
                run.pid, run.url
            );
            match said {
                "OK" => Check::ok("database", finding),
                "LATE" => Check::warn("database", finding, "see `dateline status`"),
                _ => Check::bad("database", finding, "see `dateline status`, and its log"),
            }
        }
        Err(error) => database_fails(&format!("{error:#}")),
    }
}

async fn in_person(settings: &Settings) -> Result<StoreLook> {
    let _folder = match settings.store_path() {
        Some(_) => Some(DataFolder::lock(&settings.data_dir()).await?),
        None => None,
    };
    let url = settings
        .store_url()
        .context("store.password_file cannot be read")?;
    let looked = StoreLook::at(&url, || Clock::System.now_ms()).await;
    looked.with_context(|| format!("{} cannot be opened", engines::place(settings)))
}

/// What a store that takes writes wants next.
fn database_works(settings: &Settings, look: StoreLook) -> Check {
    let StoreLook { schema, known, .. } = look;
    let (what, is_shared) = match settings.store_path() {
        Some(path) => (path.display().to_string(), false),
        None => ("PostgreSQL".to_owned(), true),
    };
    match (schema, is_shared) {
        (0, _) => Check::warn(
            "database",
            format!("{what} holds no wire yet"),
            "`dateline serve` makes it at its first start",
        ),
        (found, _) if found == known => Check::ok("database", format!("{what} takes writes")),
        (found, true) => Check::warn(
            "database",
            format!("{what} takes writes; its schema has version {found}, this program's {known}"),
            "once no older program works on it, run `dateline migrate`",
        ),
        (found, false) => Check::warn(
            "database",
            format!("{what} takes writes; its schema has version {found}, this program's {known}"),
            "the next start brings it up to date: `dateline backup` first",
        ),
    }
}

fn database_fails(why: &str) -> Check {
    Check::bad(
        "database",
        why,
        "nothing is accepted and nothing leaves until it works: check store.url, store.password_file, and the database's own log",
    )
}

/// The clock, by its offset if the store told it.
fn clock(offset_ms: Option<i64>) -> Check {
    judge_clock(offset_ms, kept_by_ntp(Path::new(TIMESYNC)))
}

/// Whether systemd's NTP client has set the clock; none where that client does not run, or where we do not see it.
fn kept_by_ntp(timesync: &Path) -> Option<bool> {
    timesync
        .is_dir()
        .then(|| timesync.join("synchronized").exists())
}

fn judge_clock(offset_ms: Option<i64>, kept: Option<bool>) -> Check {
    let ntp = match kept {
        Some(true) => "NTP keeps it",
        Some(false) => "NTP has not set it yet",
        None => "whether NTP keeps it cannot be told here",
    };
    let mend =
        "let NTP keep the clock of this machine and of the database's (systemd-timesyncd, chrony)";
    let Some(offset_ms) = offset_ms else {
        let finding = format!("the store's could not be asked; {ntp}");
        return Check::warn("clock", finding, "mend the database first, and ask again");
    };
    let finding = format!("{} ms from the store's; {ntp}", offset_ms.abs());
    match offset_ms.unsigned_abs() {
        off if off > FAR_OFF_MS => Check::bad("clock", finding, mend),
        off if off > NEAR_MS || kept == Some(false) => Check::warn("clock", finding, mend),
        _ => Check::ok("clock", finding),
    }
}

/// Whether the broker has our queues as they must be, and what lies among its dead letters.
pub(super) async fn broker(settings: &Settings) -> Check {
    let Some(config) = settings.broker() else {
        return Check::ok("broker", "none: the queue lives in the process");
    };
    let mend = "work waits in the store meanwhile: check queue.url, queue.password_file, and the broker's own log";
    let look = match config.look().await {
        Ok(look) => look,
        Err(error) => {
            return Check::bad("broker", format!("it cannot be used: {error}"), mend);
        }
    };
    match (look.missing.as_slice(), look.dead) {
        ([], 0) => Check::ok(
            "broker",
            format!("every queue is there; {} messages wait", look.waiting),
        ),
        ([], dead) => Check::warn(
            "broker",
            format!(
                "every queue is there; {} messages wait, {dead} are dead letters",
                look.waiting
            ),
            "the store still has their work; see docs/runbook.md, DatelineDeadLetters",
        ),
        (missing, _) => Check::warn(
            "broker",
            format!("it lets us in; not there yet: {}", missing.join(", ")),
            "`dateline serve` makes its queues at its start, and whenever they are gone",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::check::Verdict;

    #[test]
    fn clock_is_judged_by_its_offset_and_by_who_keeps_it() {
        for (offset_ms, kept, expect) in [
            (Some(0), Some(true), Verdict::Ok),
            (Some(-100), None, Verdict::Ok),
            (Some(0), Some(false), Verdict::Warn),
            (Some(101), Some(true), Verdict::Warn),
            (Some(-501), Some(true), Verdict::Bad),
            (Some(501), None, Verdict::Bad),
            (None, Some(true), Verdict::Warn),
        ] {
            assert_eq!(
                judge_clock(offset_ms, kept).verdict,
                expect,
                "{offset_ms:?} {kept:?}"
            );
        }
    }

    #[test]
    fn ntp_is_known_by_the_file_that_systemd_leaves() {
        let folder = tempfile::tempdir().unwrap();

        assert_eq!(kept_by_ntp(&folder.path().join("absent")), None);
        assert_eq!(kept_by_ntp(folder.path()), Some(false));
        std::fs::write(folder.path().join("synchronized"), "").unwrap();
        assert_eq!(kept_by_ntp(folder.path()), Some(true));
    }
}
