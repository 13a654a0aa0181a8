//! The embedded engine: SQLite in WAL mode with one writer and several readers.

use crate::{Result, StoreError};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Transaction};
use std::path::Path;
use std::time::Duration;

/// What this program writes and reads.
const SCHEMA_VERSION: i64 = 1;
const READERS: u32 = 4;

/// Two pools on one file.
#[derive(Debug, Clone)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens the file, creating file and schema when they are not there.
    pub async fn open(path: &Path, now_ms: i64) -> Result<Sqlite> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory")
            .disable_statement_logging();
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let writer = pool(1).connect_with(options.clone()).await?;
        migrate(&writer, now_ms).await?;
        let readers = pool(READERS)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Sqlite { writer, readers })
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<sqlx::Sqlite>> {
        Ok(self.readers.acquire().await?)
    }

    pub(crate) async fn begin(&self) -> Result<Transaction<'_, sqlx::Sqlite>> {
        Ok(self.writer.begin_with("begin immediate").await?)
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

async fn migrate(writer: &SqlitePool, now_ms: i64) -> Result<()> {
    let found: i64 = sqlx::query_scalar("pragma user_version")
        .fetch_one(writer)
        .await?;
    match found {
        0 => create(writer, now_ms).await,
        SCHEMA_VERSION => Ok(()),
        found => Err(StoreError::Schema {
            found,
            known: SCHEMA_VERSION,
        }),
    }
}

async fn create(writer: &SqlitePool, now_ms: i64) -> Result<()> {
    let mut transaction = writer.begin_with("begin immediate").await?;
    sqlx::raw_sql(include_str!("../schema/sqlite-0001.sql"))
        .execute(&mut *transaction)
        .await?;
    let secret: [u8; 32] = rand::random();
    sqlx::query("insert into keys (id, secret, created_ms) values (1, $1, $2)")
        .bind(secret.as_slice())
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
    sqlx::raw_sql("pragma user_version = 1")
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}
