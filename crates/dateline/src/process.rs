//! What a process that runs the wire begins and ends with: its log, and the signal to stop.

use crate::settings::LogSettings;
use crate::telemetry::{self, Telemetry};
use anyhow::{Context, Result};
use std::sync::Arc;
use store::Clock;

/// Logs for a process that runs the wire.
pub(crate) fn start_telemetry(log: &LogSettings) -> Result<Telemetry> {
    telemetry::init(log, Arc::new(|| Clock::System.now_ms())).context("the log cannot be started")
}

/// Ctrl-C, or the signal that service managers send.
///
/// From its making on neither ends the process by itself, so it is made before anybody could know that there is a process to
/// stop, and whoever has one listens to it.
pub(crate) struct StopSignals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl StopSignals {
    /// Takes the signals over.
    #[cfg(unix)]
    pub(crate) fn take() -> Result<StopSignals> {
        use tokio::signal::unix::{SignalKind, signal};
        let taken = |kind| signal(kind).context("the signals to stop cannot be heard");
        Ok(StopSignals {
            terminate: taken(SignalKind::terminate())?,
            interrupt: taken(SignalKind::interrupt())?,
        })
    }

    /// Takes the signals over.
    #[cfg(not(unix))]
    pub(crate) fn take() -> Result<StopSignals> {
        Ok(StopSignals {})
    }

    /// Returns at the next of them.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
