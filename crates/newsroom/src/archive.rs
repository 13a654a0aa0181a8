//! The archive's indexer: gives every item the marks it is found by.
//!
//! Reads items after the counter `indexed`, in the order of the wire; writes their marks and moves the counter in one
//! transaction a batch. A crash leaves the counter at the last whole batch, and the next start goes on from there.

pub(crate) mod marks;

use release::model::Release;
use release::text::FOLDING;
use release::topic::Taxonomy;
use std::sync::Arc;
use std::time::Duration;
use store::{ItemRow, Mark, Store, StoreError};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info};

/// Items read at once.
const ITEMS_A_STEP: usize = 64;
/// Marks written at once: few enough that the store's one writer is free again within some milliseconds.
const MARKS_A_BATCH: usize = 4000;
/// How often it looks for new items. It does not look sooner while they come one by one: a transaction for each would take
/// the writer from those who submit.
const POLL: Duration = Duration::from_millis(250);

/// The indexer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Archive {
    store: Store,
    taxonomy: Arc<Taxonomy>,
    /// Set once the marks are known to be of this program's folding.
    folded: Arc<OnceCell<()>>,
}

impl Archive {
    /// An indexer of this store's items.
    pub fn new(store: Store, taxonomy: Arc<Taxonomy>) -> Archive {
        Archive {
            store,
            taxonomy,
            folded: Arc::default(),
        }
    }

    /// Indexes until stopped.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            let pause = match self.index_next().await {
                Ok(ITEMS_A_STEP..) => Duration::ZERO,
                Ok(_) => POLL,
                Err(error) => {
                    error!(%error, worker = "archive", "items could not be indexed, the next look goes on: {error}");
                    POLL
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Indexes the next items; false if there are none.
    ///
    /// # Errors
    /// The store's; what was written before stays, and the next step goes on after it.
    pub async fn step(&self) -> Result<bool, StoreError> {
        Ok(self.index_next().await? > 0)
    }

    /// Marks of an older program's folding would be missed by searches: they go, and all items are indexed anew.
    async fn refold(&self) -> Result<(), StoreError> {
        if self.store.fold_marks_by(FOLDING).await? {
            info!(
                worker = "archive",
                "words are folded in a new way: all items are indexed anew"
            );
        }
        Ok(())
    }

    /// Indexes the next items; gives how many there were.
    async fn index_next(&self) -> Result<usize, StoreError> {
        self.folded.get_or_try_init(|| self.refold()).await?;
        let indexed = self.store.indexed_seq().await?;
        let rows = self.store.unindexed_items(ITEMS_A_STEP as i64).await?;
        let found = rows.len();
        if found == 0 {
            return Ok(0);
        }
        let taxonomy = self.taxonomy.clone();
        // Rendering and folding a text is computing: it must not hold up the tasks of this thread.
        let marked = tokio::task::spawn_blocking(move || {
            let marked = rows.iter().map(|row| (row.seq, marks_of(row, &taxonomy)));
            marked.collect::<Vec<_>>()
        })
        .await
        .map_err(|error| StoreError::Unreadable(error.to_string()))?;
        for batch in batches(indexed, marked) {
            let Batch {
                after_seq,
                to_seq,
                mut marks,
            } = batch;
            // In the order of the table, so that neighbours are written together.
            marks.sort_unstable();
            if !self.store.index_items(after_seq, to_seq, &marks).await? {
                return Ok(found);
            }
            debug!(
                worker = "archive",
                to_seq,
                marks = marks.len(),
                "indexed up to item {to_seq}"
            );
        }
        Ok(found)
    }
}

/// What is written in one transaction.
struct Batch {
    after_seq: i64,
    to_seq: i64,
    marks: Vec<Mark>,
}

/// Whole items in batches of about [`MARKS_A_BATCH`], the first after the item `indexed`. The numbers of the wire jump where
/// it went on after a restore.
fn batches(mut indexed: i64, marked: Vec<(i64, Vec<Mark>)>) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for (seq, marks) in marked {
        match batches.last_mut() {
            Some(last) if last.marks.len() + marks.len() <= MARKS_A_BATCH => {
                last.to_seq = seq;
                last.marks.extend(marks);
            }
            _ => batches.push(Batch {
                after_seq: indexed,
                to_seq: seq,
                marks,
            }),
        }
        indexed = seq;
    }
    batches
}

/// The marks of one item; none for one that cannot be read, for the archive goes on without it.
fn marks_of(row: &ItemRow, taxonomy: &Taxonomy) -> Vec<Mark> {
    match serde_json::from_str::<Release>(&row.content) {
        Ok(release) => marks::of(&release, &release.body.render().text, taxonomy)
            .into_iter()
            .map(|mark| Mark { mark, seq: row.seq })
            .collect(),
        Err(error) => {
            error!(%error, worker = "archive", release = row.public_id, "item {} cannot be read and is not indexed: {error}", row.seq);
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_whole_items_and_leave_no_gap() {
        let item = |seq, count| {
            let mark = |n| Mark {
                mark: format!("word:{n}"),
                seq,
            };
            (seq, (0..count).map(mark).collect::<Vec<_>>())
        };

        let batches = batches(
            2,
            vec![
                item(5, 3000),
                item(6, 1000),
                item(7, 1),
                item(8, 9000),
                item(9, 0),
            ],
        );

        let shape: Vec<_> = batches
            .iter()
            .map(|batch| (batch.after_seq, batch.to_seq, batch.marks.len()))
            .collect();
        assert_eq!(shape, [(2, 6, 4000), (6, 7, 1), (7, 8, 9000), (8, 9, 0)]);
    }
}
