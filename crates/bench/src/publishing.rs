//! Confirmed publishes: the queue against a bare loop over lapin, on the same broker and kind of queue.
//!
//! Both keep a window of publishes under way, persistent and confirmed; the queue adds JSON, `mandatory`, and its account
//! of failures.

use crate::figure::per_second;
use anyhow::Result;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueuePurgeOptions};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, PublisherConfirm};
use queue::{DeliverBatch, Message, Queue, QueueName, RabbitMqConfig};
use release::model::{Channel as Way, Lane};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;
use tokio::task::JoinSet;

const WINDOW: usize = 2000;
const MESSAGES: usize = 20_000;
const ROUNDS: usize = 2;

/// The queue's publishes a second, and the bare client's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Publishing {
    pub(crate) per_second: f64,
    pub(crate) limit_per_second: f64,
}

/// Measures both in turns, the best of each: what else the machine does hits both.
pub(crate) async fn measure(amqp: &str) -> Result<Publishing> {
    let mut config = RabbitMqConfig::new(amqp.to_owned());
    config.prefix = format!("bench_publish_{}", std::process::id());
    config.capacity = MESSAGES * 2;
    let name = format!(
        "{}.{}",
        config.prefix,
        QueueName::Deliver(Way::Email, Lane::Regular)
    );
    let queue = Queue::rabbitmq_once(config.clone()).await?;
    let connection = Connection::connect(amqp, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await?;
    let mut found = Publishing {
        per_second: 0.0,
        limit_per_second: 0.0,
    };
    for _round in 0..ROUNDS {
        found.limit_per_second = found.limit_per_second.max(bare(&channel, &name).await?);
        purge(&channel, &name).await?;
        found.per_second = found.per_second.max(ours(&queue).await?);
        purge(&channel, &name).await?;
    }
    remove(&channel, &config.prefix).await?;
    Ok(found)
}

/// Deletes what a wire of that prefix has declared.
pub(crate) async fn remove(channel: &Channel, prefix: &str) -> Result<()> {
    let names = QueueName::ALL.map(|name| name.to_string());
    for name in names.iter().map(String::as_str).chain(["dead"]) {
        let name = format!("{prefix}.{name}");
        channel
            .queue_delete(name.into(), Default::default())
            .await?;
    }
    let exchange = format!("{prefix}.tell");
    channel
        .exchange_delete(exchange.into(), Default::default())
        .await?;
    Ok(())
}

fn message(batch_id: i64) -> Message {
    Message::DeliverBatch(DeliverBatch {
        batch_id,
        channel: Way::Email,
        lane: Lane::Regular,
        request_id: "req_0123456789abcdef".into(),
    })
}

async fn purge(channel: &Channel, name: &str) -> Result<()> {
    channel
        .queue_purge(name.into(), QueuePurgeOptions::default())
        .await?;
    Ok(())
}

async fn bare(channel: &Channel, name: &str) -> Result<f64> {
    let body = serde_json::to_vec(&message(1))?;
    let mut under_way: VecDeque<PublisherConfirm> = VecDeque::new();
    let begun = Instant::now();
    for _message in 0..MESSAGES {
        if under_way.len() == WINDOW
            && let Some(oldest) = under_way.pop_front()
        {
            oldest.await?;
        }
        let properties = BasicProperties::default().with_delivery_mode(2);
        let options = BasicPublishOptions::default();
        let sent = channel.basic_publish("".into(), name.into(), options, &body, properties);
        under_way.push_back(sent.await?);
    }
    for confirm in under_way {
        confirm.await?;
    }
    Ok(per_second(MESSAGES, begun.elapsed()))
}

async fn ours(queue: &Queue) -> Result<f64> {
    let next = Arc::new(AtomicI64::new(0));
    let mut publishers = JoinSet::new();
    let begun = Instant::now();
    for _publisher in 0..WINDOW {
        let (queue, next) = (queue.clone(), next.clone());
        publishers.spawn(async move {
            loop {
                let id = next.fetch_add(1, Ordering::Relaxed);
                if id >= MESSAGES as i64 {
                    return anyhow::Ok(());
                }
                queue.publish(message(id)).await?;
            }
        });
    }
    while let Some(publisher) = publishers.join_next().await {
        publisher??;
    }
    Ok(per_second(MESSAGES, begun.elapsed()))
}
