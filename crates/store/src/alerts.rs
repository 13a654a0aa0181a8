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
    /// What an alert to one endpoint tells, as JSON; empty where its kind says all.
    pub about: String,
}

/// Writes an alert that goes to one endpoint only; gives its key.
macro_rules! direct_alert {
    ($conn:ident, $public_id:expr, $kind:expr, $endpoint_id:expr, $about:expr, $request_id:expr, $now_ms:expr) => {{
        let id = next_ids!($conn, "alert", 1);
        sqlx::query(
            "insert into alerts (id, public_id, kind, lane, endpoint_id, state, about, request_id, created_ms, hinted_ms) \
             values ($1, $2, $3, 'regular', $4, 'unrouted', $5, $6, $7, $7)",
        )
        .bind(id)
        .bind($public_id)
        .bind($kind.as_str())
        .bind($endpoint_id)
        .bind($about)
        .bind($request_id)
        .bind($now_ms)
        .execute(&mut *$conn)
        .await?;
        id
    }};
}

impl Store {
    /// The alert with this key.
    pub async fn alert(&self, id: i64) -> Result<Option<AlertRow>> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(
                "select id, public_id, kind, lane, story_id, revision, endpoint_id, state, generation, matched, \
                 request_id, created_ms, about from alerts where id = $1",
            )
            .bind(id)
            .fetch_optional(conn)
            .await?
        }))
    }

    /// Public ids of the alerts that told a story's earlier revisions, the newest twelve at most, the oldest first.
    pub async fn earlier_alerts(&self, story_id: i64, revision: i64) -> Result<Vec<String>> {
        let mut earlier: Vec<String> = reading!(self, |conn| {
            sqlx::query_scalar(
                "select public_id from alerts where kind = 'story' and story_id = $1 and revision < $2 \
                 order by revision desc limit 12",
            )
            .bind(story_id)
            .bind(revision)
            .fetch_all(conn)
            .await?
        });
        earlier.reverse();
        Ok(earlier)
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
