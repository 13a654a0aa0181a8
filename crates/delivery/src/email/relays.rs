//! Which relay takes a mail: by weight among those that do, and none that failed a moment ago.
//!
//! A relay that cannot be reached, or turns us away before it hears of a mail, is left alone: for a second, then for twice as
//! long each time. The mail itself goes to the next relay at once, for nothing of it was taken. When the time is over, one
//! mail tries, and the others follow once that has gone well. Kept in memory, for each worker by itself: a restart asks anew.

use super::conversation::{RelaySettings, Reply, SmtpError};
use super::pool::{Envelope, Pool};
use super::with_source;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use store::Clock;
use tracing::{info, warn};

/// How long a relay is left alone after its first failure, and at most.
const FIRST_WAIT_MS: i64 = 1000;
const LONGEST_WAIT_MS: i64 = 300_000;
/// How long one mail may try a relay that had failed before another one tries, too.
const TRIAL_MS: i64 = 30_000;
/// How long a mail waits for a connection where the relay takes mails, and no more connections.
const BUSY_MS: i64 = 1000;

/// The relays of a worker.
#[derive(Debug)]
pub struct Relays {
    relays: Vec<Relay>,
    standings: Mutex<Vec<Standing>>,
    clock: Clock,
}

#[derive(Debug)]
struct Relay {
    at: String,
    weight: i64,
    pool: Pool,
    /// Mails on their way to it.
    sending: AtomicUsize,
}

/// How a relay stands.
#[derive(Debug, Clone, Default)]
struct Standing {
    /// What it has been passed over by: the one with the most is next.
    credit: i64,
    /// Failures in a row.
    failures: u32,
    /// No connection is opened until then, Unix milliseconds.
    away_until_ms: i64,
    /// Its last failure, in words.
    error: String,
}

/// A relay that was chosen, and how many failures it had then.
#[derive(Debug, Clone, Copy)]
struct Choice {
    at: usize,
    failures: u32,
}

impl Relays {
    /// Relays with their weights, at least one.
    pub fn new(relays: Vec<(RelaySettings, u32)>, clock: Clock) -> Relays {
        let standings = vec![Standing::default(); relays.len()];
        let relays = relays.into_iter().map(|(settings, weight)| Relay {
            at: settings.at(),
            weight: i64::from(weight),
            pool: Pool::new(settings),
            sending: AtomicUsize::new(0),
        });
        Relays {
            relays: relays.collect(),
            standings: Mutex::new(standings),
            clock,
        }
    }

    /// Sends one mail by the first relay that will have it.
    ///
    /// # Errors
    /// What the relay says of the mail; or, if none will have any, what the last one said.
    pub(super) async fn send(
        &self,
        envelope: Envelope<'_>,
        message: &[u8],
    ) -> Result<Reply, SmtpError> {
        let mut tried = Vec::new();
        let mut choice = self.choose(&tried).unwrap_or_else(|| self.soonest());
        loop {
            let error = match self.send_by(choice, envelope, message).await {
                Err(error) if error.is_of_the_relay() => error,
                settled => return settled,
            };
            self.failed(choice, &error);
            tried.push(choice.at);
            match self.choose(&tried) {
                Some(next) => choice = next,
                None => return Err(error),
            }
        }
    }

    /// Until when no relay can take a mail, Unix milliseconds, and why; none if one may be tried.
    pub(super) fn closed(&self) -> Option<(i64, String)> {
        let now_ms = self.clock.now_ms();
        let standings = self.standings();
        let mut soonest: Option<(i64, &Standing)> = None;
        for (relay, standing) in self.relays.iter().zip(&*standings) {
            if standing.away_until_ms <= now_ms || relay.pool.is_idle() {
                return None;
            }
            // One that is being tried, or takes no more connections, may soon take a mail on the one that it has.
            let until_ms = match relay.sending.load(Ordering::Relaxed) {
                0 => standing.away_until_ms,
                _ => standing.away_until_ms.min(now_ms + BUSY_MS),
            };
            if soonest.is_none_or(|(sooner_ms, _)| until_ms < sooner_ms) {
                soonest = Some((until_ms, standing));
            }
        }
        soonest.map(|(until_ms, standing)| (until_ms, standing.error.clone()))
    }

