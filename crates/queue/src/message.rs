//! What is said between stages.

use release::model::{Channel, Lane};
use serde::{Deserialize, Serialize};

/// Work for one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// To a router.
    RouteAlert(RouteAlert),
    /// To a delivery worker.
    DeliverBatch(DeliverBatch),
}

/// Match this alert, and plan its deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteAlert {
    /// The alert's key.
    pub alert_id: i64,
    /// Its lane.
    pub lane: Lane,
    /// The request behind it.
    pub request_id: String,
}

/// Make the due deliveries of this batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliverBatch {
    /// The batch's key.
    pub batch_id: i64,
    /// Its channel.
    pub channel: Channel,
    /// Its lane.
    pub lane: Lane,
    /// The request behind it.
    pub request_id: String,
}

/// The six queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueueName {
    /// `route.flash`, `route.regular`.
    Route(Lane),
    /// `email.flash`, `email.regular`, `webhook.flash`, `webhook.regular`.
    Deliver(Channel, Lane),
}

impl QueueName {
    /// All of them.
    pub const ALL: [QueueName; 6] = [
        QueueName::Route(Lane::Flash),
        QueueName::Route(Lane::Regular),
        QueueName::Deliver(Channel::Email, Lane::Flash),
        QueueName::Deliver(Channel::Email, Lane::Regular),
        QueueName::Deliver(Channel::Webhook, Lane::Flash),
        QueueName::Deliver(Channel::Webhook, Lane::Regular),
    ];

    pub(crate) fn index(self) -> usize {
        let lane = |lane| usize::from(lane == Lane::Regular);
        match self {
            QueueName::Route(l) => lane(l),
            QueueName::Deliver(Channel::Email, l) => 2 + lane(l),
            QueueName::Deliver(Channel::Webhook, l) => 4 + lane(l),
        }
    }
}

impl std::fmt::Display for QueueName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            QueueName::Route(lane) => write!(f, "route.{lane}"),
            QueueName::Deliver(channel, lane) => write!(f, "{channel}.{lane}"),
        }
    }
}

impl Message {
    /// Where it belongs.
    pub fn queue(&self) -> QueueName {
        match self {
            Message::RouteAlert(route) => QueueName::Route(route.lane),
            Message::DeliverBatch(deliver) => QueueName::Deliver(deliver.channel, deliver.lane),
        }
    }
}

/// What is told to everybody at once, and may be missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// Filters changed: routers look at the store sooner than they would.
    FiltersChanged,
    /// Something fell due sooner than the sweep knows.
    Due,
    /// Something was halted or resumed: workers look at the store.
    HaltsChanged,
    /// Something went out on the wire: who waits for items looks at the store.
    Cleared,
    /// Somebody asks the index: routers look at the store.
    Asked,
    /// A router answered: who asked looks at the store.
    Answered,
    /// Somebody follows the log, and wants lines up to this level (`info`, `debug`); said again while they do.
    Following(String),
    /// A line of a worker's log, for `tail`.
    Log(serde_json::Value),
}
