//! Time, as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The one clock of a process. Stages take it as an argument, so that tests can step it.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock, corrected by how far the store's is before it, milliseconds.
    Corrected(Arc<AtomicI64>),
    /// A clock that stands still until it is stepped.
    Stepped(Arc<AtomicI64>),
}

impl Clock {
    /// A clock for tests that shows this time until [`Clock::advance`].
    pub fn stepped(now_ms: i64) -> Clock {
        Clock::Stepped(Arc::new(AtomicI64::new(now_ms)))
    }

    /// The machine's clock, to be corrected by [`Clock::correct`].
    pub fn corrected() -> Clock {
        Clock::Corrected(Arc::default())
    }

    /// Says how far the store's clock is before the machine's; does nothing to clocks that are not corrected.
    pub fn correct(&self, offset_ms: i64) {
        if let Clock::Corrected(offset) = self {
            offset.store(offset_ms, Ordering::SeqCst);
        }
    }

    /// How far the store's clock is before the machine's, as last said.
    pub fn offset_ms(&self) -> i64 {
        match self {
            Clock::Corrected(offset) => offset.load(Ordering::SeqCst),
            Clock::System | Clock::Stepped(_) => 0,
        }
    }

    /// Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        match self {
            Clock::System => system_now_ms(),
            Clock::Corrected(offset) => system_now_ms() + offset.load(Ordering::SeqCst),
            Clock::Stepped(now_ms) => now_ms.load(Ordering::SeqCst),
        }
    }

    /// Moves a stepped clock on; does nothing to the machine's.
    pub fn advance(&self, by: Duration) {
        if let Clock::Stepped(now_ms) = self {
            now_ms.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the machine's clock"
)]
fn system_now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64)
}
