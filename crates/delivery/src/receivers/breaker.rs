//! A circuit breaker: whoever fails most calls is left alone for a while, each time for longer, and then tried by one call.

use super::PutOff;
use store::{Health, HealthChange};

/// Failures are counted within so long, milliseconds.
const WINDOW_MS: i64 = 300_000;
/// Fewer calls say nothing.
const LEAST_CALLS: u32 = 10;
/// Of a hundred calls so many must fail.
const FAILED_PERCENT: u32 = 70;
/// The first time that a receiver is left alone, milliseconds; each next one is twice as long.
const FIRST_MS: i64 = 30_000;
/// And none is longer.
const LONGEST_MS: i64 = 900_000;
/// So many times in a row are a quarter of an hour: the receiver stalls.
pub(crate) const STALLED_OPENINGS: i64 = 5;

/// How one receiver fares, as this worker knows it.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// The first failure of the window, Unix milliseconds; successes before it do not matter.
    since_ms: i64,
    calls: u32,
    failures: u32,
    /// Whether its last call failed.
    is_failing: bool,
    open_until_ms: i64,
    /// How many times in a row it was left alone for failing most calls.
    openings: i64,
}

/// How long a receiver is left alone when it is for the n-th time in a row, from 1; milliseconds.
pub(super) fn opening_ms(nth: i64) -> i64 {
    let doublings = u32::try_from(nth - 1).unwrap_or(0).min(10);
    (FIRST_MS << doublings).min(LONGEST_MS)
}

impl Breaker {
    /// Whether a call now would be the one that tries the receiver.
    ///
    /// # Errors
    /// Until when it is left alone.
    pub(super) fn ask(&self, health: Option<&Health>, now_ms: i64) -> Result<bool, PutOff> {
        let of_all = health.map_or((0, 0), |health| (health.open_until_ms, health.openings));
        let open_until_ms = self.open_until_ms.max(of_all.0);
        if now_ms < open_until_ms {
            return Err(PutOff {
                due_ms: open_until_ms,
                why: "the endpoint is left alone, for it failed or wished so",
            });
        }
        Ok(self.openings.max(of_all.1) > 0)
    }

    /// Nobody else calls until then.
    pub(super) fn wait_until(&mut self, until_ms: i64) {
        self.open_until_ms = until_ms;
    }

    pub(super) fn well(
        &mut self,
        is_trial: bool,
        health: Option<&Health>,
        now_ms: i64,
    ) -> Option<HealthChange> {
        let was_failing = self.is_failing || health.is_some();
        if is_trial {
            *self = Breaker::default();
        } else if now_ms < self.open_until_ms {
            // It was on its way before: one that succeeds does not undo that most fail.
            return None;
        }
        if self.failures > 0 {
            self.calls += 1;
        }
        self.is_failing = false;
        was_failing.then_some(HealthChange::Recovered)
    }

    pub(super) fn badly(
        &mut self,
        is_trial: bool,
        health: Option<&Health>,
        wish_ms: i64,
        now_ms: i64,
    ) -> HealthChange {
        self.is_failing = true;
        let was_open = now_ms < self.open_until_ms && !is_trial;
        let opened = is_trial || (!was_open && self.fails_most(now_ms));
        if opened {
            let before = health.map_or(0, |health| health.openings);
            let openings = self.openings.max(before) + 1;
            *self = Breaker {
                is_failing: true,
                openings,
                open_until_ms: now_ms + opening_ms(openings),
                ..Breaker::default()
            };
        }
        let open_until_ms = match opened {
            true => self.open_until_ms.max(wish_ms),
            false => wish_ms,
        };
        self.open_until_ms = self.open_until_ms.max(open_until_ms);
        HealthChange::Failed {
            open_until_ms,
            opened,
        }
    }

    /// Counts a failure; whether most calls of the window failed.
    fn fails_most(&mut self, now_ms: i64) -> bool {
        if self.failures == 0 || self.since_ms + WINDOW_MS <= now_ms {
            (self.since_ms, self.calls, self.failures) = (now_ms, 0, 0);
        }
        self.calls += 1;
        self.failures += 1;
        self.calls >= LEAST_CALLS && self.failures * 100 >= self.calls * FAILED_PERCENT
    }

    pub(super) fn says_anything(&self, now_ms: i64) -> bool {
        let counts = self.failures > 0 && now_ms < self.since_ms + WINDOW_MS;
        counts
            || (self.openings > 0 && now_ms < self.open_until_ms + LONGEST_MS)
            || now_ms < self.open_until_ms
    }
}
