//! Retention by itself: prunes what is older than `store.keep_days`, at the start and once an hour.

use std::time::Duration;
use store::{Clock, Result, Store};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

const HOUR: Duration = Duration::from_secs(3600);
const DAY_MS: i64 = 86_400_000;

/// What is pruned, and how old it is by then.
pub(super) struct Pruning {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) keep_days: i64,
}

impl Pruning {
    /// Prunes until stopped. Two at once, in two processes, do no harm.
    pub(super) async fn run(&self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.step().await {
                warn!(%error, worker = "sweep", "pruning ended early, the next goes on: {error}");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(HOUR) => {}
            }
        }
    }

    /// Prunes once; nothing where all is kept, or the store is halted after a restore.
    async fn step(&self) -> Result<()> {
        if self.keep_days == 0 || self.store.restored().await?.is_some() {
            return Ok(());
        }
        let before_ms = self.clock.now_ms() - self.keep_days * DAY_MS;
        let rows = self.store.prune(before_ms).await?.rows();
        if rows > 0 {
            info!(
                worker = "sweep",
                rows, "{rows} rows older than {} days were pruned", self.keep_days
            );
        }
        Ok(())
    }
}
