//! Filling queues and emptying them.

pub(crate) use crate::messages::{in_time, key, message};
use queue::{Message, Queue, QueueName};

/// How many messages a queue holds in these cases.
pub(crate) const CAPACITY: usize = 4;

pub(crate) async fn publish(queue: &Queue, name: QueueName, ids: impl IntoIterator<Item = i64>) {
    for id in ids {
        queue.publish(message(name, id)).await.unwrap();
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
