//! What the owners of a batch's webhooks asked for: read once a batch, for those who asked for anything.

use release::model::Channel;
use std::collections::HashMap;
use store::{BatchRow, Hook, Result, Store};

/// The wishes of a batch's endpoints.
#[derive(Default)]
pub(super) struct Hooks {
    by_endpoint: HashMap<i64, Hook>,
}

impl Hooks {
    pub(super) async fn of(store: &Store, batch: &BatchRow) -> Result<Hooks> {
        if batch.channel != Channel::Webhook {
            return Ok(Hooks::default());
        }
        let by_endpoint = store
            .hooks(batch.first_endpoint_id, batch.last_endpoint_id)
            .await?;
        Ok(Hooks { by_endpoint })
    }

    /// Calls a minute that its owner wants at most; 0 for the wire's own limit.
    pub(super) fn per_minute(&self, endpoint_id: i64) -> i64 {
        let hook = self.by_endpoint.get(&endpoint_id);
        hook.map_or(0, |hook| hook.per_minute)
    }

    /// Whether it is told of no revision before the one that it follows.
    pub(super) fn is_ordered(&self, endpoint_id: i64) -> bool {
        let hook = self.by_endpoint.get(&endpoint_id);
        hook.is_some_and(|hook| hook.ordered)
    }
}
