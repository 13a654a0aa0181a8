//! Keeping the index near the store: by the numbers of changes, and by a file from one start to the next.
//!
//! One at a time reads what changed; whoever waits for it meanwhile finds it done. The first time, a file may spare reading
//! every filter: what it holds and the changes since are held against the store's sums, and where they differ (the store
//! was restored to an earlier day, or is another one) the file is forgotten and all is read. The file is written in the
//! background when much has changed and when the router stops; that it is old, or gone, costs time and nothing else.
//!
//! What was erased must be forgotten here, too, and neither file nor index forgets single words: the file is deleted as soon as
//! an erasing is seen, none is written while they are known, and the index is made anew from the store beside the one at work.

use crate::Router;
use crate::index::{CacheError, Index, Sums};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{FilterRow, StoreError};
use tracing::{debug, error, info, warn};

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
    /// Whether the index still knows words of filters that were erased.
    knows_erased: bool,
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
        self.catch_up(&mut following).await
    }

    async fn catch_up(&self, following: &mut Following) -> Result<(), StoreError> {
        let index = self.index();
        let changed = self.store.changed_filters(index.change()).await?;
        // One that has read nothing yet never knew the words.
        if index.change() > 0 && changed.iter().any(FilterRow::is_erased) {
            following.knows_erased = true;
            if let Some(path) = &following.path {
                delete(path);
            }
        }
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
                if !self.agrees(following).await? {
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
    async fn agrees(&self, following: &mut Following) -> Result<bool, StoreError> {
        loop {
            self.catch_up(following).await?;
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

    /// Whether the index still knows words of filters that were erased.
    pub(crate) async fn knows_erased(&self) -> bool {
        self.following.lock().await.knows_erased
    }

    /// Makes the index anew from the store, while the one at work goes on.
    pub(crate) async fn forget_erased(&self) -> Result<(), StoreError> {
        let (fresh, rows) = (Index::default(), self.store.changed_filters(0).await?);
        let reading = tokio::task::spawn_blocking(move || {
            fresh.apply(rows);
            fresh
        });
        let fresh = reading.await.expect("taking over rows does not panic");
        let mut following = self.following.lock().await;
        let since = self.store.changed_filters(fresh.change()).await?;
        // What was erased in the meantime is known to this one already: the next one will do.
        if since.iter().any(FilterRow::is_erased) {
            return Ok(());
        }
        fresh.apply(since);
        self.index.store(Arc::new(fresh));
        following.saved_change = 0;
        following.knows_erased = false;
        info!(
            worker = "router",
            "the index was made anew: readers were erased, and their words with them"
        );
        Ok(())
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
            let is_saved = following.saved_change == index.change();
            if is_saved || following.knows_erased || index.sums().live < WORTH_A_FILE {
                return;
            }
            following.saved_at = Some(Instant::now());
            following.path.clone()
        };
        let Some(path) = path else { return };
        let at = path.clone();
        let saving = tokio::task::spawn_blocking(move || index.save(&at));
        match saving.await.expect("writing a file does not panic") {
            Ok(change) => {
                let mut following = self.following.lock().await;
                following.saved_change = change;
                // Somebody may have been erased while it was written.
                if following.knows_erased {
                    delete(&path);
                }
                debug!(worker = "router", change, "the index file is written");
            }
            Err(error) => {
                warn!(worker = "router", %error, "the index file cannot be written: {error}")
            }
        }
    }
}

fn delete(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let file = path.display();
            error!(worker = "router", %error, "{file} holds words of readers who were erased, and cannot be deleted: {error}; delete it");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
