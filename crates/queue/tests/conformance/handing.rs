//! Handing work over: six queues, bounded, each message to one receiver.

use crate::fixtures::{CAPACITY, drain, message, publish};
use queue::{Queue, QueueName};
use release::model::{Channel, Lane};
use std::task::Poll;

const FLASH: QueueName = QueueName::Route(Lane::Flash);
const REGULAR: QueueName = QueueName::Route(Lane::Regular);
const MAIL: QueueName = QueueName::Deliver(Channel::Email, Lane::Regular);

pub(crate) async fn messages_of_a_queue_keep_their_order(queue: Queue) {
    publish(&queue, MAIL, 1..=3).await;

    for id in 1..=3 {
        let received = queue.receive(MAIL).await.unwrap();
        assert_eq!(received.message, message(MAIL, id));
        received.ack().await.unwrap();
    }
}

pub(crate) async fn six_queues_are_apart(queue: Queue) {
    for (id, name) in (1..).zip(QueueName::ALL) {
        publish(&queue, name, [id]).await;
    }

    for (id, name) in (1..).zip(QueueName::ALL) {
        assert_eq!(message(name, id).queue(), name);
        assert_eq!(queue.depth(name), 1, "{name}");
        assert_eq!(drain(&queue, name).await, [message(name, id)], "{name}");
        assert_eq!(queue.depth(name), 0, "{name}");
    }
}

pub(crate) async fn regular_work_does_not_hold_up_flash(queue: Queue) {
    publish(&queue, REGULAR, 1..=CAPACITY as i64).await;

    publish(&queue, FLASH, [9]).await;

    let first = queue.receive(FLASH).await.unwrap();
    assert_eq!(first.message, message(FLASH, 9));
    assert_eq!(queue.depth(REGULAR), CAPACITY);
}

pub(crate) async fn empty_queue_gives_nothing(queue: Queue) {
    for name in QueueName::ALL {
        assert!(queue.try_receive(name).await.unwrap().is_none(), "{name}");
        assert_eq!(queue.depth(name), 0, "{name}");
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
    publish(&queue, MAIL, 1..=CAPACITY as i64).await;
    assert_eq!(queue.depth(MAIL), CAPACITY);
    let mut held = Box::pin(queue.publish(message(MAIL, 99)));
    let first = std::future::poll_fn(|context| Poll::Ready(held.as_mut().poll(context))).await;
    assert!(first.is_pending(), "it was not held");

    let received = queue.receive(MAIL).await.unwrap();
    assert_eq!(received.message, message(MAIL, 1));
    received.ack().await.unwrap();

    held.await.unwrap();
    let rest = drain(&queue, MAIL).await;
    let expected: Vec<_> = (2..=CAPACITY as i64).chain([99]).collect();
    assert_eq!(
        rest,
        expected
            .iter()
            .map(|id| message(MAIL, *id))
            .collect::<Vec<_>>()
    );
}

pub(crate) async fn full_queue_does_not_hold_up_the_others(queue: Queue) {
    publish(&queue, MAIL, 1..=CAPACITY as i64).await;

    for name in QueueName::ALL.into_iter().filter(|name| *name != MAIL) {
        publish(&queue, name, [1]).await;
        assert_eq!(drain(&queue, name).await.len(), 1, "{name}");
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
    let key = |message: &queue::Message| match message {
        queue::Message::RouteAlert(route) => route.alert_id,
        queue::Message::DeliverBatch(deliver) => deliver.batch_id,
    };
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
    assert_eq!(queue.depth(MAIL), 0);
}

pub(crate) async fn receiver_that_gives_up_loses_nothing(queue: Queue) {
    let waiting = queue.receive(MAIL);
    tokio::select! {
        biased;
        _ = waiting => panic!("there was nothing to receive"),
        () = std::future::ready(()) => {}
    }

    publish(&queue, MAIL, [1]).await;

    assert_eq!(drain(&queue, MAIL).await, [message(MAIL, 1)]);
}

pub(crate) async fn clones_are_one_queue(queue: Queue) {
    publish(&queue.clone(), MAIL, [1]).await;

    assert_eq!(queue.depth(MAIL), 1);
    assert_eq!(drain(&queue.clone(), MAIL).await, [message(MAIL, 1)]);
}

pub(crate) async fn offer_to_a_full_queue_returns_at_once(queue: Queue) {
    publish(&queue, MAIL, 1..CAPACITY as i64).await;

    let last = queue.offer(message(MAIL, 50)).await.unwrap();
    let beyond = queue.offer(message(MAIL, 51)).await.unwrap();

    assert!(last && !beyond);
    assert_eq!(queue.depth(MAIL), CAPACITY);
}
