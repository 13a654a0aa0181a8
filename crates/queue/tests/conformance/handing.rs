//! Handing work over: six queues, bounded, each message to one receiver.

use crate::fixtures::{CAPACITY, fill, key, message, publish, take, take_until};
use queue::{Queue, QueueName};
use release::model::{Channel, Lane};
use std::task::Poll;

const FLASH: QueueName = QueueName::Route(Lane::Flash);
const REGULAR: QueueName = QueueName::Route(Lane::Regular);
const MAIL: QueueName = QueueName::Deliver(Channel::Email, Lane::Regular);

/// In whatever order: none is promised.
pub(crate) async fn messages_arrive_as_they_were_published(queue: Queue) {
    publish(&queue, MAIL, 1..=3).await;

    let mut taken = take(&queue, MAIL, 3).await;

    taken.sort_by_key(key);
    assert_eq!(taken, [1, 2, 3].map(|id| message(MAIL, id)));
}

pub(crate) async fn six_queues_are_apart(queue: Queue) {
    for (id, name) in (1..).zip(QueueName::ALL) {
        publish(&queue, name, [id]).await;
    }

    for (id, name) in (1..).zip(QueueName::ALL) {
        assert_eq!(message(name, id).queue(), name);
        assert_eq!(queue.depth(name).await.unwrap(), 1, "{name}");
        assert_eq!(take(&queue, name, 1).await, [message(name, id)], "{name}");
        assert_eq!(queue.depth(name).await.unwrap(), 0, "{name}");
    }
}

pub(crate) async fn regular_work_does_not_hold_up_flash(queue: Queue) {
    publish(&queue, REGULAR, 1..=CAPACITY as i64).await;

    publish(&queue, FLASH, [9]).await;

    let first = queue.receive(FLASH).await.unwrap();
    assert_eq!(first.message, message(FLASH, 9));
    assert_eq!(queue.depth(REGULAR).await.unwrap(), CAPACITY);
}

pub(crate) async fn empty_queue_gives_nothing(queue: Queue) {
    for name in QueueName::ALL {
        assert!(queue.try_receive(name).await.unwrap().is_none(), "{name}");
        assert_eq!(queue.depth(name).await.unwrap(), 0, "{name}");
    }
}

pub(crate) async fn receiver_waits_for_the_next_message(queue: Queue) {
    let (received, ()) = tokio::join!(queue.receive(MAIL), async {
        // The receiver waits already, for it was polled first.
        publish(&queue, MAIL, [7]).await;
    });

    assert_eq!(received.unwrap().message, message(MAIL, 7));
}

pub(crate) async fn full_queue_holds_its_publisher_until_there_is_room(queue: Queue) {
    fill(&queue, MAIL).await;
    let mut held = Box::pin(queue.publish(message(MAIL, -1)));
    let first = std::future::poll_fn(|context| Poll::Ready(held.as_mut().poll(context))).await;
    assert!(first.is_pending(), "it was not held");

    let (taken, published) = tokio::join!(take_until(&queue, MAIL, -1), held);

    published.unwrap();
    let mut keys: Vec<_> = taken.iter().map(key).collect();
    keys.sort_unstable();
    assert!(keys.len() > CAPACITY, "{keys:?}");
    assert!(keys.is_sorted_by(|a, b| a < b), "one came twice: {keys:?}");
}

pub(crate) async fn full_queue_does_not_hold_up_the_others(queue: Queue) {
    fill(&queue, MAIL).await;

    for name in QueueName::ALL.into_iter().filter(|name| *name != MAIL) {
        publish(&queue, name, [1]).await;
        assert_eq!(take(&queue, name, 1).await, [message(name, 1)], "{name}");
    }
}

pub(crate) async fn each_message_goes_to_one_receiver(queue: Queue) {
    const MESSAGES: i64 = 200;
    let mut receivers = tokio::task::JoinSet::new();
    for _receiver in 0..4 {
        let queue = queue.clone();
        receivers.spawn(async move {
            let mut seen = Vec::new();
            for _message in 0..MESSAGES / 4 {
                let received = queue.receive(MAIL).await.unwrap();
                seen.push(received.message.clone());
                received.ack().await.unwrap();
            }
            seen
        });
    }

    publish(&queue, MAIL, 0..MESSAGES).await;

    let mut seen: Vec<_> = receivers.join_all().await.concat();
    seen.sort_by_key(key);
    assert_eq!(
        seen.iter().map(key).collect::<Vec<_>>(),
        (0..MESSAGES).collect::<Vec<_>>()
    );
}

pub(crate) async fn acknowledged_message_does_not_come_back(queue: Queue) {
    publish(&queue, MAIL, [1]).await;

    queue.receive(MAIL).await.unwrap().ack().await.unwrap();

    assert!(queue.try_receive(MAIL).await.unwrap().is_none());
    assert_eq!(queue.depth(MAIL).await.unwrap(), 0);
}

pub(crate) async fn receiver_that_gives_up_loses_nothing(queue: Queue) {
    let waiting = queue.receive(MAIL);
    tokio::select! {
        biased;
        _ = waiting => panic!("there was nothing to receive"),
        () = std::future::ready(()) => {}
    }

    publish(&queue, MAIL, [1]).await;

    assert_eq!(take(&queue, MAIL, 1).await, [message(MAIL, 1)]);
}

pub(crate) async fn clones_are_one_queue(queue: Queue) {
    publish(&queue.clone(), MAIL, [1]).await;

    assert_eq!(queue.depth(MAIL).await.unwrap(), 1);
    assert_eq!(take(&queue.clone(), MAIL, 1).await, [message(MAIL, 1)]);
}

/// An engine may learn in arrears that a queue is full, so as many more than its capacity get in as are offered before the first
/// refusal is back: some on an idle machine, dozens on a busy one. Of the hundred after that, none.
pub(crate) async fn offer_to_a_full_queue_is_refused(queue: Queue) {
    fill(&queue, MAIL).await;

    for _offer in 0..100 {
        assert!(!queue.offer(message(MAIL, -1)).await.unwrap());
    }

    let depth = queue.depth(MAIL).await.unwrap();
    assert!((CAPACITY..100).contains(&depth), "{depth}");
}

pub(crate) async fn offers_are_taken_again_once_there_is_room(queue: Queue) {
    fill(&queue, MAIL).await;

    let mut last = None;
    while last != Some(-1) {
        queue.offer(message(MAIL, -1)).await.unwrap();
        if let Some(received) = queue.try_receive(MAIL).await.unwrap() {
            last = Some(key(&received.message));
            received.ack().await.unwrap();
        }
    }
}
