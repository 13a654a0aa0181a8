//! The hand-over between stages: messages that carry ids, never truth.
//!
//! Reads and writes nothing durable: a queue is a hint, the store is the truth. An engine needs four things only:
//! publish, receive, ack, and a lossy `tell` / `listen` fan-out. A crash loses or doubles messages; the sweep publishes
//! what was lost, and every step can run twice.

mod embedded;
mod message;

pub use embedded::Embedded;
pub use message::{DeliverBatch, Message, QueueName, RouteAlert, Telling};

use tokio::sync::broadcast;

/// A message broker. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Queue {
    /// Bounded channels in memory, one process.
    Embedded(Embedded),
}

/// A received message, not yet acknowledged. Dropped without [`Received::ack`], the sweep brings its work back.
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
}

/// The engine cannot take or give messages.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// It was closed: the process is stopping.
    #[error("the queue is closed")]
    Closed,
}

impl Queue {
    /// The embedded engine; each queue holds at most `capacity` messages.
    pub fn embedded(capacity: usize) -> Queue {
        Queue::Embedded(Embedded::new(capacity))
    }

    /// Publishes a message to its queue; waits while the queue is full.
    pub async fn publish(&self, message: Message) -> Result<(), QueueError> {
        match self {
            Queue::Embedded(engine) => engine.publish(message).await,
        }
    }

    /// Publishes a message if its queue has room now; false if not. For hints: the store remembers the work, and the
    /// sweep offers it again.
    pub async fn offer(&self, message: Message) -> Result<bool, QueueError> {
        match self {
            Queue::Embedded(engine) => engine.offer(message),
        }
    }

    /// The next message of a queue; waits until there is one.
    pub async fn receive(&self, name: QueueName) -> Result<Received, QueueError> {
        match self {
            Queue::Embedded(engine) => engine.receive(name).await.map(Received::embedded),
        }
    }

    /// The next message of a queue, if there is one now.
    pub async fn try_receive(&self, name: QueueName) -> Result<Option<Received>, QueueError> {
        match self {
            Queue::Embedded(engine) => Ok(engine.try_receive(name).await?.map(Received::embedded)),
        }
    }

    /// How many messages wait.
    pub fn depth(&self, name: QueueName) -> usize {
        match self {
            Queue::Embedded(engine) => engine.depth(name),
        }
    }

    /// Tells all listeners; whoever does not listen, or is slow, misses it.
    pub fn tell(&self, telling: Telling) {
        match self {
            Queue::Embedded(engine) => engine.tell(telling),
        }
    }

    /// Listens to what is told from now on.
    pub fn listen(&self) -> broadcast::Receiver<Telling> {
        match self {
            Queue::Embedded(engine) => engine.listen(),
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

    /// Says that the work is done and recorded.
    pub async fn ack(self) -> Result<(), QueueError> {
        match self.ack {
            Ack::Embedded => Ok(()),
        }
    }
}
