//! The tail: lines for whoever follows the log from outside.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};

use super::directives::is_ours;
use super::line::LogLine;

/// Takes the tail's lines.
pub type TailSink = Arc<dyn Fn(&LogLine) + Send + Sync>;

thread_local! {
    /// Whether this thread is inside the sink: what it logs there would come back without end.
    static IN_SINK: Cell<bool> = const { Cell::new(false) };
}

/// The most verbose level wanted, and where its lines go.
#[derive(Default)]
pub(super) struct Tail {
    /// An index in [`LEVELS`]; 0 while nobody listens.
    level: AtomicU8,
    sink: OnceLock<TailSink>,
}

/// Levels by the number that stands for them.
const LEVELS: [LevelFilter; 6] = [
    LevelFilter::OFF,
    LevelFilter::ERROR,
    LevelFilter::WARN,
    LevelFilter::INFO,
    LevelFilter::DEBUG,
    LevelFilter::TRACE,
];

impl Tail {
    pub(super) fn set_sink(&self, sink: TailSink) -> Result<(), TailSink> {
        self.sink.set(sink)
    }

    pub(super) fn want(&self, level: Option<Level>) {
        let level = level.map_or(LevelFilter::OFF, LevelFilter::from);
        let index = LEVELS
            .iter()
            .position(|known| *known == level)
            .unwrap_or_default();
        let number = u8::try_from(index).unwrap_or_default();
        if self.level.swap(number, Ordering::Relaxed) != number {
            tracing::callsite::rebuild_interest_cache();
        }
    }

    pub(super) fn level(&self) -> LevelFilter {
        let index = usize::from(self.level.load(Ordering::Relaxed));
        LEVELS.get(index).copied().unwrap_or(LevelFilter::OFF)
    }

    /// Whether lines of this kind go to the tail: ours down to the wanted level, libraries' at warn or worse.
    pub(super) fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let level = *metadata.level();
        level <= self.level() && (level <= Level::WARN || is_ours(metadata.target()))
    }

    /// Hands the line to the sink, if there is one.
    pub(super) fn send(&self, line: &LogLine) {
        let Some(sink) = self.sink.get() else { return };
        if !IN_SINK.replace(true) {
            let _leaving = Leaving;
            sink(line);
        }
    }
}

/// Marks the end of the sink's call, by a panic too: a thread that outlives one must not stay mute.
struct Leaving;

impl Drop for Leaving {
    fn drop(&mut self) {
        IN_SINK.set(false);
    }
}
