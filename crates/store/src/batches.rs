//! Batches: claimed by a worker under a lease, loaded with all that sending needs.

use crate::bulk::Bulk;
use crate::{Result, Store};
use release::model::{Channel, EndpointState, Extent, Lane};
use serde::Deserialize;

/// A batch as claimed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BatchRow {
    /// Its key.
    pub id: i64,
    /// The alert it carries.
    pub alert_id: i64,
    /// The release told; none for alerts that are not about one.
    pub release_id: Option<i64>,
    /// How it travels.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// Its lane.
    #[sqlx(try_from = "String")]
    pub lane: Lane,
    /// 0 for the first try, then counting retries.
    pub round: i64,
    /// The range of its endpoints.
    pub first_endpoint_id: i64,
    /// Inclusive.
    pub last_endpoint_id: i64,
    /// How many deliveries it was sealed with.
    pub total: i64,
    /// How often it was claimed since its last outcome.
    pub claims: i64,
    /// The request behind it.
    pub request_id: String,
}

/// What became of an attempt to claim a batch.
#[derive(Debug, Clone)]
pub enum Claim {
    /// It is ours until the lease ends.
    Ours(BatchRow),
    /// Somebody else has it, or it is done: nothing to do.
    Taken,
    /// It was claimed too often without an outcome; it is kept, shown, and no longer swept.
    Poisoned,
}

/// A delivery that is still to be made, with what sending needs to know.
#[derive(Debug, Clone, sqlx::FromRow, Deserialize)]
pub struct DueDelivery {
    /// To whom.
    pub endpoint_id: i64,
    /// `ep_…`.
    pub endpoint_public_id: String,
    /// A mail address or a URL.
    pub address: String,
    /// The webhook's signing secret; empty for mail.
    pub secret: String,
    /// Where the endpoint stands.
    #[sqlx(try_from = "String")]
    pub endpoint_state: EndpointState,
    /// How much text its mails carry.
    #[sqlx(try_from = "String")]
    pub extent: Extent,
    /// Why its address must not be written to, if so.
    pub suppressed: Option<String>,
    /// Attempts so far.
    pub attempts: i64,
    /// Keys of the subscriptions that caused it, space-separated.
    pub reasons: String,
    /// How often it was delivered before its owner wanted it again.
    pub delivered_before: i64,
}

/// A subscription that may cause something now.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, Deserialize)]
pub struct ActiveSubscription {
    /// Its key.
    pub id: i64,
    /// `sub_…`.
    pub public_id: String,
    /// What its reader calls it.
    pub name: String,
    /// What it asks for, in the filter language.
    pub filter: String,
    /// The grammar it is written in.
    pub grammar: i64,
}

impl Store {
    /// Claims an open batch whose lease has run out; none is claimed while the store is halted after a restore.
    pub async fn claim_batch(
        &self,
        id: i64,
        worker: &str,
        lease_until_ms: i64,
        now_ms: i64,
        poison_after: i64,
    ) -> Result<Claim> {
        let row: Option<BatchRow> = writing!(self, |conn| {
            sqlx::query_as(
                "update batches set lease_owner = $1, lease_until_ms = $2, claims = claims + 1, \
                 state = case when claims >= $3 then 'poisoned' else 'open' end \
                 where id = $4 and state = 'open' and lease_until_ms < $5 \
                 and not exists (select 1 from counters where name = 'restored') \
                 returning id, alert_id, release_id, channel, lane, round, first_endpoint_id, last_endpoint_id, total, \
                 claims, request_id",
            )
            .bind(worker)
            .bind(lease_until_ms)
            .bind(poison_after)
            .bind(id)
            .bind(now_ms)
            .fetch_optional(&mut *conn)
            .await?
        });
        Ok(match row {
            None => Claim::Taken,
            Some(row) if row.claims > poison_after => Claim::Poisoned,
            Some(row) => Claim::Ours(row),
        })
    }

    /// Extends the lease; false if it was lost, after which nothing more of the batch may be sent.
    pub async fn renew_lease(&self, id: i64, worker: &str, lease_until_ms: i64) -> Result<bool> {
        let done = writing!(self, |conn| {
            sqlx::query("update batches set lease_until_ms = $1 where id = $2 and lease_owner = $3 and state = 'open'")
                .bind(lease_until_ms)
                .bind(id)
                .bind(worker)
                .execute(&mut *conn)
                .await?
                .rows_affected()
        });
        Ok(done > 0)
    }

    /// Gives a batch back unfinished, so that the sweep finds it at once; the claim does not count against it.
    pub async fn release_lease(&self, id: i64, worker: &str) -> Result<()> {
        writing!(self, |conn| {
            sqlx::query(
                "update batches set lease_until_ms = 0, hinted_ms = 0, claims = claims - 1 \
                 where id = $1 and lease_owner = $2 and state = 'open'",
            )
            .bind(id)
            .bind(worker)
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }

    /// The deliveries of a batch that are still due, by endpoint; not those that wait for their retry.
    pub async fn due_deliveries(&self, batch: &BatchRow) -> Result<Vec<DueDelivery>> {
        Ok(reading!(self, |conn| conn.due_deliveries(batch).await?))
    }

    /// The subscriptions of these endpoints that may cause something now.
    pub async fn active_subscriptions(
        &self,
        first_endpoint_id: i64,
        last_endpoint_id: i64,
    ) -> Result<Vec<ActiveSubscription>> {
        Ok(reading!(self, |conn| {
            conn.active_subscriptions(first_endpoint_id, last_endpoint_id)
                .await?
        }))
    }

    /// The current revision of a story.
    pub async fn story_revision(&self, story_id: i64) -> Result<i64> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar("select revision from stories where id = $1")
                .bind(story_id)
                .fetch_one(conn)
                .await?
        }))
    }
}
