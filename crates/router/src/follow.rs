//! Keeping the index near the store: by the numbers of changes, and by a file from one start to the next.
//!
//! One at a time reads what changed; whoever waits for it meanwhile finds it done. The first time, a file may spare reading
//! every filter: what it holds and the changes since are held against the store's sums, and where they differ (the store
//! was restored to an earlier day, or is another one) the file is forgotten and all is read. The file is written in the
//! background when much has changed and when the router stops; that it is old, or gone, costs time and nothing else.

use crate::Router;
use crate::index::{CacheError, Index, Sums};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreError;
use tracing::{debug, info, warn};

/// Smaller indexes are read from the store in no time: no file is written.
const WORTH_A_FILE: usize = 10_000;
/// The file is written when so many changes came since, or a tenth of the subscriptions.
const MANY_CHANGES: i64 = 50_000;
/// And not more often than this.
const SELDOM: Duration = Duration::from_secs(300);
/// More rows are taken over on a thread of their own.
const FEW_ROWS: usize = 1_000;

/// The file of the index, and what it holds.
#[derive(Debug, Default)]
pub(crate) struct Following {
    pub(crate) path: Option<PathBuf>,
    /// Whether it was looked at.
    begun: bool,
    /// The last change in it.
    saved_change: i64,
    saved_at: Option<Instant>,
}

impl Router {
    /// Keeps the index in a file from one start to the next, too. The file is a cache: it may be deleted at any time.
    pub fn with_index_file(mut self, path: PathBuf) -> Router {
        self.following = Arc::new(tokio::sync::Mutex::new(Following {
            path: Some(path),
            ..Following::default()
        }));
        self
    }

    /// The index as it is kept now.
    pub(crate) fn index(&self) -> Index {
        Index::clone(&self.index.load())
    }

    /// Takes over what changed in the store.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let mut following = self.following.lock().await;
        if !following.begun {
            if let Some(path) = following.path.clone() {
                self.begin_from(&path, &mut following).await?;
            }
            following.begun = true;
        }
        self.catch_up().await
    }

    async fn catch_up(&self) -> Result<(), StoreError> {
        let index = self.index();
        let changed = self.store.changed_filters(index.change()).await?;
        if changed.len() > FEW_ROWS {
            let taking = tokio::task::spawn_blocking(move || index.apply(changed));
            taking.await.expect("taking over rows does not panic");
        } else if !changed.is_empty() {
            index.apply(changed);
        }
        Ok(())
    }

    /// Begins with the index of a file, if the store agrees with it.
    async fn begin_from(&self, path: &Path, following: &mut Following) -> Result<(), StoreError> {
        let at = path.to_owned();
        let opening = tokio::task::spawn_blocking(move || Index::open(&at));
        match opening.await.expect("reading a file does not panic") {
            Ok(index) => {
                following.saved_change = index.change();
                self.index.store(Arc::new(index));
                if !self.agrees().await? {
                    warn!(
                        worker = "router",
                        "the index file is of another state of the store: all filters are read"
                    );
                    self.index.store(Arc::default());
                    following.saved_change = 0;
                }
            }
            Err(CacheError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                debug!(worker = "router", "there is no index file");
            }
            Err(error) => {
                info!(worker = "router", %error, "the index file is not used, all filters are read: {error}");
            }
        }
        Ok(())
    }

    /// Whether the index, with all changes since, has what the store has.
    async fn agrees(&self) -> Result<bool, StoreError> {
        loop {
            self.catch_up().await?;
            let index = self.index();
            let sums = self.store.filter_sums().await?;
            if sums.newest_change > index.change() {
                continue;
            }
            let expect = Sums {
                live: sums.live as usize,
                ids: sums.ids as u64,
                changes: sums.changes as u32,
            };
            return Ok(sums.newest_change == index.change() && index.sums() == expect);
        }
    }

    /// Writes the file, if it is worth it.
    pub(crate) async fn save_if_worth(&self) {
        let (index, following) = (self.index(), self.following.lock().await);
        let size = index.sums().live;
        let changes = index.change() - following.saved_change;
        let many = MANY_CHANGES.min(size as i64 / 10);
        let lately = following.saved_at.is_some_and(|at| at.elapsed() < SELDOM);
        drop(following);
        if size >= WORTH_A_FILE && changes > many && !lately {
            self.save().await;
        }
    }

    /// Writes the file if the index is of a size that is worth one and has changed since.
    pub(crate) async fn save(&self) {
        let index = self.index();
        let path = {
            let mut following = self.following.lock().await;
            if following.saved_change == index.change() || index.sums().live < WORTH_A_FILE {
                return;
            }
            following.saved_at = Some(Instant::now());
            following.path.clone()
        };
        let Some(path) = path else { return };
        let saving = tokio::task::spawn_blocking(move || index.save(&path));
        match saving.await.expect("writing a file does not panic") {
            Ok(change) => {
                self.following.lock().await.saved_change = change;
                debug!(worker = "router", change, "the index file is written");
            }
            Err(error) => {
                warn!(worker = "router", %error, "the index file cannot be written: {error}")
            }
        }
    }
}

#[cfg(test)]
mod tests;
