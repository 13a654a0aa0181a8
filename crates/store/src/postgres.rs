//! The shared engine: PostgreSQL, for processes on many machines.
//!
//! Every writer works at once (read committed); what has to happen one after the other takes a [`Turn`]. Connections that
//! were lost are opened again by the pool; a transaction that was under way fails, nothing of it is kept, and whoever
//! asked for it asks again.

use crate::schema;
use crate::{Result, StoreError};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Transaction};
use std::str::FromStr;
use std::time::Duration;

/// One text a version, in order; a landed one is never edited. The first makes the whole schema of its version.
const MIGRATIONS: &[&str] = &[include_str!("../schema/postgres-0003.sql")];
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
/// Alerts whose deliveries share a partition.
const ALERTS_A_PARTITION: i64 = 100_000;
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
}

/// A pool on one database. Tables are found by the connection's `search_path`.
#[derive(Debug, Clone)]
pub struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Connects, and makes the schema where there is none.
    pub(crate) async fn open(url: &str, now_ms: i64) -> Result<Postgres> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| StoreError::Place(format!("postgres://… ({error})")))?
            .options(SESSION)
            .disable_statement_logging();
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("dateline"),
        };
        // By itself first: the pool would try again and again, and not say why in the end.
        let mut first = PgConnection::connect_with(&options).await?;
        let migrated = migrate(&mut first, now_ms).await;
        first.close().await?;
        migrated?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT_WITHIN)
            .connect_with(options)
            .await?;
        let postgres = Postgres { pool };
        postgres.make_room().await?;
        Ok(postgres)
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<sqlx::Postgres>> {
        Ok(self.pool.acquire().await?)
    }

    pub(crate) async fn begin(&self) -> Result<Transaction<'_, sqlx::Postgres>> {
        Ok(self.pool.begin().await?)
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

    /// Makes partitions for all alerts up to this one.
    pub(crate) async fn make_room_up_to(&self, alert_id: i64) -> Result<()> {
        for part in 0..=alert_id / ALERTS_A_PARTITION + 1 {
            self.add_partition(part).await?;
        }
        Ok(())
    }

    /// Rows of deliveries are changed in place (HOT), each once at least and to a longer one, so more than half of a page is
    /// kept for that. Made beside the table and then attached, a partition keeps nobody from reading or writing the others.
    async fn add_partition(&self, part: i64) -> Result<()> {
        let mut transaction = self.begin_turn(Turn::Schema).await?;
        let name = partition(part);
        if !is_there(&mut transaction, &name).await? {
            let (from, to) = (part * ALERTS_A_PARTITION, (part + 1) * ALERTS_A_PARTITION);
            let text = format!(
                "create table {name} (like deliveries including all) with (fillfactor = 40); \
                 alter table deliveries attach partition {name} for values from ({from}) to ({to})"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(text))
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Brings the schema to this program's version, all steps in one transaction; two processes take turns.
async fn migrate(connection: &mut PgConnection, now_ms: i64) -> Result<()> {
    let mut transaction = connection.begin().await?;
    take_turn(&mut transaction, Turn::Schema).await?;
    let found = version(&mut transaction).await?;
    if found == schema::VERSION {
        return Ok(());
    }
    let done = if found == 0 { FIRST_VERSION - 1 } else { found };
    let steps = usize::try_from(done + 1 - FIRST_VERSION)
        .ok()
        .and_then(|at| MIGRATIONS.get(at..))
        .filter(|steps| !steps.is_empty());
    let steps = steps.ok_or(StoreError::Schema {
        found,
        known: schema::VERSION,
    })?;
    // A step may rewrite a table, or wait for those who read it.
    sqlx::raw_sql("set local statement_timeout = 0; set local lock_timeout = 0")
        .execute(&mut *transaction)
        .await?;
    for step in steps {
        sqlx::raw_sql(*step).execute(&mut *transaction).await?;
    }
    if found == 0 {
        schema::add_key!(transaction, now_ms);
    }
    sqlx::raw_sql("delete from schema_version")
        .execute(&mut *transaction)
        .await?;
    sqlx::query("insert into schema_version (version) values ($1)")
        .bind(schema::VERSION)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
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

fn partition(part: i64) -> String {
    format!("deliveries_{part:06}")
}
