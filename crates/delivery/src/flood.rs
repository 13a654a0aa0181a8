//! The flood guard: a reader is not written to more often within an hour than the operator has set. What is beyond that
//! waits for one mail at the end of the hour.
//!
//! Counted in memory, for each worker by itself: a limit that protects readers need not be exact to one, and a row for
//! each mail would cost every delivery a write. A restart begins to count anew.

use std::collections::HashMap;
use std::sync::Mutex;

const HOUR_MS: i64 = 3_600_000;
/// Hours that have run out are forgotten when so many are kept, and then at each doubling.
const KEPT: usize = 10_000;

/// Mails sent within the hour, by endpoint.
#[derive(Debug)]
pub(crate) struct Flood {
    /// 0 for no limit.
    most_per_hour: usize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    hours: HashMap<i64, Hour>,
    forget_at: usize,
}

/// The hour that began with a reader's first mail.
#[derive(Debug, Clone, Copy)]
struct Hour {
    begun_ms: i64,
    mails: usize,
}

impl Flood {
    pub(crate) fn new(most_per_hour: usize) -> Flood {
        Flood {
            most_per_hour,
            counts: Mutex::default(),
        }
    }

    /// Counts a mail to an endpoint.
    ///
    /// # Errors
    /// When the next mail may leave, Unix milliseconds, if there were too many within the hour.
    pub(crate) fn take(&self, endpoint_id: i64, now_ms: i64) -> Result<(), i64> {
        if self.most_per_hour == 0 {
            return Ok(());
        }
        let mut counts = self.counts.lock().expect("no holder panics");
        counts.forget(now_ms);
        let hour = counts.hours.entry(endpoint_id).or_insert(Hour {
            begun_ms: now_ms,
            mails: 0,
        });
        let ends_ms = hour.begun_ms + HOUR_MS;
        if ends_ms <= now_ms {
            *hour = Hour {
                begun_ms: now_ms,
                mails: 0,
            };
        }
        if hour.mails >= self.most_per_hour {
            return Err(ends_ms);
        }
        hour.mails += 1;
        Ok(())
    }
}

impl Counts {
    fn forget(&mut self, now_ms: i64) {
        if self.hours.len() >= self.forget_at.max(KEPT) {
            self.hours
                .retain(|_, hour| hour.begun_ms + HOUR_MS > now_ms);
            self.forget_at = 2 * self.hours.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_takes_so_many_mails_and_then_begins_anew() {
        let flood = Flood::new(2);

        assert_eq!(flood.take(1, 1000), Ok(()));
        assert_eq!(flood.take(1, 2000), Ok(()));
        assert_eq!(flood.take(1, 3000), Err(1000 + HOUR_MS));
        assert_eq!(flood.take(2, 3000), Ok(()), "each reader by itself");
        assert_eq!(flood.take(1, 999 + HOUR_MS), Err(1000 + HOUR_MS));
        assert_eq!(flood.take(1, 1000 + HOUR_MS), Ok(()));
        assert_eq!(flood.take(1, 1001 + HOUR_MS), Ok(()));
        assert_eq!(flood.take(1, 1002 + HOUR_MS), Err(1000 + 2 * HOUR_MS));
        assert_eq!(Flood::new(0).take(1, 0), Ok(()));
    }

    #[test]
    fn hours_that_ran_out_are_forgotten() {
        let flood = Flood::new(1);
        for endpoint_id in 0..3 * KEPT as i64 {
            flood.take(endpoint_id, endpoint_id * HOUR_MS).unwrap();
        }

        assert!(flood.counts.lock().unwrap().hours.len() <= KEPT);
    }
}
