//! At the receivers' pace: how many mails are on their way to one domain at once, and how many leave for it in a second.
//!
//! A domain that asks for less (421, or 4.7.x: RFC 3463, 3.8) gets half of both, again and again if it asks again, and has them
//! back by doublings, one for each minute in which it did not. Kept in memory; the operator's limits are for all workers
//! together, and each takes its part. What is beyond them waits in the store, in a line as long as the domain's pace
//! makes it, and no attempt is counted. A tenth of a domain's share is flash's alone.

use release::model::Lane;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};
use store::Clock;
use tracing::warn;

/// Answers that ask for less within so long after one that did ask the same.
const ONE_WISH_MS: i64 = 1000;
/// A domain that asked for nothing for so long has twice as much again.
const REGAIN_MS: i64 = 60_000;
/// A thousandth of what the operator allows is the least.
const MOST_HALVINGS: u32 = 10;
/// The shortest wait of what is beyond a limit.
const REGULAR_WAIT_MS: i64 = 1000;
const FLASH_WAIT_MS: i64 = 250;
/// Domains that are as they would begin are forgotten when so many are kept, and then at each doubling.
const KEPT: usize = 10_000;

/// What the operator allows towards one domain, over all workers.
#[derive(Debug, Clone, Copy)]
pub struct PaceSettings {
    /// Mails on their way at once, at least 1.
    pub connections: u32,
    /// Mails in a second, at least 1.
    pub per_second: u32,
}

/// How fast each domain is written to.
#[derive(Debug)]
pub(crate) struct Pace {
    settings: PaceSettings,
    /// Living workers that share the limits.
    workers: AtomicU32,
    domains: Mutex<Domains>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Domains {
    by_name: HashMap<String, Domain>,
    forget_at: usize,
}

/// One domain, as this worker knows it.
#[derive(Debug)]
struct Domain {
    /// Mails on their way.
    sending: u32,
    /// How often its limits were halved and not regained.
    halvings: u32,
    /// When they were halved or regained last, Unix milliseconds.
    turned_ms: i64,
    /// Mails that may leave at once.
    tokens: f64,
    /// When the tokens were counted, Unix milliseconds.
    counted_ms: i64,
    /// When the last of those who wait is due, Unix milliseconds.
    last_due_ms: f64,
    /// How long a mail takes, milliseconds.
    taking_ms: f64,
}

/// What one worker may do towards one domain now.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Limits {
    connections: u32,
    per_second: f64,
}

/// A mail on its way to a domain, until dropped.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    pace: &'a Pace,
    domain: Cow<'a, str>,
    begun_ms: i64,
}

impl Pace {
    pub(crate) fn new(settings: PaceSettings, clock: Clock) -> Pace {
        Pace {
            settings,
            workers: AtomicU32::new(1),
            domains: Mutex::default(),
            clock,
        }
    }

    /// Says how many workers live, this one among them.
    pub(crate) fn share_with(&self, workers: u32) {
        self.workers.store(workers.max(1), Ordering::Relaxed);
    }

    /// Lets a mail to an address begin.
    ///
    /// # Errors
    /// When it may try again, Unix milliseconds, if the domain has enough for now.
    pub(crate) fn enter<'a>(&'a self, address: &'a str, lane: Lane) -> Result<Pass<'a>, i64> {
        let now_ms = self.clock.now_ms();
        let domain = domain_of(address);
        let mut domains = self.domains();
        domains.forget(now_ms);
        let known = domains.of(&domain, now_ms);
        known.regain(now_ms);
        let limits = self.limits(known.halvings);
        known.count_tokens(limits, now_ms);
        if !known.has_room(limits, lane) {
            return Err(known.turn_ms(limits, lane, now_ms));
        }
        known.tokens -= 1.0;
        known.sending += 1;
        Ok(Pass {
            pace: self,
            domain,
            begun_ms: now_ms,
        })
    }

