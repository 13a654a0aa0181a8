//! A worker of one channel: takes batches from its two lanes and sends them.

use crate::contents::{Contents, Wire};
use crate::flood::Flood;
use crate::halts::{self, Halts};
use crate::receivers::{Limits, Receivers};
use crate::slots::Slots;
use crate::{RetryPolicy, Sender};
use queue::{Message, Queue, QueueName, Received};
use release::model::{Channel, Lane};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Clock, Result, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;

/// Batches of one lane that are prepared at once, so that loading one overlaps with sending another.
const LOOPS: usize = 4;
/// How often living workers are counted.
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// Who has been silent for so long does not live, milliseconds.
const SILENT_MS: i64 = 30_000;

/// What a worker is told at its start.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// Its name in leases and logs, unique among living workers.
    pub name: String,
    /// How much it sends at once.
    pub slots: usize,
    /// At most so many at once to one endpoint, by all workers together.
    pub in_flight_per_endpoint: usize,
    /// At most so many calls a minute to one endpoint; its owner may want fewer.
    pub per_minute: i64,
    /// An endpoint that has failed for so long is taken out of use, milliseconds.
    pub disable_after_ms: i64,
    /// At most so many mails to a reader within an hour before the rest waits for one; 0 for no limit.
    pub most_mails_per_hour: usize,
    /// How long a claimed batch is its own unless it renews, milliseconds.
    pub lease_ms: i64,
    /// A batch claimed more often than this without an outcome is poisoned.
    pub poison_after: i64,
    /// When failed deliveries are tried again.
    pub retry: RetryPolicy,
}

/// A worker. Cheap to clone; clones share slots and connections.
#[derive(Debug, Clone)]
pub struct Worker {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) queue: Queue,
    pub(crate) clock: Clock,
    pub(crate) settings: WorkerSettings,
    pub(crate) wire: Arc<Wire>,
    pub(crate) sender: Sender,
    pub(crate) contents: Contents,
    pub(crate) slots: Slots,
    pub(crate) receivers: Receivers,
    pub(crate) flood: Flood,
    pub(crate) halts: Halts,
    pub(crate) batches: AtomicU64,
    pub(crate) claims: AtomicU64,
    /// Set when the process is about to stop: what has not begun is left for the next start.
    pub(crate) stop: CancellationToken,
}

impl Worker {
    /// A worker that sends by the given sender.
    pub fn new(
        store: Store,
        queue: Queue,
        clock: Clock,
        wire: Arc<Wire>,
        sender: Sender,
        settings: WorkerSettings,
        stop: CancellationToken,
    ) -> Worker {
        let inner = Inner {
            contents: Contents::new(store.clone(), wire.clone()),
            slots: Slots::new(settings.slots),
            receivers: Receivers::new(Limits {
                in_flight: settings.in_flight_per_endpoint,
                per_minute: settings.per_minute,
            }),
            flood: Flood::new(settings.most_mails_per_hour),
            halts: Halts::new(sender.channel()),
            batches: AtomicU64::new(0),
            claims: AtomicU64::new(0),
            store,
            queue,
            clock,
            wire,
            sender,
            settings,
            stop,
        };
        Worker {
            inner: Arc::new(inner),
        }
    }

    /// Its channel.
    pub fn channel(&self) -> Channel {
        self.inner.sender.channel()
    }

    /// What it is doing, for people.
    pub fn doing(&self) -> String {
        let batches = self.inner.batches.load(Ordering::Relaxed);
        match self.inner.slots.taken() {
            0 => format!("waiting, {batches} batches done"),
            sending => format!("sending {sending}, {batches} batches done"),
        }
    }

    /// Sends until stopped, then finishes what has begun. The caller bounds how long it waits for that.
    pub async fn run(&self) {
        let sending = TaskTracker::new();
        let mut loops = tokio::task::JoinSet::new();
        let worker = self.clone();
        let watch = tokio::spawn(async move { halts::watch(&worker.inner).await });
        let worker = self.clone();
        let sharing = tokio::spawn(async move { worker.share_limits().await });
        for lane in [Lane::Flash, Lane::Regular] {
            for _ in 0..LOOPS {
                let (worker, sending) = (self.clone(), sending.clone());
                loops.spawn(async move { worker.work_lane(lane, &sending).await });
            }
        }
        loops.join_all().await;
        sending.close();
        sending.wait().await;
        watch.abort();
        sharing.abort();
    }

    /// Sends one waiting batch to its end, if there is one: what tests drive.
    pub async fn step(&self) -> Result<bool> {
        for lane in [Lane::Flash, Lane::Regular] {
            let received = self
                .inner
                .queue
                .try_receive(QueueName::Deliver(self.channel(), lane))
                .await;
            if let Ok(Some(received)) = received {
                let sending = TaskTracker::new();
                self.handle(received, &sending).await?;
                sending.close();
                sending.wait().await;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Divides the limits of receivers and of mail domains by the workers that live, as they come and go.
    async fn share_limits(&self) {
        let Inner {
            store,
            clock,
            sender,
            receivers,
            ..
        } = &*self.inner;
        let role = self.channel().as_str();
        loop {
            // Without an answer they stay divided as they are.
            if let Ok(living) = store.living_workers(role, clock.now_ms() - SILENT_MS).await {
                let living = u32::try_from(living).unwrap_or(u32::MAX);
                receivers.share_with(living);
                if let Sender::Email(mailer) = sender {
                    mailer.share_with(living);
                }
            }
            tokio::time::sleep(COUNT_EVERY).await;
        }
    }

    async fn work_lane(&self, lane: Lane, sending: &TaskTracker) {
        loop {
            let received = tokio::select! {
                () = self.inner.stop.cancelled() => return,
                received = self.inner.queue.receive(QueueName::Deliver(self.channel(), lane)) => received,
            };
            let Ok(received) = received else { return };
            if let Err(error) = self.handle(received, sending).await {
                let worker = &self.inner.settings.name;
                error!(%error, worker, "a batch could not be begun, the sweep brings it back: {error}");
                // Without this a store that refuses every claim would be asked without a pause.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }

    async fn handle(&self, received: Received, sending: &TaskTracker) -> Result<()> {
        if let Message::DeliverBatch(deliver) = &received.message {
            let batch_id = deliver.batch_id;
            crate::batch::deliver(&self.inner, batch_id, received, sending).await?;
        }
        Ok(())
    }
}
