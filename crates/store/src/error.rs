//! What can go wrong with the store, sorted by what the caller can do about it.

/// A failed query.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full, the folder is read-only, or the disk fails. Nothing was written.
    #[error(
        "the store cannot write ({0}): make room or mend the permissions of the data folder; nothing accepted is lost"
    )]
    Unwritable(String),
    /// Another writer was faster; doing it again, from reading on, is right.
    #[error("the store has changed meanwhile: {0}")]
    Conflict(String),
    /// A schema of another version than this program's.
    #[error("the store has schema version {found}, this program knows {known}: {mend}")]
    Schema {
        /// In the store.
        found: i64,
        /// In this program.
        known: i64,
        /// What to do.
        mend: &'static str,
    },
    /// A store that was to be filled holds a wire already.
    #[error(
        "the destination is not empty (its table {table} has rows): give a database or file that holds no wire yet"
    )]
    NotEmpty {
        /// The first table with rows.
        table: &'static str,
    },
    /// A restored store was to go on before its own end.
    #[error(
        "the backup holds items up to {least}, so the wire cannot go on from {from_seq}: give the number of the newest item that went out"
    )]
    ResumeFrom {
        /// What was given.
        from_seq: i64,
        /// The backup's last item.
        least: i64,
    },
    /// A row that this version cannot read.
    #[error("the store holds something unreadable: {0}")]
    Unreadable(String),
    /// Any other failure of the SQL library.
    #[error("the store failed: {0}")]
    Failed(sqlx::Error),
}

/// The result of a query.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                StoreError::Conflict(database.message().to_owned())
            }
            sqlx::Error::Database(database) if is_sqlstate(database.code().as_deref()) => {
                match database.code().as_deref() {
                    // disk_full, read_only_sql_transaction
                    Some("53100" | "25006") => {
                        StoreError::Unwritable(database.message().to_owned())
                    }
                    // serialization_failure, deadlock_detected
                    Some("40001" | "40P01") => StoreError::Conflict(database.message().to_owned()),
                    _ => StoreError::Failed(error),
                }
            }
            sqlx::Error::Database(database) => match primary_code(database.code().as_deref()) {
                // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
                Some(8 | 10 | 13 | 14) => StoreError::Unwritable(database.message().to_owned()),
                // SQLITE_BUSY
                Some(5) => StoreError::Conflict(database.message().to_owned()),
                _ => StoreError::Failed(error),
            },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                StoreError::Unreadable(error.to_string())
            }
            _ => StoreError::Failed(error),
        }
    }
}

/// PostgreSQL's codes have five characters, SQLite's at most four.
fn is_sqlstate(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.len() == 5)
}

/// SQLite's extended codes carry the primary one in their low byte.
fn primary_code(code: Option<&str>) -> Option<i64> {
    code?.parse::<i64>().ok().map(|code| code & 0xff)
}
