//! How much is sent at once. A tenth of the slots is flash's alone, so that flash never waits behind regular. A call that takes long
//! gives its slot back, and receivers that were slow lately get none: they have places of their own, so nobody else waits for them.

use release::model::Lane;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

/// A call that takes longer is slow.
const SLOW: Duration = Duration::from_millis(500);
/// How long a receiver counts as slow after a slow call, milliseconds.
const REMEMBERED_MS: i64 = 600_000;
/// Receivers whose time as slow ones has run out are forgotten when so many are kept, and then at each doubling.
const KEPT: usize = 1000;

/// The right to send, shared by all batches of a worker.
#[derive(Debug)]
pub(crate) struct Slots {
    shared: Arc<Semaphore>,
    flash: Arc<Semaphore>,
    all: usize,
    /// As many as there are slots, and beside them.
    slow_places: Arc<Semaphore>,
    slow: Slow,
}

/// A place to make one call on.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
    is_slow: bool,
}

impl Slots {
    pub(crate) fn new(slots: usize) -> Slots {
        let flash = (slots / 10).max(1);
        let shared = slots.saturating_sub(flash).max(1);
        Slots {
            shared: Arc::new(Semaphore::new(shared)),
            flash: Arc::new(Semaphore::new(flash)),
            all: flash + shared,
            slow_places: Arc::new(Semaphore::new(flash + shared)),
            slow: Slow::default(),
        }
    }

    /// Waits for a slot; none if the receiver was slow lately and every place for such is taken. Flash has a slot in any case.
    pub(crate) async fn acquire(&self, lane: Lane, endpoint_id: i64, now_ms: i64) -> Option<Slot> {
        if lane == Lane::Regular && self.slow.has(endpoint_id, now_ms) {
            let permit = self.slow_places.clone().try_acquire_owned().ok()?;
            return Some(Slot {
                _permit: permit,
                is_slow: true,
            });
        }
        let shared = self.shared.clone().acquire_owned();
        let permit = match lane {
            Lane::Regular => shared.await,
            Lane::Flash => tokio::select! {
                biased;
                permit = self.flash.clone().acquire_owned() => permit,
                permit = shared => permit,
            },
        };
        Some(Slot {
            _permit: permit.expect("these semaphores are never closed"),
            is_slow: false,
        })
    }

    /// Makes a call on its slot; once it is slow, on a place for such as soon as there is one.
    pub(crate) async fn make<T>(
        &self,
        slot: Slot,
        endpoint_id: i64,
        now_ms: impl Fn() -> i64,
        call: impl Future<Output = T>,
    ) -> T {
        let mut call = pin!(call);
        tokio::select! {
            biased;
            done = &mut call => return done,
            () = sleep(SLOW) => self.slow.add(endpoint_id, now_ms()),
        }
        if slot.is_slow {
            return call.await;
        }
        tokio::select! {
            biased;
            done = &mut call => done,
            place = self.slow_places.clone().acquire_owned() => {
                drop(slot);
                let done = call.await;
                drop(place);
                done
            }
        }
    }

    /// Says how long a call took: a receiver that answers at once is slow no more.
    pub(crate) fn answered_after(&self, endpoint_id: i64, duration: Duration) {
        if duration < SLOW {
            self.slow.clear(endpoint_id);
        }
    }

    /// How many calls are on their way now.
    pub(crate) fn taken(&self) -> usize {
        let free = self.shared.available_permits() + self.flash.available_permits();
        2 * self.all - free - self.slow_places.available_permits()
    }
}

/// Receivers that were slow lately, by endpoint: until when they count as such, Unix milliseconds.
#[derive(Debug, Default)]
struct Slow {
    until_ms: Mutex<HashMap<i64, i64>>,
    /// How many: with none, as it mostly is, nobody asks for the lock.
    count: AtomicUsize,
    forget_at: AtomicUsize,
}

