//! The leanest durable acceptance: one insert a transaction, into a table of one index, flushed to the disk.
//!
//! A release that was answered 202 has survived a power cut, so no acceptance can be faster than the disk confirms
//! commits one after another, unless it shares them. That, and not an HTTP server that stores nothing, is the limit
//! intake is held against; an intake that commits several releases at once may exceed it.

use anyhow::Result;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const TABLE: &str =
    "create table bare_releases (id bigint not null primary key, content text not null)";
const INSERT: &str = "insert into bare_releases (id, content) values ($1, $2)";

/// An open database: one writer of an SQLite file, as in the store, or a connection for each submitter.
#[derive(Clone)]
enum Writer {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Writer {
    async fn open(url: &str, submitters: usize) -> Result<Writer> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(Path::new(path))
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            let pool = SqlitePoolOptions::new().max_connections(1);
            let pool = pool
                .test_before_acquire(false)
                .connect_with(options)
                .await?;
            sqlx::query(TABLE).execute(&pool).await?;
            return Ok(Writer::Sqlite(pool));
        }
        let pool = PgPoolOptions::new().max_connections(submitters as u32);
        let pool = pool.test_before_acquire(false).connect(url).await?;
        sqlx::query(TABLE).execute(&pool).await?;
        Ok(Writer::Postgres(pool))
    }

    async fn insert(&self, id: i64, content: &str) -> Result<()> {
        match self {
            Writer::Sqlite(pool) => {
                let insert = sqlx::query(INSERT).bind(id).bind(content);
                insert.execute(pool).await?;
            }
            Writer::Postgres(pool) => {
                let insert = sqlx::query(INSERT).bind(id).bind(content);
                insert.execute(pool).await?;
            }
        }
        Ok(())
    }
}

/// An open database and those who write to it.
pub(crate) struct BareCommits {
    writer: Writer,
    submitters: usize,
    content: Arc<str>,
    last_id: Arc<AtomicI64>,
}

impl BareCommits {
    /// Makes a table for rows that hold `content`.
    pub(crate) async fn open(url: &str, submitters: usize, content: String) -> Result<BareCommits> {
        Ok(BareCommits {
            writer: Writer::open(url, submitters).await?,
            submitters,
            content: content.into(),
            last_id: Arc::default(),
        })
    }

    /// Commits `n` rows, and gives how long that took.
    pub(crate) async fn round(&self, n: usize) -> Result<Duration> {
        let next = Arc::new(AtomicUsize::new(0));
        let mut submitting = JoinSet::new();
        let begun = Instant::now();
        for _ in 0..self.submitters {
            let (writer, content, next, last_id) = (
                self.writer.clone(),
                self.content.clone(),
                next.clone(),
                self.last_id.clone(),
            );
            submitting.spawn(async move {
                while next.fetch_add(1, Ordering::Relaxed) < n {
                    let id = last_id.fetch_add(1, Ordering::Relaxed) + 1;
                    writer.insert(id, &content).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = submitting.join_next().await {
            done??;
        }
        Ok(begun.elapsed())
    }
}
