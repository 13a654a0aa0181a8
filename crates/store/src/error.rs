//! What can go wrong with the store, sorted by what the caller can do about it.

use sqlx::error::DatabaseError;

/// A failed query.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full, the folder is read-only, or the disk fails. Nothing was written.
    #[error(
        "the store cannot write ({0}): make room or mend the permissions of the data folder; nothing accepted is lost"
    )]
    Unwritable(String),
    /// The database server does not answer, or broke the connection off. Whether the last write was committed is not
    /// known: every step can run twice.
    #[error(
        "the database cannot be reached ({0}): start it, or mend its address; what was accepted is safe, and work goes on \
         once it answers"
    )]
    Unreachable(String),
    /// The database server answers, and does not let us: wrong password, no such database, no permission.
    #[error(
        "the database refuses this ({0}): mend user, password and database in the store's URL, and make the user the owner \
         of the database"
    )]
    Refused(String),
    /// No engine goes by this name.
    #[error("{0} names no store: use sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
    Place(String),
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

impl StoreError {
    /// Whether the database ended this transaction for the sake of another: it can run again as it is.
    pub(crate) fn lost_a_race(&self) -> bool {
        let StoreError::Failed(sqlx::Error::Database(error)) = self else {
            return false;
        };
        // serialization_failure, deadlock_detected (PostgreSQL, appendix A)
        matches!(error.code().as_deref(), Some("40001" | "40P01"))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                StoreError::Conflict(database.message().to_owned())
            }
            sqlx::Error::Database(database) => match cause(&**database) {
                Some(cause) => cause(database.message().to_owned()),
                None => StoreError::Failed(error),
            },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                StoreError::Unreadable(error.to_string())
            }
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => {
                StoreError::Unreachable(error.to_string())
            }
            _ => StoreError::Failed(error),
        }
    }
}

/// What an engine's code means to the caller.
fn cause(error: &dyn DatabaseError) -> Option<fn(String) -> StoreError> {
    let code = error.code()?;
    match code.len() {
        5 => of_postgres(&code),
        _ => of_sqlite(code.parse().ok()?),
    }
}

/// PostgreSQL, appendix A: five characters, of which two name the class.
fn of_postgres(code: &str) -> Option<fn(String) -> StoreError> {
    match code {
        // disk_full, read_only_sql_transaction, io_error
        "53100" | "25006" | "58030" => Some(StoreError::Unwritable),
        // too_many_connections, admin_shutdown, crash_shutdown, cannot_connect_now
        "53300" | "57P01" | "57P02" | "57P03" => Some(StoreError::Unreachable),
        // lock_not_available
        "55P03" => Some(StoreError::Conflict),
        // insufficient_privilege, invalid_catalog_name
        "42501" | "3D000" => Some(StoreError::Refused),
        _ if code.starts_with("08") => Some(StoreError::Unreachable),
        _ if code.starts_with("28") => Some(StoreError::Refused),
        _ => None,
    }
}

/// SQLite's extended codes carry the primary one in their low byte.
fn of_sqlite(code: i64) -> Option<fn(String) -> StoreError> {
    match code & 0xff {
        // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
        8 | 10 | 13 | 14 => Some(StoreError::Unwritable),
        // SQLITE_BUSY
        5 => Some(StoreError::Conflict),
        _ => None,
    }
}
