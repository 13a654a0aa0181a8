//! Confirmed publishes a second: this engine against a bare loop over lapin, on the same broker and kind of queue.
//!
//! `DATELINE_AMQP=amqp://... cargo run --release -p queue --example publish [MESSAGES]` prints one JSON line. Both sides keep
//! `WINDOW` publishes under way, persistent and confirmed; the engine adds JSON, `mandatory`, and its account of failures.

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueuePurgeOptions};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use queue::{DeliverBatch, Message, Queue, RabbitMqConfig};
use release::model::{Channel as Way, Lane};
use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

const WINDOW: i64 = 2000;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let messages: i64 = std::env::args().nth(1).map_or(Ok(50_000), |n| n.parse())?;
    let mut config = RabbitMqConfig::new(std::env::var("DATELINE_AMQP")?);
    config.prefix = "bench".into();
    config.capacity = usize::try_from(messages)? * 2;
    let queue = Queue::rabbitmq_once(config.clone()).await?;
    let connection = Connection::connect(&config.url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await?;
    let (mut raw, mut engine) = (0.0_f64, 0.0_f64);
    // In turns, the best of each: what else the machine does hits both.
    for _round in 0..ROUNDS {
        raw = raw.max(bare(&channel, messages).await?);
        purge(&channel).await?;
        engine = engine.max(ours(&queue, messages).await?);
        purge(&channel).await?;
    }
    let ratio = engine / raw;
    println!(
        "{{\"messages\": {messages}, \"raw_per_second\": {raw:.0}, \"publish_per_second\": {engine:.0}, \"publish_ratio\": {ratio:.2}}}"
    );
    for name in queue::QueueName::ALL
        .map(|name| name.to_string())
        .iter()
        .map(String::as_str)
        .chain(["dead"])
    {
        let name = format!("bench.{name}");
        channel
            .queue_delete(name.as_str().into(), Default::default())
            .await?;
    }
    channel
        .exchange_delete("bench.tell".into(), Default::default())
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

async fn purge(channel: &Channel) -> lapin::Result<()> {
    channel
        .queue_purge("bench.email.regular".into(), QueuePurgeOptions::default())
        .await
        .map(drop)
}

async fn bare(channel: &Channel, messages: i64) -> Result<f64, Box<dyn Error>> {
    let body = serde_json::to_vec(&message(1))?;
    let mut under_way = VecDeque::new();
    let begun = Instant::now();
    for _message in 0..messages {
        if under_way.len() as i64 == WINDOW {
            let oldest: Option<lapin::PublisherConfirm> = under_way.pop_front();
            if let Some(oldest) = oldest {
                oldest.await?;
            }
        }
        let confirm = channel
            .basic_publish(
                "".into(),
                "bench.email.regular".into(),
                BasicPublishOptions::default(),
                &body,
                BasicProperties::default().with_delivery_mode(2),
            )
            .await?;
        under_way.push_back(confirm);
    }
    for confirm in under_way {
        confirm.await?;
    }
    Ok(messages as f64 / begun.elapsed().as_secs_f64())
}

async fn ours(queue: &Queue, messages: i64) -> Result<f64, Box<dyn Error>> {
    let next = Arc::new(AtomicI64::new(0));
    let mut publishers = tokio::task::JoinSet::new();
    let begun = Instant::now();
    for _publisher in 0..WINDOW {
        let (queue, next) = (queue.clone(), next.clone());
        publishers.spawn(async move {
            loop {
                let id = next.fetch_add(1, Ordering::Relaxed);
                if id >= messages {
                    return Ok::<_, queue::QueueError>(());
                }
                queue.publish(message(id)).await?;
            }
        });
    }
    while let Some(publisher) = publishers.join_next().await {
        publisher??;
    }
    Ok(messages as f64 / begun.elapsed().as_secs_f64())
}
