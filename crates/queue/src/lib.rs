//! The hand-over between stages: messages that carry ids, never truth.
//!
//! Reads and writes nothing that the store does not know: a queue is a hint, the store is the truth. An engine needs four
//! things only: publish, receive, ack, and a lossy `tell` / `listen` fan-out. A crash loses or doubles messages; the sweep
//! publishes what was lost, and every step can run twice.

mod embedded;
mod error;
mod message;
mod rabbitmq;

pub use embedded::Embedded;
pub use error::QueueError;
pub use message::{DeliverBatch, Message, QueueName, RouteAlert, Telling};
pub use rabbitmq::{BrokerLook, RabbitMq, RabbitMqConfig};

use std::time::Duration;
use tokio::sync::broadcast;

/// A message broker. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Queue {
    /// Bounded channels in memory, one process.
    Embedded(Embedded),
    /// RabbitMQ, any number of processes.
    RabbitMq(RabbitMq),
}

/// A received message, not yet acknowledged. Dropped without [`Received::ack`], the sweep brings its work back, and RabbitMQ
/// gives the message again after a second.
#[derive(Debug)]
pub struct Received {
    /// What is to be done.
    pub message: Message,
    ack: Ack,
}

#[derive(Debug)]
enum Ack {
    /// In memory a received message is gone; the store remembers the work.
    Embedded,
    RabbitMq(rabbitmq::Ticket),
}

impl Queue {
    /// The embedded engine; each queue holds at most `capacity` messages.
    pub fn embedded(capacity: usize) -> Queue {
        Queue::Embedded(Embedded::new(capacity))
    }

    /// RabbitMQ. A broker that cannot be reached is waited for, with a line in the log at each attempt; what waiting does
    /// not mend (a wrong password, no such vhost, a queue with other arguments) is an error.
    pub async fn rabbitmq(config: RabbitMqConfig) -> Result<Queue, QueueError> {
        RabbitMq::connect(config).await.map(Queue::RabbitMq)
    }

    /// RabbitMQ, where a broker that cannot be reached is an error at once, too.
    pub async fn rabbitmq_once(config: RabbitMqConfig) -> Result<Queue, QueueError> {
        RabbitMq::connect_once(config).await.map(Queue::RabbitMq)
    }

    /// Publishes a message to its queue; waits while the queue is full, or the broker away.
    pub async fn publish(&self, message: Message) -> Result<(), QueueError> {
        match self {
            Queue::Embedded(engine) => engine.publish(message).await,
            Queue::RabbitMq(engine) => engine.publish(message).await,
        }
    }

    /// Publishes a message if its queue has room now; false if not, or if the broker is away. Never waits for more than a
    /// moment, so not for a confirm either: a broker's refusal shows at the next offers. For hints: the store remembers the
    /// work, and the sweep offers it again.
    pub async fn offer(&self, message: Message) -> Result<bool, QueueError> {
        match self {
            Queue::Embedded(engine) => engine.offer(message),
            Queue::RabbitMq(engine) => engine.offer(message).await,
        }
    }

    /// The next message of a queue; waits until there is one.
    pub async fn receive(&self, name: QueueName) -> Result<Received, QueueError> {
        match self {
            Queue::Embedded(engine) => engine.receive(name).await.map(Received::embedded),
            Queue::RabbitMq(engine) => engine.receive(name).await,
        }
    }

    /// The next message of a queue, if there is one now.
    pub async fn try_receive(&self, name: QueueName) -> Result<Option<Received>, QueueError> {
        match self {
            Queue::Embedded(engine) => Ok(engine.try_receive(name).await?.map(Received::embedded)),
            Queue::RabbitMq(engine) => engine.try_receive(name).await,
        }
    }

    /// How many messages wait; fails while the broker is away.
    pub async fn depth(&self, name: QueueName) -> Result<usize, QueueError> {
        match self {
            Queue::Embedded(engine) => Ok(engine.depth(name)),
            Queue::RabbitMq(engine) => engine.depth(name).await,
        }
    }

    /// How many dead letters there are: messages that were none of ours, or were given out twenty times. The store still
    /// has the work behind them. The embedded engine has none.
    pub async fn dead_depth(&self) -> Result<usize, QueueError> {
        match self {
            Queue::Embedded(_) => Ok(0),
            Queue::RabbitMq(engine) => engine.dead_depth().await,
        }
    }

    /// Tells all listeners; whoever does not listen, or is slow, misses it.
    pub fn tell(&self, telling: Telling) {
        match self {
            Queue::Embedded(engine) => engine.tell(telling),
            Queue::RabbitMq(engine) => engine.tell(telling),
        }
    }

    /// Listens to what is told from now on, by whatever process.
    pub fn listen(&self) -> broadcast::Receiver<Telling> {
        match self {
            Queue::Embedded(engine) => engine.listen(),
            Queue::RabbitMq(engine) => engine.listen(),
        }
    }

    /// Ends it: all calls under way and to come fail with [`QueueError::Closed`], but what was received can be acknowledged
    /// until `limit` has passed.
    pub async fn close(&self, limit: Duration) {
        match self {
            Queue::Embedded(engine) => engine.close(),
            Queue::RabbitMq(engine) => engine.close(limit).await,
        }
    }
}

impl Received {
    fn embedded(message: Message) -> Received {
        Received {
            message,
            ack: Ack::Embedded,
        }
    }

    fn rabbitmq(message: Message, ticket: rabbitmq::Ticket) -> Received {
        Received {
            message,
            ack: Ack::RabbitMq(ticket),
        }
    }

    /// Whether it cannot be acknowledged any more, since it will be given again.
    fn is_stale(&self) -> bool {
        match &self.ack {
            Ack::Embedded => false,
            Ack::RabbitMq(ticket) => ticket.is_stale(),
        }
    }

    /// A stage holds it from now on.
    fn held(mut self) -> Received {
        match &mut self.ack {
            Ack::Embedded => {}
            Ack::RabbitMq(ticket) => ticket.hold(),
        }
        self
    }

    /// Says that the work is done and recorded.
    pub async fn ack(self) -> Result<(), QueueError> {
        match self.ack {
            Ack::Embedded => {}
            Ack::RabbitMq(ticket) => ticket.ack().await,
        }
        Ok(())
    }
}
