//! What is kept for the next call to the same origin: no more than a number, and none for long.

use release::webhook::Target;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// How long something is kept without a call.
pub(super) const IDLE: Duration = Duration::from_secs(30);

/// Where a connection leads, and whether it is encrypted.
pub(super) type Origin = (bool, String);

/// The origin of a target.
pub(super) fn origin(target: &Target) -> Origin {
    (target.is_https, target.authority.clone())
}

/// Connections, by origin and by age.
pub(super) struct Kept<L> {
    most: usize,
    /// Numbers ascend: the oldest stands first.
    all: BTreeMap<u64, Entry<L>>,
    /// The last kept at the end.
    of: HashMap<Origin, Vec<u64>>,
    next: u64,
}

struct Entry<L> {
    origin: Origin,
    since: Instant,
    line: L,
}

impl<L> Kept<L> {
    /// Nothing yet, and never more than `most`.
    pub(super) fn new(most: usize) -> Kept<L> {
        Kept {
            most,
            all: BTreeMap::new(),
            of: HashMap::new(),
            next: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Keeps one more. What comes back is the oldest, where there are too many now: it is for the caller to close.
    pub(super) fn keep(&mut self, origin: Origin, line: L, now: Instant) -> Option<L> {
        let number = self.next;
        self.next += 1;
        self.of.entry(origin.clone()).or_default().push(number);
        let entry = Entry {
            origin,
            since: now,
            line,
        };
        self.all.insert(number, entry);
        match self.all.len() > self.most {
            true => self.remove_oldest(),
            false => None,
        }
    }

    /// Takes the last kept one of an origin that fits and has not been idle for too long.
    pub(super) fn take(
        &mut self,
        origin: &Origin,
        now: Instant,
        fits: impl Fn(&L) -> bool,
    ) -> Option<L> {
        let numbers = self.of.get(origin)?;
        let found = numbers.iter().rev().copied().find(|number| {
            let entry = self.all.get(number);
            entry.is_some_and(|entry| now - entry.since < IDLE && fits(&entry.line))
        })?;
        self.remove(found)
    }

    /// Takes what has been idle for too long.
    pub(super) fn take_idle(&mut self, now: Instant) -> Vec<L> {
        let mut idle = Vec::new();
        while self
            .all
            .first_key_value()
            .is_some_and(|(_, entry)| now - entry.since >= IDLE)
        {
            idle.extend(self.remove_oldest());
        }
        idle
    }

    fn remove_oldest(&mut self) -> Option<L> {
        let number = *self.all.first_key_value()?.0;
        self.remove(number)
    }

    fn remove(&mut self, number: u64) -> Option<L> {
        let entry = self.all.remove(&number)?;
        if let Some(numbers) = self.of.get_mut(&entry.origin) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.of.remove(&entry.origin);
            }
        }
        Some(entry.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str) -> Origin {
        (true, host.to_owned())
    }

    #[test]
    fn last_kept_of_an_origin_is_taken_first() {
        let now = Instant::now();
        let mut kept = Kept::new(9);
        for (host, line) in [("a", 1), ("b", 2), ("a", 3)] {
            assert_eq!(kept.keep(at(host), line, now), None);
        }

        assert_eq!(kept.take(&at("a"), now, |line| *line != 3), Some(1));
        assert_eq!(kept.take(&at("a"), now, |_| true), Some(3));
        assert_eq!(kept.take(&at("a"), now, |_| true), None);
        assert_eq!(kept.take(&at("b"), now, |_| true), Some(2));
        assert!(kept.is_empty() && kept.of.is_empty());
    }

    #[test]
    fn oldest_of_all_origins_goes_when_there_are_too_many() {
        let now = Instant::now();
        let mut kept = Kept::new(2);

        let gone = [("a", 1), ("b", 2), ("a", 3), ("c", 4)]
            .map(|(host, line)| kept.keep(at(host), line, now));

        assert_eq!(gone, [None, None, Some(1), Some(2)]);
        assert_eq!((kept.all.len(), kept.of.len()), (2, 2));
        assert_eq!(Kept::new(0).keep(at("a"), 1, now), Some(1));
    }

    #[test]
    fn what_was_idle_for_too_long_is_not_used_and_goes() {
        let now = Instant::now();
        let mut kept = Kept::new(9);
        kept.keep(at("a"), 1, now);
        kept.keep(at("a"), 2, now + IDLE / 2);

        assert_eq!(kept.take(&at("a"), now + IDLE, |line| *line == 1), None);
        assert_eq!(kept.take_idle(now + IDLE), [1]);
        assert_eq!(kept.take_idle(now + IDLE), [0; 0]);
        assert_eq!(kept.take(&at("a"), now + IDLE, |_| true), Some(2));
    }
}
