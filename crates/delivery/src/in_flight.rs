//! How many calls one endpoint has in flight.

use crate::worker::Inner;

/// Counts one call in flight to an endpoint, until dropped.
pub(crate) struct InFlight<'a> {
    inner: &'a Inner,
    endpoint_id: i64,
}

impl InFlight<'_> {
    /// None if the endpoint has its limit in flight already.
    pub(crate) fn enter(inner: &Inner, endpoint_id: i64) -> Option<InFlight<'_>> {
        let mut in_flight = inner.in_flight.lock().expect("no holder panics");
        let count = in_flight.entry(endpoint_id).or_default();
        if *count >= inner.settings.in_flight_per_endpoint {
            return None;
        }
        *count += 1;
        Some(InFlight { inner, endpoint_id })
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut in_flight = self.inner.in_flight.lock().expect("no holder panics");
        if let Some(count) = in_flight.get_mut(&self.endpoint_id) {
            *count -= 1;
            if *count == 0 {
                in_flight.remove(&self.endpoint_id);
            }
        }
    }
}
