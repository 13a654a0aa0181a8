//! The RabbitMQ engine: quorum queues, confirmed publishes, and a supervisor that rebuilds all of it after any failure.
//!
//! Reads and writes one broker: six work queues, one of dead letters, one fan-out, all named by a prefix. A **session** is
//! two connections (one publishes, one consumes, so a broker that holds back publishers never holds back acknowledgements)
//! with their channels and consumers; whatever breaks in it, all of it is thrown away and made anew, the queues included.
//! Meanwhile `publish` waits, `offer` answers false, and receivers simply receive again afterwards.
//!
//! A crash leaves unacknowledged messages, which the broker gives to somebody else, and publishes without a confirm, which
//! the sweep makes again. Nothing here is the truth: queues that vanish with all they held cost a second or two.

mod config;
mod consumer;
mod fault;
mod looking;
mod publisher;
mod session;
mod supervisor;
mod telling;
mod ticket;
mod topology;

pub use config::RabbitMqConfig;
pub use looking::BrokerLook;
pub(crate) use ticket::Ticket;

use crate::{Message, QueueError, QueueName, Received, Telling};
use session::Session;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore, broadcast, mpsc, watch};

/// Publishes under way at once; what is beyond waits, or is not offered. Throughput grows with it up to some thousands.
const WINDOW: usize = 4096;

/// A connection to RabbitMQ that mends itself. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RabbitMq {
    inner: Arc<Inner>,
}

/// What outlives sessions.
#[derive(Debug)]
struct Inner {
    config: RabbitMqConfig,
    /// The session that works now, if one does.
    session: watch::Sender<Option<Arc<Session>>>,
    closed: watch::Sender<bool>,
    window: Arc<Semaphore>,
    lanes: [Lane; 6],
    /// Messages that stages hold and have not acknowledged.
    held: watch::Sender<usize>,
    tellings: broadcast::Sender<Telling>,
    /// To the task that publishes tellings.
    told: mpsc::Sender<Telling>,
    /// Who we are, so that we do not hear ourselves twice.
    process: String,
}

/// One queue, as this process sees it.
#[derive(Debug)]
struct Lane {
    /// Set at the first receive: a process consumes only queues that it works on.
    wanted: watch::Sender<bool>,
    /// What the broker gave us in advance, at most the prefetch.
    sender: mpsc::Sender<Received>,
    receiver: Mutex<mpsc::Receiver<Received>>,
    full: publisher::Fullness,
}

impl RabbitMq {
    /// Connects and declares everything; an unreachable broker is waited for, what only a person can mend is an error.
    pub(crate) async fn connect(config: RabbitMqConfig) -> Result<RabbitMq, QueueError> {
        let session = supervisor::first_session(&config).await?;
        Ok(RabbitMq::start(config, session))
    }

    /// As `connect`, but an unreachable broker is an error at once.
    pub(crate) async fn connect_once(config: RabbitMqConfig) -> Result<RabbitMq, QueueError> {
        let session = Session::open(&config).await?;
        Ok(RabbitMq::start(config, session))
    }

    fn start(config: RabbitMqConfig, session: Session) -> RabbitMq {
        let (told, untold) = mpsc::channel(telling::KEPT);
        let session = Arc::new(session);
        let inner = Arc::new(Inner {
            // Whoever asks for a depth at once is answered: its session works, though nobody supervises it yet.
            session: watch::channel(Some(session.clone())).0,
            closed: watch::channel(false).0,
            window: Arc::new(Semaphore::new(WINDOW)),
            lanes: QueueName::ALL.map(|_name| Lane::new(config.prefetch)),
            held: watch::channel(0).0,
            tellings: broadcast::channel(telling::KEPT).0,
            told,
            process: format!("{:016x}", rand::random::<u64>()),
            config,
        });
        tokio::spawn(supervisor::supervise(inner.clone(), session));
        tokio::spawn(telling::publish_all(inner.clone(), untold));
        RabbitMq { inner }
    }

