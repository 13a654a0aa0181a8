//! Deliveries in partitions of so many alerts: made ahead, and dropped as a whole when all of it is old.

use super::{Postgres, Turn, is_there};
use crate::{Result, StoreError};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Alerts whose deliveries share a partition.
const ALERTS_A_PARTITION: i64 = 100_000;

impl Postgres {
    /// Makes partitions for the deliveries of the alerts to come, well before the first of them.
    pub(crate) async fn make_room(&self) -> Result<()> {
        let mut connection = self.reader().await?;
        let last: i64 = sqlx::query_scalar("select value from counters where name = 'alert'")
            .fetch_one(&mut *connection)
            .await?;
        for part in last / ALERTS_A_PARTITION..=last / ALERTS_A_PARTITION + 1 {
            if !is_there(&mut connection, &partition(part)).await? {
                self.add_partition(part).await?;
            }
        }
        Ok(())
    }

    async fn add_partition(&self, part: i64) -> Result<()> {
        let mut transaction = self.begin_turn(Turn::Schema).await?;
        add_partition(&mut transaction, part).await?;
        Ok(transaction.commit().await?)
    }

    /// Drops the partitions whose alerts are all older than a moment and settled; gives how many deliveries went. One that is
    /// in use at that moment is left for the next time.
    pub(crate) async fn drop_old_partitions(&self, before_ms: i64) -> Result<i64> {
        let mut dropped = 0;
        let names: Vec<String> = sqlx::query_scalar(
            "select cast(c.relname as text) from pg_inherits i join pg_class c on c.oid = i.inhrelid \
             where i.inhparent = cast('deliveries' as regclass) order by 1",
        )
        .fetch_all(&mut *self.reader().await?)
        .await?;
        for name in names {
            let part: Option<i64> = name
                .strip_prefix("deliveries_")
                .and_then(|n| n.parse().ok());
            let Some(part) = part else { continue };
            match self.drop_partition(&name, part, before_ms).await {
                Ok(rows) => dropped += rows,
                // lock_not_available: somebody reads it.
                Err(StoreError::Failed(sqlx::Error::Database(error)))
                    if error.code().as_deref() == Some("55P03") => {}
                Err(error) => return Err(error),
            }
        }
        Ok(dropped)
    }

    async fn drop_partition(&self, name: &str, part: i64, before_ms: i64) -> Result<i64> {
        let (from, to) = (part * ALERTS_A_PARTITION, (part + 1) * ALERTS_A_PARTITION);
        let mut transaction = self.pool.begin().await?;
        sqlx::raw_sql("set local statement_timeout = 0; set local lock_timeout = '2s'")
            .execute(&mut *transaction)
            .await?;
        if !is_settled(&mut transaction, from, to, before_ms).await? {
            return Ok(transaction.rollback().await.map(|()| 0)?);
        }
        // Counted before anybody is kept out.
        let (rows, due): (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "select count(*), count(*) filter (where state = 'due') from {name}"
        )))
        .fetch_one(&mut *transaction)
        .await?;
        if due > 0 {
            return Ok(transaction.rollback().await.map(|()| 0)?);
        }
        sqlx::raw_sql("lock table only deliveries in access exclusive mode")
            .execute(&mut *transaction)
            .await?;
        // Somebody may have replayed a dead delivery meanwhile.
        if !is_settled(&mut transaction, from, to, before_ms).await? {
            return Ok(transaction.rollback().await.map(|()| 0)?);
        }
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("drop table {name}")))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(rows)
    }
}

/// Whether all alerts with these keys, and there must be no more to come, are older than a moment and have nothing open.
async fn is_settled(
    connection: &mut PgConnection,
    from: i64,
    to: i64,
    before_ms: i64,
) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select (select value from counters where name = 'alert') >= $2 \
         and not exists (select 1 from alerts where id >= $1 and id < $2 and (created_ms >= $3 or state <> 'routed')) \
         and not exists (select 1 from batches where alert_id >= $1 and alert_id < $2 and (created_ms >= $3 or state <> 'done')) \
         and not exists (select 1 from retries where alert_id >= $1 and alert_id < $2)",
    )
    .bind(from)
    .bind(to)
    .bind(before_ms)
    .fetch_one(connection)
    .await?)
}

/// Makes the partitions that the deliveries of these alerts belong in.
pub(crate) async fn make_room_for(connection: &mut PgConnection, alerts: Vec<i64>) -> Result<()> {
    let parts: BTreeSet<i64> = alerts.iter().map(|id| id / ALERTS_A_PARTITION).collect();
    for part in parts {
        add_partition(connection, part).await?;
    }
    Ok(())
}

/// Rows of deliveries are changed in place (HOT), each once at least and to a longer one, so more than half of a page is
/// kept for that. Made beside the table and then attached, a partition keeps nobody from reading or writing the others.
async fn add_partition(connection: &mut PgConnection, part: i64) -> Result<()> {
    let name = partition(part);
    if is_there(connection, &name).await? {
        return Ok(());
    }
    let (from, to) = (part * ALERTS_A_PARTITION, (part + 1) * ALERTS_A_PARTITION);
    let text = format!(
        "create table {name} (like deliveries including all) with (fillfactor = 40); \
         alter table deliveries attach partition {name} for values from ({from}) to ({to})"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(text))
        .execute(connection)
        .await?;
    Ok(())
}

fn partition(part: i64) -> String {
    format!("deliveries_{part:06}")
}
