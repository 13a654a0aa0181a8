//! What is held about a reader, shown whole: what they asked for, what became of it, and what receivers answered.

use crate::{BounceRow, EndpointRow, Health, Hook, Result, Store, TokenRow};
use release::model::{Channel, Repeats};
use release::time::rfc3339;
use serde_json::{Value, json};

/// Deliveries looked through, or erased, in one go: a transaction stays short.
const AT_ONCE: i64 = 500;

#[derive(sqlx::FromRow)]
struct HeldSubscription {
    public_id: String,
    name: String,
    filter: String,
    frequency: String,
    state: String,
    consent: String,
    created_ms: i64,
}

#[derive(sqlx::FromRow)]
pub(crate) struct HeldDelivery {
    pub(crate) alert_id: i64,
    alert: String,
    kind: String,
    release: Option<String>,
    state: String,
    attempts: i64,
    done_ms: Option<i64>,
    last_status: Option<i64>,
    last_error: Option<String>,
}

#[derive(sqlx::FromRow)]
struct HeldFailure {
    alert_id: i64,
    attempt: i64,
    at_ms: i64,
    duration_ms: i64,
    status: Option<i64>,
    error: String,
    answer: String,
}

impl Store {
    /// Everything that is held about an endpoint and its owner; none if there is no such endpoint.
    pub async fn held(&self, endpoint_id: i64) -> Result<Option<Value>> {
        let Some(endpoint) = self.endpoint(endpoint_id).await? else {
            return Ok(None);
        };
        let hook = match endpoint.channel {
            Channel::Email => None,
            Channel::Webhook => Some(self.hook(endpoint.id).await?),
        };
        let subscriptions: Vec<HeldSubscription> = reading!(self, |conn| {
            sqlx::query_as(
                "select public_id, name, filter, frequency, state, consent, created_ms from subscriptions where endpoint_id = $1 order by id",
            )
            .bind(endpoint_id)
            .fetch_all(conn)
            .await?
        });
        let suppressed: Option<(String, i64)> = reading!(self, |conn| {
            sqlx::query_as(
                "select s.reason, s.created_ms from suppressions s join endpoints e on e.address_key = s.address_key where e.id = $1",
            )
            .bind(endpoint_id)
            .fetch_optional(conn)
            .await?
        });
        let bounces = self.bounces_of(endpoint_id, AT_ONCE).await?;
        let tokens = self.tokens_of_owner(&endpoint.owner).await?;
        let (mut deliveries, mut after) = (Vec::new(), 0);
        loop {
            let page = self.held_deliveries(endpoint_id, after).await?;
            let Some(last) = page.last() else { break };
            let failures = self
                .held_failures(endpoint_id, after, last.alert_id)
                .await?;
            after = last.alert_id;
            deliveries.extend(page.iter().map(|delivery| delivery.shown(&failures)));
        }
        Ok(Some(json!({
            "endpoint": endpoint_shown(&endpoint, self.repeats(endpoint.id).await?, hook.as_ref(), self.health(endpoint.id).await?),
            "old_secrets": old_secrets_shown(&self.hook(endpoint.id).await?),
            "suppressed": suppressed.map(|(reason, since_ms)| json!({ "reason": reason, "since": rfc3339(since_ms) })),
            "subscriptions": subscriptions.iter().map(HeldSubscription::shown).collect::<Vec<_>>(),
            "tokens": tokens.iter().map(token_shown).collect::<Vec<_>>(),
            "deliveries": deliveries,
            "bounces": bounces.iter().map(BounceRow::held).collect::<Vec<_>>(),
        })))
    }

    pub(crate) async fn held_deliveries(
        &self,
        endpoint_id: i64,
        after: i64,
    ) -> Result<Vec<HeldDelivery>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select d.alert_id, a.public_id as alert, a.kind, r.public_id as release, d.state, d.attempts, d.done_ms, \
                 d.last_status, d.last_error from alerts a \
                 cross join deliveries d left join releases r on r.id = d.release_id \
                 where d.alert_id = a.id and d.endpoint_id = $1 and a.id > $2 order by a.id limit $3",
            )
            .bind(endpoint_id)
            .bind(after)
            .bind(AT_ONCE)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Failed attempts at the deliveries of a page, which ends with alert `upto`.
    async fn held_failures(
        &self,
        endpoint_id: i64,
        after: i64,
        upto: i64,
    ) -> Result<Vec<HeldFailure>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select t.alert_id, t.attempt, t.at_ms, t.duration_ms, t.status, t.error, t.answer from alerts a \
                 cross join attempts t where t.alert_id = a.id and t.endpoint_id = $1 \
                 and a.id > $2 and a.id <= $3 order by t.alert_id, t.attempt",
            )
            .bind(endpoint_id)
            .bind(after)
            .bind(upto)
            .fetch_all(conn)
            .await?
        }))
    }
}

fn endpoint_shown(
    endpoint: &EndpointRow,
    repeats: Repeats,
    hook: Option<&Hook>,
    health: Option<Health>,
) -> Value {
    let mut shown = json!({
        "id": endpoint.public_id, "channel": endpoint.channel, "address": endpoint.address, "owner": endpoint.owner,
        "secret": match endpoint.secret.is_empty() { true => Value::Null, false => json!("held, and shown once only") },
        "languages": endpoint.languages.split_whitespace().collect::<Vec<_>>(), "extent": endpoint.extent, "digest_at": endpoint.digest_at,
        "repeats": repeats,
        "state": endpoint.state, "created_at": rfc3339(endpoint.created_ms),
    });
    if let Some(hook) = hook {
        shown["signing"] = json!(hook.signing);
        shown["include"] = json!(hook.include);
        shown["ordered"] = json!(hook.ordered);
        shown["per_minute"] = json!(hook.per_minute);
    }
    if let Some(health) = health {
        shown["failing_since"] = json!(rfc3339(health.failing_since_ms));
    }
    shown
}

fn old_secrets_shown(hook: &Hook) -> Value {
    match hook.old_secrets.is_empty() {
        true => Value::Null,
        false => {
            json!({ "held": hook.old_secrets.split_whitespace().count(), "good_until": rfc3339(hook.old_secrets_until_ms) })
        }
    }
}

impl BounceRow {
    fn held(&self) -> Value {
        json!({
            "alert": self.alert, "kind": self.kind, "status": self.status, "said": self.said, "at": rfc3339(self.at_ms),
        })
    }
}

fn token_shown(token: &TokenRow) -> Value {
    json!({ "id": token.public_id, "name": token.name, "created_at": rfc3339(token.created_ms) })
}

impl HeldSubscription {
    fn shown(&self) -> Value {
        json!({
            "id": self.public_id, "name": self.name, "filter": self.filter, "frequency": self.frequency, "state": self.state, "consent": self.consent,
            "created_at": rfc3339(self.created_ms),
        })
    }
}

impl HeldDelivery {
    fn shown(&self, failures: &[HeldFailure]) -> Value {
        let own = failures
            .iter()
            .filter(|failure| failure.alert_id == self.alert_id);
        json!({
            "alert": self.alert, "kind": self.kind, "release": self.release, "state": self.state,
            "attempts": self.attempts, "done_at": self.done_ms.map(rfc3339), "last_status": self.last_status,
            "last_error": self.last_error, "failures": own.map(HeldFailure::shown).collect::<Vec<_>>(),
        })
    }
}

impl HeldFailure {
    fn shown(&self) -> Value {
        json!({
            "attempt": self.attempt, "at": rfc3339(self.at_ms), "duration_ms": self.duration_ms, "status": self.status,
            "error": self.error, "answer": self.answer,
        })
    }
}
