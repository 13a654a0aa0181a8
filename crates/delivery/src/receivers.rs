//! What a worker knows of the receivers that it sends to: how much is on its way to each, how much may leave within a minute, and
//! whether one is left alone because most calls to it failed.
//!
//! In memory, and only of those of which there is anything to say. What all workers must know of it (a receiver that is left
//! alone) is a row besides (`store::Health`), and limits are divided by the workers that live.

mod breaker;
mod rate;

pub(crate) use breaker::STALLED_OPENINGS;

use breaker::Breaker;
use rate::Rate;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Health, HealthChange};

/// Receivers of which there is nothing left to say are forgotten when so many are kept, and then at each doubling.
const KEPT: usize = 10_000;
/// How long a receiver with its limit on the way is left alone, milliseconds.
const CROWDED_MS: i64 = 1000;
/// For so long nobody else calls a receiver that was left alone, while one call tries it; milliseconds.
pub(crate) const TRYING_MS: i64 = 30_000;

/// What one receiver may be sent, by all workers together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// At once.
    pub(crate) in_flight: usize,
    /// Within a minute.
    pub(crate) per_minute: i64,
}

/// All receivers of a worker.
#[derive(Debug)]
pub(crate) struct Receivers {
    limits: Limits,
    /// Workers that share the limits.
    workers: AtomicU32,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    receivers: HashMap<i64, Receiver>,
    forget_at: usize,
}

#[derive(Debug, Default)]
struct Receiver {
    in_flight: usize,
    rate: Rate,
    breaker: Breaker,
}

/// What is to be sent now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) endpoint_id: i64,
    /// Calls a minute that its owner wants at most; 0 for as many as the wire allows.
    pub(crate) per_minute: i64,
    /// What is known of its failures by all workers.
    pub(crate) health: Option<&'a Health>,
    pub(crate) now_ms: i64,
}

/// A delivery that has to wait, though nothing went wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PutOff {
    /// Unix milliseconds.
    pub(crate) due_ms: i64,
    pub(crate) why: &'static str,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fared {
    Well,
    /// The receiver failed; it wishes to be left alone until then, Unix milliseconds, or 0.
    Badly {
        wish_ms: i64,
    },
    /// It says nothing of the receiver.
    Unknown,
}

/// One sending on its way, until dropped.
#[derive(Debug)]
pub(crate) struct Sending<'a> {
    receivers: &'a Receivers,
    endpoint_id: i64,
    /// Whether it tries a receiver that may be left alone.
    pub(crate) is_trial: bool,
    is_on_its_way: bool,
}

impl Receivers {
    pub(crate) fn new(limits: Limits) -> Receivers {
        Receivers {
            limits,
            workers: AtomicU32::new(1),
            known: Mutex::default(),
        }
    }

    /// Says how many workers live, this one among them.
    pub(crate) fn share_with(&self, workers: u32) {
        self.workers.store(workers.max(1), Ordering::Relaxed);
    }

    /// Begins to send whatever is known of the receiver, as long as there is not too much on its way: it is tried.
    pub(crate) fn enter(&self, endpoint_id: i64, now_ms: i64) -> Result<Sending<'_>, PutOff> {
        let mut known = self.known.lock().expect("no holder panics");
        let receiver = known.receiver(endpoint_id, now_ms);
        receiver.crowd(self.share(self.limits.in_flight), now_ms)?;
        Ok(self.sending(endpoint_id, true))
    }

    /// Begins a call, if the receiver is to be called now.
    pub(crate) fn call(&self, asked: &Asked<'_>) -> Result<Sending<'_>, PutOff> {
        let Asked {
            endpoint_id,
            per_minute,
            health,
            now_ms,
        } = *asked;
        let per_minute = match per_minute {
            0 => self.limits.per_minute,
            owners => owners.min(self.limits.per_minute),
        };
        let per_minute = self.share(per_minute as usize) as i64;
        let mut known = self.known.lock().expect("no holder panics");
        let receiver = known.receiver(endpoint_id, now_ms);
        let is_trial = receiver.breaker.ask(health, now_ms)?;
        receiver.crowd(self.share(self.limits.in_flight), now_ms)?;
        if let Err(put_off) = receiver.rate.take(per_minute, now_ms) {
            receiver.in_flight -= 1;
            return Err(put_off);
        }
        if is_trial {
            receiver.breaker.wait_until(now_ms + TRYING_MS);
        }
        Ok(self.sending(endpoint_id, is_trial))
    }

    fn share(&self, limit: usize) -> usize {
        (limit / self.workers.load(Ordering::Relaxed) as usize).max(1)
    }

    fn sending(&self, endpoint_id: i64, is_trial: bool) -> Sending<'_> {
        Sending {
            receivers: self,
            endpoint_id,
            is_trial,
            is_on_its_way: true,
        }
    }
}

impl Known {
    fn receiver(&mut self, endpoint_id: i64, now_ms: i64) -> &mut Receiver {
        if self.receivers.len() >= self.forget_at.max(KEPT) {
            self.receivers
                .retain(|_, receiver| receiver.says_anything(now_ms));
            self.forget_at = 2 * self.receivers.len();
        }
        self.receivers.entry(endpoint_id).or_default()
    }
}

impl Receiver {
    /// Counts one more on its way, unless it has its limit.
    fn crowd(&mut self, limit: usize, now_ms: i64) -> Result<(), PutOff> {
        if self.in_flight >= limit {
            return Err(PutOff {
                due_ms: now_ms + CROWDED_MS,
                why: "the endpoint has its limit of calls in flight",
            });
        }
        self.in_flight += 1;
        Ok(())
    }

    fn says_anything(&self, now_ms: i64) -> bool {
        self.in_flight > 0 || self.rate.says_anything(now_ms) || self.breaker.says_anything(now_ms)
    }
}

impl Sending<'_> {
    /// What its outcome means for the receiver, if anything; `health` as it was known when the call began.
    pub(crate) fn ended(
        mut self,
        fared: Fared,
        health: Option<&Health>,
        now_ms: i64,
    ) -> Option<HealthChange> {
        let mut known = self.receivers.known.lock().expect("no holder panics");
        let receiver = known.receiver(self.endpoint_id, now_ms);
        receiver.in_flight -= 1;
        self.is_on_its_way = false;
        match fared {
            Fared::Well => receiver.breaker.well(self.is_trial, health, now_ms),
            Fared::Badly { wish_ms } => {
                let failed = receiver
                    .breaker
                    .badly(self.is_trial, health, wish_ms, now_ms);
                Some(failed)
            }
            Fared::Unknown => None,
        }
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        if !self.is_on_its_way {
            return;
        }
        let mut known = self.receivers.known.lock().expect("no holder panics");
        if let Some(receiver) = known.receivers.get_mut(&self.endpoint_id) {
            receiver.in_flight -= 1;
        }
    }
}

#[cfg(test)]
mod tests;
