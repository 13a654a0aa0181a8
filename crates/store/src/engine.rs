//! One enum of engines, and the macros that write each query once for all of them.

use crate::Result;
use crate::sqlite::Sqlite;

/// A database that holds the truth. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Store {
    /// Embedded: one file, one process.
    Sqlite(Sqlite),
}

impl Store {
    /// Opens the store that a URL names, creating it when it is not there yet.
    ///
    /// # Errors
    /// [`crate::StoreError::Schema`] if it was written by another version, [`crate::StoreError::Unwritable`] if it cannot be opened.
    pub async fn open(path: &std::path::Path, now_ms: i64) -> Result<Store> {
        Ok(Store::Sqlite(Sqlite::open(path, now_ms).await?))
    }

    /// Finishes what is under way and closes every connection.
    pub async fn close(&self) {
        match self {
            Store::Sqlite(engine) => engine.close().await,
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
        }
    };
}

/// Runs a body inside a write transaction of whichever engine it is, and commits it.
macro_rules! writing {
    ($store:expr, |$conn:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite(engine) => {
                let mut transaction = engine.begin().await?;
                let $conn = &mut *transaction;
                let output = $body;
                transaction.commit().await?;
                output
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
