//! Messages, and a deadline for cases that would otherwise hang.

use queue::{DeliverBatch, Message, Queue, QueueName, RouteAlert};
use std::time::Duration;

/// How many messages a queue holds in these cases.
pub(crate) const CAPACITY: usize = 4;

/// Far longer than any case takes: a queue that hangs fails its test instead.
pub(crate) async fn in_time<T>(case: impl Future<Output = T>) -> T {
    let deadline = Duration::from_secs(30);
    tokio::time::timeout(deadline, case)
        .await
        .expect("the case hangs")
}

/// A message with this key that belongs to this queue.
pub(crate) fn message(name: QueueName, id: i64) -> Message {
    let request_id = format!("req_{id}");
    match name {
        QueueName::Route(lane) => Message::RouteAlert(RouteAlert {
            alert_id: id,
            lane,
            request_id,
        }),
        QueueName::Deliver(channel, lane) => Message::DeliverBatch(DeliverBatch {
            batch_id: id,
            channel,
            lane,
            request_id,
        }),
    }
}

pub(crate) async fn publish(queue: &Queue, name: QueueName, ids: impl IntoIterator<Item = i64>) {
    for id in ids {
        queue.publish(message(name, id)).await.unwrap();
    }
}

/// The key of what a message is about.
pub(crate) fn key(message: &Message) -> i64 {
    match message {
        Message::RouteAlert(route) => route.alert_id,
        Message::DeliverBatch(deliver) => deliver.batch_id,
    }
}

/// Offers messages with the keys 0, 1 and so on until the queue is full. A broker refuses after the fact: of the last
/// messages some may be missing.
pub(crate) async fn fill(queue: &Queue, name: QueueName) {
    let mut offered = 0;
    while queue.offer(message(name, offered)).await.unwrap() {
        offered += 1;
        let settled = |depth: usize| depth == offered as usize || depth >= CAPACITY;
        while !settled(queue.depth(name).await.unwrap()) {}
    }
}

/// Takes and acknowledges messages up to the one with this key.
pub(crate) async fn take_until(queue: &Queue, name: QueueName, last: i64) -> Vec<Message> {
    let mut messages = Vec::new();
    while messages.last().is_none_or(|message| key(message) != last) {
        let received = queue.receive(name).await.unwrap();
        messages.push(received.message.clone());
        received.ack().await.unwrap();
    }
    messages
}

/// Takes this many messages, acknowledges them, and makes sure that none is left.
pub(crate) async fn take(queue: &Queue, name: QueueName, count: usize) -> Vec<Message> {
    let mut messages = Vec::new();
    for _message in 0..count {
        let received = queue.receive(name).await.unwrap();
        messages.push(received.message.clone());
        received.ack().await.unwrap();
    }
    assert!(
        queue.try_receive(name).await.unwrap().is_none(),
        "{name} holds more"
    );
    messages
}