    async fn send_by(
        &self,
        choice: Choice,
        envelope: Envelope<'_>,
        message: &[u8],
    ) -> Result<Reply, SmtpError> {
        let Relay { pool, sending, .. } = &self.relays[choice.at];
        let _sending = Sending::begin(sending);
        if let Some(settled) = pool.send_on_idle(envelope, message).await {
            return settled;
        }
        // Boxed, for it is large, and most mails need none.
        let open = Box::pin(pool.open()).await?;
        self.opened(choice);
        pool.send(open, envelope, message).await
    }

    /// The next relay among those that may take a mail and were not tried: smooth weighted round robin.
    fn choose(&self, tried: &[usize]) -> Option<Choice> {
        let now_ms = self.clock.now_ms();
        let mut standings = self.standings();
        let (mut chosen, mut weights) = (None, 0);
        for (at, relay) in self.relays.iter().enumerate() {
            let is_away = standings[at].away_until_ms > now_ms;
            if tried.contains(&at) || (is_away && !relay.pool.is_idle()) {
                continue;
            }
            standings[at].credit += relay.weight;
            weights += relay.weight;
            if chosen.is_none_or(|best: usize| standings[at].credit > standings[best].credit) {
                chosen = Some(at);
            }
        }
        let at = chosen?;
        let standing = &mut standings[at];
        standing.credit -= weights;
        if standing.failures > 0 && standing.away_until_ms <= now_ms {
            standing.away_until_ms = now_ms + TRIAL_MS;
        }
        Some(Choice {
            at,
            failures: standing.failures,
        })
    }

    /// The relay that is to be tried next, where none may be tried now.
    fn soonest(&self) -> Choice {
        let standings = self.standings();
        let all = standings.iter().enumerate();
        let (at, standing) = all
            .min_by_key(|(_, standing)| standing.away_until_ms)
            .expect("there is at least one relay");
        Choice {
            at,
            failures: standing.failures,
        }
    }

    /// Leaves a relay alone. Mails that had chosen it before it was known to fail say nothing new.
    fn failed(&self, choice: Choice, error: &SmtpError) {
        let mut standings = self.standings();
        let standing = &mut standings[choice.at];
        if standing.failures != choice.failures {
            return;
        }
        let doublings = standing.failures.min(16);
        let wait_ms = (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS);
        standing.failures += 1;
        standing.away_until_ms = self.clock.now_ms() + wait_ms;
        standing.error = with_source(error);
        let (relay, error) = (&self.relays[choice.at].at, &standing.error);
        metrics::gauge!("dateline_relay_away", "relay" => relay.clone()).set(1.0);
        warn!(
            relay,
            wait_ms,
            "relay {relay} is left alone for {} s: {error}",
            wait_ms / 1000
        );
    }

    /// A connection was opened: the relay is to be counted on.
    fn opened(&self, choice: Choice) {
        let mut standings = self.standings();
        let standing = &mut standings[choice.at];
        let was_away = standing.failures > 0;
        (standing.failures, standing.away_until_ms) = (0, 0);
        if was_away {
            let relay = &self.relays[choice.at].at;
            metrics::gauge!("dateline_relay_away", "relay" => relay.clone()).set(0.0);
            info!(relay, "relay {relay} takes mail again");
        }
    }

    fn standings(&self) -> MutexGuard<'_, Vec<Standing>> {
        self.standings.lock().expect("no holder panics")
    }
}

/// Counts one, until dropped: also where the sending is given up half-way.
struct Sending<'a>(&'a AtomicUsize);

impl Sending<'_> {
    fn begin(count: &AtomicUsize) -> Sending<'_> {
        count.fetch_add(1, Ordering::Relaxed);
        Sending(count)
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
#[path = "relays_tests.rs"]
mod tests;
