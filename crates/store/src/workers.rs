//! Heartbeats: which workers live, and what they are doing.

use crate::{Result, Store};

/// A worker as it last reported.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WorkerRow {
    /// Unique among living workers.
    pub id: String,
    /// `intake`, `router`, `email`, `webhook`, `newsroom` or `sweep`.
    pub role: String,
    /// In words.
    pub doing: String,
    /// Unix milliseconds.
    pub started_ms: i64,
    /// Unix milliseconds of the last report.
    pub beat_ms: i64,
}

/// A worker that has been silent for so long is gone.
const FORGOTTEN_MS: i64 = 600_000;

impl Store {
    /// Reports that workers live, and forgets those that have been silent for ten minutes.
    pub async fn beat(&self, workers: &[WorkerRow], now_ms: i64) -> Result<()> {
        writing!(self, |conn| {
            for worker in workers {
                sqlx::query(
                    "insert into workers (id, role, doing, started_ms, beat_ms) values ($1, $2, $3, $4, $5) \
                     on conflict (id) do update set doing = excluded.doing, beat_ms = excluded.beat_ms",
                )
                .bind(&worker.id)
                .bind(&worker.role)
                .bind(&worker.doing)
                .bind(worker.started_ms)
                .bind(now_ms)
                .execute(&mut *conn)
                .await?;
            }
            sqlx::query("delete from workers where beat_ms < $1")
                .bind(now_ms - FORGOTTEN_MS)
                .execute(&mut *conn)
                .await?;
        });
        Ok(())
    }

    /// Takes workers off the list: they stopped in order.
    pub async fn forget_workers(&self, ids: &[String]) -> Result<()> {
        writing!(self, |conn| {
            for id in ids {
                sqlx::query("delete from workers where id = $1")
                    .bind(id)
                    .execute(&mut *conn)
                    .await?;
            }
        });
        Ok(())
    }

    /// How many workers of a role live: heard of since then, Unix milliseconds.
    pub async fn living_workers(&self, role: &str, since_ms: i64) -> Result<i64> {
        Ok(reading!(self, |conn| {
            sqlx::query_scalar("select count(*) from workers where role = $1 and beat_ms >= $2")
                .bind(role)
                .bind(since_ms)
                .fetch_one(conn)
                .await?
        }))
    }

    /// All workers heard of within the last ten minutes.
    pub async fn workers(&self) -> Result<Vec<WorkerRow>> {
        Ok(reading!(self, |conn| sqlx::query_as(
            "select * from workers order by role, id"
        )
        .fetch_all(conn)
        .await?))
    }
}
