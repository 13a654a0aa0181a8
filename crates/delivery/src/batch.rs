//! One batch, from claim to last outcome.

mod attempt;
mod begin;
mod care;
mod checks;
mod digest;
mod direct;
mod finish;
mod hooks;
mod once;
mod outcome;
mod trouble;
mod why;

pub(crate) use why::Clauses;

use crate::contents::StoryContent;
use crate::recorder;
use crate::worker::Inner;
use begin::begin;
use finish::finish;
use hooks::Hooks;
use queue::Received;
use release::model::Channel;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::{
    ActiveSubscription, AlertRow, BatchRow, Claim, DueDelivery, Health, Result, StoreError,
};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, warn};

/// A delivery that waited longer than this for its slot is checked again before it is sent.
const FRESH: Duration = Duration::from_secs(1);
/// How long a delivery waits that the store could not be asked about, milliseconds.
const ASK_AGAIN_MS: i64 = 1000;

/// A claimed batch with all that its deliveries share.
struct Work {
    inner: Arc<Inner>,
    batch: BatchRow,
    alert: AlertRow,
    story: Option<Arc<StoryContent>>,
    /// Those that may cause something now, by key.
    subscriptions: HashMap<i64, ActiveSubscription>,
    /// What the owners of its webhooks asked for.
    hooks: Hooks,
    /// How those of them fare whose receivers fail.
    failing: HashMap<i64, Health>,
    /// By what endpoints that are told once were told of a story like this one.
    told: HashMap<i64, String>,
    /// Public ids of the alerts that told the story before, the oldest first.
    earlier: Vec<String>,
    /// Who holds the lease: this worker, this claim of it.
    owner: String,
    lease_lost: AtomicBool,
    /// Deliveries that were halted after they had begun: nothing was sent, they are still due.
    put_back: AtomicUsize,
    loaded: Instant,
}

impl Work {
    /// Whether an operator has halted what this batch tells. A digest tells of several issuers, each of its mails of others.
    fn is_halted(&self) -> bool {
        let issuers = self
            .story
            .as_ref()
            .map_or("", |story| story.row.issuers.as_str());
        self.inner.halts.stop(issuers)
    }
}

/// What a delivery is called outside: `webhook-id`, and the left part of the Message-ID; the same at every attempt.
fn identity(work: &Work, delivery: &DueDelivery) -> String {
    format!("{}_{}", work.alert.public_id, delivery.endpoint_public_id)
}

/// What the story's earlier mails to this endpoint are called. It may not have got them all: a program looks for the one it has.
fn answers(work: &Work, delivery: &DueDelivery) -> Vec<String> {
    let id = |alert: &String| format!("{alert}_{}", delivery.endpoint_public_id);
    work.earlier.iter().map(id).collect()
}

/// Claims a batch and begins its deliveries; what follows runs on under `sending`.
pub(crate) async fn deliver(
    inner: &Arc<Inner>,
    batch_id: i64,
    received: Received,
    sending: &TaskTracker,
) -> Result<()> {
    inner.halts.look(&inner.store).await?;
    if inner.halts.stop_everything() {
        // The sweep brings it back when the halt is lifted.
        debug!(batch = batch_id, "batch {batch_id} is halted");
        acknowledge(received).await;
        return Ok(());
    }
    let now_ms = inner.clock.now_ms();
    let settings = &inner.settings;
    let until_ms = now_ms + settings.lease_ms;
    // Of its own for each claim: after a stall this worker may claim a batch again that an older task still sends.
    let claim_number = inner.claims.fetch_add(1, Ordering::Relaxed);
    let owner = format!("{}#{claim_number}", settings.name);
    let claim = inner
        .store
        .claim_batch(batch_id, &owner, until_ms, now_ms, settings.poison_after)
        .await?;
    let batch = match claim {
        Claim::Ours(batch) => batch,
        Claim::Taken => {
            debug!(batch = batch_id, "batch {batch_id} is done or taken");
            acknowledge(received).await;
            return Ok(());
        }
        Claim::Poisoned => {
            error!(
                batch = batch_id,
                worker = settings.name,
                outcome = "poisoned",
                "batch {batch_id} was claimed {} times without an outcome: it is kept, and no longer tried",
                settings.poison_after
            );
            acknowledge(received).await;
            return Ok(());
        }
    };
    let begun = Instant::now();
    let id = batch.id;
    let (work, due) = match load(inner, batch, owner.clone()).await? {
        Loaded::Ready(work, due) => (work, due),
        Loaded::TooEarly { clear_at_ms } => {
            let clear_at = release::time::rfc3339(clear_at_ms);
            error!(
                batch = id,
                worker = settings.name,
                clear_at,
                "batch {id} came before its clear time {clear_at}: not sent"
            );
            inner.store.release_lease(id, &owner).await?;
            acknowledge(received).await;
            return Ok(());
        }
    };
    let (outcomes, inbox) = mpsc::channel(1024);
    let recorder = sending.spawn(recorder::record(
        inner.store.clone(),
        work.batch.clone(),
        inbox,
    ));
    let lease = sending.spawn(keep_lease(work.clone()));
    let unsent = begin(&work, due, outcomes, sending).await;
    // The lease keeps the batch from here on. A message that was kept until the last answer would, after a crash, only come
    // back to a batch that is still leased; and some receivers that hang would keep others from getting theirs.
    acknowledge(received).await;
    sending.spawn(async move {
        let tally = recorder.await.unwrap_or_default();
        lease.abort();
        finish(&work, tally, unsent, begun).await;
    });
    Ok(())
}

