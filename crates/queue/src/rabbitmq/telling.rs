//! The lossy fan-out: what is told here is heard in this process at once, and in all others by way of the broker.
//!
//! Each process listens by a queue of its own, which is bounded, in memory, and gone with its connection. Nobody waits for
//! a telling: what finds no room, or no broker, is dropped.

use super::config::RabbitMqConfig;
use super::session::Session;
use super::{Inner, fault, topology};
use crate::{QueueError, Telling};
use futures_util::StreamExt;
use lapin::options::{
    BasicConsumeOptions, BasicPublishOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Consumer};
use std::sync::Arc;
use tokio::sync::mpsc;
use tracing::debug;

/// Tellings kept for a slow listener, a slow process, and a slow broker, each.
pub(super) const KEPT: usize = 4096;
/// AMQP's delivery mode of what may be lost.
const TRANSIENT: u8 = 1;

/// Tells this process now, and the others soon.
pub(super) fn tell(inner: &Inner, telling: Telling) {
    // Nobody listening, or no room, is no failure: the fan-out is lossy by design.
    let _ = inner.tellings.send(telling.clone());
    let _ = inner.told.try_send(telling);
}

/// Publishes what is told, in order, as long as the process lives.
pub(super) async fn publish_all(inner: Arc<Inner>, mut untold: mpsc::Receiver<Telling>) {
    loop {
        let telling = tokio::select! {
            () = inner.closing() => return,
            telling = untold.recv() => telling,
        };
        let Some(telling) = telling else { return };
        // Without a session it is dropped: whoever would hear of it late looks at the store by itself.
        let Ok(session) = inner.session_now() else {
            continue;
        };
        if let Err(error) = publish(&inner, &session, &telling).await {
            inner.give_up(&session, &fault::reason(&error));
        }
    }
}

async fn publish(inner: &Inner, session: &Session, telling: &Telling) -> lapin::Result<()> {
    let Ok(body) = serde_json::to_vec(telling) else {
        return Ok(());
    };
    let properties = BasicProperties::default()
        .with_delivery_mode(TRANSIENT)
        .with_app_id(inner.process.as_str().into());
    let exchange = inner.config.exchange();
    session
        .tells
        .basic_publish(
            exchange.as_str().into(),
            "".into(),
            BasicPublishOptions::default(),
            &body,
            properties,
        )
        .await
        .map(drop)
}

/// Makes this process's own queue and listens to it.
pub(super) async fn open_ear(
    config: &RabbitMqConfig,
    channel: &Channel,
) -> Result<Consumer, QueueError> {
    let queue = format!("{}.{:016x}", config.exchange(), rand::random::<u64>());
    let failed = |error: lapin::Error| fault::using(config, &queue, &error);
    let passing = QueueDeclareOptions::exclusive().auto_delete();
    channel
        .queue_declare(
            queue.as_str().into(),
            passing,
            topology::ear_arguments(KEPT),
        )
        .await
        .map_err(failed)?;
    channel
        .queue_bind(
            queue.as_str().into(),
            config.exchange().into(),
            "".into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        )
        .await
        .map_err(failed)?;
    let unacknowledged = BasicConsumeOptions {
        no_ack: true,
        ..BasicConsumeOptions::default()
    };
    channel
        .basic_consume(
            queue.as_str().into(),
            "".into(),
            unacknowledged,
            FieldTable::default(),
        )
        .await
        .map_err(failed)
}

/// Passes on what others tell, until the session fails.
pub(super) async fn hear(inner: Arc<Inner>, session: Arc<Session>) {
    let mut ear = session.ear.clone();
    while let Some(heard) = ear.next().await {
        let heard = match heard {
            Ok(heard) => heard,
            Err(error) => return inner.give_up(&session, &fault::reason(&error)),
        };
        let teller = heard.properties.app_id().as_ref().map(|id| id.as_str());
        if teller == Some(inner.process.as_str()) {
            continue;
        }
        match serde_json::from_slice(&heard.data) {
            Ok(telling) => drop(inner.tellings.send(telling)),
            // Of a newer version, or of somebody else.
            Err(error) => debug!("a telling was not understood: {error}"),
        }
    }
    inner.give_up(&session, "the queue of tellings was deleted");
}
