//! The queues and exchanges, declared before anything else at each session: what somebody deleted comes back.
//!
//! Work queues are quorum queues: replicated, and alive after a broker's crash. A full one refuses (`reject-publish`)
//! rather than forgets; a message given out `DELIVERIES` times goes to the dead letters, at least once, instead of round
//! for ever. All arguments exist in RabbitMQ 3.10 as in 4.x, and none needs a plugin.

use super::config::RabbitMqConfig;
use super::fault;
use crate::{QueueError, QueueName};
use lapin::options::{ExchangeDeclareOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind};

/// How often a message is given out before it is a dead letter. Explicit, since 3.10 has no limit and 4.x this one.
const DELIVERIES: i64 = 20;
/// Dead letters kept; the oldest go first.
const DEAD_KEPT: i64 = 100_000;

/// Declares all of it; what exists with the same arguments stays as it is.
pub(super) async fn declare(config: &RabbitMqConfig, channel: &Channel) -> Result<(), QueueError> {
    for (name, arguments) in queues(config) {
        declare_queue(config, channel, &name, arguments).await?;
    }
    let exchange = config.exchange();
    let durable = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    channel
        .exchange_declare(
            exchange.as_str().into(),
            ExchangeKind::Fanout,
            durable,
            FieldTable::default(),
        )
        .await
        .map_err(|error| fault::using(config, &exchange, &error))
}

/// Every queue with its arguments, the dead letters first.
pub(super) fn queues(config: &RabbitMqConfig) -> Vec<(String, FieldTable)> {
    let dead = config.dead_queue();
    let work = QueueName::ALL.map(|name| (config.queue(name), work_arguments(config, &dead)));
    let mut all = vec![(dead, dead_arguments())];
    all.extend(work);
    all
}

async fn declare_queue(
    config: &RabbitMqConfig,
    channel: &Channel,
    name: &str,
    arguments: FieldTable,
) -> Result<(), QueueError> {
    let durable = QueueDeclareOptions::durable();
    match channel.queue_declare(name.into(), durable, arguments).await {
        Ok(_queue) => Ok(()),
        Err(error) => Err(fault::using(config, name, &error)),
    }
}

fn work_arguments(config: &RabbitMqConfig, dead: &str) -> FieldTable {
    let capacity = i64::try_from(config.capacity).unwrap_or(i64::MAX);
    table([
        ("x-queue-type", text("quorum")),
        ("x-delivery-limit", number(DELIVERIES)),
        ("x-max-length", number(capacity)),
        ("x-overflow", text("reject-publish")),
        ("x-dead-letter-strategy", text("at-least-once")),
        // The nameless exchange takes a message to the queue that its routing key names.
        ("x-dead-letter-exchange", text("")),
        ("x-dead-letter-routing-key", text(dead)),
    ])
}

fn dead_arguments() -> FieldTable {
    table([
        ("x-queue-type", text("quorum")),
        ("x-max-length", number(DEAD_KEPT)),
        ("x-overflow", text("drop-head")),
    ])
}

/// A queue of one process, gone with its connection: what it did not hear in time it misses.
pub(super) fn ear_arguments(kept: usize) -> FieldTable {
    table([
        (
            "x-max-length",
            number(i64::try_from(kept).unwrap_or(i64::MAX)),
        ),
        ("x-overflow", text("drop-head")),
    ])
}

fn table<const N: usize>(entries: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (key, value) in entries {
        table.insert(key.into(), value);
    }
    table
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

fn number(value: i64) -> AMQPValue {
    AMQPValue::LongLongInt(value)
}
