//! Keeps one session at work: makes another whenever one fails, with pauses that grow.

use super::config::RabbitMqConfig;
use super::session::Session;
use super::{Inner, consumer, telling};
use crate::QueueError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tracing::{info, warn};

/// The first pause after a failure.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause: once the broker is back, work goes on within this and some.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A session that lived this long was a good one: the next failure starts with a short pause again.
const GOOD_LIFE: Duration = Duration::from_secs(10);

/// The first session; waits for a broker that cannot be reached, and says so.
pub(super) async fn first_session(config: &RabbitMqConfig) -> Result<Session, QueueError> {
    let mut pauses = Pauses::default();
    loop {
        match Session::open(config).await {
            Err(error) if !error.is_lasting() => {
                let pause = pauses.next();
                warn!("{error}; trying again in {pause:.1?}");
                tokio::time::sleep(pause).await;
            }
            session => return session,
        }
    }
}

/// Runs until closed.
pub(super) async fn supervise(inner: Arc<Inner>, first: Arc<Session>) {
    let mut session = first;
    let mut pauses = Pauses::default();
    loop {
        let begun = Instant::now();
        let Some(reason) = run(&inner, &session).await else {
            return;
        };
        let at = inner.config.at();
        warn!("the session with RabbitMQ at {at} ended: {reason}; making another");
        // It closes what is left of it, so that the broker gives our messages to others at once.
        let old = session;
        tokio::spawn(async move { old.close().await });
        if begun.elapsed() > GOOD_LIFE {
            pauses = Pauses::default();
        }
        let lost = Instant::now();
        let Some(next) = another(&inner, &mut pauses).await else {
            return;
        };
        info!("RabbitMQ at {at} works again after {:.1?}", lost.elapsed());
        session = next;
    }
}

/// Lets one session work; why it ended, or nothing if we were closed. Closing does not cut it short: what stages hold is
/// acknowledged by its channels, and whoever closes us ends it then.
async fn run(inner: &Arc<Inner>, session: &Arc<Session>) -> Option<String> {
    let mut parts = JoinSet::new();
    parts.spawn(telling::hear(inner.clone(), session.clone()));
    for name in crate::QueueName::ALL {
        parts.spawn(consumer::consume(inner.clone(), session.clone(), name));
    }
    if inner.is_closed() {
        session.close().await;
        return None;
    }
    inner.session.send_replace(Some(session.clone()));
    let reason = session.ended().await;
    if inner.is_closed() {
        return None;
    }
    inner.give_up(session, &reason);
    Some(reason)
}

async fn another(inner: &Inner, pauses: &mut Pauses) -> Option<Arc<Session>> {
    loop {
        let pause = pauses.next();
        let opened = async {
            tokio::time::sleep(pause).await;
            Session::open(&inner.config).await
        };
        tokio::select! {
            () = inner.closing() => return None,
            opened = opened => match opened {
                Ok(session) => return Some(Arc::new(session)),
                Err(error) => warn!("{error}"),
            }
        }
    }
}

/// Pauses that double, each shortened by chance, so that many processes do not come back in one moment.
#[derive(Debug, Default)]
struct Pauses {
    tried: u32,
}

impl Pauses {
    fn next(&mut self) -> Duration {
        let whole = FIRST_PAUSE
            .saturating_mul(1 << self.tried.min(16))
            .min(LONGEST_PAUSE);
        self.tried += 1;
        whole.mul_f64(rand::random_range(0.5..1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_stay_there() {
        let mut pauses = Pauses::default();

        let taken: Vec<_> = (0..40).map(|_| pauses.next()).collect();

        assert!(taken[0] <= FIRST_PAUSE);
        assert!(taken[0] >= FIRST_PAUSE / 2);
        assert!(taken.iter().all(|pause| *pause <= LONGEST_PAUSE));
        assert!(taken[39] >= LONGEST_PAUSE / 2);
    }
}
