//! How the wire stands, in a few numbers.

use crate::{Result, Store};

/// Counts and ages over the whole store.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Status {
    /// Releases whose clear time is to come.
    pub scheduled: i64,
    /// Alerts not routed yet.
    pub unrouted: i64,
    /// Batches not finished yet.
    pub open_batches: i64,
    /// Batches claimed too often without an outcome.
    pub poisoned: i64,
    /// Deliveries of open batches without an outcome.
    pub due: i64,
    /// Of those, deliveries that an operator has halted.
    pub halted: i64,
    /// Deliveries that wait for their retry.
    pub retrying: i64,
    /// Deliveries that wait for a digest.
    pub gathered: i64,
    /// Deliveries given up.
    pub dead: i64,
    /// Since when the oldest thing is overdue, Unix milliseconds: a release, an
    /// alert, a batch that nobody works on though nobody halted it, a retry, a digest.
    pub oldest_due_ms: Option<i64>,
    /// The last item of the backup that the store came from, while it is halted for that.
    pub restored: Option<i64>,
}

impl Store {
    /// How the wire stands now.
    pub async fn status(&self, now_ms: i64) -> Result<Status> {
        Ok(reading!(self, |conn| {
            sqlx::query_as(concat!(
                "select (select value from counters where name = 'restored') as restored, \
                 (select count(*) from releases where state = 'scheduled') as scheduled, \
                 (select count(*) from alerts where state = 'unrouted') as unrouted, \
                 (select count(*) from batches where state = 'open') as open_batches, \
                 (select count(*) from batches where state = 'poisoned') as poisoned, \
                 (select cast(coalesce(sum(total - delivered - dead - suppressed - superseded - retried), 0) as bigint) \
                  from batches where state <> 'done') as due, \
                 (select cast(coalesce(sum(total - delivered - dead - suppressed - superseded - retried), 0) as bigint) \
                  from batches b where state <> 'done' and not (",
                not_halted!(),
                ")) as halted, \
                 (select count(*) from retries where gathered = '') as retrying, \
                 (select count(*) from retries where gathered <> '') as gathered, \
                 (select cast(coalesce(sum(dead), 0) as bigint) from batches) as dead, \
                 (select min(since_ms) from ( \
                  select min(clear_at_ms) as since_ms from releases where state = 'scheduled' and clear_at_ms <= $1 \
                  union all select min(created_ms) as since_ms from alerts where state = 'unrouted' and hinted_ms <= $1 \
                  union all select min(b.created_ms) as since_ms from batches b where b.state <> 'done' and b.state = 'open' \
                  and b.lease_until_ms < $1 and ",
                not_halted!(),
                " \
                  union all select min(due_ms) as since_ms from retries where gathered = '' and due_ms <= $1 \
                  union all select min(due_ms) as since_ms from retries where gathered <> '' and due_ms <= $1) as overdue) \
                 as oldest_due_ms",
            ))
            .bind(now_ms)
            .fetch_one(conn)
            .await?
        }))
    }

    /// Whether a write can be committed at this moment: what `/readyz` asks.
    pub async fn check_writable(&self) -> Result<()> {
        writing!(self, |conn| {
            // It must change something: SQLite writes nothing for a row that stays the same.
            sqlx::query(
                "insert into counters (name, value) values ('probe', 1) \
                 on conflict (name) do update set value = counters.value + 1",
            )
            .execute(&mut *conn)
            .await?;
        });
        Ok(())
    }
}
