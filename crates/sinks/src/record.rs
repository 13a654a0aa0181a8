//! What a sink remembers, and how a test waits for it.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// How much of each mail or call a sink keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// Ids and envelope only: what benches need.
    #[default]
    Ids,
    /// The whole message, or body and headers, as well.
    Bodies,
}

/// Less arrived than a test waited for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{seen} of {wanted} arrived within {waited:?}")]
pub struct Shortfall {
    /// How many were waited for.
    pub wanted: usize,
    /// How many had arrived when the time was over.
    pub seen: usize,
    /// How long they were waited for.
    pub waited: Duration,
}

/// A list that only grows, and wakes who waits for its length.
pub(crate) struct Recorder<T> {
    shelf: Mutex<Shelf<T>>,
    arrived: Notify,
}

struct Shelf<T> {
    rows: Vec<T>,
    /// The smallest length that anyone waits for. Waking at every row would cost a bench one wake-up per delivery.
    wake_at: usize,
}

impl<T> Recorder<T> {
    pub(crate) fn new() -> Self {
        let shelf = Shelf {
            rows: Vec::new(),
            wake_at: usize::MAX,
        };
        Recorder {
            shelf: Mutex::new(shelf),
            arrived: Notify::new(),
        }
    }

    pub(crate) fn record(&self, row: T) {
        let mut shelf = self.shelf();
        shelf.rows.push(row);
        if shelf.rows.len() < shelf.wake_at {
            return;
        }
        shelf.wake_at = usize::MAX;
        drop(shelf);
        self.arrived.notify_waiters();
    }

    pub(crate) fn count(&self) -> usize {
        self.shelf().rows.len()
    }

    pub(crate) fn clear(&self) {
        self.shelf().rows.clear();
    }

    /// How often each id came; rows without an id (`None`) are passed over.
    pub(crate) fn ids(&self, id_of: impl Fn(&T) -> Option<&str>) -> HashMap<String, u32> {
        let shelf = self.shelf();
        let mut often: HashMap<&str, u32> = HashMap::new();
        for id in shelf.rows.iter().filter_map(id_of) {
            *often.entry(id).or_default() += 1;
        }
        often
            .into_iter()
            .map(|(id, times)| (id.to_owned(), times))
            .collect()
    }

    /// Waits until there are `wanted` rows.
    pub(crate) async fn wait_for(
        &self,
        wanted: usize,
        deadline: Duration,
    ) -> Result<(), Shortfall> {
        self.wait(wanted, deadline, <[T]>::len).await
    }

    /// Waits until there are `wanted` different ids.
    pub(crate) async fn wait_for_ids(
        &self,
        wanted: usize,
        deadline: Duration,
        id_of: impl Fn(&T) -> Option<&str>,
    ) -> Result<(), Shortfall> {
        let different = |rows: &[T]| rows.iter().filter_map(&id_of).collect::<HashSet<_>>().len();
        self.wait(wanted, deadline, different).await
    }

    /// `progress` may grow by at most one with each row: so it is asked again only once it can have reached `wanted`.
    async fn wait(
        &self,
        wanted: usize,
        deadline: Duration,
        progress: impl Fn(&[T]) -> usize,
    ) -> Result<(), Shortfall> {
        let end = Instant::now() + deadline;
        loop {
            let mut arrival = std::pin::pin!(self.arrived.notified());
            // Listening begins before looking, so a row written between the two still wakes us.
            arrival.as_mut().enable();
            if self.look(wanted, &progress) >= wanted {
                return Ok(());
            }
            if timeout_at(end, arrival).await.is_err() {
                let seen = self.look(wanted, &progress);
                return if seen >= wanted {
                    Ok(())
                } else {
                    Err(Shortfall {
                        wanted,
                        seen,
                        waited: deadline,
                    })
                };
            }
        }
    }

    fn look(&self, wanted: usize, progress: impl Fn(&[T]) -> usize) -> usize {
        let mut shelf = self.shelf();
        let seen = progress(&shelf.rows);
        if seen < wanted {
            shelf.wake_at = shelf.wake_at.min(shelf.rows.len() + wanted - seen);
        }
        seen
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf<T>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Clone> Recorder<T> {
    pub(crate) fn rows(&self) -> Vec<T> {
        self.shelf().rows.clone()
    }
}

/// Counts attempts per address or path, for receivers that fail the first few.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<String, u32>>);

impl Attempts {
    /// Counts one more attempt at `whom`, and returns how many there were before it.
    pub(crate) fn before(&self, whom: &str) -> u32 {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(whom.to_owned()).or_default();
        *count += 1;
        *count - 1
    }

    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn waiting_ends_with_the_row_waited_for() {
        let recorder = std::sync::Arc::new(Recorder::new());

        let waiting = tokio::spawn({
            let recorder = recorder.clone();
            async move { recorder.wait_for(1_000, SOON).await }
        });
        tokio::task::yield_now().await;
        (0..1_000).for_each(|row| recorder.record(row));

        assert_eq!(waiting.await.unwrap(), Ok(()));
        assert_eq!(recorder.count(), 1_000);
    }

    #[tokio::test]
    async fn waiting_for_ids_is_not_satisfied_by_doubles() {
        let recorder = std::sync::Arc::new(Recorder::new());
        recorder.record("a");

        let waiting = tokio::spawn({
            let recorder = recorder.clone();
            async move { recorder.wait_for_ids(3, SOON, |id| Some(id)).await }
        });
        for id in ["a", "a", "b", "c"] {
            tokio::task::yield_now().await;
            assert!(!waiting.is_finished());
            recorder.record(id);
        }

        assert_eq!(waiting.await.unwrap(), Ok(()));
        assert_eq!(recorder.ids(|id| Some(id))["a"], 3);
    }

    #[tokio::test]
    async fn a_shortfall_says_how_many_came() {
        let recorder = Recorder::new();
        recorder.record(());

        let shortfall = recorder.wait_for(2, Duration::ZERO).await.unwrap_err();

        assert_eq!(shortfall.to_string(), "1 of 2 arrived within 0ns");
    }

    #[tokio::test]
    async fn two_waiters_wake_each_at_their_own_count() {
        let recorder = std::sync::Arc::new(Recorder::new());
        let waiters: Vec<_> = [2, 4]
            .map(|wanted| {
                let recorder = recorder.clone();
                tokio::spawn(async move { recorder.wait_for(wanted, SOON).await })
            })
            .into();
        tokio::task::yield_now().await;

        for row in 0..4 {
            recorder.record(row);
            tokio::task::yield_now().await;
        }

        for waiter in waiters {
            assert_eq!(waiter.await.unwrap(), Ok(()));
        }
    }
}
