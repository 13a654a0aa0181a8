//! What only a broker can do to us, on the broker that tests share: strangers, deletions, refusals, other processes.
//!
//! "Processes" here are engines of their own on one broker: they share nothing but it.

#![expect(clippy::unwrap_used, reason = "a queue that fails is a failed test")]

#[path = "../shared/broker.rs"]
mod broker;
#[path = "../shared/messages.rs"]
mod messages;

mod deleting;
mod dying;
mod sharing;
mod starting;

use queue::{Queue, QueueName, RabbitMqConfig};
use release::model::{Channel, Lane};

pub(crate) const MAIL: QueueName = QueueName::Deliver(Channel::Email, Lane::Regular);
pub(crate) const HOOKS: QueueName = QueueName::Deliver(Channel::Webhook, Lane::Flash);

/// A test with one process, in a room of its own.
pub(crate) async fn alone<F>(test: impl FnOnce(Queue, RabbitMqConfig) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let room = broker::room();
    let queue = Queue::rabbitmq_once(room.clone()).await.unwrap();
    broker::in_room(room, |room| messages::in_time(test(queue, room))).await;
}

/// Waits until a queue says that it has this many dead letters.
pub(crate) async fn dead_letters(queue: &Queue, count: usize) {
    while queue.dead_depth().await.unwrap() != count {
        tokio::task::yield_now().await;
    }
}
