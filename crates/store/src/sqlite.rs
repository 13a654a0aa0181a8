//! The embedded engine: SQLite in WAL mode with one writer and several readers.

use crate::{Result, StoreError};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Transaction};
use std::path::Path;
use std::time::Duration;

/// What this program writes and reads.
const SCHEMA_VERSION: i64 = 1;
const READERS: u32 = 4;
/// Rows that a connection's thread hands over before it waits for them to be taken: more than a batch has, for each
/// such wait wakes two threads.
const ROWS_READ_AHEAD: usize = 1024;

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
            .row_buffer_size(ROWS_READ_AHEAD)
            .disable_statement_logging();
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        // SQLite ends a transaction by itself when the disk fails; sqlx then counts it as open for ever, and the connection
        // would refuse every later one. Such a connection is closed, and another opened.
        let writer = pool(1)
            .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `synchronous` belongs to a connection, so only the writer itself can tell.
    #[tokio::test]
    async fn writer_waits_for_the_disk() {
        let folder = tempfile::TempDir::new().unwrap();
        let engine = Sqlite::open(&folder.path().join("dateline.db"), 0)
            .await
            .unwrap();

        let pragma = async |name: &str| -> String {
            let text = format!("select cast({name} as text) from pragma_{name}");
            let mut writer = engine.begin().await.unwrap();
            sqlx::query_scalar(sqlx::AssertSqlSafe(text))
                .fetch_one(&mut *writer)
                .await
                .unwrap()
        };

        assert_eq!(pragma("synchronous").await, "2", "2 is full");
        assert_eq!(pragma("journal_mode").await, "wal");
        assert_eq!(pragma("foreign_keys").await, "1");
        engine.close().await;
    }
}
