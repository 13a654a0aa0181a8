//! The disk below the data folder, and the mail relays.

use super::check::Check;
use crate::app::greet_relay;
use crate::settings::{Relay, Settings};
use std::path::Path;

/// Below it, the next large release may not fit.
const SCARCE_BYTES: u64 = 2 << 30;
/// Below it, a database stops taking writes soon.
const NOTHING_BYTES: u64 = 200 << 20;
/// What a mail of ours may come to: the text of a release, in quoted-printable, twice.
const MAIL_BYTES: u64 = 1 << 20;

/// Room for the database of an embedded wire, and for mails that are written as files.
pub(super) fn disk(settings: &Settings) -> Check {
    let keeps_mails = settings.mail.relays().is_empty();
    let folder = match settings.store_path() {
        Some(store) => store
            .parent()
            .map_or_else(|| settings.data_dir(), Path::to_owned),
        None if keeps_mails => settings.mail_folder(),
        None => return Check::ok("disk", "nothing is kept on this machine"),
    };
    // The folder is made at the first start; until then its disk is that of the nearest one above it.
    let standing = folder.ancestors().find(|path| path.exists());
    let standing = standing.unwrap_or(Path::new("/"));
    match free_bytes(standing) {
        Ok(free) => judge(&folder, free),
        Err(error) => Check::warn(
            "disk",
            format!(
                "the room below {} cannot be told: {error}",
                folder.display()
            ),
            "look with `df`",
        ),
    }
}

fn judge(folder: &Path, free: u64) -> Check {
    let finding = format!("{} MiB free below {}", free >> 20, folder.display());
    let mend = "make room, or move the folder (`data`) to a larger disk; a full disk loses nothing, but takes nothing";
    match free {
        0..NOTHING_BYTES => Check::bad("disk", finding, mend),
        NOTHING_BYTES..SCARCE_BYTES => Check::warn("disk", finding, mend),
        SCARCE_BYTES.. => Check::ok("disk", finding),
    }
}

#[cfg(unix)]
fn free_bytes(path: &Path) -> std::io::Result<u64> {
    let told = rustix::fs::statvfs(path)?;
    // What a process without rights of root may take.
    Ok(told.f_bavail.saturating_mul(told.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> std::io::Result<u64> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// The relays, each greeted as a mail would greet it, up to and including the password.
pub(super) async fn relays(settings: &Settings) -> Vec<Check> {
    let relays = settings.mail.relays();
    if relays.is_empty() {
        let folder = settings.mail_folder();
        let finding = format!(
            "none: mails are written to {} and reach nobody",
            folder.display()
        );
        return vec![Check::warn("relay", finding, "set mail.relay")];
    }
    let greetings: Vec<_> = relays
        .into_iter()
        .map(|relay| tokio::spawn(greet(settings.clone(), relay)))
        .collect();
    let mut checks = Vec::new();
    for greeting in greetings {
        checks.push(greeting.await.expect("a greeting does not panic"));
    }
    checks
}

async fn greet(settings: Settings, relay: Relay) -> Check {
    let is_far = !relay.is_here();
    let greeting = match greet_relay(&settings, relay).await {
        Ok(greeting) => greeting,
        Err(error) => {
            return Check::bad(
                "relay",
                format!("{error:#}"),
                "mails wait, or go by the other relays, meanwhile; see the relay's own log for why",
            );
        }
    };
    let size = match greeting.size_limit_bytes {
        Some(bytes) => format!("takes mails of up to {bytes} bytes"),
        None => "names no limit of size".to_owned(),
    };
    let way = if greeting.is_encrypted {
        "TLS"
    } else {
        "plain text"
    };
    let finding = format!("{} in {way}, {size}", greeting.at);
    if greeting
        .size_limit_bytes
        .is_some_and(|bytes| bytes < MAIL_BYTES)
    {
        let mend = format!(
            "raise the relay's limit to {MAIL_BYTES} bytes or more: long releases are refused for good"
        );
        Check::warn("relay", finding, mend)
    } else if is_far && !greeting.is_encrypted {
        Check::warn(
            "relay",
            finding,
            "set mail.tls to \"required\": releases are read on the way before they are out",
        )
    } else {
        Check::ok("relay", finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::check::Verdict;

    #[test]
    fn disk_is_judged_by_what_is_free() {
        for (free, expect) in [
            (0, Verdict::Bad),
            (NOTHING_BYTES - 1, Verdict::Bad),
            (NOTHING_BYTES, Verdict::Warn),
            (SCARCE_BYTES - 1, Verdict::Warn),
            (SCARCE_BYTES, Verdict::Ok),
        ] {
            assert_eq!(judge(Path::new("data"), free).verdict, expect, "{free}");
        }
    }
}
