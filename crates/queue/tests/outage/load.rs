//! One process that publishes without pause, another that receives; both keep account.

use crate::MAIL;
use crate::messages::{key, message};
use crate::private::Broker;
use queue::{Queue, QueueError};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) struct Load {
    publishing: Queue,
    receiving: Queue,
    stop: watch::Sender<bool>,
    /// The highest key whose publish was confirmed; all below it were, too.
    confirmed: watch::Receiver<i64>,
    received: watch::Receiver<BTreeSet<i64>>,
    publisher: JoinHandle<()>,
    receiver: JoinHandle<()>,
}

impl Load {
    pub(crate) async fn start(broker: &Broker) -> Load {
        let publishing = Queue::rabbitmq_once(broker.config()).await.unwrap();
        let receiving = Queue::rabbitmq_once(broker.config()).await.unwrap();
        let stop = watch::Sender::new(false);
        let (confirming, confirmed) = watch::channel(-1);
        let (noting, received) = watch::channel(BTreeSet::new());
        let publisher = tokio::spawn(publish(publishing.clone(), confirming, stop.subscribe()));
        let receiver = tokio::spawn(receive(receiving.clone(), noting));
        Load {
            publishing,
            receiving,
            stop,
            confirmed,
            received,
            publisher,
            receiver,
        }
    }

    /// Waits until something is confirmed, and received, that was not published before now.
    pub(crate) async fn goes_on(&self, within: Duration) {
        let going_on = async {
            let now = *self.confirmed.borrow();
            // The next one may have been under way already.
            let new = now + 2;
            let mut confirmed = self.confirmed.clone();
            confirmed
                .wait_for(|confirmed| *confirmed >= new)
                .await
                .unwrap();
            let mut received = self.received.clone();
            received
                .wait_for(|received| received.contains(&new))
                .await
                .unwrap();
        };
        tokio::time::timeout(within, going_on)
            .await
            .expect("work does not go on");
    }

    /// Waits until the session is given up for lost.
    pub(crate) async fn is_given_up(&self, within: Duration) {
        loss_is_noticed(&self.publishing, within).await;
    }

    /// Stops publishing, and makes sure that all that was confirmed arrives, and none became a dead letter.
    pub(crate) async fn finish(mut self) {
        self.stop.send_replace(true);
        self.publisher.await.unwrap();
        let last = *self.confirmed.borrow();
        let all = self
            .received
            .wait_for(|received| received.range(0..=last).count() as i64 == last + 1);
        let arrived = tokio::time::timeout(Duration::from_secs(30), all)
            .await
            .is_ok();
        let lost: Vec<_> = {
            let received = self.received.borrow();
            (0..=last).filter(|id| !received.contains(id)).collect()
        };
        assert!(arrived, "lost of {last}: {lost:?}");
        assert!(last > 100, "only {last} messages: no load");
        assert_eq!(self.publishing.dead_depth().await.unwrap(), 0);
        let limit = Duration::from_secs(5);
        tokio::join!(self.publishing.close(limit), self.receiving.close(limit));
        self.receiver.await.unwrap();
    }
}

async fn publish(queue: Queue, confirming: watch::Sender<i64>, stop: watch::Receiver<bool>) {
    for id in 0.. {
        if *stop.borrow() {
            return;
        }
        queue.publish(message(MAIL, id)).await.unwrap();
        confirming.send_replace(id);
    }
}

async fn receive(queue: Queue, noting: watch::Sender<BTreeSet<i64>>) {
    while let Ok(received) = queue.receive(MAIL).await {
        noting.send_modify(|noted| {
            noted.insert(key(&received.message));
        });
        received.ack().await.unwrap();
    }
}

/// Waits until a queue knows that its broker is away: a connection that ended is noticed when its reader comes to it.
pub(crate) async fn loss_is_noticed(queue: &Queue, within: Duration) {
    let lost = |error: &QueueError| error.to_string().contains("the connection was lost");
    let noticed = async {
        while !queue.depth(MAIL).await.is_err_and(|error| lost(&error)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(within, noticed)
        .await
        .expect("nobody noticed");
}
