//! How much may leave for one receiver within a minute: a token bucket, kept as the one time at which it is full again (GCRA).

use super::PutOff;

const MINUTE_US: i64 = 60_000_000;
/// A bucket holds this part of a minute's calls: after a quiet time so many leave at once.
const HELD_PART: i64 = 6;

/// What left lately, in microseconds: a thousand calls a second are less than a millisecond apart.
#[derive(Debug, Default)]
pub(super) struct Rate {
    full_us: i64,
    /// Those that wait have their turn one after the other; until then all turns are taken.
    turns_us: i64,
}

impl Rate {
    /// Takes one call out of the bucket.
    ///
    /// # Errors
    /// The call's turn, if the bucket is empty.
    pub(super) fn take(&mut self, per_minute: i64, now_ms: i64) -> Result<(), PutOff> {
        let each_us = MINUTE_US / per_minute;
        let held_us = (per_minute / HELD_PART).max(1) * each_us;
        let now_us = now_ms * 1000;
        let full_us = self.full_us.max(now_us) + each_us;
        if full_us - now_us <= held_us {
            self.full_us = full_us;
            return Ok(());
        }
        let turn_us = self.turns_us.max(full_us - held_us);
        self.turns_us = turn_us + each_us;
        Err(PutOff {
            due_ms: (turn_us + 999) / 1000,
            why: "the endpoint has had its calls of this minute",
        })
    }

    pub(super) fn says_anything(&self, now_ms: i64) -> bool {
        self.full_us.max(self.turns_us) > now_ms * 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_gives_a_sixth_of_a_minute_at_once_and_then_one_after_the_other() {
        let mut rate = Rate::default();
        let mut take = |now_ms| rate.take(60, now_ms).map_err(|put_off| put_off.due_ms);

        for _ in 0..10 {
            assert_eq!(take(1000), Ok(()));
        }
        assert_eq!(take(1000), Err(2000));
        assert_eq!(take(1000), Err(3000), "each has a turn of its own");
        assert_eq!(take(2000), Ok(()));
        assert_eq!(take(2000), Err(4000));
        assert_eq!(take(3000), Ok(()));
        assert_eq!(take(60_000), Ok(()));
    }

    #[test]
    fn within_any_minute_there_are_no_more_than_the_minutes_and_what_the_bucket_holds() {
        let mut rate = Rate::default();

        let taken = (0..60_000)
            .filter(|now_ms| rate.take(1200, *now_ms).is_ok())
            .count();

        assert_eq!(taken, 1200 + 200 - 1);
    }

    #[test]
    fn few_calls_a_minute_are_apart() {
        let mut rate = Rate::default();

        assert_eq!(rate.take(6, 0), Ok(()));
        let put_off = rate.take(6, 1).unwrap_err();

        assert_eq!(put_off.due_ms, 10_000);
        assert!(rate.says_anything(9_999));
        assert!(!rate.says_anything(20_000));
    }
}
