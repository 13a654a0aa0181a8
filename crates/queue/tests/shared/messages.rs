//! Messages, and a deadline for tests that would otherwise hang.

use queue::{DeliverBatch, Message, QueueName, RouteAlert};
use std::time::Duration;

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

/// The key of what a message is about.
pub(crate) fn key(message: &Message) -> i64 {
    match message {
        Message::RouteAlert(route) => route.alert_id,
        Message::DeliverBatch(deliver) => deliver.batch_id,
    }
}
