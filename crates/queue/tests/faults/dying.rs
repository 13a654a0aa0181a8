//! Messages that nobody can work on: strangers' ones, and those that go round.

use crate::messages::message;
use crate::{MAIL, alone, broker, dead_letters};
use lapin::BasicProperties;
use lapin::options::{BasicGetOptions, BasicNackOptions, BasicPublishOptions};

#[tokio::test]
async fn message_that_is_none_of_ours_becomes_a_dead_letter_and_holds_up_nothing() {
    alone(|queue, room| async move {
        let (_connection, channel) = broker::channel(&room).await;
        let name = format!("{}.{MAIL}", room.prefix);
        for poison in [&b"{\"deliver_batch\": 7}"[..], b"\xff", b""] {
            channel
                .basic_publish(
                    "".into(),
                    name.as_str().into(),
                    BasicPublishOptions::default(),
                    poison,
                    BasicProperties::default(),
                )
                .await
                .unwrap();
        }

        queue.publish(message(MAIL, 1)).await.unwrap();

        let received = queue.receive(MAIL).await.unwrap();
        assert_eq!(received.message, message(MAIL, 1));
        received.ack().await.unwrap();
        dead_letters(&queue, 3).await;
    })
    .await;
}

#[tokio::test]
async fn dropped_message_is_given_again() {
    alone(|queue, _room| async move {
        queue.publish(message(MAIL, 1)).await.unwrap();

        drop(queue.receive(MAIL).await.unwrap());

        let again = queue.receive(MAIL).await.unwrap();
        assert_eq!(again.message, message(MAIL, 1));
        again.ack().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn message_that_was_given_out_too_often_becomes_a_dead_letter() {
    alone(|queue, room| async move {
        queue.publish(message(MAIL, 1)).await.unwrap();
        let (_connection, channel) = broker::channel(&room).await;
        let name = format!("{}.{MAIL}", room.prefix);
        let requeue = BasicNackOptions {
            requeue: true,
            ..BasicNackOptions::default()
        };

        let mut given = 0;
        while queue.dead_depth().await.unwrap() == 0 {
            let got = channel
                .basic_get(name.as_str().into(), BasicGetOptions::default())
                .await
                .unwrap();
            if let Some(got) = got {
                given += 1;
                got.delivery.acker.nack(requeue).await.unwrap();
            }
        }

        assert_eq!(given, 21, "the first time, and 20 times more");
        assert_eq!(queue.depth(MAIL).await.unwrap(), 0);
    })
    .await;
}
