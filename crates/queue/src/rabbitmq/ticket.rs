//! What a received message is acknowledged by.

use super::Inner;
use lapin::Acker;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use std::sync::Arc;
use std::time::Duration;
use tracing::debug;

/// A message that a stage dropped goes back after this. At once, a stage that fails on it (the store is away) would get it
/// again without a pause, and after twenty times it would be a dead letter within a blink; with the pause the failing
/// process is also given no more than its prefetch.
const RETURN_AFTER: Duration = Duration::from_secs(1);

/// One delivery by the broker.
#[derive(Debug)]
pub(crate) struct Ticket {
    inner: Arc<Inner>,
    acker: Acker,
    /// Whether a stage holds it; what waits in this process does not count.
    held: bool,
}

impl Ticket {
    pub(super) fn new(inner: Arc<Inner>, acker: Acker) -> Ticket {
        Ticket {
            inner,
            acker,
            held: false,
        }
    }

    /// Whether the session that gave it is gone; then the broker gives the message again.
    pub(crate) fn is_stale(&self) -> bool {
        !self.acker.usable()
    }

    /// A stage holds it from now on.
    pub(crate) fn hold(&mut self) {
        if !self.held {
            self.held = true;
            self.inner.held.send_modify(|held| *held += 1);
        }
    }

    /// Acknowledges it. If the session is gone, the message will be received again, by us or another, which does no harm:
    /// every step can run twice.
    pub(crate) async fn ack(self) {
        match self.acker.ack(BasicAckOptions::default()).await {
            Ok(true) => {}
            Ok(false) => debug!("an acknowledgement came too late: the message is given again"),
            Err(error) => debug!("an acknowledgement failed, the message is given again: {error}"),
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.held {
            self.inner.held.send_modify(|held| *held -= 1);
        }
        if self.is_stale() {
            return;
        }
        let pause = match self.inner.is_closed() {
            true => Duration::ZERO,
            false => RETURN_AFTER,
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let acker = self.acker.clone();
        runtime.spawn(async move {
            tokio::time::sleep(pause).await;
            let requeue = BasicNackOptions {
                requeue: true,
                ..BasicNackOptions::default()
            };
            // If the session is gone by now, the broker has it back already.
            let _ = acker.nack(requeue).await;
        });
    }
}
