//! A look at a store that changes nothing there: for whoever wants to know how it stands, and is not at work.
//!
//! Nothing is made and nothing migrated; to see that writes are taken, one is made and rolled back.

use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{Result, migrating, schema};
use std::path::Path;

/// How a store stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreLook {
    /// The version of its schema; 0 if it has none yet.
    pub schema: i64,
    /// The version that this program writes.
    pub known: i64,
    /// How far its clock is before ours, milliseconds; 0 where it has none of its own.
    pub offset_ms: i64,
}

impl StoreLook {
    /// Looks at the store that a URL names; `now_ms` is this machine's clock.
    ///
    /// # Errors
    /// If it cannot be opened or takes no writes, or its schema is of a version that this program cannot work with.
    pub async fn at(url: &str, now_ms: impl Fn() -> i64) -> Result<StoreLook> {
        let look = |schema, offset_ms| StoreLook {
            schema,
            known: schema::VERSION,
            offset_ms,
        };
        match url.split_once(':') {
            Some(("sqlite", path)) => {
                let found = Sqlite::look(Path::new(path)).await?;
                // An older file is brought up to date by the next start.
                match found > schema::VERSION {
                    true => Err(migrating::other(found)),
                    false => Ok(look(found, 0)),
                }
            }
            _ => {
                let (found, offset_ms) = Postgres::look(url, now_ms).await?;
                if found > 0 {
                    migrating::accept(found)?;
                }
                Ok(look(found, offset_ms))
            }
        }
    }
}
