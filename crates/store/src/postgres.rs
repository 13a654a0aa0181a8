//! The shared engine: PostgreSQL, for processes on many machines.
//!
//! Every writer works at once (read committed); what has to happen one after the other takes a [`Turn`]. Connections that
//! were lost are opened again by the pool; a transaction that was under way fails, nothing of it is kept, and whoever
//! asked for it asks again.

mod partitions;

pub(crate) use partitions::make_room_for;

use crate::migrating::{self, Migrated};
use crate::schema;
use crate::tables;
use crate::{Result, StoreError};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Transaction};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// One text a version, in order; a landed one is never edited. The first makes the whole schema of its version.
const MIGRATIONS: &[&str] = &[
    include_str!("../schema/postgres-0003.sql"),
    include_str!("../schema/postgres-0004.sql"),
    include_str!("../schema/postgres-0005.sql"),
    include_str!("../schema/postgres-0006.sql"),
];
const FIRST_VERSION: i64 = schema::VERSION + 1 - MIGRATIONS.len() as i64;
/// A connection for each thing that a process does at once; all others wait a moment.
const CONNECTIONS: u32 = 16;
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// For each connection: a commit is on the disk, no query or lock is waited for without end (none of ours takes as long),
/// and no plan is compiled for one use.
const SESSION: [(&str, &str); 5] = [
    ("synchronous_commit", "on"),
    ("statement_timeout", "60s"),
    ("lock_timeout", "20s"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("jit", "off"),
];
/// How often a transaction that lost a race runs, before its caller hears of it.
pub(crate) const TRIES: u32 = 8;

/// What must happen one after the other, whichever process does it: a lock in the database, held until the transaction
/// ends. The embedded engine has one writer, and needs none.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Turn {
    /// The way of releases: accepted, reviewed, stopped, cleared.
    Releases,
    /// What readers and people ask for.
    Readers,
    /// Erasing a reader, which is a turn of [`Turn::Readers`] as well. Whoever writes down what a receiver said does so
    /// beside this turn: words that were not committed yet would be missed by the erasing, and stay.
    Erasing,
    /// Making the schema, and its partitions.
    Schema,
    /// Looking for stories that are alike.
    Alike,
}

/// A pool on one database. Tables are found by the connection's `search_path`.
#[derive(Debug, Clone)]
pub struct Postgres {
    pool: PgPool,
    /// The version of the schema when it was last looked at: it never falls.
    seen: Arc<AtomicI64>,
}

impl Postgres {
    /// Connects, and makes the schema where there is none; another version than this program's stays as it is.
    pub(crate) async fn open(url: &str, now_ms: i64) -> Result<Postgres> {
        let postgres = Postgres::connect(url).await?;
        match version(&mut *postgres.reader().await?).await? {
            0 => drop(postgres.migrate(FIRST_VERSION, MIGRATIONS, now_ms).await?),
            found => migrating::accept(found)?,
        }
        postgres.make_room().await?;
        Ok(postgres)
    }

    /// Connects to a database that has this program's schema, to read it only.
    pub(crate) async fn open_reading(url: &str) -> Result<Postgres> {
        let postgres = Postgres::connect(url).await?;
        match version(&mut *postgres.reader().await?).await? {
            schema::VERSION => Ok(postgres),
            found => Err(migrating::other(found)),
        }
    }

