//! Moving a grown installation: every row of one store into an empty one, on whatever engines.
//!
//! Reads all tables as they stood at one moment; writes them in one transaction, counters and the key that signs links
//! included, so that links in mails already sent go on working. A crash leaves the destination empty.

use crate::tables::{self, columns};
use crate::transfer::Transfer;
use crate::{Result, Store, StoreError};

/// How far a table has been carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Its name.
    pub table: &'static str,
    /// Rows that are there.
    pub done: i64,
    /// Rows that it has.
    pub total: i64,
}

impl Store {
    /// Copies everything into another store, which must be empty; tells of each table at least twice.
    ///
    /// Nobody may write to either meanwhile: what is written to this one after the copy has begun is not carried.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] if the other holds a wire already.
    pub async fn copy_to(
        &self,
        destination: &Store,
        mut progress: impl FnMut(Carried),
    ) -> Result<()> {
        let mut from = Transfer::out_of(self).await?;
        let mut to = Transfer::into(destination).await?;
        for table in tables::tables() {
            let columns = columns(&mut from, table).await?;
            let (mut done, total) = (0, from.count(table).await?);
            progress(Carried { table, done, total });
            let carry = async |rows: &[String]| {
                to.write(table, &columns, rows).await?;
                done += rows.len() as i64;
                progress(Carried { table, done, total });
                Ok(())
            };
            from.read(table, &columns, carry).await?;
            let arrived = to.count(table).await?;
            if arrived != total {
                return Err(StoreError::Unreadable(format!(
                    "of {total} rows of {table}, {arrived} arrived"
                )));
            }
        }
        to.commit().await
    }
}
