//! Carrying rows out of a store and into one, whatever engine either is on.
//!
//! A row is carried as the text of a JSON array, its columns in the order of their names, bytes as hexadecimal digits: each
//! engine writes that, and reads it back, in one statement for many rows. Reading is one transaction that sees the store as
//! it stood at one moment, while others go on writing; filling is one, too, so a crash leaves the destination as empty as
//! it was.

use crate::tables::{self, Column, FILLED_AT_BIRTH, Kind};
use crate::{Result, Store, StoreError};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Transaction};

/// Rows that are written by one statement, and their size in bytes, whichever is reached first.
const ROWS_A_PAGE: usize = 1000;
const BYTES_A_PAGE: usize = 1 << 20;

/// A transaction that carries rows: out of a store, or into one.
pub(crate) enum Transfer {
    Sqlite(Transaction<'static, sqlx::Sqlite>),
    Postgres(Transaction<'static, sqlx::Postgres>),
}

/// Runs a body with the connection of whichever engine it is.
macro_rules! carrying {
    ($transfer:expr, |$conn:ident| $body:expr) => {
        match $transfer {
            Transfer::Sqlite(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
            Transfer::Postgres(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use carrying;

impl Transfer {
    /// Sees the store as it stands now until it is dropped, and changes nothing.
    pub(crate) async fn out_of(store: &Store) -> Result<Transfer> {
        Ok(match store {
            Store::Sqlite(engine) => Transfer::Sqlite(engine.begin_reading().await?),
            Store::Postgres(engine) => Transfer::Postgres(engine.begin_reading().await?),
        })
    }

    /// Holds the store for itself and makes room in it for rows from elsewhere.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] if there is a wire in it already.
    pub(crate) async fn into(store: &Store) -> Result<Transfer> {
        let mut transfer = match store {
            Store::Sqlite(engine) => Transfer::Sqlite(engine.begin().await?),
            Store::Postgres(engine) => Transfer::Postgres(engine.begin_alone().await?),
        };
        for table in tables::tables() {
            if transfer.holds_something(table).await? {
                transfer.roll_back().await?;
                return Err(StoreError::NotEmpty { table });
            }
        }
        for table in FILLED_AT_BIRTH {
            let text = format!("delete from {table}");
            carrying!(&mut transfer, |conn| {
                sqlx::query(AssertSqlSafe(text)).execute(conn).await?;
            });
        }
        Ok(transfer)
    }

    /// Whether a table has rows that no new store has.
    async fn holds_something(&mut self, table: &str) -> Result<bool> {
        let text = match table {
            "counters" => "select count(*) from counters where value <> 0 and name <> 'probe'",
            table if FILLED_AT_BIRTH.contains(&table) => return Ok(false),
            table => &format!("select count(*) from (select 1 from {table} limit 1) as found"),
        };
        let found: i64 = carrying!(self, |conn| {
            sqlx::query_scalar(AssertSqlSafe(text.to_owned()))
                .fetch_one(conn)
                .await?
        });
        Ok(found > 0)
    }

    /// How many rows a table has.
    pub(crate) async fn count(&mut self, table: &str) -> Result<i64> {
        let text = format!("select count(*) from {table}");
        Ok(carrying!(self, |conn| {
            sqlx::query_scalar(AssertSqlSafe(text))
                .fetch_one(conn)
                .await?
        }))
    }

    /// A counter's value; 0 if there is none.
    pub(crate) async fn counter(&mut self, name: &str) -> Result<i64> {
        let found: Option<i64> = carrying!(self, |conn| {
            sqlx::query_scalar("select value from counters where name = $1")
                .bind(name)
                .fetch_optional(conn)
                .await?
        });
        Ok(found.unwrap_or(0))
    }

    /// Hands over all rows of a table, page by page.
    pub(crate) async fn read(
        &mut self,
        table: &str,
        columns: &[Column],
        mut take: impl AsyncFnMut(&[String]) -> Result<()>,
    ) -> Result<()> {
        let text = self.reading_text(table, columns);
        let mut page = Page::default();
        carrying!(self, |conn| {
            let mut rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(text)).fetch(conn);
            while let Some(row) = rows.try_next().await? {
                page.add(row);
                if page.is_full() {
                    take(&page.rows).await?;
                    page = Page::default();
                }
            }
        });
        if !page.rows.is_empty() {
            take(&page.rows).await?;
        }
        Ok(())
    }

    fn reading_text(&self, table: &str, columns: &[Column]) -> String {
        let (array, hexadecimal) = match self {
            Transfer::Sqlite(_) => ("json_array", "lower(hex(#))"),
            Transfer::Postgres(_) => ("json_build_array", "encode(#, 'hex')"),
        };
        let cell = |column: &Column| match column.kind {
            Kind::Bytes => hexadecimal.replace('#', &column.name),
            Kind::Number | Kind::Text => column.name.clone(),
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        format!(
            "select cast({array}({}) as text) from {table}",
            cells.join(", ")
        )
    }

    /// Writes rows that were read with these columns.
    pub(crate) async fn write(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: &[String],
    ) -> Result<()> {
        if let (Transfer::Postgres(transaction), "deliveries") = (&mut *self, table) {
            crate::postgres::make_room_for(transaction, alerts_of(columns, rows)?).await?;
        }
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let into = format!("insert into {table} ({})", names.join(", "));
        let cells: Vec<String> = (0..).zip(columns).map(|(at, c)| self.cell(at, c)).collect();
        let (cells, page) = (cells.join(", "), format!("[{}]", rows.join(",")));
        match self {
            Transfer::Sqlite(transaction) => {
                sqlx::query(AssertSqlSafe(format!(
                    "{into} select {cells} from json_each($1)"
                )))
                .bind(&page)
                .execute(&mut **transaction)
                .await?;
            }
            Transfer::Postgres(transaction) => {
                sqlx::query(AssertSqlSafe(format!(
                    "{into} select {cells} from jsonb_array_elements(cast($1 as jsonb)) as carried (value)"
                )))
                .bind(&page)
                .execute(&mut **transaction)
                .await?;
            }
        }
        Ok(())
    }

    /// What takes a column out of a carried row.
    fn cell(&self, at: usize, column: &Column) -> String {
        match (self, column.kind) {
            (Transfer::Sqlite(_), Kind::Bytes) => format!("unhex(json_extract(value, '$[{at}]'))"),
            (Transfer::Sqlite(_), _) => format!("json_extract(value, '$[{at}]')"),
            (Transfer::Postgres(_), Kind::Bytes) => format!("decode(value ->> {at}, 'hex')"),
            (Transfer::Postgres(_), Kind::Number) => format!("cast(value ->> {at} as bigint)"),
            (Transfer::Postgres(_), Kind::Text) => format!("value ->> {at}"),
        }
    }

    /// Keeps nothing of what was written, and lets others in.
    pub(crate) async fn roll_back(self) -> Result<()> {
        match self {
            Transfer::Sqlite(transaction) => transaction.rollback().await?,
            Transfer::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }

    /// Keeps what was written.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Transfer::Sqlite(transaction) => transaction.commit().await?,
            Transfer::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// Rows on their way.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) rows: Vec<String>,
    bytes: usize,
}

impl Page {
    pub(crate) fn add(&mut self, row: String) {
        self.bytes += row.len();
        self.rows.push(row);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() == ROWS_A_PAGE || self.bytes >= BYTES_A_PAGE
    }
}

/// The keys of the alerts that rows of deliveries belong to.
fn alerts_of(columns: &[Column], rows: &[String]) -> Result<Vec<i64>> {
    let at = columns.iter().position(|column| column.name == "alert_id");
    let alert = |row: &String| {
        let cells: Vec<serde_json::Value> = serde_json::from_str(row).ok()?;
        cells.get(at?)?.as_i64()
    };
    let alerts: Option<Vec<i64>> = rows.iter().map(alert).collect();
    alerts.ok_or_else(|| StoreError::Unreadable("a delivery without an alert".into()))
}
