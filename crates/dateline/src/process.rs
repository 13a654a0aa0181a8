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
pub(crate) async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
