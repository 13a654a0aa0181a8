//! Alerts: what is to be told, and whether it has been routed.

use crate::{Result, Store};
use release::model::{AlertKind, Lane};

/// An alert as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AlertRow {
    /// Its key; ascending.
    pub id: i64,
    /// `alr_…`.
    pub public_id: String,
    /// What it tells.
    #[sqlx(try_from = "String")]
    pub kind: AlertKind,
    /// Granted.
    #[sqlx(try_from = "String")]
    pub lane: Lane,
    /// The story, for stories.
    pub story_id: Option<i64>,
    /// The revision, for stories.
    pub revision: Option<i64>,
    /// The one endpoint, for all other kinds.
    pub endpoint_id: Option<i64>,
    /// `unrouted` or `routed`.
    pub state: String,
    /// Rises whenever it has to be routed again.
    pub generation: i64,
    /// How many endpoints it was planned for.
    pub matched: i64,
    /// The request behind it.
    pub request_id: String,
    /// Unix milliseconds.
    pub created_ms: i64,
}

impl Store {
    /// The alert with this key.
    pub async fn alert(&self, id: i64) -> Result<Option<AlertRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select id, public_id, kind, lane, story_id, revision, endpoint_id, state, generation, matched, \
                 request_id, created_ms from alerts where id = $1",
            )
            .bind(id)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Says that routing is complete; false if the alert has to be routed again, for an edition cleared meanwhile.
    pub async fn finish_routing(&self, alert_id: i64, generation: i64) -> Result<bool> {
        let done = writing!(self, |conn| {
            sqlx::query(
                "update alerts set state = 'routed', \
                 matched = (select count(*) from deliveries d where d.alert_id = $1) where id = $1 and generation = $2",
            )
            .bind(alert_id)
            .bind(generation)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        });
        Ok(done > 0)
    }
}
