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

/// Takes all that waits now, and acknowledges it.
pub(crate) async fn drain(queue: &Queue, name: QueueName) -> Vec<Message> {
    let mut messages = Vec::new();
    while let Some(received) = queue.try_receive(name).await.unwrap() {
        messages.push(received.message.clone());
        received.ack().await.unwrap();
    }
    messages
}
