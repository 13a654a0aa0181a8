//! The embedded engine: bounded channels in memory. The store makes it durable.

use crate::{Message, QueueError, QueueName, Telling};
use std::sync::Arc;
use tokio::sync::{Mutex, broadcast, mpsc, watch};

/// Lines that a slow listener may lag behind before it misses some.
const TELLINGS: usize = 4096;

/// One bounded channel a queue.
#[derive(Debug, Clone)]
pub struct Embedded {
    lanes: Arc<[Lane; 6]>,
    tellings: broadcast::Sender<Telling>,
    closed: watch::Sender<bool>,
}

#[derive(Debug)]
struct Lane {
    sender: mpsc::Sender<Message>,
    receiver: Mutex<mpsc::Receiver<Message>>,
}

impl Embedded {
    pub(crate) fn new(capacity: usize) -> Embedded {
        let lane = |_| {
            let (sender, receiver) = mpsc::channel(capacity);
            Lane {
                sender,
                receiver: Mutex::new(receiver),
            }
        };
        Embedded {
            lanes: Arc::new(QueueName::ALL.map(lane)),
            tellings: broadcast::channel(TELLINGS).0,
            closed: watch::channel(false).0,
        }
    }

    pub(crate) async fn publish(&self, message: Message) -> Result<(), QueueError> {
        let lane = &self.lanes[message.queue().index()];
        tokio::select! {
            biased;
            () = self.closing() => Err(QueueError::Closed),
            sent = lane.sender.send(message) => sent.map_err(|_| QueueError::Closed),
        }
    }

    pub(crate) fn offer(&self, message: Message) -> Result<bool, QueueError> {
        if self.is_closed() {
            return Err(QueueError::Closed);
        }
        match self.lanes[message.queue().index()].sender.try_send(message) {
            Ok(()) => Ok(true),
            Err(mpsc::error::TrySendError::Full(_)) => Ok(false),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(QueueError::Closed),
        }
    }

    pub(crate) async fn receive(&self, name: QueueName) -> Result<Message, QueueError> {
        let next = async { self.lanes[name.index()].receiver.lock().await.recv().await };
        tokio::select! {
            biased;
            () = self.closing() => Err(QueueError::Closed),
            message = next => message.ok_or(QueueError::Closed),
        }
    }

    pub(crate) async fn try_receive(&self, name: QueueName) -> Result<Option<Message>, QueueError> {
        if self.is_closed() {
            return Err(QueueError::Closed);
        }
        // A receiver that waits in `receive` holds the lock: then there is nothing to take.
        let Ok(mut receiver) = self.lanes[name.index()].receiver.try_lock() else {
            return Ok(None);
        };
        match receiver.try_recv() {
            Ok(message) => Ok(Some(message)),
            Err(mpsc::error::TryRecvError::Empty) => Ok(None),
            Err(mpsc::error::TryRecvError::Disconnected) => Err(QueueError::Closed),
        }
    }

    /// What waits is forgotten with the process; the store remembers the work.
    pub(crate) fn close(&self) {
        self.closed.send_replace(true);
    }

    fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    async fn closing(&self) {
        let mut closed = self.closed.subscribe();
        // The sender is ours.
        let _ = closed.wait_for(|closed| *closed).await;
    }

    pub(crate) fn depth(&self, name: QueueName) -> usize {
        let sender = &self.lanes[name.index()].sender;
        sender.max_capacity() - sender.capacity()
    }

    pub(crate) fn tell(&self, telling: Telling) {
        // Nobody listening is no failure: the fan-out is lossy by design.
        let _ = self.tellings.send(telling);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Telling> {
        self.tellings.subscribe()
    }
}
