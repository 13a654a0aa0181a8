//! The data folder: created at first start, locked while a process works on it.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = "lock";
const RUN: &str = "run.json";
/// How long a command may hold the folder before it counts as in use.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// A data folder that is ours until dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// How commands on the same machine find a running server. Readable by the folder's owner only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// Where its API listens.
    pub url: String,
    /// Its process.
    pub pid: u32,
    /// The operator's secret of this run.
    pub token: String,
}

impl DataFolder {
    /// Creates the folder if it is not there, and locks it. A command that holds it only for a moment is waited for.
    ///
    /// # Errors
    /// If it cannot be created or written, or another process has it: the message says who, and what to do.
    pub async fn lock(path: &Path) -> Result<DataFolder> {
        let shown = path.display();
        create_private(path).with_context(|| {
            format!("the data folder {shown} cannot be created: mend its permissions or set `data`")
        })?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join(LOCK)).with_context(|| {
            format!("the data folder {shown} cannot be written: mend its permissions or make room on its disk")
        })?;
        let mut patience = PATIENCE;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => {
                    return Err(error)
                        .with_context(|| format!("the data folder {shown} cannot be locked"));
                }
                Err(TryLockError::WouldBlock) if patience.is_zero() || running(path).is_some() => {
                    let who = running(path).map_or_else(String::new, |run| {
                        format!(" by process {} at {}", run.pid, run.url)
                    });
                    bail!(
                        "the data folder {shown} is in use{who}: stop that, or give another folder with `--data`"
                    );
                }
                Err(TryLockError::WouldBlock) => {
                    tokio::time::sleep(PAUSE).await;
                    patience = patience.saturating_sub(PAUSE);
                }
            }
        }
        // What a killed server left behind names a process that is gone.
        let _ = fs::remove_file(path.join(RUN));
        Ok(DataFolder {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Tells commands on this machine where the server is.
    pub fn announce(&self, url: &str, token: &str) -> Result<()> {
        let run = Run {
            url: url.to_owned(),
            pid: std::process::id(),
            token: token.to_owned(),
        };
        let path = self.path.join(RUN);
        let mut file =
            private_file(&path).with_context(|| format!("{} cannot be written", path.display()))?;
        file.write_all(&serde_json::to_vec(&run)?)?;
        Ok(())
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.path.join(RUN));
    }
}

/// The server that runs on a folder, if one has announced itself.
pub fn running(path: &Path) -> Option<Run> {
    let text = fs::read(path.join(RUN)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Whether another process holds the folder.
pub fn is_locked(path: &Path) -> bool {
    let Ok(lock) = File::options().write(true).open(path.join(LOCK)) else {
        return false;
    };
    matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
}

#[cfg(unix)]
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)
}

/// Makes a file that its owner alone can read.
#[cfg(unix)]
pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .open(path)
}
