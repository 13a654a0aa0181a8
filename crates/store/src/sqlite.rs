//! The embedded engine: SQLite in WAL mode with one writer and several readers.

use crate::migrating::{self, Migrated};
use crate::schema::{self, PROBE, VERSION};
use crate::{Result, StoreError};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Transaction};
use std::path::Path;
use std::time::Duration;

/// One text a version, in order; a landed one is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("../schema/sqlite-0001.sql"),
    include_str!("../schema/sqlite-0002.sql"),
    include_str!("../schema/sqlite-0003.sql"),
    include_str!("../schema/sqlite-0004.sql"),
    include_str!("../schema/sqlite-0005.sql"),
    include_str!("../schema/sqlite-0006.sql"),
];
const _: () = assert!(MIGRATIONS.len() as i64 == schema::VERSION);
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
        let options = options(path).journal_mode(SqliteJournalMode::Wal);
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

    /// Opens a file that is there, to read it only, whoever else works on it.
    pub(crate) async fn open_reading(path: &Path) -> Result<Sqlite> {
        let options = options(path).read_only(true).create_if_missing(false);
        let readers = pool(READERS).connect_with(options).await?;
        let found = version(&mut *readers.acquire().await?).await?;
        match found == VERSION {
            true => Ok(Sqlite {
                writer: readers.clone(),
                readers,
            }),
            false => Err(migrating::other(found)),
        }
    }

    /// Looks at a file that is there: the version of its schema, and whether it takes a write, which is not kept.
    pub(crate) async fn look(path: &Path) -> Result<i64> {
        let pool = pool(1)
            .connect_with(options(path).create_if_missing(false))
            .await?;
        let found = version(&mut *pool.acquire().await?).await?;
        let mut transaction = pool.begin_with("begin immediate").await?;
        if found > 0 {
            sqlx::raw_sql(PROBE).execute(&mut *transaction).await?;
        }
        transaction.rollback().await?;
        pool.close().await;
        Ok(found)
    }

    /// Opens the file as a start does, and says what that did.
    pub(crate) async fn migrate_file(path: &Path, now_ms: i64) -> Result<Migrated> {
        let options = options(path).create_if_missing(false);
        let before = pool(1).connect_with(options).await?;
        let from = version(&mut *before.acquire().await?).await?;
        before.close().await;
        Sqlite::open(path, now_ms).await?.close().await;
        Ok(Migrated { from, to: VERSION })
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<sqlx::Sqlite>> {
        Ok(self.readers.acquire().await?)
    }

    pub(crate) async fn begin(&self) -> Result<Transaction<'static, sqlx::Sqlite>> {
        Ok(self.writer.begin_with("begin immediate").await?)
    }

    /// A transaction that sees the file as it is now until its end; others go on writing.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction<'static, sqlx::Sqlite>> {
        let mut transaction = self.readers.begin().await?;
        // Its first read is what fixes the moment.
        sqlx::query("select count(*) from counters")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("cache_size", "-65536")
        .pragma("temp_store", "memory")
        .row_buffer_size(ROWS_READ_AHEAD)
        .disable_statement_logging()
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

/// The version of the file's schema; 0 where there is none.
async fn version(connection: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("pragma user_version")
        .fetch_one(connection)
        .await?)
}

/// Brings the file to this program's version, all steps in one transaction.
async fn migrate(writer: &SqlitePool, now_ms: i64) -> Result<()> {
    let mut connection = writer.acquire().await?;
    let found = version(&mut connection).await?;
    if found == VERSION {
        return Ok(());
    }
    let steps = migrating::steps_from(found, 1, MIGRATIONS)?;
    // A table can only be rebuilt while references to it are not watched; inside a transaction this pragma does nothing.
    sqlx::raw_sql("pragma foreign_keys = off")
        .execute(&mut *connection)
        .await?;
    let mut transaction = connection.begin_with("begin immediate").await?;
    for step in steps {
        sqlx::raw_sql(*step).execute(&mut *transaction).await?;
    }
    if found == 0 {
        schema::add_key!(transaction, now_ms);
    }
    let dangling = sqlx::query("pragma foreign_key_check")
        .fetch_optional(&mut *transaction)
        .await?;
    if dangling.is_some() {
        let reason = format!("rows of schema version {found} refer to rows that are not there");
        return Err(StoreError::Unreadable(reason));
    }
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "pragma user_version = {VERSION}"
    )))
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    sqlx::raw_sql("pragma foreign_keys = on")
        .execute(&mut *connection)
        .await?;
    Ok(())
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
