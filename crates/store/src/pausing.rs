//! Endpoints that are paused by their owners: at once, or once what was due by then has left.
//!
//! The second came with version 6 of the schema: on a database of the version before it is refused.

use crate::{Result, Store};

/// Pauses an active endpoint; 1, or 0 if it is not active.
macro_rules! pause {
    ($conn:ident, $endpoint_id:expr) => {
        sqlx::query("update endpoints set state = 'paused' where id = $1 and state = 'active'")
            .bind($endpoint_id)
            .execute(&mut *$conn)
            .await?
            .rows_affected()
    };
}

impl Store {
    /// Stops all that an active endpoint gets until it is resumed; false if it is not active.
    pub async fn pause_endpoint(&self, endpoint_id: i64) -> Result<bool> {
        let done = writing_in_turn!(self, Readers, |conn| {
            let done = pause!(conn, endpoint_id);
            touch_subscriptions!(conn, endpoint_id);
            done
        });
        Ok(done > 0)
    }

    /// Goes on with an endpoint that is paused, or was taken out of use: what is known of its failures is forgotten. False
    /// if it is neither.
    pub async fn resume_endpoint(&self, endpoint_id: i64) -> Result<bool> {
        let current = self.is_current().await?;
        let done = writing_in_turn!(self, Readers, |conn| {
            let done = sqlx::query(
                "update endpoints set state = 'active' where id = $1 and state in ('paused', 'disabled')",
            )
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if done > 0 && current {
                sqlx::query("delete from health where endpoint_id = $1")
                    .bind(endpoint_id)
                    .execute(&mut *conn)
                    .await?;
                sqlx::query("update hooks set drain_upto = 0 where endpoint_id = $1")
                    .bind(endpoint_id)
                    .execute(&mut *conn)
                    .await?;
            }
            touch_subscriptions!(conn, endpoint_id);
            done
        });
        Ok(done > 0)
    }

    /// Pauses an active endpoint, but for the alerts that are there by now: what is due of them (retries, digests) still
    /// leaves. False if it is not active.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if there is no room for it yet.
    pub async fn drain_endpoint(&self, endpoint_id: i64) -> Result<bool> {
        self.must_be_current().await?;
        let done = writing_in_turn!(self, Readers, |conn| {
            let done = pause!(conn, endpoint_id);
            if done > 0 {
                sqlx::query("insert into hooks (endpoint_id) values ($1) on conflict do nothing")
                    .bind(endpoint_id)
                    .execute(&mut *conn)
                    .await?;
                sqlx::query(
                    "update hooks set drain_upto = (select case when value = 0 then -1 else value end from counters where name = 'alert') where endpoint_id = $1",
                )
                .bind(endpoint_id)
                .execute(&mut *conn)
                .await?;
                touch_subscriptions!(conn, endpoint_id);
            }
            done
        });
        Ok(done > 0)
    }

    /// Withholds also what still leaves of a paused endpoint; false if nothing does.
    pub async fn stop_draining(&self, endpoint_id: i64) -> Result<bool> {
        if !self.is_current().await? {
            return Ok(false);
        }
        let done = writing_in_turn!(self, Readers, |conn| {
            sqlx::query(
                "update hooks set drain_upto = 0 where endpoint_id = $1 and drain_upto <> 0",
            )
            .bind(endpoint_id)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }

    /// Whether an endpoint is paused, and what was due by then still leaves.
    pub async fn is_draining(&self, endpoint_id: i64) -> Result<bool> {
        if !self.is_current().await? {
            return Ok(false);
        }
        Ok(reading!(self, |conn| {
            sqlx::query_scalar::<_, bool>(
                "select exists (select 1 from hooks h join endpoints e on e.id = h.endpoint_id \
                 where h.endpoint_id = $1 and h.drain_upto <> 0 and e.state = 'paused')",
            )
            .bind(endpoint_id)
            .fetch_one(conn)
            .await?
        }))
    }
}