    /// The domain of an address asked for less.
    pub(crate) fn slow_down(&self, address: &str) {
        let now_ms = self.clock.now_ms();
        let domain = domain_of(address);
        let mut domains = self.domains();
        let known = domains.of(&domain, now_ms);
        known.regain(now_ms);
        if known.halvings > 0 && now_ms < known.turned_ms + ONE_WISH_MS {
            return;
        }
        known.turned_ms = now_ms;
        if known.halvings == MOST_HALVINGS {
            return;
        }
        known.halvings += 1;
        let Limits {
            connections,
            per_second,
        } = self.limits(known.halvings);
        known.tokens = known.tokens.min(per_second);
        metrics::counter!("dateline_domains_slowed_total").increment(1);
        warn!(
            domain = &*domain,
            connections,
            per_second,
            "{domain} asks for less: from now at most {connections} mails at once and {per_second:.1} a second leave for it"
        );
    }

    fn limits(&self, halvings: u32) -> Limits {
        let workers = self.workers.load(Ordering::Relaxed);
        let PaceSettings {
            connections,
            per_second,
        } = self.settings;
        let rate = f64::from(per_second) / f64::from(workers);
        Limits {
            connections: ((connections / workers) >> halvings).max(1),
            per_second: rate / f64::from(1_u32 << halvings),
        }
    }

    fn domains(&self) -> MutexGuard<'_, Domains> {
        self.domains.lock().expect("no holder panics")
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let now_ms = self.pace.clock.now_ms();
        if let Some(known) = self.pace.domains().by_name.get_mut(&*self.domain) {
            known.sending -= 1;
            let took_ms = (now_ms - self.begun_ms) as f64;
            known.taking_ms += (took_ms - known.taking_ms) / 8.0;
        }
    }
}

impl Domains {
    fn of(&mut self, name: &str, now_ms: i64) -> &mut Domain {
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.to_owned(), Domain::new(now_ms));
        }
        self.by_name.get_mut(name).expect("it was put there")
    }

    fn forget(&mut self, now_ms: i64) {
        if self.by_name.len() >= self.forget_at.max(KEPT) {
            self.by_name.retain(|_, domain| {
                domain.regain(now_ms);
                domain.is_remarkable(now_ms)
            });
            self.forget_at = 2 * self.by_name.len();
        }
    }
}

impl Domain {
    fn new(now_ms: i64) -> Domain {
        Domain {
            sending: 0,
            halvings: 0,
            turned_ms: now_ms,
            tokens: f64::INFINITY,
            counted_ms: now_ms,
            last_due_ms: 0.0,
            taking_ms: 0.0,
        }
    }

    /// Whether anything would be lost with it but some tokens.
    fn is_remarkable(&self, now_ms: i64) -> bool {
        let in_line = self.last_due_ms > now_ms as f64;
        self.sending > 0 || self.halvings > 0 || in_line || self.counted_ms + 1000 > now_ms
    }

    fn regain(&mut self, now_ms: i64) {
        while self.halvings > 0 && now_ms >= self.turned_ms + REGAIN_MS {
            self.halvings -= 1;
            self.turned_ms += REGAIN_MS;
        }
    }

    /// Tokens for the time that has passed, up to a second's worth, and one at least.
    fn count_tokens(&mut self, limits: Limits, now_ms: i64) {
        let passed_s = (now_ms - self.counted_ms).max(0) as f64 / 1000.0;
        let most = limits.per_second.max(1.0);
        self.tokens = (self.tokens + passed_s * limits.per_second).min(most);
        self.counted_ms = now_ms;
    }

    fn has_room(&self, limits: Limits, lane: Lane) -> bool {
        let (connections, tokens) = match lane {
            Lane::Flash => (0, 0.0),
            Lane::Regular => (limits.connections / 10, (limits.per_second / 10.0).floor()),
        };
        self.sending + connections < limits.connections && self.tokens >= 1.0 + tokens
    }

    /// When one more may try: at the end of the line, which moves as fast as the domain takes mails. Flash does not queue.
    fn turn_ms(&mut self, limits: Limits, lane: Lane, now_ms: i64) -> i64 {
        if lane == Lane::Flash {
            return now_ms + FLASH_WAIT_MS;
        }
        let by_rate = 1000.0 / limits.per_second;
        let by_time = self.taking_ms / f64::from(limits.connections);
        let soonest = (now_ms + REGULAR_WAIT_MS) as f64;
        self.last_due_ms = self.last_due_ms.max(soonest) + by_rate.max(by_time);
        self.last_due_ms as i64
    }
}

/// Domains are told apart without letter case.
fn domain_of(address: &str) -> Cow<'_, str> {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    match domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(domain.to_ascii_lowercase()),
        false => Cow::Borrowed(domain),
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
