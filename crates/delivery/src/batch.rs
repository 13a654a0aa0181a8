//! One batch, from claim to last outcome.

use crate::contents::StoryContent;
use crate::email::Letter;
use crate::recorder::{self, Tally};
use crate::webhook::Call;
use crate::worker::Inner;
use crate::{SendError, Sender, Sent};
use queue::Received;
use release::model::{AlertKind, Channel, DeliveryState, EndpointState};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::{AlertRow, BatchRow, Claim, DueDelivery, Outcome, Result, Verdict};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, info, warn};

/// A delivery that waited longer than this for its slot is checked again before it is sent.
const FRESH: Duration = Duration::from_secs(1);
/// How long an endpoint with its limit in flight is left alone.
const CROWDED_MS: i64 = 1000;

/// A claimed batch with all that its deliveries share.
struct Work {
    inner: Arc<Inner>,
    batch: BatchRow,
    alert: AlertRow,
    story: Option<Arc<StoryContent>>,
    subscriptions: HashMap<i64, (String, String)>,
    lease_lost: AtomicBool,
    loaded: Instant,
}

/// Claims a batch and begins its deliveries; what follows runs on under `sending`.
pub(crate) async fn deliver(
    inner: &Arc<Inner>,
    batch_id: i64,
    received: Received,
    sending: &TaskTracker,
) -> Result<()> {
    let now_ms = inner.clock.now_ms();
    let settings = &inner.settings;
    let until_ms = now_ms + settings.lease_ms;
    let claim = inner
        .store
        .claim_batch(
            batch_id,
            &settings.name,
            until_ms,
            now_ms,
            settings.poison_after,
        )
        .await?;
    let batch = match claim {
        Claim::Ours(batch) => batch,
        Claim::Taken => {
            debug!(batch = batch_id, "batch {batch_id} is done or taken");
            return Ok(drop(received.ack().await));
        }
        Claim::Poisoned => {
            error!(
                batch = batch_id,
                worker = settings.name,
                outcome = "poisoned",
                "batch {batch_id} was claimed {} times without an outcome: it is kept, and no longer tried",
                settings.poison_after
            );
            return Ok(drop(received.ack().await));
        }
    };
    let begun = Instant::now();
    let Some((work, due)) = load(inner, batch).await? else {
        return Ok(drop(received.ack().await));
    };
    let (outcomes, inbox) = mpsc::channel(1024);
    let recorder = sending.spawn(recorder::record(
        inner.store.clone(),
        work.batch.clone(),
        inbox,
    ));
    let lease = sending.spawn(keep_lease(work.clone()));
    let unsent = begin(&work, due, outcomes, sending).await;
    sending.spawn(async move {
        let tally = recorder.await.unwrap_or_default();
        lease.abort();
        finish(&work, tally, unsent, begun, received).await;
    });
    Ok(())
}

/// All that the batch's deliveries need; none if it must not be sent now.
async fn load(
    inner: &Arc<Inner>,
    batch: BatchRow,
) -> Result<Option<(Arc<Work>, Vec<DueDelivery>)>> {
    let Some(alert) = inner.store.alert(batch.alert_id).await? else {
        return Ok(None);
    };
    let story = match batch.release_id {
        Some(release_id) => Some(inner.contents.story(release_id).await?),
        None => None,
    };
    // Nothing of a release leaves before its time: the sender checks what the router has checked.
    if let Some(story) = &story
        && story.row.clear_at_ms > inner.clock.now_ms()
    {
        error!(
            batch = batch.id,
            release = story.row.public_id,
            "batch {} came before its clear time: not sent",
            batch.id
        );
        return Ok(None);
    }
    let due = inner.store.due_deliveries(&batch).await?;
    let (first, last) = (batch.first_endpoint_id, batch.last_endpoint_id);
    let names = inner.store.subscription_names(first, last).await?;
    let inactive: HashSet<i64> = inner
        .store
        .inactive_subscriptions(first, last)
        .await?
        .into_iter()
        .collect();
    let subscriptions = names
        .into_iter()
        .filter(|(id, _, _)| !inactive.contains(id))
        .map(|(id, public_id, name)| (id, (public_id, name)))
        .collect();
    let work = Work {
        inner: inner.clone(),
        batch,
        alert,
        story,
        subscriptions,
        lease_lost: false.into(),
        loaded: Instant::now(),
    };
    Ok(Some((Arc::new(work), due)))
}

