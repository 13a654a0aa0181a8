//! The leanest durable planning: rows as wide as planned deliveries, 500 a transaction, one writer, flushed to the disk.

use crate::figure::per_second;
use anyhow::{Result, bail};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, PgConnection, QueryBuilder, Sqlite, SqliteConnection};
use std::path::Path;
use std::time::Instant;

/// Rows in a transaction; the default of `batch.size`.
const ROWS: usize = 500;
/// Of one release of the bench.
const REASONS: &str = "123456";

/// A table of deliveries and nothing else, in a database of its own or beside others.
pub(crate) enum BareInserts {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl BareInserts {
    /// Makes the table.
    pub(crate) async fn open(url: &str) -> Result<BareInserts> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(Path::new(path))
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            let mut connection = SqliteConnection::connect_with(&options).await?;
            let text = "create table bare_deliveries (alert_id bigint not null, endpoint_id bigint not null, \
                        batch_id bigint not null, release_id bigint, state text not null, reasons text not null, \
                        primary key (alert_id, endpoint_id)) without rowid";
            sqlx::query(text).execute(&mut connection).await?;
            return Ok(BareInserts::Sqlite(connection));
        }
        let mut connection = PgConnection::connect(url).await?;
        let text = "create table bare_deliveries (alert_id bigint not null, endpoint_id bigint not null, \
                    batch_id bigint not null, release_id bigint, state text not null, reasons text not null, \
                    primary key (alert_id, endpoint_id)) with (fillfactor = 40)";
        sqlx::query(text).execute(&mut connection).await?;
        Ok(BareInserts::Postgres(connection))
    }

    /// Commits `n` rows of one alert, a round's own; gives how many a second.
    pub(crate) async fn per_second(&mut self, round: i64, n: usize) -> Result<f64> {
        let begun = Instant::now();
        for from in (0..n).step_by(ROWS) {
            let endpoints: Vec<i64> = (from..n.min(from + ROWS)).map(|at| at as i64).collect();
            match self {
                BareInserts::Sqlite(connection) => sqlite(connection, round, &endpoints).await?,
                BareInserts::Postgres(connection) => {
                    postgres(connection, round, &endpoints).await?;
                }
            }
        }
        Ok(per_second(n, begun.elapsed()))
    }

    /// Checks that the rows of so many rounds are there.
    pub(crate) async fn close(self, rows: usize) -> Result<()> {
        let text = "select count(*) from bare_deliveries";
        let count: i64 = match self {
            BareInserts::Sqlite(mut connection) => {
                sqlx::query_scalar(text).fetch_one(&mut connection).await?
            }
            BareInserts::Postgres(mut connection) => {
                sqlx::query_scalar(text).fetch_one(&mut connection).await?
            }
        };
        if count != rows as i64 {
            bail!("{count} of {rows} bare rows are there");
        }
        Ok(())
    }
}

async fn sqlite(connection: &mut SqliteConnection, round: i64, endpoints: &[i64]) -> Result<()> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "insert into bare_deliveries (alert_id, endpoint_id, batch_id, release_id, state, reasons) ",
    );
    query.push_values(endpoints, |mut row, endpoint| {
        row.push_bind(round)
            .push_bind(endpoint)
            .push("7, 7, 'due'")
            .push_bind(REASONS);
    });
    // A statement by itself is a transaction.
    query.build().execute(connection).await?;
    Ok(())
}

async fn postgres(connection: &mut PgConnection, round: i64, endpoints: &[i64]) -> Result<()> {
    sqlx::query(
        "insert into bare_deliveries (alert_id, endpoint_id, batch_id, release_id, state, reasons) \
         select $1, endpoint_id, 7, 7, 'due', reasons from unnest($2::bigint[], $3::text[]) as planned (endpoint_id, reasons)",
    )
    .bind(round)
    .bind(endpoints)
    .bind(vec![REASONS; endpoints.len()])
    .execute(connection)
    .await?;
    Ok(())
}
