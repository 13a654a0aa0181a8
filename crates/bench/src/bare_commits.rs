//! The leanest durable acceptance: one prepared insert a transaction, into a table of one index, flushed to the disk.
//!
//! A release that was answered 202 has survived a power cut, so no acceptance can be faster than the disk confirms
//! commits one after another, unless it shares them. That, and not an HTTP server that stores nothing, is the limit
//! intake is held against; an intake that commits several releases at once may exceed it.

use anyhow::Result;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// An open database and those who write to it.
pub(crate) struct BareCommits {
    writer: SqlitePool,
    submitters: usize,
    content: Arc<str>,
    last_id: Arc<AtomicI64>,
}

impl BareCommits {
    /// Opens a database in a folder, for rows that hold `content`; one writer, as in the store.
    pub(crate) async fn open(
        folder: &Path,
        submitters: usize,
        content: String,
    ) -> Result<BareCommits> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("bare.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        sqlx::raw_sql(
            "create table releases (id bigint not null primary key, content text not null)",
        )
        .execute(&writer)
        .await?;
        Ok(BareCommits {
            writer,
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
                    sqlx::query("insert into releases (id, content) values ($1, $2)")
                        .bind(last_id.fetch_add(1, Ordering::Relaxed) + 1)
                        .bind(&*content)
                        .execute(&writer)
                        .await?;
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
