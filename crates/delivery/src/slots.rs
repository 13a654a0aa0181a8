//! How much is sent at once. A tenth of the slots is flash's alone, so that flash never waits behind regular.

use release::model::Lane;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The right to send, shared by all batches of a worker.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    shared: Arc<Semaphore>,
    flash: Arc<Semaphore>,
    all: usize,
}

impl Slots {
    pub(crate) fn new(slots: usize) -> Slots {
        let flash = (slots / 10).max(1);
        let shared = slots.saturating_sub(flash).max(1);
        Slots {
            shared: Arc::new(Semaphore::new(shared)),
            flash: Arc::new(Semaphore::new(flash)),
            all: flash + shared,
        }
    }

    /// Waits for a slot.
    pub(crate) async fn acquire(&self, lane: Lane) -> OwnedSemaphorePermit {
        let shared = self.shared.clone().acquire_owned();
        let permit = match lane {
            Lane::Regular => shared.await,
            Lane::Flash => tokio::select! {
                biased;
                permit = self.flash.clone().acquire_owned() => permit,
                permit = shared => permit,
            },
        };
        permit.expect("these semaphores are never closed")
    }

    /// How many are taken now.
    pub(crate) fn taken(&self) -> usize {
        self.all - self.shared.available_permits() - self.flash.available_permits()
    }
}
