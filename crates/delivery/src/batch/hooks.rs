//! What the owners of a batch's webhooks asked for: read once a batch, for those who asked for anything.

use release::model::{Channel, EndpointState, Include, Signing};
use release::webhook::Signers;
use std::collections::HashMap;
use store::{BatchRow, DueDelivery, Hook, Result, SigningKeys, Store};

/// The wishes of a batch's endpoints, and the keys that sign for some of them.
#[derive(Default)]
pub(super) struct Hooks {
    by_endpoint: HashMap<i64, Hook>,
    /// There where anybody's calls are signed by them.
    keys: Option<SigningKeys>,
}

impl Hooks {
    /// Keys that sign at this time are read anew for each batch, so one that is retired signs no later one.
    pub(super) async fn of(
        store: &Store,
        batch: &BatchRow,
        due: &[DueDelivery],
        now_ms: i64,
    ) -> Result<Hooks> {
        // A mailbox asks for nothing, but that what is due still leaves while it is paused.
        let paused = |delivery: &DueDelivery| delivery.endpoint_state == EndpointState::Paused;
        if batch.channel != Channel::Webhook && !due.iter().any(paused) {
            return Ok(Hooks::default());
        }
        let by_endpoint = store
            .hooks(batch.first_endpoint_id, batch.last_endpoint_id)
            .await?;
        let keyed = |hook: &Hook| hook.signing == Signing::Ed25519;
        let keys = match by_endpoint.values().any(keyed) {
            true => store.signing_keys(now_ms).await?,
            false => None,
        };
        Ok(Hooks { by_endpoint, keys })
    }

    /// What signs a call that is made at this time.
    pub(super) fn signers<'a>(&'a self, delivery: &'a DueDelivery, now_ms: i64) -> Signers<'a> {
        let newest = delivery.secret.as_str();
        let Some(hook) = self.by_endpoint.get(&delivery.endpoint_id) else {
            return Signers::Secrets { newest, before: "" };
        };
        match (hook.signing, &self.keys) {
            (Signing::Ed25519, Some(keys)) => Signers::Keys {
                newest: &keys.newest.key,
                before: keys.before.as_ref().map(|before| &before.key),
            },
            _ => Signers::Secrets {
                newest,
                before: hook.old_secrets_at(now_ms),
            },
        }
    }

    /// How much of a release its calls carry.
    pub(super) fn include(&self, endpoint_id: i64) -> Include {
        let hook = self.by_endpoint.get(&endpoint_id);
        hook.map_or(Include::Summary, |hook| hook.include)
    }

    /// Alerts up to this key leave while it is paused; 0 if none does.
    pub(super) fn drain_upto(&self, endpoint_id: i64) -> i64 {
        let hook = self.by_endpoint.get(&endpoint_id);
        hook.map_or(0, |hook| hook.drain_upto)
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
