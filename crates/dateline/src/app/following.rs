//! Who follows the log, in whichever process: while somebody does, every process tells its lines.

use crate::telemetry::Telemetry;
use queue::{Queue, Telling};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::Level;

/// How often a process with followers says so.
const SAID_EVERY: Duration = Duration::from_secs(2);
/// A follower of another process that has not been heard of for so long is gone.
const HEARD_WITHIN: Duration = Duration::from_secs(6);

/// The followers of this process, and those heard of. Cheap to clone.
#[derive(Clone)]
pub(super) struct Following {
    queue: Queue,
    telemetry: Option<Telemetry>,
    /// What the followers of this process want.
    own: Arc<Mutex<Option<Level>>>,
}

impl Following {
    pub(super) fn new(queue: Queue, telemetry: Option<Telemetry>) -> Following {
        Following {
            queue,
            telemetry,
            own: Arc::default(),
        }
    }

    /// Says what the followers of this process want; none while there are none.
    pub(super) fn want(&self, level: Option<Level>) {
        *self.own.lock().expect("no holder panics") = level;
        self.say();
        if level.is_none() {
            self.tell_lines_up_to(None);
        }
    }

    fn own(&self) -> Option<Level> {
        *self.own.lock().expect("no holder panics")
    }

    fn say(&self) {
        if let Some(level) = self.own() {
            self.tell_lines_up_to(Some(level));
            self.queue
                .tell(Telling::Following(level.as_str().to_lowercase()));
        }
    }

    fn tell_lines_up_to(&self, level: Option<Level>) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.want_tail_level(level);
        }
    }

    /// Follows what other processes say of their followers.
    pub(super) async fn run(&self, stop: CancellationToken) {
        let mut tellings = self.queue.listen();
        let mut heard = tokio::time::Instant::now();
        loop {
            let told = tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(SAID_EVERY) => None,
                told = tellings.recv() => match told {
                    Ok(Telling::Following(level)) => level.parse::<Level>().ok(),
                    Ok(_) => continue,
                    Err(tokio::sync::broadcast::error::RecvError::Closed) => {
                        stop.cancelled().await;
                        return;
                    }
                    Err(_) => continue,
                },
            };
            match told {
                // The most verbose wish counts.
                Some(level) => {
                    heard = tokio::time::Instant::now();
                    self.tell_lines_up_to(Some(level.max(self.own().unwrap_or(level))));
                }
                None if self.own().is_some() => self.say(),
                None if heard.elapsed() > HEARD_WITHIN => self.tell_lines_up_to(None),
                None => {}
            }
        }
    }
}