impl Slow {
    fn has(&self, endpoint_id: i64, now_ms: i64) -> bool {
        if self.count.load(Ordering::Relaxed) == 0 {
            return false;
        }
        let until_ms = self.until_ms.lock().expect("no holder panics");
        until_ms
            .get(&endpoint_id)
            .is_some_and(|until_ms| now_ms < *until_ms)
    }

    fn add(&self, endpoint_id: i64, now_ms: i64) {
        let mut until_ms = self.until_ms.lock().expect("no holder panics");
        if until_ms.len() >= self.forget_at.load(Ordering::Relaxed).max(KEPT) {
            until_ms.retain(|_, until_ms| now_ms < *until_ms);
            self.forget_at.store(2 * until_ms.len(), Ordering::Relaxed);
        }
        until_ms.insert(endpoint_id, now_ms + REMEMBERED_MS);
        self.count.store(until_ms.len(), Ordering::Relaxed);
    }

    fn clear(&self, endpoint_id: i64) {
        if self.count.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut until_ms = self.until_ms.lock().expect("no holder panics");
        until_ms.remove(&endpoint_id);
        self.count.store(until_ms.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::time::timeout;

    /// Begins a call that never ends.
    async fn hang(slots: &Arc<Slots>, endpoint_id: i64) {
        let slot = slots.acquire(Lane::Regular, endpoint_id, 0).await.unwrap();
        let slots = slots.clone();
        tokio::spawn(async move { slots.make(slot, endpoint_id, || 0, pending::<()>()).await });
    }

    const DEADLINE: Duration = Duration::from_secs(20);

    /// Whether a slot comes free without anything ending but time.
    async fn comes_free(slots: &Slots, endpoint_id: i64) -> bool {
        let slot = slots.acquire(Lane::Regular, endpoint_id, 0);
        timeout(DEADLINE, slot)
            .await
            .is_ok_and(|slot| slot.is_some())
    }

    /// Whether a slot is free now.
    async fn is_free(slots: &Slots, lane: Lane, endpoint_id: i64) -> bool {
        let slot = slots.acquire(lane, endpoint_id, 0);
        let slot = timeout(Duration::ZERO, slot).await;
        slot.is_ok_and(|slot| slot.is_some())
    }

    #[tokio::test]
    async fn slow_calls_give_their_slots_back_until_there_are_too_many() {
        let slots = Arc::new(Slots::new(10));
        for endpoint_id in 0..9 {
            hang(&slots, endpoint_id).await;
        }

        assert!(comes_free(&slots, 100).await);
        for endpoint_id in 9..19 {
            timeout(DEADLINE, hang(&slots, endpoint_id)).await.unwrap();
        }

        // Ten have places for slow ones, nine hold every shared slot.
        assert_eq!(slots.taken(), 19);
        assert!(!is_free(&slots, Lane::Regular, 100).await);
        assert!(
            is_free(&slots, Lane::Flash, 100).await,
            "a tenth is flash's"
        );
    }

    #[tokio::test]
    async fn who_was_slow_has_a_place_for_slow_ones_or_none_until_it_is_fast_again() {
        let slots = Arc::new(Slots::new(2));
        hang(&slots, 1).await;
        assert!(comes_free(&slots, 2).await, "the first is slow now");
        hang(&slots, 1).await;

        assert!(
            !is_free(&slots, Lane::Regular, 1).await,
            "both places are taken"
        );
        assert!(is_free(&slots, Lane::Regular, 2).await);
        let slot = slots.acquire(Lane::Flash, 1, 0).await.unwrap();
        slots.make(slot, 1, || 0, async {}).await;
        slots.answered_after(1, Duration::ZERO);
        assert!(is_free(&slots, Lane::Regular, 1).await, "it was fast");
    }

    #[test]
    fn slow_ones_are_forgotten_in_time() {
        let slow = Slow::default();
        for endpoint_id in 0..3 * KEPT as i64 {
            slow.add(endpoint_id, endpoint_id * REMEMBERED_MS);
        }

        assert!(slow.count.load(Ordering::Relaxed) <= KEPT);
        assert!(!slow.has(5, REMEMBERED_MS * 6));
    }
}
