//! Addresses that must not be written to, whatever is asked for them.
//!
//! An erased address stands here as a keyed hash (see `erasure`): it can be told from others when it comes back, and is
//! not lifted with the address.

use crate::{Result, Store};
use serde_json::{Value, json};

/// A suppression as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SuppressionRow {
    /// A mail address in lower case or a URL; a keyed hash once erased.
    pub address_key: String,
    /// Why.
    pub reason: String,
    /// Unix milliseconds.
    pub created_ms: i64,
}

impl SuppressionRow {
    /// The address, unless it was erased: a hash has neither sign.
    pub fn address(&self) -> Option<&str> {
        let is_address = self.address_key.contains(['@', ':']);
        is_address.then_some(self.address_key.as_str())
    }
}

impl Store {
    /// Adds a mail address, in whichever case, or a URL that must not be written to; false if it was there, and its first
    /// reason stands. The reason is kept when the address is erased, so it does not repeat it.
    pub async fn suppress(&self, address: &str, reason: &str, now_ms: i64) -> Result<bool> {
        let done = writing_in_turn!(self, Readers, |conn| {
            sqlx::query("insert into suppressions (address_key, reason, created_ms) values ($1, $2, $3) on conflict do nothing")
                .bind(suppressed_key(address))
                .bind(reason)
                .bind(now_ms)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    /// Adds many mail addresses, each with its reason; gives how many were not there. As [`Store::suppress`], in one transaction.
    pub async fn suppress_all(&self, new: &[(&str, &str)], now_ms: i64) -> Result<i64> {
        let row = |(address, reason): &(&str, &str)| json!([suppressed_key(address), reason]);
        let rows = Value::from_iter(new.iter().map(row)).to_string();
        let done = writing_in_turn!(self, Readers, |conn| {
            sqlx::query(
                "insert into suppressions (address_key, reason, created_ms) \
                 select json_extract(value, '$[0]'), json_extract(value, '$[1]'), $1 from json_each($2) where true \
                 on conflict do nothing",
            )
            .bind(now_ms)
            .bind(&rows)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done as i64)
    }

    /// Lets an address be written to again; false if it was not suppressed. What was erased stays suppressed: its hash is
    /// another row, which holds when the address comes back.
    pub async fn lift_suppression(&self, address: &str) -> Result<bool> {
        let done = writing_in_turn!(self, Readers, |conn| {
            sqlx::query("delete from suppressions where address_key = $1")
                .bind(suppressed_key(address))
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    /// Why an address is suppressed, if it is.
    pub async fn suppression(&self, address: &str) -> Result<Option<SuppressionRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select address_key, reason, created_ms from suppressions where address_key = $1",
            )
            .bind(suppressed_key(address))
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Suppressions from a moment on, oldest first, without the first `skip` of that very moment.
    pub async fn suppressions(
        &self,
        from_ms: i64,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<SuppressionRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select address_key, reason, created_ms from suppressions where created_ms >= $1 \
                 order by created_ms, address_key limit $3 offset $2",
            )
            .bind(from_ms)
            .bind(skip)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }
}

/// Mailboxes are told apart without letter case, URLs with it.
fn suppressed_key(address: &str) -> String {
    match address.contains("://") {
        true => address.to_owned(),
        false => address.to_lowercase(),
    }
}