    /// Looks at a database: the version of its schema, how far its clock is before ours, and whether it takes a write, which is
    /// not kept.
    pub(crate) async fn look(url: &str, now_ms: impl Fn() -> i64) -> Result<(i64, i64)> {
        let postgres = Postgres::connect(url).await?;
        let found = version(&mut *postgres.reader().await?).await?;
        let offset_ms = postgres.clock_offset_ms(now_ms).await?;
        let mut transaction = postgres.begin().await?;
        if found > 0 {
            sqlx::raw_sql(schema::PROBE)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.rollback().await?;
        postgres.close().await;
        Ok((found, offset_ms))
    }

    async fn connect(url: &str) -> Result<Postgres> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| StoreError::Place(format!("postgres://… ({error})")))?
            .options(SESSION)
            .disable_statement_logging();
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("dateline"),
        };
        // By itself first: the pool would try again and again, and not say why in the end.
        let first = PgConnection::connect_with(&options).await?;
        first.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT_WITHIN)
            .connect_with(options)
            .await?;
        Ok(Postgres {
            pool,
            seen: Arc::default(),
        })
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<sqlx::Postgres>> {
        Ok(self.pool.acquire().await?)
    }

    pub(crate) async fn begin(&self) -> Result<Transaction<'static, sqlx::Postgres>> {
        Ok(self.pool.begin().await?)
    }

    /// A transaction that sees the database as it is now until its end, however long that takes; others go on writing.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction<'static, sqlx::Postgres>> {
        let begin = "begin isolation level repeatable read, read only";
        let mut transaction = self.pool.begin_with(begin).await?;
        // The first query is what fixes the moment, and the setting is none.
        sqlx::raw_sql("set local statement_timeout = 0; select count(*) from counters")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    /// A transaction that nobody else writes beside, to any table.
    pub(crate) async fn begin_alone(&self) -> Result<Transaction<'static, sqlx::Postgres>> {
        let mut transaction = self.pool.begin().await?;
        let all = tables::tables().collect::<Vec<_>>().join(", ");
        let text = format!("set local statement_timeout = 0; lock table {all} in exclusive mode");
        sqlx::raw_sql(sqlx::AssertSqlSafe(text))
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    pub(crate) async fn begin_turn(&self, turn: Turn) -> Result<Transaction<'_, sqlx::Postgres>> {
        let mut transaction = self.pool.begin().await?;
        if let Turn::Erasing = turn {
            take_turn(&mut transaction, Turn::Readers).await?;
        }
        take_turn(&mut transaction, turn).await?;
        Ok(transaction)
    }

    pub(crate) async fn begin_beside(&self, turn: Turn) -> Result<Transaction<'_, sqlx::Postgres>> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("select pg_advisory_xact_lock_shared(hashtext(current_schema()), $1)")
            .bind(turn as i32)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// The schema's version as it stands; it may be brought to this program's at any time.
    pub(crate) async fn version(&self) -> Result<i64> {
        let seen = self.seen.load(Ordering::Relaxed);
        if seen >= schema::VERSION {
            return Ok(seen);
        }
        let found = version(&mut *self.reader().await?).await?;
        self.seen.store(found, Ordering::Relaxed);
        Ok(found)
    }

    /// How far the database's clock is before ours, milliseconds, give or take the half of the asking.
    pub(crate) async fn clock_offset_ms(&self, now_ms: impl Fn() -> i64) -> Result<i64> {
        let mut connection = self.reader().await?;
        let before_ms = now_ms();
        let there_ms: i64 = sqlx::query_scalar(
            "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)",
        )
        .fetch_one(&mut *connection)
        .await?;
        Ok(there_ms - (before_ms + now_ms()) / 2)
    }

    /// Brings the schema of the database that a URL names to this program's version.
    pub(crate) async fn migrate_database(url: &str, now_ms: i64) -> Result<Migrated> {
        let postgres = Postgres::connect(url).await?;
        let migrated = postgres.migrate(FIRST_VERSION, MIGRATIONS, now_ms).await;
        postgres.close().await;
        migrated
    }

    /// Runs the steps that are left, all in one transaction; two processes take turns.
    async fn migrate(&self, first: i64, steps: &[&'static str], now_ms: i64) -> Result<Migrated> {
        let mut transaction = self.pool.begin().await?;
        let migrated = migrate_in(&mut transaction, first, steps, now_ms).await;
        // Not left to the end of the connection: the lock holds up every process that starts.
        match &migrated {
            Ok(_) => transaction.commit().await?,
            Err(_) => transaction.rollback().await?,
        }
        migrated
    }
}

async fn migrate_in(
    connection: &mut PgConnection,
    first: i64,
    steps: &[&'static str],
    now_ms: i64,
) -> Result<Migrated> {
    // Rewriting a grown table takes what it takes.
    sqlx::raw_sql("set local statement_timeout = 0; set local lock_timeout = 0")
        .execute(&mut *connection)
        .await?;
    take_turn(connection, Turn::Schema).await?;
    let from = version(connection).await?;
    let to = first + steps.len() as i64 - 1;
    for step in migrating::steps_from(from, first, steps)? {
        sqlx::raw_sql(sqlx::AssertSqlSafe(*step))
            .execute(&mut *connection)
            .await?;
    }
    if from == 0 {
        schema::add_key!(connection, now_ms);
    }
    sqlx::raw_sql("delete from schema_version")
        .execute(&mut *connection)
        .await?;
    sqlx::query("insert into schema_version (version) values ($1)")
        .bind(to)
        .execute(&mut *connection)
        .await?;
    Ok(Migrated { from, to })
}

/// Waits for it, and keeps it until the transaction ends. Each wire has its own turns, also where several share a database.
async fn take_turn(connection: &mut PgConnection, turn: Turn) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtext(current_schema()), $1)")
        .bind(turn as i32)
        .execute(connection)
        .await?;
    Ok(())
}

/// The version of the schema; 0 where there is none.
async fn version(connection: &mut PgConnection) -> Result<i64> {
    if !is_there(connection, "schema_version").await? {
        return Ok(0);
    }
    let found: Option<i64> = sqlx::query_scalar("select version from schema_version")
        .fetch_optional(connection)
        .await?;
    Ok(found.unwrap_or(0))
}

/// Whether our schema has a table of this name.
async fn is_there(connection: &mut PgConnection, table: &str) -> Result<bool> {
    let found: Option<String> = sqlx::query_scalar("select cast(to_regclass($1) as text)")
        .bind(table)
        .fetch_one(connection)
        .await?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests;
