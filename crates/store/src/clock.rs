//! Time, as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The one clock of a process. Stages take it as an argument, so that tests can step it.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is stepped.
    Stepped(Arc<AtomicI64>),
}

impl Clock {
    /// A clock for tests that shows this time until [`Clock::advance`].
    pub fn stepped(now_ms: i64) -> Clock {
        Clock::Stepped(Arc::new(AtomicI64::new(now_ms)))
    }

    /// Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        match self {
            Clock::System => system_now_ms(),
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
