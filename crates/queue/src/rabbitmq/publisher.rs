//! Publishing work: persistent, mandatory, confirmed, many at once.
//!
//! A message counts as published when the broker has acknowledged it and has not returned it. Callers share one channel:
//! each waits for its own confirm only, so as many are under way as there are callers, up to the window.

use super::session::Session;
use super::{Inner, fault};
use crate::{Message, QueueError, QueueName};
use lapin::options::BasicPublishOptions;
use lapin::{BasicProperties, Confirmation};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tracing::debug;

/// AMQP's delivery mode of what has to survive a restart of the broker.
const PERSISTENT: u8 = 2;
/// How long a queue counts as full after it refused a message; then the next offer finds out.
const FULL_FOR: Duration = Duration::from_millis(100);
/// The longest that an offer is waited for.
const FIND_OUT: Duration = Duration::from_millis(50);
/// Pauses of a publisher that waits for room: from, to.
const ROOM_PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

/// What became of one publish.
enum Sent {
    Confirmed,
    /// The queue is full.
    Refused,
    /// The session is of no use any more.
    Failed(String),
}

/// Whether a queue refused the last message, and since when.
#[derive(Debug, Default)]
pub(super) struct Fullness(Mutex<Option<Instant>>);

/// What to do with an offer.
enum Room {
    /// As far as we know there is some.
    Likely,
    /// There was none a moment ago.
    No,
    /// There was none a while ago: this offer finds out, and others meanwhile are not asked.
    Unsure,
}

impl Fullness {
    fn refused(&self) {
        *self.lock() = Some(Instant::now());
    }

    /// A confirm of what was sent before the refusal says nothing: confirms overtake one another.
    fn confirmed(&self, sent: Instant) {
        let mut since = self.lock();
        if since.is_some_and(|since| since <= sent) {
            *since = None;
        }
    }

    fn room(&self) -> Room {
        let mut since = self.lock();
        match *since {
            None => Room::Likely,
            Some(refused) if refused.elapsed() < FULL_FOR => Room::No,
            Some(_) => {
                *since = Some(Instant::now());
                Room::Unsure
            }
        }
    }

    /// A poisoned lock guards nothing here: the value is written whole.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Publishes until it is confirmed; waits while the queue is full, the window used up, or the broker away.
pub(super) async fn publish(inner: &Arc<Inner>, message: &Message) -> Result<(), QueueError> {
    let (name, body) = (message.queue(), body(message)?);
    let mut pause = ROOM_PAUSES.0;
    loop {
        let session = inner.session().await?;
        let Ok(_permit) = inner.window.acquire().await else {
            return Err(QueueError::Closed);
        };
        match send(inner, &session, name, &body).await {
            Sent::Confirmed => return Ok(()),
            Sent::Failed(reason) => {
                debug!("a publish to {name} is repeated: {reason}");
                inner.give_up(&session, &reason);
            }
            Sent::Refused => {
                drop(_permit);
                tokio::select! {
                    () = inner.closing() => return Err(QueueError::Closed),
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(ROOM_PAUSES.1);
            }
        }
    }
}

/// Hands a message over without waiting for its confirm, which is followed in the background: so a caller with a thousand
/// offers is held up by none of them. A queue that refused counts as full until an offer, which is then waited for a
/// moment, is confirmed.
pub(super) async fn offer(inner: &Arc<Inner>, message: Message) -> Result<bool, QueueError> {
    let session = match inner.session_now() {
        Ok(session) => session,
        Err(QueueError::Closed) => return Err(QueueError::Closed),
        Err(_unreachable) => return Ok(false),
    };
    let (name, body) = (message.queue(), body(&message)?);
    let Ok(permit) = inner.window.clone().try_acquire_owned() else {
        return Ok(false);
    };
    let wait = match inner.lane(name).full.room() {
        Room::No => return Ok(false),
        Room::Likely => None,
        Room::Unsure => Some(FIND_OUT),
    };
    let inner = inner.clone();
    let sending = tokio::spawn(async move {
        let _permit = permit;
        let sent = send(&inner, &session, name, &body).await;
        if let Sent::Failed(reason) = &sent {
            debug!("an offer to {name} came to nothing: {reason}");
            inner.give_up(&session, reason);
        }
        matches!(sent, Sent::Confirmed)
    });
    match wait {
        None => Ok(true),
        Some(limit) => Ok(matches!(
            tokio::time::timeout(limit, sending).await,
            Ok(Ok(true))
        )),
    }
}

fn body(message: &Message) -> Result<Vec<u8>, QueueError> {
    serde_json::to_vec(message).map_err(|error| {
        QueueError::Settings(format!("a message cannot be written as JSON: {error}"))
    })
}

async fn send(inner: &Inner, session: &Session, name: QueueName, body: &[u8]) -> Sent {
    let queue = inner.config.queue(name);
    let properties = BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type("application/json".into());
    let mandatory = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let begun = Instant::now();
    let published = session
        .work
        .basic_publish(
            "".into(),
            queue.as_str().into(),
            mandatory,
            body,
            properties,
        )
        .await;
    let confirmed = match published {
        Ok(confirm) => confirm.await,
        Err(error) => Err(error),
    };
    let sent = outcome(&queue, confirmed);
    let full = &inner.lane(name).full;
    match sent {
        Sent::Confirmed => full.confirmed(begun),
        Sent::Refused => full.refused(),
        Sent::Failed(_) => {}
    }
    sent
}

fn outcome(queue: &str, confirmed: lapin::Result<Confirmation>) -> Sent {
    match confirmed {
        Ok(Confirmation::Ack(None)) => Sent::Confirmed,
        // Mandatory, and no queue of that name: acknowledged and returned, which is not published.
        Ok(Confirmation::Ack(Some(_)) | Confirmation::Nack(Some(_))) => {
            Sent::Failed(format!("queue {queue:?} is gone"))
        }
        Ok(Confirmation::Nack(None)) => Sent::Refused,
        Ok(Confirmation::NotRequested) => {
            Sent::Failed("confirms are off, which is our mistake".into())
        }
        Err(error) => Sent::Failed(fault::reason(&error)),
    }
}
