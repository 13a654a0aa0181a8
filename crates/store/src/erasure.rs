//! Erasing what is held about a reader (see `holdings`).
//!
//! An erased endpoint stays as a row, for the ledger tells to how many each alert went, and what became of it. Of its
//! address there is a keyed hash: nobody can read it out of that, yet a suppression holds on when the address is back.

use crate::erased::{ERASED, ERASED_FILTER};
use crate::holdings::HeldDelivery;
use crate::{EndpointRow, Result, Store};
use release::model::Repeats;
use serde_json::Value;

/// Forgets what goes with an endpoint as it is: wishes, how it fares, and what receivers said of its mails.
macro_rules! forget {
    ($conn:ident, $endpoint_id:expr) => {{
        sqlx::query("delete from hooks where endpoint_id = $1")
            .bind($endpoint_id)
            .execute(&mut *$conn)
            .await?;
        sqlx::query("delete from health where endpoint_id = $1")
            .bind($endpoint_id)
            .execute(&mut *$conn)
            .await?;
        sqlx::query("update bounces set said = '' where endpoint_id = $1")
            .bind($endpoint_id)
            .execute(&mut *$conn)
            .await?;
    }};
}

impl Store {
    /// Erases what is held about an endpoint and its owner: address, owner, the owner's tokens, secret, names, filters, consent,
    /// receivers' words. False if it is not there, or was erased before.
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
        let current = self.is_current().await?;
        writing_in_turn!(self, Erasing, |conn| {
            if current {
                forget!(conn, endpoint.id);
                forget_tokens!(conn, &endpoint.owner);
            }
            set_repeats!(conn, endpoint.id, Some(Repeats::Each));
            sqlx::query(
                "delete from idempotency where exists (select 1 from subscriptions s where s.endpoint_id = $1 \
                 and instr(idempotency.made, s.public_id) > 0)",
            )
            .bind(endpoint.id)
            .execute(&mut *conn)
            .await?;
            let change = next_ids!(conn, "filter", 1);
            sqlx::query(
                "update subscriptions set state = 'deleted', name = '', filter = $1, consent = '', \
                 change = $2 where endpoint_id = $3",
            )
            .bind(ERASED_FILTER)
            .bind(change)
            .bind(endpoint.id)
            .execute(&mut *conn)
            .await?;
            // The hash may stand in several rows, for the address may come back and go again: the owner tells them apart.
            sqlx::query(
                "update endpoints set state = 'deleted', address = '', address_key = $1, owner = public_id, secret = '', \
                 languages = '', digest_at = '08:00 monday UTC', asks = 0, asked_ms = 0 where id = $2",
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
        writing_in_turn!(self, Erasing, |conn| {
            sqlx::query(
                "update attempts set error = $1, answer = '' where endpoint_id = $2 \
                 and alert_id in (select cast(value as bigint) from json_each($3)) and (error not in ('', $1) or answer <> '')",
            )
            .bind(ERASED)
            .bind(endpoint_id)
            .bind(&alerts)
            .execute(&mut *conn)
            .await?;
            sqlx::query(
                "update deliveries set last_error = $1 where endpoint_id = $2 \
                 and alert_id in (select cast(value as bigint) from json_each($3)) and last_error is not null",
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
