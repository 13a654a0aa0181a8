//! What the process tells about itself: logs, on standard error, and to whoever follows the tail.
//!
//! Each event of `tracing` becomes one flat [`LogLine`]: time, level, target, message, then the fields of the spans
//! around it, from the outermost, then its own. The console prints lines that pass `log.level`; the tail gets lines of
//! Dateline's own crates down to the level that its listeners want, be the console's level what it may. While nobody
//! listens, an event that the console does not print costs one relaxed load. Nothing is kept: what was not printed or
//! handed to the tail is gone.
//!
//! Never bodies, tokens or whole addresses in logs: that is held where a line is written, by choosing its fields. The
//! field names that could only be a slip (`password`, `token`, `body`) are blanked here as well.

mod console;
mod directives;
mod fields;
mod layer;
mod line;
mod tail;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;

use crate::settings::LogSettings;

pub(crate) use directives::directives;
pub use line::{LogLine, Paint};
pub use tail::TailSink;

use console::Console;
use layer::LineLayer;
use tail::Tail;

/// Tells the time of a line, in Unix milliseconds.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Starts logging for the whole process, as `log` says, with times from `now`.
///
/// `log.level` is a level for Dateline's own crates, libraries at warn or worse, and `target=level` for exceptions,
/// in the syntax of [`EnvFilter`]. Colours are used for text on a terminal, unless `NO_COLOR` is set
/// (<https://no-color.org>).
///
/// # Errors
///
/// `log.level` cannot be read, or logging was started before.
pub fn init(log: &LogSettings, now: Now) -> Result<Telemetry, TelemetryError> {
    let telemetry = Telemetry {
        tail: Arc::default(),
    };
    let filter = filter(&log.level).map_err(TelemetryError::Level)?;
    let console = Console::of_process(log.format);
    let layer = LineLayer::new(console, filter, telemetry.tail.clone(), now);
    // Not `try_init`, which also takes over the `log` crate: no library here speaks only that.
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
        .map_err(|_| TelemetryError::StartedBefore)?;
    Ok(telemetry)
}

fn filter(level: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(directives(level)?).map_err(|error| error.to_string())
}

/// A handle on the tail, for the process that logs.
#[derive(Clone)]
pub struct Telemetry {
    tail: Arc<Tail>,
}

impl Telemetry {
    /// Sets where the tail's lines go. The sink is called on the thread that logs, so it must neither wait nor fail;
    /// a line that it logs itself is not tailed.
    ///
    /// # Errors
    ///
    /// Gives the sink back if there is one already.
    pub fn set_tail(&self, sink: TailSink) -> Result<(), TailSink> {
        self.tail.set_sink(sink)
    }

    /// Says how verbose a line the listeners want at most: the most verbose level that any of them asked for, None
    /// while nobody listens. Not to be called by the sink.
    pub fn want_tail_level(&self, level: Option<Level>) {
        self.tail.want(level);
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

/// Why logging cannot start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TelemetryError {
    /// `log.level` cannot be read; with the mend.
    Level(String),
    /// This process has started logging already.
    StartedBefore,
}

impl std::error::Error for TelemetryError {}

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TelemetryError::Level(mend) => write!(f, "log.level cannot be read: {mend}"),
            TelemetryError::StartedBefore => {
                write!(f, "logging was started before in this process")
            }
        }
    }
}
