//! The sweep: the one path for a clear time that comes, a retry or a digest that falls due, a lost message, a crash
//! after a commit.
//!
//! Reads the store; clears due releases and publishes what nobody works on. It wakes at the next due time, when told of
//! a nearer one, and at least every interval. It only offers messages: a full queue never holds it up, and what found no
//! room is offered again. Two sweeps at once do no harm: each step is a conditional update.

use queue::{Message, Queue, QueueError, QueueName, RouteAlert, Telling};
use release::model::Lane;
use std::time::Duration;
use store::{Clock, Store, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info};

/// An unrouted alert is published again after this.
const REHINT_ALERT_MS: i64 = 1_000;
/// An open batch without a lease is published again after this.
const REHINT_BATCH_MS: i64 = 2_000;
/// Notices written in one go.
const TOLD_AT_ONCE: i64 = 100;
/// A report does not wait longer than this for those who are still being tried.
const REPORT_AFTER_MS: i64 = 15 * 60_000;
/// Releases cleared in one go.
const CLEARED_AT_ONCE: i64 = 100;

/// The sweep. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// Where it looks.
    pub store: Store,
    /// Whom it tells.
    pub queue: Queue,
    /// Time.
    pub clock: Clock,
    /// Retries in one batch.
    pub batch_size: usize,
    /// The longest sleep.
    pub interval: Duration,
}

/// Why a sweep ended early; the next one goes on.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue failed.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl Sweep {
    /// Sweeps until stopped.
    pub async fn run(&self, stop: CancellationToken) {
        let mut tellings = self.queue.listen();
        loop {
            let pause = match self.step().await {
                Ok(()) => self.pause().await,
                // What is overdue stays so: without a whole pause a store that fails would be asked without end.
                Err(error) => {
                    error!(%error, worker = "sweep", "the sweep ended early, the next goes on: {error}");
                    self.interval
                }
            };
            let told =
                async { while !matches!(tellings.recv().await, Ok(Telling::Due) | Err(_)) {} };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                () = told => {}
            }
        }
    }

    /// Until the next due time, at most the interval.
    async fn pause(&self) -> Duration {
        // What is overdue in a halted store stays so: without a whole pause it would be looked at without end.
        if !matches!(self.store.restored().await, Ok(None)) {
            return self.interval;
        }
        let next_ms = self.store.next_due_ms().await.ok().flatten();
        let until_ms = next_ms.map_or(i64::MAX, |next_ms| next_ms - self.clock.now_ms());
        self.interval
            .min(Duration::from_millis(until_ms.max(1) as u64))
    }

    /// One look at everything; none while the store is halted after a restore.
    pub async fn step(&self) -> Result<(), SweepError> {
        if self.store.restored().await?.is_some() {
            return Ok(());
        }
        self.clear_due().await?;
        self.tell_submitters().await?;
        self.hint_alerts().await?;
        self.hint_batches().await
    }

    async fn clear_due(&self) -> Result<(), SweepError> {
        let due = self
            .store
            .due_releases(self.clock.now_ms(), CLEARED_AT_ONCE)
            .await?;
        for release_id in due {
            for cleared in self.store.clear(release_id, self.clock.now_ms()).await? {
                let store::Cleared {
                    release,
                    seq,
                    alert_id,
                    lane,
                    request_id,
                } = cleared;
                self.queue.tell(Telling::Cleared);
                info!(worker = "sweep", release, seq, %lane, request_id, outcome = "cleared", "release {release} cleared at its time as item {seq}");
                self.queue
                    .offer(Message::RouteAlert(RouteAlert {
                        alert_id,
                        lane,
                        request_id,
                    }))
                    .await?;
            }
        }
        Ok(())
    }

    /// Notices to those who submitted, and the report once everybody was tried.
    async fn tell_submitters(&self) -> Result<(), SweepError> {
        let now_ms = self.clock.now_ms();
        let due = self
            .store
            .due_notices(now_ms - REPORT_AFTER_MS, TOLD_AT_ONCE)
            .await?;
        for notice in due {
            if let Some(alert_id) = self.store.tell_submitter(&notice, now_ms).await? {
                let message = Message::RouteAlert(RouteAlert {
                    alert_id,
                    lane: Lane::Regular,
                    request_id: notice.request_id,
                });
                self.queue.offer(message).await?;
            }
        }
        Ok(())
    }

    async fn hint_alerts(&self) -> Result<(), SweepError> {
        let now_ms = self.clock.now_ms();
        let idle = self.idle_queues().await;
        for alert in self
            .store
            .unrouted_alerts(now_ms - REHINT_ALERT_MS, now_ms)
            .await?
        {
            let store::sweep::UnroutedAlert {
                id,
                lane,
                request_id,
            } = alert;
            if idle.contains(&QueueName::Route(lane)) {
                debug!(worker = "sweep", alert = id, %lane, "alert {id} is still unrouted: published again");
                let message = Message::RouteAlert(RouteAlert {
                    alert_id: id,
                    lane,
                    request_id,
                });
                self.queue.offer(message).await?;
            }
        }
        Ok(())
    }

    async fn hint_batches(&self) -> Result<(), SweepError> {
        let now_ms = self.clock.now_ms();
        let idle = self.idle_queues().await;
        let mut batches = self
            .store
            .unleased_batches(now_ms - REHINT_BATCH_MS, now_ms)
            .await?;
        batches.retain(|batch| idle.contains(&QueueName::Deliver(batch.channel, batch.lane)));
        batches.extend(self.store.gather_retries(self.batch_size, now_ms).await?);
        batches.extend(self.store.gather_digests(self.batch_size, now_ms).await?);
        for batch in batches {
            self.queue.offer(router::deliver(batch)).await?;
        }
        Ok(())
    }

    /// Where nothing waits. Where something does, what looks lost may wait among it: publishing it again would only make
    /// the queue longer.
    /// While the broker is away no queue is idle: nothing could be offered.
    async fn idle_queues(&self) -> Vec<QueueName> {
        let mut idle = Vec::new();
        for name in QueueName::ALL {
            if matches!(self.queue.depth(name).await, Ok(0)) {
                idle.push(name);
            }
        }
        idle
    }
}
