//! When a failed delivery is tried again.

/// Waits between attempts, in seconds, with jitter.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// The wait after the first failure, after the second, and so on; after the last the delivery is dead.
    pub waits_s: Vec<u64>,
    /// Each wait is made longer or shorter by up to this share.
    pub jitter: f64,
}

impl RetryPolicy {
    /// When to try again after the `attempt`-th attempt (from 1) failed, Unix milliseconds; none if no try is left.
    ///
    /// The receiver's own wish (Retry-After) makes the wait longer, up to a day, never shorter. `random` is in 0 to 1.
    pub fn next_ms(
        &self,
        attempt: i64,
        wish_ms: Option<i64>,
        now_ms: i64,
        random: f64,
    ) -> Option<i64> {
        let wait_s = *self.waits_s.get(usize::try_from(attempt - 1).ok()?)?;
        let wait_ms = wait_s as f64 * 1000.0 * (1.0 + self.jitter * (2.0 * random - 1.0));
        let wish_ms = wish_ms.unwrap_or(0).min(86_400_000);
        Some(now_ms + (wait_ms as i64).max(wish_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let policy = RetryPolicy {
            waits_s: vec![5, 300],
            jitter: 0.2,
        };
        let check = |attempt, wish, random, expect| {
            assert_eq!(policy.next_ms(attempt, wish, 1000, random), expect)
        };

        check(1, None, 0.5, Some(6000));
        check(1, None, 0.0, Some(5000));
        check(1, None, 1.0, Some(7000));
        check(2, None, 0.5, Some(301_000));
        check(3, None, 0.5, None);
        check(1, Some(60_000), 0.5, Some(61_000));
        check(2, Some(1000), 0.5, Some(301_000));
        check(1, Some(i64::MAX), 0.5, Some(86_401_000));
    }
}
