//! One session: two connections with their channels, from opening to the first failure of any of them.

use super::config::RabbitMqConfig;
use super::{fault, telling, topology};
use crate::QueueError;
use futures_util::StreamExt;
use lapin::options::{ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties, Consumer, Event};
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tracing::{info, warn};

/// A broker that takes longer than this to let us in and make six queues counts as unreachable.
const OPENING: Duration = Duration::from_secs(15);
/// A question that takes longer goes without an answer: the sweep asks it.
const ASKING: Duration = Duration::from_secs(1);
/// How long a broker may take to say goodbye.
const CLOSING: Duration = Duration::from_secs(1);
/// Failures tell themselves; what does not is found by looking this often.
const LOOK: Duration = Duration::from_secs(1);

/// Connections, channels, and whether they still work.
#[derive(Debug)]
pub(super) struct Session {
    publishing: Connection,
    pub(super) consuming: Connection,
    /// Confirmed publishes of work.
    pub(super) work: Channel,
    /// Unconfirmed publishes of tellings.
    pub(super) tells: Channel,
    /// Questions about depths; the broker closes it when the queue does not exist.
    asks: Channel,
    /// Single gets. A channel answers one at a time.
    pub(super) gets: Mutex<Channel>,
    /// What others tell.
    pub(super) ear: Consumer,
    failure: watch::Sender<Option<String>>,
}

impl Session {
    /// Connects, and declares everything.
    pub(super) async fn open(config: &RabbitMqConfig) -> Result<Session, QueueError> {
        let opening = Session::open_at_leisure(config);
        match tokio::time::timeout(OPENING, opening).await {
            Ok(session) => session,
            Err(_elapsed) => Err(QueueError::Unreachable {
                at: config.at(),
                reason: format!("no answer within {OPENING:?}"),
            }),
        }
    }

    async fn open_at_leisure(config: &RabbitMqConfig) -> Result<Session, QueueError> {
        let publishing = connect(config, "dateline publish").await?;
        let consuming = connect(config, "dateline consume").await?;
        let declaring = channel(config, &publishing).await?;
        topology::declare(config, &declaring).await?;
        let work = channel(config, &publishing).await?;
        work.confirm_select(ConfirmSelectOptions::default())
            .await
            .map_err(|error| fault::connecting(config, &error))?;
        let hearing = channel(config, &consuming).await?;
        let ear = telling::open_ear(config, &hearing).await?;
        Ok(Session {
            work,
            tells: channel(config, &publishing).await?,
            asks: channel(config, &consuming).await?,
            gets: Mutex::new(channel(config, &consuming).await?),
            ear,
            failure: watch::channel(None).0,
            publishing,
            consuming,
        })
    }

    /// Another channel of the consuming connection.
    pub(super) async fn consuming_channel(
        &self,
        config: &RabbitMqConfig,
    ) -> Result<Channel, QueueError> {
        channel(config, &self.consuming).await
    }

    /// Messages that wait in a queue and were given to nobody yet.
    pub(super) async fn depth(&self, queue: &str) -> Result<usize, QueueError> {
        let passive = QueueDeclareOptions::durable().passive();
        let asked = self
            .asks
            .queue_declare(queue.into(), passive, FieldTable::default());
        let reason = match tokio::time::timeout(ASKING, asked).await {
            Ok(Ok(queue)) => return Ok(queue.message_count() as usize),
            Ok(Err(error)) => {
                let reason = fault::reason(&error);
                self.fail(&reason);
                reason
            }
            Err(_elapsed) => format!("no answer within {ASKING:?}"),
        };
        Err(QueueError::Unreachable {
            at: queue.to_owned(),
            reason,
        })
    }

    /// Says that it is of no use any more; the first reason counts.
    pub(super) fn fail(&self, reason: &str) {
        self.failure.send_if_modified(|failure| {
            let first = failure.is_none();
            if first {
                *failure = Some(reason.to_owned());
            }
            first
        });
    }

    /// Waits for the first failure of any part, and says what it was.
    pub(super) async fn ended(&self) -> String {
        let mut failures = self.failure.subscribe();
        let failed = async {
            let failure = failures.wait_for(Option::is_some).await;
            failure.ok().and_then(|failure| failure.clone())
        };
        let reason = tokio::select! {
            reason = failed => reason.unwrap_or_default(),
            reason = watched(&self.publishing) => reason,
            reason = watched(&self.consuming) => reason,
            reason = self.broken_channel() => reason,
        };
        self.fail(&reason);
        reason
    }

    async fn broken_channel(&self) -> String {
        let mut look = tokio::time::interval(LOOK);
        loop {
            look.tick().await;
            let connections = [&self.publishing, &self.consuming];
            if connections.iter().any(|one| !one.status().connected()) {
                return "a connection was closed".into();
            }
            let channels = [&self.work, &self.tells, &self.asks];
            if channels.iter().any(|one| !one.status().connected()) {
                return "the broker closed a channel".into();
            }
        }
    }

    /// Says goodbye to the broker, if it still listens.
    pub(super) async fn close(&self) {
        let goodbyes = async {
            // Whatever fails here was closed already.
            let _ = self.consuming.close(200, "closing".into()).await;
            let _ = self.publishing.close(200, "closing".into()).await;
        };
        if tokio::time::timeout(CLOSING, goodbyes).await.is_err() {
            warn!("RabbitMQ did not confirm the end of our connections within {CLOSING:?}");
        }
    }
}

pub(super) async fn connect(config: &RabbitMqConfig, name: &str) -> Result<Connection, QueueError> {
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    Connection::connect_uri(config.uri()?, properties)
        .await
        .map_err(|error| fault::connecting(config, &error))
}

pub(super) async fn channel(
    config: &RabbitMqConfig,
    connection: &Connection,
) -> Result<Channel, QueueError> {
    let channel = connection.create_channel().await;
    channel.map_err(|error| fault::connecting(config, &error))
}

/// Follows what a connection says of itself, until it fails.
async fn watched(connection: &Connection) -> String {
    let mut events = Box::pin(connection.events_listener());
    while let Some(event) = events.next().await {
        match event {
            Event::Error(error) => return fault::reason(&error),
            Event::ConnectionBlocked(reason) => {
                warn!("RabbitMQ takes no messages for now ({reason}): free its memory or disk");
            }
            Event::ConnectionUnblocked => info!("RabbitMQ takes messages again"),
            _ => {}
        }
    }
    "the connection ended".into()
}
