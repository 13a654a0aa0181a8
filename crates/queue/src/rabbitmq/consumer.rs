//! Receiving work: a consumer a queue that this process works on, or single gets.

use super::session::Session;
use super::{Inner, Lane, Ticket, fault};
use crate::{Message, QueueError, QueueName, Received};
use futures_util::{FutureExt, StreamExt};
use lapin::message::Delivery;
use lapin::options::{
    BasicCancelOptions, BasicConsumeOptions, BasicGetOptions, BasicQosOptions, BasicRejectOptions,
};
use lapin::types::FieldTable;
use std::sync::Arc;
use tracing::error;

/// The next message; waits for it, also while the broker is away.
pub(super) async fn receive(inner: &Arc<Inner>, name: QueueName) -> Result<Received, QueueError> {
    let lane = inner.lane(name);
    lane.wanted.send_replace(true);
    let next = async {
        let mut given = lane.receiver.lock().await;
        loop {
            match given.recv().await {
                // What a lost session gave is given again by the next: not twice by us.
                Some(received) if received.is_stale() => {}
                received => return received,
            }
        }
    };
    let received = tokio::select! {
        biased;
        () = inner.closing() => None,
        received = next => received,
    };
    received.map(Received::held).ok_or(QueueError::Closed)
}

/// The next message, if there is one now: what was given in advance, else what the broker has.
pub(super) async fn try_receive(
    inner: &Arc<Inner>,
    name: QueueName,
) -> Result<Option<Received>, QueueError> {
    let session = inner.session_now()?;
    if let Some(received) = given_now(inner.lane(name)) {
        return Ok(Some(received.held()));
    }
    let inner = inner.clone();
    // A task of its own: were the get given up half-way, its message would be held until the session ends.
    let got = tokio::spawn(async move { get(&inner, &session, name).await });
    got.await.unwrap_or(Err(QueueError::Closed))
}

fn given_now(lane: &Lane) -> Option<Received> {
    let mut given = lane.receiver.try_lock().ok()?;
    loop {
        match given.try_recv().ok()? {
            received if received.is_stale() => {}
            received => return Some(received),
        }
    }
}

async fn get(
    inner: &Arc<Inner>,
    session: &Session,
    name: QueueName,
) -> Result<Option<Received>, QueueError> {
    let queue = inner.config.queue(name);
    let channel = session.gets.lock().await;
    loop {
        let got = channel
            .basic_get(queue.as_str().into(), BasicGetOptions::default())
            .await;
        match got {
            Ok(None) => return Ok(None),
            Ok(Some(got)) => {
                if let Some(received) = read(inner, name, got.delivery).await {
                    return Ok(Some(received.held()));
                }
            }
            Err(error) => {
                let fault = fault::using(&inner.config, &queue, &error);
                inner.give_up(session, &fault.to_string());
                return Err(fault);
            }
        }
    }
}

/// Consumes one queue as long as the session lives, from the moment that somebody receives from it.
pub(super) async fn consume(inner: Arc<Inner>, session: Arc<Session>, name: QueueName) {
    let mut wanted = inner.lane(name).wanted.subscribe();
    if wanted.wait_for(|wanted| *wanted).await.is_err() {
        return;
    }
    let reason = match consume_wanted(&inner, &session, name).await {
        Ok(()) => format!("the consumer of {} was cancelled", inner.config.queue(name)),
        Err(error) => error.to_string(),
    };
    inner.give_up(&session, &reason);
}

async fn consume_wanted(
    inner: &Arc<Inner>,
    session: &Session,
    name: QueueName,
) -> Result<(), QueueError> {
    let (config, lane) = (&inner.config, inner.lane(name));
    let queue = config.queue(name);
    let failed = |error: lapin::Error| fault::using(config, &queue, &error);
    let channel = session.consuming_channel(config).await?;
    let prefetch = config.prefetch.max(1);
    channel
        .basic_qos(prefetch, BasicQosOptions::default())
        .await
        .map_err(failed)?;
    let mut consumer = channel
        .basic_consume(
            queue.as_str().into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await
        .map_err(failed)?;
    let consuming = async {
        while let Some(delivery) = consumer.next().await {
            if let Some(received) = read(inner, name, delivery.map_err(failed)?).await {
                // The receiver lives as long as `inner`.
                let _ = lane.sender.send(received).await;
            }
        }
        Ok(())
    };
    tokio::select! {
        consumed = consuming => return consumed,
        () = inner.closing() => {}
    }
    // No more from now on; what came in advance goes back, and the channel stays for the acknowledgements of the rest.
    let tag = consumer.tag();
    let _ = channel
        .basic_cancel(tag, BasicCancelOptions::default())
        .await;
    while given_now(lane).is_some() {}
    while let Some(Some(Ok(delivery))) = consumer.next().now_or_never() {
        drop(read(inner, name, delivery).await);
    }
    std::future::pending().await
}

/// Reads a delivery; what is no message of ours becomes a dead letter, so that it holds up nothing.
async fn read(inner: &Arc<Inner>, name: QueueName, delivery: Delivery) -> Option<Received> {
    match serde_json::from_slice::<Message>(&delivery.data) {
        Ok(message) => Some(Received::rabbitmq(
            message,
            Ticket::new(inner.clone(), delivery.acker),
        )),
        Err(cause) => {
            let (queue, dead) = (inner.config.queue(name), inner.config.dead_queue());
            let size_bytes = delivery.data.len();
            error!(
                size_bytes,
                "a message in {queue} is none of ours ({cause}): it is kept in {dead}"
            );
            // If the channel broke meanwhile, it comes back, and here again.
            let _ = delivery
                .acker
                .reject(BasicRejectOptions { requeue: false })
                .await;
            None
        }
    }
}