/// Begins every delivery as slots become free. Gives how many were left, for the process stops or the lease was lost.
async fn begin(
    work: &Arc<Work>,
    due: Vec<DueDelivery>,
    outcomes: mpsc::Sender<Outcome>,
    sending: &TaskTracker,
) -> usize {
    let superseded = match superseded(work).await {
        Ok(superseded) => superseded,
        Err(error) => {
            error!(%error, batch = work.batch.id, "batch {} could not be checked: {error}", work.batch.id);
            return due.len();
        }
    };
    let mut left = due.len();
    for delivery in due {
        if let Some(verdict) = withheld(work, &delivery, superseded) {
            left -= 1;
            report(work, &outcomes, unsent_outcome(work, &delivery, verdict)).await;
            continue;
        }
        let permit = work.inner.slots.acquire(work.batch.lane).await;
        if work.inner.stop.is_cancelled() || work.lease_lost.load(Ordering::Relaxed) {
            break;
        }
        left -= 1;
        let (work, outcomes) = (work.clone(), outcomes.clone());
        sending.spawn(async move {
            let outcome = attempt(&work, &delivery).await;
            drop(permit);
            report(&work, &outcomes, outcome).await;
        });
    }
    left
}

async fn superseded(work: &Work) -> Result<bool> {
    match (work.alert.story_id, work.alert.revision) {
        (Some(story_id), Some(revision)) => {
            Ok(work.inner.store.story_revision(story_id).await? > revision)
        }
        _ => Ok(false),
    }
}

/// Why a delivery must not be sent, if so.
fn withheld(work: &Work, delivery: &DueDelivery, superseded: bool) -> Option<Verdict> {
    if superseded {
        return Some(Verdict::Superseded);
    }
    let suppressed = |reason: &str| {
        Some(Verdict::Suppressed {
            reason: reason.to_owned(),
        })
    };
    if let Some(reason) = &delivery.suppressed {
        return suppressed(reason);
    }
    match (work.alert.kind, delivery.endpoint_state) {
        (AlertKind::Story, EndpointState::Active)
            if live_reasons(work, delivery).next().is_none() =>
        {
            suppressed("unsubscribed")
        }
        (AlertKind::Story, EndpointState::Active) => None,
        (AlertKind::Confirm | AlertKind::Challenge, EndpointState::Pending) => None,
        (_, state) => suppressed(&format!("the endpoint is {state}")),
    }
}

/// The subscriptions that caused a delivery and still want it: (key, public id, name).
fn live_reasons<'a>(
    work: &'a Work,
    delivery: &'a DueDelivery,
) -> impl Iterator<Item = (i64, &'a str, &'a str)> {
    delivery
        .reasons
        .split(' ')
        .filter_map(|id| id.parse::<i64>().ok())
        .filter_map(|id| {
            let (public_id, name) = work.subscriptions.get(&id)?;
            Some((id, public_id.as_str(), name.as_str()))
        })
}

/// Sends one delivery and says what became of it.
async fn attempt(work: &Work, delivery: &DueDelivery) -> Outcome {
    if work.loaded.elapsed() > FRESH
        && let Some(verdict) = stale(work, delivery).await
    {
        return unsent_outcome(work, delivery, verdict);
    }
    let Some(_in_flight) = InFlight::enter(&work.inner, delivery.endpoint_id) else {
        let due_ms = work.inner.clock.now_ms() + CROWDED_MS;
        let error = "the endpoint has its limit of calls in flight".to_owned();
        return unsent_outcome(work, delivery, Verdict::Retry { due_ms, error });
    };
    let begun = Instant::now();
    let result = send(work, delivery).await;
    let now_ms = work.inner.clock.now_ms();
    let attempt = delivery.attempts + 1;
    let (verdict, status) = judge(work, attempt, now_ms, result);
    Outcome {
        endpoint_id: delivery.endpoint_id,
        verdict,
        attempt,
        status,
        at_ms: now_ms,
        duration_ms: begun.elapsed().as_millis() as i64,
        latency_ms: now_ms
            - work
                .story
                .as_ref()
                .map_or(delivery.alert_created_ms, |story| story.row.clear_at_ms),
    }
}

/// Asks the store again, for the answer may have changed while the delivery waited.
async fn stale(work: &Work, delivery: &DueDelivery) -> Option<Verdict> {
    let endpoint_id = delivery.endpoint_id;
    let only = BatchRow {
        first_endpoint_id: endpoint_id,
        last_endpoint_id: endpoint_id,
        ..work.batch.clone()
    };
    let checked: Result<Option<Verdict>> = async {
        let Some((fresh, due)) = load(&work.inner, only).await? else {
            return Ok(Some(Verdict::Suppressed {
                reason: "withdrawn".into(),
            }));
        };
        let superseded = superseded(&fresh).await?;
        match due.first() {
            Some(now) => Ok(withheld(&fresh, now, superseded)),
            None => Ok(Some(Verdict::Suppressed {
                reason: "recorded by another worker".into(),
            })),
        }
    }
    .await;
    checked.unwrap_or_else(|error| {
        let due_ms = work.inner.clock.now_ms() + CROWDED_MS;
        Some(Verdict::Retry {
            due_ms,
            error: error.to_string(),
        })
    })
}

