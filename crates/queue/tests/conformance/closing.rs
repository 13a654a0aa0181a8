//! The end of a queue: nothing begins any more, and what has begun can be finished.

use crate::fixtures::{message, publish};
use queue::{Queue, QueueError, QueueName};
use release::model::{Channel, Lane};
use std::time::Duration;

const MAIL: QueueName = QueueName::Deliver(Channel::Email, Lane::Regular);
/// Longer than any case takes.
const LIMIT: Duration = Duration::from_secs(20);

pub(crate) async fn closed_queue_neither_takes_nor_gives(queue: Queue) {
    publish(&queue, MAIL, [1]).await;

    queue.close(LIMIT).await;

    let closed = |result: Result<(), QueueError>| matches!(result, Err(QueueError::Closed));
    assert!(closed(queue.publish(message(MAIL, 2)).await));
    assert!(closed(queue.offer(message(MAIL, 2)).await.map(drop)));
    assert!(closed(queue.receive(MAIL).await.map(drop)));
    assert!(closed(queue.try_receive(MAIL).await.map(drop)));
}

pub(crate) async fn closing_ends_those_who_wait(queue: Queue) {
    let waiting = queue.clone();
    let waiting = tokio::spawn(async move { waiting.receive(MAIL).await.map(drop) });

    queue.close(LIMIT).await;

    assert!(matches!(waiting.await.unwrap(), Err(QueueError::Closed)));
}

pub(crate) async fn what_was_received_can_be_acknowledged_while_closing(queue: Queue) {
    publish(&queue, MAIL, [1]).await;
    let received = queue.receive(MAIL).await.unwrap();

    let finishing = async {
        // The queue closes already, for that was polled first.
        received.ack().await.unwrap();
    };
    tokio::join!(queue.close(LIMIT), finishing);
}

pub(crate) async fn closing_does_not_wait_beyond_its_limit(queue: Queue) {
    publish(&queue, MAIL, [1]).await;
    let _held = queue.receive(MAIL).await.unwrap();

    queue.close(Duration::from_millis(100)).await;
}
