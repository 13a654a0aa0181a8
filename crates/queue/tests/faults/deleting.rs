//! Queues that somebody deletes while we use them.

use crate::messages::message;
use crate::{HOOKS, MAIL, alone, broker};
use lapin::options::QueueDeleteOptions;
use queue::{QueueName, RabbitMqConfig};

async fn delete(room: &RabbitMqConfig, name: QueueName) {
    let (_connection, channel) = broker::channel(room).await;
    let queue = format!("{}.{name}", room.prefix);
    channel
        .queue_delete(queue.as_str().into(), QueueDeleteOptions::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn queue_deleted_under_its_receiver_comes_back() {
    alone(|queue, room| async move {
        // A first message, so that the receiver consumes before the queue is deleted.
        queue.publish(message(MAIL, 1)).await.unwrap();
        queue.receive(MAIL).await.unwrap().ack().await.unwrap();
        let receiver = queue.clone();
        let receiver = tokio::spawn(async move { receiver.receive(MAIL).await.unwrap().message });

        delete(&room, MAIL).await;
        queue.publish(message(MAIL, 2)).await.unwrap();

        assert_eq!(receiver.await.unwrap(), message(MAIL, 2));
    })
    .await;
}

#[tokio::test]
async fn publish_to_a_deleted_queue_waits_until_it_is_there_again() {
    alone(|queue, room| async move {
        delete(&room, MAIL).await;

        queue.publish(message(MAIL, 1)).await.unwrap();

        let received = queue.receive(MAIL).await.unwrap();
        assert_eq!(received.message, message(MAIL, 1));
        received.ack().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn message_held_over_a_failure_is_given_again() {
    alone(|queue, room| async move {
        queue.publish(message(MAIL, 1)).await.unwrap();
        let held = queue.receive(MAIL).await.unwrap();

        delete(&room, HOOKS).await;
        // Comes through once the session was made anew.
        queue.publish(message(HOOKS, 2)).await.unwrap();

        held.ack().await.unwrap();
        let again = queue.receive(MAIL).await.unwrap();
        assert_eq!(again.message, message(MAIL, 1));
        again.ack().await.unwrap();
    })
    .await;
}
