//! Moving a grown installation: everything that a SQLite file holds, into an empty PostgreSQL database.
//!
//! Reads the file in one transaction, so what is written to it meanwhile is not half taken; writes the database in one as
//! well: a crash leaves it as empty as it was. Rows pass through memory some thousand at a time, as JSON, which both
//! engines make and read by themselves.

use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{Result, Store, StoreError};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyProgress {
    /// Which table is being copied.
    pub table: &'static str,
    /// Rows of it that were written.
    pub done: i64,
    /// Rows of it that there are.
    pub total: i64,
}

/// Every table of the schema, after those that its rows refer to.
const TABLES: [&str; 27] = [
    "counters",
    "keys",
    "issuers",
    "tokens",
    "people",
    "sign_ins",
    "sessions",
    "stories",
    "releases",
    "release_events",
    "release_texts",
    "idempotency",
    "items",
    "item_marks",
    "questions",
    "endpoints",
    "subscriptions",
    "suppressions",
    "alerts",
    "batches",
    "deliveries",
    "retries",
    "digest_members",
    "attempts",
    "workers",
    "halts",
    "acts",
];
/// What a schema that was just made holds already, and the copy replaces.
const MADE_WITH_THE_SCHEMA: [&str; 2] = ["counters", "keys"];
/// Rows written by one statement.
const AT_ONCE: usize = 2_000;

impl Store {
    /// Copies all that this store, a SQLite file, holds into an empty PostgreSQL database; `progress` hears of each step.
    ///
    /// # Errors
    /// [`StoreError::Place`] if these are other engines, [`StoreError::NotEmpty`] if the destination holds anything; nothing
    /// of the copy stays then, nor after any other failure.
    pub async fn copy_to(&self, to: &Store, progress: impl FnMut(CopyProgress)) -> Result<()> {
        match (self, to) {
            (Store::Sqlite(from), Store::Postgres(to)) => copy(from, to, progress).await,
            _ => Err(StoreError::Place(
                "a copy goes from sqlite:PATH to postgres://…, and this".into(),
            )),
        }
    }
}

async fn copy(from: &Sqlite, to: &Postgres, mut progress: impl FnMut(CopyProgress)) -> Result<()> {
    let mut reader = from.reader().await?;
    let mut source = reader.begin().await?;
    let last_alert: i64 = sqlx::query_scalar("select value from counters where name = 'alert'")
        .fetch_one(&mut *source)
        .await?;
    to.make_room_up_to(last_alert).await?;
    let mut target = to.begin().await?;
    for table in TABLES {
        make_empty(&mut target, table).await?;
    }
    for table in TABLES {
        let total = count(&mut source, table).await?;
        progress(CopyProgress {
            table,
            done: 0,
            total,
        });
        let columns = columns(&mut source, table).await?;
        let mut done = 0;
        let read = AssertSqlSafe(read_text(table, &columns));
        let mut rows = sqlx::query_scalar::<_, String>(read).fetch(&mut *source);
        let mut page = Vec::with_capacity(AT_ONCE);
        loop {
            let row = rows.try_next().await?;
            let ended = row.is_none();
            page.extend(row);
            if page.len() == AT_ONCE || (ended && !page.is_empty()) {
                write_page(&mut target, table, &columns, &page).await?;
                done += page.len() as i64;
                page.clear();
                progress(CopyProgress { table, done, total });
            }
            if ended {
                break;
            }
        }
    }
    Ok(target.commit().await?)
}

/// A column: its name, and whether it holds bytes.
struct Column {
    name: String,
    is_bytes: bool,
}

async fn columns(source: &mut SqliteConnection, table: &str) -> Result<Vec<Column>> {
    let columns: Vec<(String, String)> =
        sqlx::query_as("select name, type from pragma_table_info($1) order by cid")
            .bind(table)
            .fetch_all(source)
            .await?;
    let column = |(name, kind): (String, String)| Column {
        name,
        is_bytes: kind.eq_ignore_ascii_case("blob"),
    };
    Ok(columns.into_iter().map(column).collect())
}

async fn count(source: &mut SqliteConnection, table: &str) -> Result<i64> {
    let text = AssertSqlSafe(format!("select count(*) from {table}"));
    Ok(sqlx::query_scalar(text).fetch_one(source).await?)
}

/// Each row as a JSON object; bytes as PostgreSQL reads them, `\x00ff`.
fn read_text(table: &str, columns: &[Column]) -> String {
    let member = |column: &Column| match column.is_bytes {
        true => format!("'{0}', '\\x' || hex({0})", column.name),
        false => format!("'{0}', {0}", column.name),
    };
    let members: Vec<String> = columns.iter().map(member).collect();
    format!("select json_object({}) from {table}", members.join(", "))
}

async fn write_page(
    target: &mut PgConnection,
    table: &str,
    columns: &[Column],
    page: &[String],
) -> Result<()> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let names = names.join(", ");
    sqlx::query(AssertSqlSafe(format!(
        "insert into {table} ({names}) select {names} from json_populate_recordset(null::{table}, $1::json)"
    )))
    .bind(format!("[{}]", page.join(",")))
    .execute(target)
    .await?;
    Ok(())
}

/// Takes away what the schema was made with; a conflict with everything else.
async fn make_empty(target: &mut PgConnection, table: &str) -> Result<()> {
    if MADE_WITH_THE_SCHEMA.contains(&table) {
        let text = AssertSqlSafe(format!("delete from {table}"));
        sqlx::query(text).execute(target).await?;
        return Ok(());
    }
    let text = AssertSqlSafe(format!("select exists (select 1 from {table})"));
    match sqlx::query_scalar(text).fetch_one(target).await? {
        true => Err(StoreError::NotEmpty(table.to_owned())),
        false => Ok(()),
    }
}
