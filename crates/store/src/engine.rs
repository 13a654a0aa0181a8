//! One enum of engines, and the macros that write each query once for all of them.

use crate::migrating::other;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{Result, StoreError, schema};
use std::path::Path;

/// A database that holds the truth. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Store {
    /// Embedded: one file, one process.
    Sqlite(Sqlite),
    /// Shared by any number of processes.
    Postgres(Postgres),
}

impl Store {
    /// Opens the store that a URL names (`sqlite:PATH`, `postgres://…`), creating it when it is not there yet.
    ///
    /// # Errors
    /// [`StoreError::Schema`] if it was written by another version, [`StoreError::Unwritable`] if the file cannot be
    /// opened, [`StoreError::Unreachable`] if the server does not answer, [`StoreError::Refused`] if it does not let us,
    /// [`StoreError::Place`] if no engine has such URLs.
    pub async fn open(url: &str, now_ms: i64) -> Result<Store> {
        match url.split_once(':') {
            Some(("sqlite", path)) => {
                Ok(Store::Sqlite(Sqlite::open(Path::new(path), now_ms).await?))
            }
            Some(("postgres" | "postgresql", _)) => {
                Ok(Store::Postgres(Postgres::open(url, now_ms).await?))
            }
            // The rest of a URL may hold a password.
            Some((scheme, _)) => Err(StoreError::Place(format!("{scheme}:…"))),
            None => Err(StoreError::Place(url.to_owned())),
        }
    }

    /// Opens a store that is there, to read it only, whoever else works on it.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_reading(url: &str) -> Result<Store> {
        match url.split_once(':') {
            Some(("sqlite", path)) => {
                Ok(Store::Sqlite(Sqlite::open_reading(Path::new(path)).await?))
            }
            _ => Ok(Store::Postgres(Postgres::open_reading(url).await?)),
        }
    }

    /// Whether other processes may work on it at the same time.
    pub fn is_shared(&self) -> bool {
        matches!(self, Store::Postgres(_))
    }

    /// How far the store's clock is before ours, milliseconds; 0 where it has none of its own.
    pub async fn clock_offset_ms(&self, now_ms: impl Fn() -> i64) -> Result<i64> {
        match self {
            Store::Sqlite(_) => Ok(0),
            Store::Postgres(engine) => engine.clock_offset_ms(now_ms).await,
        }
    }

    /// Whether the schema is of this program's version: a shared one may still be of the version before, without what is new.
    pub async fn is_current(&self) -> Result<bool> {
        Ok(self.version().await? >= schema::VERSION)
    }

    /// For what the schema of the version before has no room for.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if the schema is of the version before.
    pub(crate) async fn must_be_current(&self) -> Result<()> {
        match self.version().await? {
            found if found < schema::VERSION => Err(other(found)),
            _ => Ok(()),
        }
    }

    async fn version(&self) -> Result<i64> {
        match self {
            Store::Sqlite(_) => Ok(schema::VERSION),
            Store::Postgres(engine) => engine.version().await,
        }
    }

    /// Makes room for what is to come, long before it is needed; asked for now and then.
    pub async fn make_room(&self) -> Result<()> {
        match self {
            Store::Sqlite(_) => Ok(()),
            Store::Postgres(engine) => engine.make_room().await,
        }
    }

    /// Finishes what is under way and closes every connection.
    pub async fn close(&self) {
        match self {
            Store::Sqlite(engine) => engine.close().await,
            Store::Postgres(engine) => engine.close().await,
        }
    }
}

/// Runs a body with a read connection of whichever engine it is.
macro_rules! reading {
    ($store:expr, |$conn:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite(engine) => {
                let mut connection = engine.reader().await?;
                let $conn = &mut *connection;
                $body
            }
            $crate::Store::Postgres(engine) => {
                let mut connection = engine.reader().await?;
                let $conn = &mut *connection;
                $body
            }
        }
    };
}

/// Runs a body inside a transaction of its own, and commits it.
macro_rules! committing {
    ($transaction:expr, |$conn:ident| $body:expr) => {{
        let mut transaction = $transaction;
        let $conn = &mut *transaction;
        let output = $body;
        transaction.commit().await?;
        output
    }};
}

/// As [`committing!`], and once more from the beginning where the database ended it for the sake of another transaction. So a
/// body changes nothing outside of itself.
macro_rules! committing_again {
    ($transaction:expr, |$conn:ident| $body:expr) => {{
        let mut tries = 1;
        loop {
            let done =
                async { Ok::<_, $crate::StoreError>(committing!($transaction, |$conn| $body)) };
            match done.await {
                Err(error) if error.lost_a_race() => {
                    tries += 1;
                    if tries > $crate::postgres::TRIES {
                        return Err($crate::StoreError::Conflict(error.to_string()));
                    }
                }
                done => break done?,
            }
        }
    }};
}

/// Runs a body inside a write transaction of whichever engine it is, and commits it. On the shared engine others write at
/// the same time: each statement sees what was committed before it began, so steps are guarded by conditions and keys.
macro_rules! writing {
    ($store:expr, |$conn:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite(engine) => {
                committing!(engine.begin().await?, |$conn| $body)
            }
            $crate::Store::Postgres(engine) => {
                committing_again!(engine.begin().await?, |$conn| $body)
            }
        }
    };
}

/// As [`writing!`], one after the other among all that take the same turn: what is read stays true until the commit.
macro_rules! writing_in_turn {
    ($store:expr, $turn:ident, |$conn:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite(engine) => {
                committing!(engine.begin().await?, |$conn| $body)
            }
            $crate::Store::Postgres(engine) => {
                let turn = $crate::postgres::Turn::$turn;
                committing_again!(engine.begin_turn(turn).await?, |$conn| $body)
            }
        }
    };
}

/// As [`writing!`], beside others that do the same, and never while somebody has this turn.
macro_rules! writing_beside {
    ($store:expr, $turn:ident, |$conn:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite(engine) => {
                committing!(engine.begin().await?, |$conn| $body)
            }
            $crate::Store::Postgres(engine) => {
                let turn = $crate::postgres::Turn::$turn;
                committing_again!(engine.begin_beside(turn).await?, |$conn| $body)
            }
        }
    };
}

/// The next `n` keys of a counter; gives the first. The counter's row is locked until commit.
macro_rules! next_ids {
    ($conn:ident, $name:expr, $n:expr) => {{
        let n: i64 = $n;
        let last: i64 = sqlx::query_scalar(
            "update counters set value = value + $1 where name = $2 returning value",
        )
        .bind(n)
        .bind($name)
        .fetch_one(&mut *$conn)
        .await?;
        last - n + 1
    }};
}
