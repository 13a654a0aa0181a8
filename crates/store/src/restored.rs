//! A store that came out of a backup: halted until somebody says how far the wire had got.
//!
//! What happened after the backup is unknown to it: items that went out, and deliveries that were made. Going on by itself
//! would send some of that twice, under other ids, and give numbers of the wire to other items. So the counter `restored`
//! stands while it is halted; nothing clears and no batch is claimed, in whatever process, until [`Store::resume_restored`].

use crate::transfer::{Transfer, carrying};
use crate::{Result, Store, StoreError};

/// What a halted store would do as soon as it went on, some of which may have been done before the backup was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtRisk {
    /// The last item that the store knows of.
    pub seq: i64,
    /// Releases that would clear now: their public ids and clear times, the earliest hundred.
    pub clearing: Vec<(String, i64)>,
    /// Alerts that would be routed.
    pub unrouted: i64,
    /// Deliveries that would be made, digests and retries with them.
    pub due: i64,
}

impl Transfer {
    /// Halts a store that was filled from a backup which ended with item `seq`, and leaves out keys that may have been
    /// given out since: signed links name them.
    pub(crate) async fn halt_restored(&mut self, seq: i64, left_out: i64) -> Result<()> {
        carrying!(self, |conn| {
            sqlx::query(
                "update counters set value = value + $1 where name not in ('item', 'indexed', 'folding', 'filter', 'probe')",
            )
            .bind(left_out)
            .execute(conn)
            .await?;
        });
        carrying!(self, |conn| {
            sqlx::query(
                "insert into counters (name, value) values ('restored', $1) on conflict (name) do update set value = excluded.value",
            )
            .bind(seq)
            .execute(conn)
            .await?;
        });
        Ok(())
    }
}

impl Store {
    /// The last item of the backup that the store came from, while it is halted for that.
    pub async fn restored(&self) -> Result<Option<i64>> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar("select value from counters where name = 'restored'")
                .fetch_optional(conn)
                .await?
        }))
    }

    /// What would be done, maybe once more, if the store went on now.
    pub async fn at_risk(&self, now_ms: i64) -> Result<AtRisk> {
        let status = self.status(now_ms).await?;
        let clearing: Vec<(String, i64)> = reading!(self, |conn| {
            sqlx::query_as(
                "select public_id, clear_at_ms from releases where state = 'scheduled' and clear_at_ms <= $1 \
                 order by clear_at_ms, id limit 100",
            )
            .bind(now_ms)
            .fetch_all(conn)
            .await?
        });
        let seq: i64 = reading!(self, |conn| {
            sqlx::query_scalar("select value from counters where name = 'item'")
                .fetch_one(conn)
                .await?
        });
        Ok(AtRisk {
            seq,
            clearing,
            unrouted: status.unrouted,
            due: status.due + status.retrying + status.gathered,
        })
    }

    /// Lets a restored store go on; the next item has the number after `from_seq`, the newest that went out. False, and
    /// nothing changes, if the store is not halted by a restore.
    ///
    /// # Errors
    /// [`StoreError::ResumeFrom`] if the backup itself has later items.
    pub async fn resume_restored(&self, from_seq: i64) -> Result<bool> {
        let least: Option<i64> = self.restored().await?;
        match least {
            None => return Ok(false),
            Some(least) if from_seq < least => {
                return Err(StoreError::ResumeFrom { from_seq, least });
            }
            Some(_) => {}
        }
        Ok(writing_in_turn!(self, Releases, |conn| {
            let halted = sqlx::query("delete from counters where name = 'restored'")
                .execute(&mut *conn)
                .await?
                .rows_affected();
            if halted > 0 {
                sqlx::query("update counters set value = $1 where name = 'item' and value < $1")
                    .bind(from_seq)
                    .execute(&mut *conn)
                    .await?;
            }
            halted > 0
        }))
    }
}
