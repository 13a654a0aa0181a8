//! The shared engine: PostgreSQL, for processes on many machines.
//!
//! Every writer works at once (read committed); what has to happen one after the other takes a [`Turn`]. Connections that
//! were lost are opened again by the pool; a transaction that was under way fails, nothing of it is kept, and whoever
//! asked for it asks again.

use crate::migrating::{self, Migrated};
use crate::schema;
use crate::tables;
use crate::{Result, StoreError};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Transaction};
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// One text a version, in order; a landed one is never edited. The first makes the whole schema of its version.
const MIGRATIONS: &[&str] = &[
    include_str!("../schema/postgres-0003.sql"),
    include_str!("../schema/postgres-0004.sql"),
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

    /// Whether the schema is of this version or a later one; it may be brought to it at any time.
    pub(crate) async fn stands_at(&self, wanted: i64) -> Result<bool> {
        if self.seen.load(Ordering::Relaxed) >= wanted {
            return Ok(true);
        }
        let found = version(&mut *self.reader().await?).await?;
        self.seen.store(found, Ordering::Relaxed);
        Ok(found >= wanted)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema of its own in the database that `deploy/services` started, or that is named.
    async fn place() -> (Postgres, String) {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/services/env");
        let started = std::fs::read_to_string(file).unwrap_or_default();
        let line = |line: &str| Some(line.strip_prefix("DATELINE_POSTGRES=")?.to_owned());
        let server = std::env::var("DATELINE_POSTGRES")
            .ok()
            .or_else(|| started.lines().find_map(line))
            .expect(
                "a PostgreSQL server: run `deploy/services up`, or name one in DATELINE_POSTGRES",
            );
        let schema = format!("test_{:016x}", rand::random::<u64>());
        let all = Postgres::connect(&server).await.unwrap();
        run(&all, &format!("create schema {schema}")).await;
        all.close().await;
        let join = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{join}options[search_path]={schema}");
        (Postgres::connect(&url).await.unwrap(), schema)
    }

    async fn run(postgres: &Postgres, text: &str) {
        let mut connection = postgres.reader().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned()))
            .execute(&mut *connection)
            .await
            .unwrap();
    }

    /// An answer that was given is on the disk: with `off` a crash of the server alone could forget it.
    #[tokio::test]
    async fn connections_wait_for_the_disk() {
        let (postgres, schema) = place().await;
        let mut connection = postgres.reader().await.unwrap();

        let waits: String = sqlx::query_scalar("show synchronous_commit")
            .fetch_one(&mut *connection)
            .await
            .unwrap();

        assert_eq!(waits, "on");
        drop(connection);
        run(&postgres, &format!("drop schema {schema} cascade")).await;
        postgres.close().await;
    }

    /// The next version is made up.
    #[tokio::test]
    async fn database_of_the_previous_version_goes_on_with_all_that_it_holds() {
        let (postgres, schema) = place().await;
        let next = "alter table issuers add column motto text not null default 'none'";
        let mut steps = MIGRATIONS.to_vec();
        steps.push(next);
        let made = postgres.migrate(3, MIGRATIONS, 0).await.unwrap();
        run(
            &postgres,
            "update counters set value = 7 where name = 'item'",
        )
        .await;

        let migrated = postgres.migrate(3, &steps, 0).await.unwrap();
        let again = postgres.migrate(3, &steps, 0).await.unwrap();
        let back = postgres.migrate(3, MIGRATIONS, 0).await;

        assert_eq!(made, Migrated { from: 0, to: 4 });
        assert_eq!(migrated, Migrated { from: 4, to: 5 });
        assert_eq!(again, Migrated { from: 5, to: 5 });
        assert!(matches!(back, Err(StoreError::Schema { found: 5, .. })));
        run(&postgres, "select motto from issuers").await;
        let mut connection = postgres.reader().await.unwrap();
        let kept: (i64, i64) = sqlx::query_as(
            "select (select value from counters where name = 'item'), (select count(*) from keys)",
        )
        .fetch_one(&mut *connection)
        .await
        .unwrap();
        assert_eq!(kept, (7, 1));
        drop(connection);
        run(&postgres, &format!("drop schema {schema} cascade")).await;
        postgres.close().await;
    }

    /// What stands in the middle of a step that fails is not kept, nor the steps before it.
    #[tokio::test]
    async fn migration_that_fails_changes_nothing() {
        let (postgres, schema) = place().await;
        let broken = "create table halfway (id bigint); alter table nowhere add column a text";

        let failed = postgres.migrate(3, &[MIGRATIONS[0], broken], 0).await;

        assert!(failed.is_err());
        let mut connection = postgres.reader().await.unwrap();
        assert_eq!(version(&mut connection).await.unwrap(), 0);
        drop(connection);
        run(&postgres, &format!("drop schema {schema} cascade")).await;
        postgres.close().await;
    }
}
