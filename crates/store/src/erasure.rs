//! What is held about a reader: shown whole, and erased.
//!
//! An erased endpoint stays as a row, for the ledger tells to how many each alert went, and what became of it. Of its
//! address there is a keyed hash: nobody can read it out of that, yet a suppression holds on when the address is back.

use crate::erased::ERASED;
use crate::{EndpointRow, Result, Store};
use release::time::rfc3339;
use serde_json::{Value, json};

/// Deliveries looked through, or erased, in one go: a transaction stays short.
const AT_ONCE: i64 = 500;

#[derive(sqlx::FromRow)]
struct HeldSubscription {
    public_id: String,
    name: String,
    filter: String,
    state: String,
    consent: String,
    created_ms: i64,
}

#[derive(sqlx::FromRow)]
struct HeldDelivery {
    alert_id: i64,
    alert: String,
    kind: String,
    release: Option<String>,
    state: String,
    attempts: i64,
    done_ms: Option<i64>,
    last_status: Option<i64>,
    last_error: Option<String>,
}

impl Store {
    /// Everything that is held about an endpoint and its owner; none if there is no such endpoint.
    pub async fn held(&self, endpoint_id: i64) -> Result<Option<Value>> {
        let Some(endpoint) = self.endpoint(endpoint_id).await? else {
            return Ok(None);
        };
        let subscriptions: Vec<HeldSubscription> = reading!(self, |conn| {
            sqlx::query_as(
                "select public_id, name, filter, state, consent, created_ms from subscriptions where endpoint_id = $1 order by id",
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
        let (mut deliveries, mut after) = (Vec::new(), 0);
        loop {
            let page = self.held_deliveries(endpoint_id, after).await?;
            let Some(last) = page.last() else { break };
            after = last.alert_id;
            deliveries.extend(page.iter().map(HeldDelivery::shown));
        }
        Ok(Some(json!({
            "endpoint": endpoint_shown(&endpoint),
            "suppressed": suppressed.map(|(reason, since_ms)| json!({ "reason": reason, "since": rfc3339(since_ms) })),
            "subscriptions": subscriptions.iter().map(HeldSubscription::shown).collect::<Vec<_>>(),
            "deliveries": deliveries,
        })))
    }

    async fn held_deliveries(&self, endpoint_id: i64, after: i64) -> Result<Vec<HeldDelivery>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select d.alert_id, a.public_id as alert, a.kind, r.public_id as release, d.state, d.attempts, d.done_ms, \
                 d.last_status, d.last_error from alerts a \
                 cross join deliveries d on d.alert_id = a.id and d.endpoint_id = $1 \
                 left join releases r on r.id = d.release_id where a.id > $2 order by a.id limit $3",
            )
            .bind(endpoint_id)
            .bind(after)
            .bind(AT_ONCE)
            .fetch_all(conn)
            .await?
        }))
    }

    /// Erases what is held about an endpoint and its owner: address, owner, secret, names, filters, consent, receivers'
    /// words. False if it is not there, or was erased before.
    ///
    /// What it was to get stops with the first step; a crash in between leaves receivers' words, and erasing again goes
    /// on with them.
    pub async fn erase_endpoint(&self, endpoint_id: i64) -> Result<bool> {
        let Some(endpoint) = self.endpoint(endpoint_id).await? else {
            return Ok(false);
        };
        let key = self.link_key().await?;
        let first = !endpoint.address.is_empty();
        if first {
            let address_key: String = reading!(self, |conn| {
                sqlx::query_scalar("select address_key from endpoints where id = $1")
                    .bind(endpoint_id)
                    .fetch_one(conn)
                    .await?
            });
            self.erase_rows(&endpoint, &address_key, &key.fingerprint(&address_key))
                .await?;
        }
        let mut after = 0;
        loop {
            let page = self.held_deliveries(endpoint_id, after).await?;
            let Some(last) = page.last() else { break };
            after = last.alert_id;
            self.erase_words(endpoint_id, &page).await?;
        }
        Ok(first)
    }

    async fn erase_rows(
        &self,
        endpoint: &EndpointRow,
        address_key: &str,
        hash: &str,
    ) -> Result<()> {
        writing!(self, |conn| {
            sqlx::query(
                "delete from idempotency where exists (select 1 from subscriptions s where s.endpoint_id = $1 \
                 and instr(idempotency.made, s.public_id) > 0)",
            )
            .bind(endpoint.id)
            .execute(&mut *conn)
            .await?;
            let change = next_ids!(conn, "filter", 1);
            // A filter that matches nothing: a router that reads it is not confused.
            sqlx::query(
                "update subscriptions set state = 'deleted', name = '', filter = 'NOT everything', consent = '', \
                 change = $1 where endpoint_id = $2",
            )
            .bind(change)
            .bind(endpoint.id)
            .execute(&mut *conn)
            .await?;
            // The hash may stand in several rows, for the address may come back and go again: the owner tells them apart.
            sqlx::query(
                "update endpoints set state = 'deleted', address = '', address_key = $1, owner = public_id, secret = '', \
                 languages = '', asks = 0, asked_ms = 0 where id = $2",
            )
            .bind(hash)
            .bind(endpoint.id)
            .execute(&mut *conn)
            .await?;
            sqlx::query("update alerts set about = '' where endpoint_id = $1")
                .bind(endpoint.id)
                .execute(&mut *conn)
                .await?;
            sqlx::query(
                "insert into suppressions (address_key, reason, created_ms) \
                 select $1, reason, created_ms from suppressions where address_key = $2 on conflict do nothing",
            )
            .bind(hash)
            .bind(address_key)
            .execute(&mut *conn)
            .await?;
            sqlx::query(
                "delete from suppressions where address_key = $1 \
                 and not exists (select 1 from endpoints where endpoints.address_key = $1)",
            )
            .bind(address_key)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// A receiver's answer often repeats the address.
    async fn erase_words(&self, endpoint_id: i64, deliveries: &[HeldDelivery]) -> Result<()> {
        let alerts = Value::from(
            deliveries
                .iter()
                .map(|delivery| delivery.alert_id)
                .collect::<Vec<_>>(),
        )
        .to_string();
        writing!(self, |conn| {
            sqlx::query(
                "update attempts set error = $1, answer = '' where endpoint_id = $2 \
                 and alert_id in (select value from json_each($3)) and (error <> $1 or answer <> '')",
            )
            .bind(ERASED)
            .bind(endpoint_id)
            .bind(&alerts)
            .execute(&mut *conn)
            .await?;
            sqlx::query(
                "update deliveries set last_error = $1 where endpoint_id = $2 \
                 and alert_id in (select value from json_each($3)) and last_error is not null",
            )
            .bind(ERASED)
            .bind(endpoint_id)
            .bind(&alerts)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }
}

fn endpoint_shown(endpoint: &EndpointRow) -> Value {
    json!({
        "id": endpoint.public_id, "channel": endpoint.channel, "address": endpoint.address, "owner": endpoint.owner,
        "secret": match endpoint.secret.is_empty() { true => Value::Null, false => json!("held, and shown once only") },
        "languages": endpoint.languages.split_whitespace().collect::<Vec<_>>(), "extent": endpoint.extent,
        "state": endpoint.state, "created_at": rfc3339(endpoint.created_ms),
    })
}

impl HeldSubscription {
    fn shown(&self) -> Value {
        json!({
            "id": self.public_id, "name": self.name, "filter": self.filter, "state": self.state, "consent": self.consent,
            "created_at": rfc3339(self.created_ms),
        })
    }
}

impl HeldDelivery {
    fn shown(&self) -> Value {
        json!({
            "alert": self.alert, "kind": self.kind, "release": self.release, "state": self.state,
            "attempts": self.attempts, "done_at": self.done_ms.map(rfc3339), "last_status": self.last_status,
            "last_error": self.last_error,
        })
    }
}
