//! A look at a broker that changes nothing there: for whoever wants to know how it stands, and is not at work.
//!
//! A queue is asked for first, and declared only where it is there: declaring what exists makes nothing, and is refused where
//! its arguments are other ones.

use super::config::RabbitMqConfig;
use super::session::{channel, connect};
use super::{fault, topology};
use crate::QueueError;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use std::time::Duration;

/// A broker that takes longer counts as unreachable.
const LOOKING: Duration = Duration::from_secs(15);

/// How a broker stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerLook {
    /// Messages that wait in the work queues.
    pub waiting: usize,
    /// Dead letters.
    pub dead: usize,
    /// The names of our queues that are not there: a process that starts makes them.
    pub missing: Vec<String>,
}

impl RabbitMqConfig {
    /// Connects, looks at every queue, and leaves all as it is.
    ///
    /// # Errors
    /// As at a start: the broker cannot be reached, does not let us, or has a queue with other arguments.
    pub async fn look(&self) -> Result<BrokerLook, QueueError> {
        match tokio::time::timeout(LOOKING, look(self)).await {
            Ok(looked) => looked,
            Err(_elapsed) => Err(QueueError::Unreachable {
                at: self.at(),
                reason: format!("no answer within {LOOKING:?}"),
            }),
        }
    }
}

async fn look(config: &RabbitMqConfig) -> Result<BrokerLook, QueueError> {
    let connection = connect(config, "dateline look").await?;
    let mut looked = BrokerLook {
        waiting: 0,
        dead: 0,
        missing: Vec::new(),
    };
    for (name, arguments) in topology::queues(config) {
        // Of its own for each: the broker closes a channel that asked for what is not there.
        let asking = channel(config, &connection).await?;
        let passive = QueueDeclareOptions::durable().passive();
        let found = asking.queue_declare(name.as_str().into(), passive, FieldTable::default());
        let waiting = match found.await {
            Ok(queue) => queue.message_count() as usize,
            Err(error) if fault::is_not_found(&error) => {
                looked.missing.push(name);
                continue;
            }
            Err(error) => return Err(fault::using(config, &name, &error)),
        };
        let same = QueueDeclareOptions::durable();
        let declared = asking.queue_declare(name.as_str().into(), same, arguments);
        declared
            .await
            .map_err(|error| fault::using(config, &name, &error))?;
        match name == config.dead_queue() {
            true => looked.dead = waiting,
            false => looked.waiting += waiting,
        }
    }
    // Whatever fails here was closed already.
    let _ = connection.close(200, "looked".into()).await;
    Ok(looked)
}