/// A batch with all that its deliveries need.
enum Loaded {
    Ready(Arc<Work>, Vec<DueDelivery>),
    /// Nothing of a release leaves before its time, whatever made this batch.
    TooEarly {
        clear_at_ms: i64,
    },
}

async fn load(inner: &Arc<Inner>, batch: BatchRow, owner: String) -> Result<Loaded> {
    let missing = || {
        StoreError::Unreadable(format!(
            "batch {} names alert {}, which is not there",
            batch.id, batch.alert_id
        ))
    };
    let alert = inner
        .store
        .alert(batch.alert_id)
        .await?
        .ok_or_else(missing)?;
    let story = match batch.release_id {
        Some(release_id) => Some(inner.contents.story(release_id).await?),
        None => None,
    };
    if let Some(story) = &story
        && story.row.clear_at_ms > inner.clock.now_ms()
    {
        return Ok(Loaded::TooEarly {
            clear_at_ms: story.row.clear_at_ms,
        });
    }
    let due = inner.store.due_deliveries(&batch).await?;
    let told = once::told(&inner.store, &alert, &batch).await?;
    let hooks = Hooks::of(&inner.store, &batch, &due, inner.clock.now_ms()).await?;
    let earlier = match (alert.story_id, alert.revision) {
        (Some(story_id), Some(revision @ 1..)) => {
            inner.store.earlier_alerts(story_id, revision).await?
        }
        _ => Vec::new(),
    };
    let (first, last) = (batch.first_endpoint_id, batch.last_endpoint_id);
    let failing = match batch.channel {
        Channel::Email => HashMap::new(),
        Channel::Webhook => inner.store.failing(first, last).await?,
    };
    let subscriptions = inner.store.active_subscriptions(first, last).await?;
    let subscriptions = subscriptions
        .into_iter()
        .map(|subscription| (subscription.id, subscription))
        .collect();
    let work = Work {
        inner: inner.clone(),
        batch,
        alert,
        story,
        subscriptions,
        hooks,
        failing,
        told,
        earlier,
        owner,
        lease_lost: false.into(),
        put_back: 0.into(),
        loaded: Instant::now(),
    };
    Ok(Loaded::Ready(Arc::new(work), due))
}

/// Renews the lease in time; when it is lost, the rest of the batch is not sent.
async fn keep_lease(work: Arc<Work>) {
    let Inner {
        store,
        clock,
        settings,
        ..
    } = &*work.inner;
    loop {
        tokio::time::sleep(Duration::from_millis(settings.lease_ms as u64 / 3)).await;
        let until_ms = clock.now_ms() + settings.lease_ms;
        // The lease only saves work; correctness rests on outcomes being recorded once.
        if let Ok(false) = store
            .renew_lease(work.batch.id, &work.owner, until_ms)
            .await
        {
            work.lease_lost.store(true, Ordering::Relaxed);
            return;
        }
    }
}

/// A message that cannot be acknowledged comes again, and then finds its batch done.
async fn acknowledge(received: Received) {
    if let Err(error) = received.ack().await {
        warn!(%error, "a message could not be acknowledged: {error}");
    }
}
