//! How many requests one caller may make: a bucket that fills again as time passes. It lives in memory; a new process
//! starts with full buckets.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

const MINUTE_MS: i64 = 60_000;
/// Buckets that are full again are forgotten when there are more than this.
const MOST_KEPT: usize = 10_000;

/// One bucket a caller.
#[derive(Debug)]
pub struct Limits<K> {
    per_minute: i64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

/// What is left, in thousandths of a request, at a moment.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left_milli: i64,
    at_ms: i64,
}

impl<K: Hash + Eq> Limits<K> {
    /// So many requests a minute, and as many at once after a quiet minute; 0 sets no limit.
    pub fn new(per_minute: i64) -> Limits<K> {
        Limits {
            per_minute,
            buckets: Mutex::default(),
        }
    }

    /// Takes one request out of the caller's bucket; else how long until there is one, in milliseconds.
    pub fn take(&self, key: K, now_ms: i64) -> Result<(), i64> {
        if self.per_minute == 0 {
            return Ok(());
        }
        let mut buckets = self.buckets.lock().expect("no holder panics");
        if buckets.len() > MOST_KEPT {
            buckets.retain(|_, bucket| now_ms - bucket.at_ms < MINUTE_MS);
        }
        let full = Bucket {
            left_milli: self.per_minute * 1000,
            at_ms: now_ms,
        };
        let bucket = buckets.entry(key).or_insert(full);
        // A thousandth of a request a millisecond is 60 a minute.
        let filled =
            (now_ms - bucket.at_ms).clamp(0, MINUTE_MS) * self.per_minute * 1000 / MINUTE_MS;
        let left_milli = (bucket.left_milli + filled).min(full.left_milli);
        if left_milli < 1000 {
            return Err((1000 - left_milli) * MINUTE_MS / (self.per_minute * 1000) + 1);
        }
        *bucket = Bucket {
            left_milli: left_milli - 1000,
            at_ms: now_ms,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_bucket_fills_again_in_its_time() {
        let limits = Limits::new(60);

        for _ in 0..60 {
            assert_eq!(limits.take("ana", 5_000), Ok(()));
        }
        let wait_ms = limits.take("ana", 5_000).unwrap_err();
        assert!((1_000..=1_001).contains(&wait_ms), "{wait_ms}");
        assert_eq!(
            limits.take("ben", 5_000),
            Ok(()),
            "another's bucket is full"
        );
        assert!(limits.take("ana", 5_999).is_err());
        assert_eq!(limits.take("ana", 6_000), Ok(()));
        assert!(limits.take("ana", 6_000).is_err());
    }

    #[test]
    fn a_quiet_hour_fills_no_more_than_a_minute() {
        let limits = Limits::new(2);
        limits.take((), 0).expect("it is full");

        let taken = (0..10)
            .filter(|_| limits.take((), 3_600_000).is_ok())
            .count();

        assert_eq!(taken, 2);
    }

    #[test]
    fn no_limit_is_none() {
        let limits = Limits::new(0);

        assert!((0..10_000).all(|_| limits.take((), 0).is_ok()));
    }
}