async fn send(work: &Work, delivery: &DueDelivery) -> std::result::Result<Sent, SendError> {
    let id = format!("{}_{}", work.alert.public_id, delivery.endpoint_public_id);
    let now_ms = work.inner.clock.now_ms();
    let reasons: Vec<(i64, &str, &str)> = live_reasons(work, delivery).collect();
    match &work.inner.sender {
        Sender::Webhook(caller) => {
            let matched: Vec<String> = reasons
                .iter()
                .map(|(_, public_id, _)| (*public_id).to_owned())
                .collect();
            match &work.story {
                Some(story) => {
                    let body = story.payload.complete(now_ms, &matched);
                    caller
                        .call(
                            &Call {
                                id: &id,
                                url: &delivery.address,
                                secret: &delivery.secret,
                                body,
                            },
                            now_ms,
                        )
                        .await
                }
                None => challenge(work, caller, delivery, &id, now_ms).await,
            }
        }
        Sender::Email(mailer) => {
            let letter = Letter {
                id: &id,
                to: &delivery.address,
                now_ms,
            };
            match &work.story {
                Some(story) => {
                    mailer
                        .send_story(&letter, &work.inner.wire, &story.mails, delivery, &reasons)
                        .await
                }
                None => confirm(work, mailer, delivery, &letter).await,
            }
        }
    }
}

async fn challenge(
    work: &Work,
    caller: &crate::webhook::Caller,
    delivery: &DueDelivery,
    id: &str,
    now_ms: i64,
) -> std::result::Result<Sent, SendError> {
    let challenge = work.alert.public_id.as_str();
    let body = release::render::challenge_payload(challenge, &delivery.endpoint_public_id, now_ms);
    let call = Call {
        id,
        url: &delivery.address,
        secret: &delivery.secret,
        body,
    };
    let sent = caller.challenge(&call, challenge, now_ms).await?;
    store_failure(
        work.inner
            .store
            .confirm_endpoint(delivery.endpoint_id)
            .await,
    )?;
    work.inner.queue.tell(queue::Telling::FiltersChanged);
    Ok(sent)
}

async fn confirm(
    work: &Work,
    mailer: &crate::email::Mailer,
    delivery: &DueDelivery,
    letter: &Letter<'_>,
) -> std::result::Result<Sent, SendError> {
    let names = store_failure(
        work.inner
            .store
            .endpoint_subscription_names(delivery.endpoint_id)
            .await,
    )?;
    mailer
        .send_confirm(letter, &work.inner.wire, delivery.endpoint_id, &names)
        .await
}

fn store_failure<T>(result: Result<T>) -> std::result::Result<T, SendError> {
    result.map_err(|error| SendError::Retry {
        status: None,
        after_ms: None,
        error: error.to_string(),
    })
}

/// From what the receiver said to how the delivery goes on.
fn judge(
    work: &Work,
    attempt: i64,
    now_ms: i64,
    result: std::result::Result<Sent, SendError>,
) -> (Verdict, Option<i64>) {
    match result {
        Ok(sent) => (Verdict::Delivered, sent.status),
        Err(SendError::Fail { status, error }) => (Verdict::Dead { error }, status),
        Err(SendError::Gone { status, error }) => (
            Verdict::Dead {
                error: format!("gone: {error}"),
            },
            Some(status),
        ),
        Err(SendError::Retry {
            status,
            after_ms,
            error,
        }) => {
            match work
                .inner
                .settings
                .retry
                .next_ms(attempt, after_ms, now_ms, rand::random())
            {
                Some(due_ms) => (Verdict::Retry { due_ms, error }, status),
                None => (
                    Verdict::Dead {
                        error: format!("after {attempt} attempts: {error}"),
                    },
                    status,
                ),
            }
        }
    }
}

fn unsent_outcome(work: &Work, delivery: &DueDelivery, verdict: Verdict) -> Outcome {
    let at_ms = work.inner.clock.now_ms();
    let endpoint_id = delivery.endpoint_id;
    Outcome {
        endpoint_id,
        verdict,
        attempt: 0,
        status: None,
        at_ms,
        duration_ms: 0,
        latency_ms: 0,
    }
}

