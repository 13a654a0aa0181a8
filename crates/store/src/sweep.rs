//! What the sweep looks for: everything that a crash, a lost message or the passing of time has left to be done.

use crate::redelivering::AT_ONCE;
use crate::{NewBatch, Result, Store, StoreError};
use release::model::{Channel, Lane};

/// An alert that nobody has routed yet.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UnroutedAlert {
    /// Its key.
    pub id: i64,
    /// Its lane.
    #[sqlx(try_from = "String")]
    pub lane: Lane,
    /// The request behind it.
    pub request_id: String,
}

#[derive(sqlx::FromRow)]
struct OpenBatch {
    id: i64,
    #[sqlx(try_from = "String")]
    channel: Channel,
    #[sqlx(try_from = "String")]
    lane: Lane,
    request_id: String,
}

#[derive(Debug, Clone, sqlx::FromRow)]
struct DueRetry {
    alert_id: i64,
    endpoint_id: i64,
    channel: String,
    lane: String,
    release_id: Option<i64>,
    batch_round: i64,
    request_id: String,
}

impl DueRetry {
    fn shares_a_batch_with(&self, other: &DueRetry) -> bool {
        (self.alert_id, &self.channel, self.release_id)
            == (other.alert_id, &other.channel, other.release_id)
    }
}

