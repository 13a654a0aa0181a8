//! Planning: the deliveries of an alert and the batches that carry them, written together.

use crate::bulk::Bulk;
use crate::{Result, Store};
use release::frequency::Gathered;
use release::model::{Channel, Lane};
use serde_json::{Value, json};
use std::collections::HashSet;

/// One delivery to be written.
#[derive(Debug, Clone)]
pub struct PlannedDelivery {
    /// To whom.
    pub endpoint_id: i64,
    /// By what.
    pub channel: Channel,
    /// The release told; none for alerts that are not about one.
    pub release_id: Option<i64>,
    /// The subscriptions that caused it.
    pub reasons: Vec<i64>,
    /// The digest that it waits for; none for what leaves at once.
    pub gathered: Option<GatheredUntil>,
}

/// The digest that a delivery waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GatheredUntil {
    /// When it comes, Unix milliseconds.
    pub due_ms: i64,
    /// Why the delivery does not leave by itself.
    pub why: Gathered,
}

/// A batch that was written: what the queue is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBatch {
    /// Its key.
    pub id: i64,
    /// Its channel.
    pub channel: Channel,
    /// Its lane.
    pub lane: Lane,
    /// The request behind it.
    pub request_id: String,
}

impl Store {
    /// The endpoints for which an alert has deliveries already.
    pub async fn planned_endpoints(&self, alert_id: i64) -> Result<HashSet<i64>> {
        let ids: Vec<i64> = reading!(self, |conn| {
            sqlx::query_scalar("select endpoint_id from deliveries where alert_id = $1")
                .bind(alert_id)
                .fetch_all(conn)
                .await?
        });
        Ok(ids.into_iter().collect())
    }

    /// Writes deliveries of one alert, release and channel as one sealed batch; all of them wait for digests, or none.
    /// `deliveries` is not empty, and sorted by endpoint. Of those that wait nobody needs to be told: the batch has
    /// counted them as tried later, and the sweep gathers them.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] if one of them was planned meanwhile by another router: read again, and go on.
    pub async fn plan_batch(
        &self,
        alert: &crate::AlertRow,
        deliveries: &[PlannedDelivery],
        now_ms: i64,
    ) -> Result<NewBatch> {
        let (Some(first), Some(last)) = (deliveries.first(), deliveries.last()) else {
            return Err(crate::StoreError::Unreadable(
                "a batch without deliveries".into(),
            ));
        };
        let (state, waiting) = match first.gathered {
            None => ("open", 0),
            Some(_) => ("done", deliveries.len() as i64),
        };
        let id = writing!(self, |conn| {
            let id = next_ids!(conn, "batch", 1);
            sqlx::query(
                "insert into batches (id, alert_id, release_id, channel, lane, round, first_endpoint_id, \
                 last_endpoint_id, state, total, retried, request_id, created_ms, hinted_ms) \
                 values ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10, $11, $12, $12)",
            )
            .bind(id)
            .bind(alert.id)
            .bind(first.release_id)
            .bind(first.channel.as_str())
            .bind(alert.lane.as_str())
            .bind(first.endpoint_id)
            .bind(last.endpoint_id)
            .bind(state)
            .bind(deliveries.len() as i64)
            .bind(waiting)
            .bind(&alert.request_id)
            .bind(now_ms)
            .execute(&mut *conn)
            .await?;
            conn.insert_deliveries(alert.id, id, deliveries).await?;
            if waiting > 0 {
                sqlx::query(
                    "insert into retries (alert_id, endpoint_id, due_ms, gathered) select $1, cast(json_extract(value, '$[0]') as bigint), \
                     cast(json_extract(value, '$[1]') as bigint), json_extract(value, '$[2]') from json_each($2)",
                )
                .bind(alert.id)
                .bind(gathered_rows(deliveries))
                .execute(&mut *conn)
                .await?;
            }
            id
        });
        Ok(NewBatch {
            id,
            channel: first.channel,
            lane: alert.lane,
            request_id: alert.request_id.clone(),
        })
    }
}

/// `[[endpoint, due, why], …]` of those that wait for a digest.
fn gathered_rows(deliveries: &[PlannedDelivery]) -> String {
    let row = |delivery: &PlannedDelivery| {
        let until = delivery.gathered?;
        Some(json!([
            delivery.endpoint_id,
            until.due_ms,
            until.why.as_str()
        ]))
    };
    Value::from(deliveries.iter().filter_map(row).collect::<Vec<_>>()).to_string()
}
