//! Which schemas this program can work with, and what brings an older one up to date.
//!
//! A file belongs to one process, which brings it up to date when it opens it. A database is shared, and its processes are
//! renewed one after the other: a program works with the schema of its own version and with that of the one before, and
//! only `dateline migrate` changes it, once no process of an older program is left. A new database is made at once.

use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{Result, Store, StoreError, schema};
use std::path::Path;

/// What a migration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The version found; 0 if there was no schema.
    pub from: i64,
    /// The version that stands now.
    pub to: i64,
}

impl Store {
    /// Brings the schema of the store that a URL names to this program's version, all steps in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Schema`] if it cannot be reached from the version found.
    pub async fn migrate(url: &str, now_ms: i64) -> Result<Migrated> {
        match url.split_once(':') {
            Some(("sqlite", path)) => Sqlite::migrate_file(Path::new(path), now_ms).await,
            _ => Postgres::migrate_database(url, now_ms).await,
        }
    }
}

/// Whether this program can work with a shared database whose schema has this version.
pub(crate) fn accept(found: i64) -> Result<()> {
    match schema::VERSION - found {
        0 | 1 => Ok(()),
        _ => Err(other(found)),
    }
}

/// The steps from a version to the last one; `steps[0]` makes the schema of version `first`, each other changes that of the
/// version before.
///
/// # Errors
/// [`StoreError::Schema`] if no steps lead there.
pub(crate) fn steps_from<'a>(
    found: i64,
    first: i64,
    steps: &'a [&'a str],
) -> Result<&'a [&'a str]> {
    let done = match found {
        0 => 0,
        found if found < first => return Err(other(found)),
        found => found + 1 - first,
    };
    let left = usize::try_from(done).ok().and_then(|at| steps.get(at..));
    left.ok_or_else(|| other(found))
}

/// A version that this program cannot work with.
pub(crate) fn other(found: i64) -> StoreError {
    StoreError::Schema {
        found,
        known: schema::VERSION,
        mend: match found < schema::VERSION {
            true => "stop what works on it and run `dateline migrate`",
            false => "use the program that wrote it, or a newer one",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_of_ones_own_and_the_previous_version_is_accepted() {
        for (found, accepted) in [(0, true), (-1, true), (-2, false), (1, false)] {
            let found = schema::VERSION + found;
            assert_eq!(accept(found).is_ok(), accepted, "{found}");
        }
    }

    #[test]
    fn steps_begin_where_the_schema_stands() {
        let steps = ["make 3", "to 4", "to 5"];
        let check = |found, expect: Option<&[&str]>| {
            let left = steps_from(found, 3, &steps);
            assert_eq!(left.ok(), expect, "{found}");
        };

        check(0, Some(&steps));
        check(3, Some(&["to 4", "to 5"]));
        check(5, Some(&[]));
        check(2, None);
        check(6, None);
        check(99, None);
    }

    #[test]
    fn other_versions_are_refused_with_the_mend() {
        let older = other(schema::VERSION - 2).to_string();
        let newer = other(schema::VERSION + 1).to_string();

        assert!(older.contains("dateline migrate"), "{older}");
        assert!(newer.contains("or a newer one"), "{newer}");
    }
}
