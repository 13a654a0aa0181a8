//! What an operator has halted, as a worker knows it.
//!
//! Read from the store before each batch; and while batches are under way, twice a second and whenever somebody is told of a
//! change, so that what waits for its slot is not sent either. A worker that cannot read the store keeps to what it knew.

use crate::worker::Inner;
use queue::Telling;
use release::model::Channel;
use std::sync::RwLock;
use std::time::Duration;
use store::{Halted, Result, Store};
use tokio::sync::broadcast::error::RecvError;

/// The longest time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The halts that concern one channel.
#[derive(Debug)]
pub(crate) struct Halts {
    channel: Channel,
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Whether nothing at all may leave by this channel.
    everything: bool,
    /// Slugs of issuers whose news may not leave.
    issuers: Vec<String>,
}

impl Halts {
    pub(crate) fn new(channel: Channel) -> Halts {
        Halts {
            channel,
            known: RwLock::default(),
        }
    }

    /// Reads what is halted now.
    pub(crate) async fn look(&self, store: &Store) -> Result<()> {
        let mut now = Known::default();
        for row in store.halts().await? {
            match row.halted {
                Halted::All => now.everything = true,
                Halted::Channel(channel) => now.everything |= channel == self.channel,
                Halted::Issuer(slug) => now.issuers.push(slug),
            }
        }
        *self.known.write().expect("no holder panics") = now;
        Ok(())
    }

    /// Whether nothing may leave by this channel.
    pub(crate) fn stop_everything(&self) -> bool {
        self.known.read().expect("no holder panics").everything
    }

    /// Whether nothing may leave that speaks for one of these issuers, slugs with spaces between them.
    pub(crate) fn stop(&self, issuers: &str) -> bool {
        let known = self.known.read().expect("no holder panics");
        let is_halted = |slug: &str| known.issuers.iter().any(|issuer| issuer == slug);
        known.everything || issuers.split(' ').any(is_halted)
    }
}

/// Keeps a worker's knowledge fresh until it is aborted: what is under way when the worker stops can be halted, too.
pub(crate) async fn watch(inner: &Inner) {
    let mut tellings = inner.queue.listen();
    loop {
        // Where nothing can be told, looking now and then is what is left.
        let told = async {
            loop {
                match tellings.recv().await {
                    Ok(Telling::HaltsChanged) | Err(RecvError::Lagged(_)) => return,
                    Ok(_) => {}
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = told => {}
        }
        // A store that fails is heard of by everybody who has something to write.
        let _ = inner.halts.look(&inner.store).await;
    }
}