    pub(crate) async fn publish(&self, message: Message) -> Result<(), QueueError> {
        publisher::publish(&self.inner, &message).await
    }

    pub(crate) async fn offer(&self, message: Message) -> Result<bool, QueueError> {
        publisher::offer(&self.inner, message).await
    }

    pub(crate) async fn receive(&self, name: QueueName) -> Result<Received, QueueError> {
        consumer::receive(&self.inner, name).await
    }

    pub(crate) async fn try_receive(
        &self,
        name: QueueName,
    ) -> Result<Option<Received>, QueueError> {
        consumer::try_receive(&self.inner, name).await
    }

    pub(crate) async fn depth(&self, name: QueueName) -> Result<usize, QueueError> {
        let session = self.inner.session_now()?;
        session.depth(&self.inner.config.queue(name)).await
    }

    pub(crate) async fn dead_depth(&self) -> Result<usize, QueueError> {
        let session = self.inner.session_now()?;
        session.depth(&self.inner.config.dead_queue()).await
    }

    pub(crate) fn tell(&self, telling: Telling) {
        telling::tell(&self.inner, telling);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Telling> {
        self.inner.tellings.subscribe()
    }

    /// Stops receiving, waits until what stages hold is acknowledged and what is under way confirmed, at most `limit`,
    /// and closes the connections, for which it takes a second at most.
    pub(crate) async fn close(&self, limit: Duration) {
        let inner = &self.inner;
        inner.closed.send_replace(true);
        let finished = async {
            let mut held = inner.held.subscribe();
            // Neither sender is ever dropped or closed while we hold `inner`.
            let _ = held.wait_for(|held| *held == 0).await;
            let _ = inner.window.acquire_many(WINDOW as u32).await;
        };
        if tokio::time::timeout(limit, finished).await.is_err() {
            let held = *inner.held.borrow();
            tracing::warn!(
                held,
                "the queue closes with {held} messages unacknowledged; they are given to others"
            );
        }
        if let Some(session) = inner.session.send_replace(None) {
            session.close().await;
        }
    }
}

impl Inner {
    fn lane(&self, name: QueueName) -> &Lane {
        &self.lanes[name.index()]
    }

    fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// The session, or why there is none.
    fn session_now(&self) -> Result<Arc<Session>, QueueError> {
        if self.is_closed() {
            return Err(QueueError::Closed);
        }
        let session = self.session.borrow().clone();
        session.ok_or_else(|| QueueError::Unreachable {
            at: self.config.at(),
            reason: "the connection was lost, and is being made anew".into(),
        })
    }

    /// The session, as soon as there is one.
    async fn session(&self) -> Result<Arc<Session>, QueueError> {
        let mut sessions = self.session.subscribe();
        let up = async {
            let session = sessions.wait_for(Option::is_some).await.ok()?;
            session.clone()
        };
        tokio::select! {
            biased;
            () = self.closing() => Err(QueueError::Closed),
            session = up => session.ok_or(QueueError::Closed),
        }
    }

    /// Returns once it was closed.
    async fn closing(&self) {
        let mut closed = self.closed.subscribe();
        // The sender is ours.
        let _ = closed.wait_for(|closed| *closed).await;
    }

    /// A session failed: nobody uses it from now on, and its supervisor makes another.
    fn give_up(&self, session: &Session, reason: &str) {
        self.session.send_if_modified(|now| {
            let ours = now
                .as_ref()
                .is_some_and(|now| std::ptr::eq(now.as_ref(), session));
            if ours {
                *now = None;
            }
            ours
        });
        session.fail(reason);
    }
}

impl Lane {
    fn new(prefetch: u16) -> Lane {
        let (sender, receiver) = mpsc::channel(usize::from(prefetch.max(1)));
        Lane {
            wanted: watch::channel(false).0,
            sender,
            receiver: Mutex::new(receiver),
            full: publisher::Fullness::default(),
        }
    }
}
