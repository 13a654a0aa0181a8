//! Telling everybody at once, lossily.

use queue::{Queue, QueueName, Telling};
use tokio::sync::broadcast::error::RecvError;

fn line(n: i64) -> Telling {
    Telling::Log(serde_json::json!({ "n": n }))
}

pub(crate) async fn every_listener_hears_everything_in_order(queue: Queue) {
    let (mut first, mut second) = (queue.listen(), queue.clone().listen());
    let told = [Telling::FiltersChanged, Telling::Due, line(1)];

    told.iter().for_each(|telling| queue.tell(telling.clone()));

    for telling in &told {
        assert_eq!(first.recv().await.unwrap(), *telling);
        assert_eq!(second.recv().await.unwrap(), *telling);
    }
}

pub(crate) async fn what_nobody_listens_to_is_lost(queue: Queue) {
    queue.tell(line(1));

    let mut late = queue.listen();
    queue.tell(line(2));

    assert_eq!(late.recv().await.unwrap(), line(2));
}

/// `tell` does not wait: with a listener asleep, more is told than any engine keeps.
pub(crate) async fn slow_listener_misses_the_oldest_and_holds_up_nobody(queue: Queue) {
    const TOLD: i64 = 20_000;
    let (mut slow, mut awake) = (queue.listen(), queue.listen());

    for n in 0..TOLD {
        queue.tell(line(n));
        assert_eq!(awake.recv().await.unwrap(), line(n));
    }

    let lagged = slow.recv().await.unwrap_err();
    let RecvError::Lagged(missed) = lagged else {
        panic!("it was cut off: {lagged}");
    };
    // It goes on where its memory begins, and hears of the last.
    let mut n = missed as i64;
    while n < TOLD {
        assert_eq!(slow.recv().await.unwrap(), line(n));
        n += 1;
    }
}

pub(crate) async fn tellings_are_not_messages(queue: Queue) {
    let mut listener = queue.listen();

    queue.tell(Telling::Due);

    for name in QueueName::ALL {
        assert!(queue.try_receive(name).await.unwrap().is_none(), "{name}");
    }
    assert_eq!(listener.recv().await.unwrap(), Telling::Due);
}