/// Logs, counts and hands on an outcome.
async fn report(work: &Work, outcomes: &mpsc::Sender<Outcome>, outcome: Outcome) {
    log(work, &outcome);
    let channel = work.batch.channel.as_str();
    let name = outcome.verdict.name();
    metrics::counter!("dateline_deliveries_total", "channel" => channel, "outcome" => name)
        .increment(1);
    if outcome.verdict == Verdict::Delivered {
        metrics::histogram!("dateline_delivery_seconds", "channel" => channel)
            .record(outcome.latency_ms as f64 / 1000.0);
    }
    if outcome.status == Some(410) && work.batch.channel == Channel::Webhook {
        // The receiver is gone for good: later alerts are withheld, and its owner sees why.
        if let Err(error) = work.inner.store.disable_endpoint(outcome.endpoint_id).await {
            error!(%error, "endpoint {} could not be disabled: {error}", outcome.endpoint_id);
        }
        work.inner.queue.tell(queue::Telling::FiltersChanged);
    }
    // The recorder lives as long as this sender: it cannot be gone.
    let _ = outcomes.send(outcome).await;
}

/// One line a delivery at debug, one a failure at warn.
fn log(work: &Work, outcome: &Outcome) {
    let Work {
        inner,
        batch,
        alert,
        ..
    } = work;
    let release = work
        .story
        .as_ref()
        .map_or("", |story| story.row.public_id.as_str());
    let worker = inner.settings.name.as_str();
    let name = outcome.verdict.name();
    let delivery = format!("{}/{}", alert.id, outcome.endpoint_id);
    match &outcome.verdict {
        Verdict::Retry { due_ms, error } => {
            let next_attempt = release::time::rfc3339(*due_ms);
            warn!(worker, release, batch = batch.id, delivery, channel = %batch.channel, attempt = outcome.attempt,
                outcome = name, status = outcome.status, duration_ms = outcome.duration_ms, next_attempt,
                request_id = batch.request_id, "delivery {delivery} failed, next attempt {next_attempt}: {error}");
        }
        Verdict::Dead { error } => {
            warn!(worker, release, batch = batch.id, delivery, channel = %batch.channel, attempt = outcome.attempt,
                outcome = name, status = outcome.status, duration_ms = outcome.duration_ms,
                request_id = batch.request_id, "delivery {delivery} given up: {error}");
        }
        _ => {
            debug!(worker, release, batch = batch.id, delivery, channel = %batch.channel, attempt = outcome.attempt,
            outcome = name, status = outcome.status, duration_ms = outcome.duration_ms, request_id = batch.request_id,
            "delivery {delivery} {name}")
        }
    }
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
            .renew_lease(work.batch.id, &settings.name, until_ms)
            .await
        {
            work.lease_lost.store(true, Ordering::Relaxed);
            return;
        }
    }
}

/// One line a batch at info; gives the rest of an unfinished batch back.
async fn finish(work: &Work, tally: Tally, left: usize, begun: Instant, received: Received) {
    let Work { inner, batch, .. } = work;
    let release = work
        .story
        .as_ref()
        .map_or("", |story| story.row.public_id.as_str());
    let duration_ms = begun.elapsed().as_millis() as u64;
    inner.batches.fetch_add(1, Ordering::Relaxed);
    let Tally {
        delivered,
        retried,
        dead,
        withheld,
    } = tally;
    let outcome = if left > 0 {
        "unfinished"
    } else {
        DeliveryState::Delivered.as_str()
    };
    info!(worker = inner.settings.name, release, batch = batch.id, channel = %batch.channel, lane = %batch.lane, round = batch.round,
        outcome, delivered, retried, dead, withheld, left, duration_ms, request_id = batch.request_id,
        "batch {} of {}: {delivered} delivered, {retried} to retry, {dead} dead, {withheld} withheld in {duration_ms} ms",
        batch.id, tally.all());
    if left > 0
        && let Err(error) = inner
            .store
            .release_lease(batch.id, &inner.settings.name)
            .await
    {
        error!(%error, batch = batch.id, "batch {} could not be given back: its lease runs out: {error}", batch.id);
    }
    let _ = received.ack().await;
}

/// Counts one call in flight to an endpoint, until dropped.
struct InFlight<'a> {
    inner: &'a Inner,
    endpoint_id: i64,
}

impl InFlight<'_> {
    /// None if the endpoint has its limit in flight already.
    fn enter(inner: &Inner, endpoint_id: i64) -> Option<InFlight<'_>> {
        let mut in_flight = inner.in_flight.lock().expect("no holder panics");
        let count = in_flight.entry(endpoint_id).or_default();
        if *count >= inner.settings.in_flight_per_endpoint {
            return None;
        }
        *count += 1;
        Some(InFlight { inner, endpoint_id })
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut in_flight = self.inner.in_flight.lock().expect("no holder panics");
        if let Some(count) = in_flight.get_mut(&self.endpoint_id) {
            *count -= 1;
            if *count == 0 {
                in_flight.remove(&self.endpoint_id);
            }
        }
    }
}