impl Store {
    /// Keys of releases whose clear time has come, flash first.
    pub async fn due_releases(&self, now_ms: i64, limit: i64) -> Result<Vec<i64>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar(
                "select id from releases where state = 'scheduled' and clear_at_ms <= $1 \
                 order by case lane when 'flash' then 0 else 1 end, clear_at_ms, id limit $2",
            )
            .bind(now_ms)
            .bind(limit)
            .fetch_all(conn)
            .await?
        }))
    }

    /// When the next thing falls due, Unix milliseconds: a clear time, a retry or a digest.
    pub async fn next_due_ms(&self) -> Result<Option<i64>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar(
                "select min(due_ms) from (select min(clear_at_ms) as due_ms from releases where state = 'scheduled' \
                 union all select min(due_ms) as due_ms from retries where gathered = '' \
                 union all select min(due_ms) as due_ms from retries where gathered <> '') as due",
            )
            .fetch_one(conn)
            .await?
        }))
    }

    /// Unrouted alerts that were last hinted before `hinted_before_ms`; marks them as hinted now.
    pub async fn unrouted_alerts(
        &self,
        hinted_before_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<UnroutedAlert>> {
        let found: Option<i64> = reading!(self, |conn| {
            sqlx::query_scalar(
                "select id from alerts where state = 'unrouted' and hinted_ms < $1 limit 1",
            )
            .bind(hinted_before_ms)
            .fetch_optional(conn)
            .await?
        });
        if found.is_none() {
            return Ok(Vec::new());
        }
        Ok(writing!(self, |conn| {
            sqlx::query_as(
                "update alerts set hinted_ms = $1 where state = 'unrouted' and hinted_ms < $2 \
                 returning id, lane, request_id",
            )
            .bind(now_ms)
            .bind(hinted_before_ms)
            .fetch_all(&mut *conn)
            .await?
        }))
    }

    /// Open batches without a living lease that were last hinted before `hinted_before_ms`, but none that is halted; marks
    /// them as hinted now.
    pub async fn unleased_batches(
        &self,
        hinted_before_ms: i64,
        now_ms: i64,
    ) -> Result<Vec<NewBatch>> {
        // `<> 'done'` says nothing new, but SQLite takes the partial index only for its own words.
        let found: Option<i64> = reading!(self, |conn| {
            sqlx::query_scalar(
                concat!(
                "select b.id from batches b where b.state <> 'done' and b.state = 'open' and b.lease_until_ms < $1 \
                 and b.hinted_ms < $2 and ",
                not_halted!(),
                " limit 1"
            ))
            .bind(now_ms)
            .bind(hinted_before_ms)
            .fetch_optional(conn)
            .await?
        });
        if found.is_none() {
            return Ok(Vec::new());
        }
        let batches: Vec<OpenBatch> = writing!(self, |conn| {
            sqlx::query_as(
            concat!(
                "update batches set hinted_ms = $1 where id in (select b.id from batches b where b.state <> 'done' \
                 and b.state = 'open' and b.lease_until_ms < $1 and b.hinted_ms < $2 and ",
                not_halted!(),
                " order by b.hinted_ms limit 1000) and state = 'open' and lease_until_ms < $1 and hinted_ms < $2 \
                 returning id, channel, lane, request_id",
            ))
            .bind(now_ms)
            .bind(hinted_before_ms)
            .fetch_all(&mut *conn)
            .await?
        });
        let hint = |b: OpenBatch| NewBatch {
            id: b.id,
            channel: b.channel,
            lane: b.lane,
            request_id: b.request_id,
        };
        Ok(batches.into_iter().map(hint).collect())
    }

    /// Makes everything unfinished findable at once: for a single process at its start, when no lease can be alive.
    pub async fn void_leases(&self) -> Result<()> {
        writing!(self, |conn| {
            sqlx::query(
                "update batches set lease_until_ms = 0, hinted_ms = 0 where state = 'open'",
            )
            .execute(&mut *conn)
            .await?;
            sqlx::query("update alerts set hinted_ms = 0 where state = 'unrouted'")
                .execute(&mut *conn)
                .await?;
            sqlx::query("delete from workers")
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    /// Gathers retries that have fallen due into new batches of at most `batch_size`.
    pub async fn gather_retries(&self, batch_size: usize, now_ms: i64) -> Result<Vec<NewBatch>> {
        let due: Vec<DueRetry> = reading!(self, |conn| {
            sqlx::query_as(
                "select t.alert_id, t.endpoint_id, b.channel, b.lane, d.release_id, b.round as batch_round, b.request_id \
                 from retries t join deliveries d on d.alert_id = t.alert_id and d.endpoint_id = t.endpoint_id \
                 join batches b on b.id = d.batch_id where t.gathered = '' and t.due_ms <= $1 \
                 order by t.alert_id, b.channel, d.release_id, t.endpoint_id limit 5000",
            )
            .bind(now_ms)
            .fetch_all(conn)
            .await?
        });
        let mut batches = Vec::new();
        for group in due.chunk_by(DueRetry::shares_a_batch_with) {
            for chunk in group.chunks(batch_size) {
                match self.gather_batch(chunk, now_ms).await {
                    Ok(batch) => batches.extend(batch),
                    // Another sweep was faster with some of them; what is left is gathered at the next look.
                    Err(StoreError::Conflict(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(batches)
    }

    /// One new batch from retries of one alert, release and channel; a conflict if another sweep was faster.
    async fn gather_batch(&self, due: &[DueRetry], now_ms: i64) -> Result<Option<NewBatch>> {
        let (Some(first), Some(last)) = (due.first(), due.last()) else {
            return Ok(None);
        };
        let endpoints = serde_json::Value::from(
            due.iter()
                .map(|retry| retry.endpoint_id)
                .collect::<Vec<_>>(),
        )
        .to_string();
        let id = writing!(self, |conn| {
            let taken: u64 = sqlx::query(
                "delete from retries where alert_id = $1 and due_ms <= $2 and gathered = '' and endpoint_id in (select cast(value as bigint) from json_each($3))",
            )
            .bind(first.alert_id)
            .bind(now_ms)
            .bind(&endpoints)
            .execute(&mut *conn)
            .await?
            .rows_affected();
            if taken == due.len() as u64 {
                let id = next_ids!(conn, "batch", 1);
                sqlx::query(
                    "insert into batches (id, alert_id, release_id, channel, lane, round, first_endpoint_id, \
                     last_endpoint_id, state, total, request_id, created_ms, hinted_ms) \
                     values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $11)",
                )
                .bind(id)
                .bind(first.alert_id)
                .bind(first.release_id)
                .bind(&first.channel)
                .bind(&first.lane)
                .bind(first.batch_round + 1)
                .bind(first.endpoint_id)
                .bind(last.endpoint_id)
                .bind(due.len() as i64)
                .bind(&first.request_id)
                .bind(now_ms)
                .execute(&mut *conn)
                .await?;
                sqlx::query(
                    "update deliveries set batch_id = $1 where alert_id = $2 \
                     and endpoint_id in (select cast(value as bigint) from json_each($3)) and state = 'due'",
                )
                .bind(id)
                .bind(first.alert_id)
                .bind(&endpoints)
                .execute(&mut *conn)
                .await?;
                Ok(id)
            } else {
                Err(StoreError::Conflict(
                    "another sweep gathered these retries".into(),
                ))
            }?
        });
        Ok(Some(NewBatch {
            id,
            channel: Channel::parse(&first.channel).unwrap_or(Channel::Email),
            lane: Lane::parse(&first.lane).unwrap_or(Lane::Regular),
            request_id: first.request_id.clone(),
        }))
    }

    /// Makes dead deliveries due again: all of a release, or of one endpoint. Gives how many.
    ///
    /// They become retries that are due now, with their attempts counted on. Each chunk is a transaction of its own.
    pub async fn replay_dead(
        &self,
        release_id: Option<i64>,
        endpoint_id: Option<i64>,
        now_ms: i64,
    ) -> Result<u64> {
        let (mut after, mut replayed) = ((0, 0), 0);
        loop {
            let dead: Vec<(i64, i64)> = reading!(self, |conn| {
                sqlx::query_as(
                    "select alert_id, endpoint_id from deliveries where state = 'dead' \
                     and (alert_id, endpoint_id) > ($1, $2) \
                     and ($3 is null or release_id = $3) and ($4 is null or endpoint_id = $4) \
                     order by alert_id, endpoint_id limit $5",
                )
                .bind(after.0)
                .bind(after.1)
                .bind(release_id)
                .bind(endpoint_id)
                .bind(AT_ONCE as i64)
                .fetch_all(conn)
                .await?
            });
            let Some(last) = dead.last() else {
                return Ok(replayed);
            };
            after = *last;
            replayed += self.replay(&dead, now_ms).await?;
        }
    }

    async fn replay(&self, dead: &[(i64, i64)], now_ms: i64) -> Result<u64> {
        Ok(writing!(self, |conn| {
            let mut replayed = 0;
            for (alert_id, endpoint_id) in dead {
                replayed += u64::from(due_again!(conn, alert_id, endpoint_id, "dead", now_ms));
            }
            replayed
        }))
    }

    /// Lets the poisoned batches of a release be tried again. Gives how many.
    pub async fn reopen_poisoned(&self, release_id: i64) -> Result<u64> {
        Ok(writing!(self, |conn| {
            sqlx::query(
                "update batches set state = 'open', claims = 0, lease_until_ms = 0, hinted_ms = 0 \
                 where release_id = $1 and state = 'poisoned'",
            )
            .bind(release_id)
            .execute(&mut *conn)
            .await?
            .rows_affected()
        }))
    }
}
