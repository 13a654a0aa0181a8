//! Several processes on one broker.

use crate::messages::{key, message};
use crate::{MAIL, alone};
use queue::{Queue, Telling};

fn line(n: i64) -> Telling {
    Telling::Log(serde_json::json!({ "n": n }))
}

#[tokio::test]
async fn processes_hear_what_others_tell_and_themselves_once() {
    alone(|first, room| async move {
        let second = Queue::rabbitmq_once(room).await.unwrap();
        let (mut at_first, mut at_second) = (first.listen(), second.listen());

        first.tell(line(1));
        assert_eq!(at_second.recv().await.unwrap(), line(1));
        second.tell(line(2));
        first.tell(line(3));

        // Were one heard twice, the next would not be what it is.
        assert_eq!(at_first.recv().await.unwrap(), line(1));
        let mut rest = [
            at_first.recv().await.unwrap(),
            at_first.recv().await.unwrap(),
        ];
        rest.sort_by_key(|telling| format!("{telling:?}"));
        assert_eq!(rest, [line(2), line(3)]);
        assert_eq!(at_second.recv().await.unwrap(), line(2));
        assert_eq!(at_second.recv().await.unwrap(), line(3));
    })
    .await;
}

#[tokio::test]
async fn message_goes_to_one_process_of_several() {
    const MESSAGES: i64 = 40;
    alone(|first, room| async move {
        let second = Queue::rabbitmq_once(room).await.unwrap();
        let mut receivers = tokio::task::JoinSet::new();
        let (seen, mut all) = tokio::sync::mpsc::channel(MESSAGES as usize);
        for queue in [first.clone(), second.clone()] {
            let seen = seen.clone();
            receivers.spawn(async move {
                while let Ok(received) = queue.receive(MAIL).await {
                    seen.send(key(&received.message)).await.unwrap();
                    received.ack().await.unwrap();
                }
            });
        }

        for id in 0..MESSAGES {
            first.publish(message(MAIL, id)).await.unwrap();
        }
        let mut keys = Vec::new();
        while keys.len() < MESSAGES as usize {
            keys.push(all.recv().await.unwrap());
        }
        let limit = std::time::Duration::from_secs(5);
        tokio::join!(first.close(limit), second.close(limit));
        receivers.join_all().await;
        drop(seen);
        while let Some(twice) = all.recv().await {
            keys.push(twice);
        }

        keys.sort_unstable();
        assert_eq!(keys, (0..MESSAGES).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn what_a_closing_process_did_not_begin_goes_to_another() {
    alone(|first, room| async move {
        let second = Queue::rabbitmq_once(room).await.unwrap();
        for id in 0..3 {
            first.publish(message(MAIL, id)).await.unwrap();
        }
        // It is given more in advance than the one that it takes.
        let taken = first.receive(MAIL).await.unwrap();
        let taken_key = key(&taken.message);

        let limit = std::time::Duration::from_secs(20);
        let others = async {
            let mut keys = vec![taken_key];
            for _message in 0..2 {
                let received = second.receive(MAIL).await.unwrap();
                keys.push(key(&received.message));
                received.ack().await.unwrap();
            }
            // Only now the first process may end.
            taken.ack().await.unwrap();
            keys.sort_unstable();
            keys
        };
        let ((), keys) = tokio::join!(first.close(limit), others);

        assert_eq!(keys, [0, 1, 2]);
        assert_eq!(second.depth(MAIL).await.unwrap(), 0);
    })
    .await;
}
