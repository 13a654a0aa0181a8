//! Backups: every row as it stood at one moment, in one file of lines that any engine reads back.
//!
//! The first line says which schema wrote it, the last item on the wire, and how many rows each table has; then, for each
//! table, a line with its columns and a JSON array a row; the last line is the SHA-256 of all lines before it. A file that
//! was cut off, changed or lengthened is known by that, before anything of it is kept.
//!
//! A restored store is halted (see `restored`), and none of its keys is given out twice: links in mails that left after the
//! backup name keys that it does not know of.

use crate::tables::{self, Column, columns};
use crate::transfer::{Page, Transfer};
use crate::{Result, Store, StoreError, schema};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};

/// The form of the file.
const FORM: u32 = 1;
/// How far keys jump: more than were given out between a backup and its loss.
const KEYS_LEFT_OUT: i64 = 1_000_000;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupHead {
    /// The form of the file.
    pub dateline_backup: u32,
    /// The version of the schema that wrote it.
    pub schema: i64,
    /// When it was taken, Unix milliseconds.
    pub taken_ms: i64,
    /// The last item on the wire by then.
    pub seq: i64,
    /// Rows by table.
    pub rows: BTreeMap<String, i64>,
}

/// Why a backup cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not what was written.
    #[error("it is damaged ({0}): nothing of it was kept; take another copy, or an earlier backup")]
    Damaged(String),
    /// Another program's file.
    #[error("it is no backup of Dateline: name a file that `dateline backup` wrote")]
    Foreign,
    /// Of another schema.
    #[error(
        "it has schema version {found}, this program knows {known}: restore it with the program that wrote it, then migrate"
    )]
    Schema {
        /// In the file.
        found: i64,
        /// In this program.
        known: i64,
    },
    /// The file itself.
    #[error("it cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableHead {
    table: String,
    columns: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    sha256: String,
}

impl Store {
    /// Writes everything as it stands now; a server may go on writing meanwhile.
    pub async fn back_up(
        &self,
        out: &mut impl Write,
        now_ms: i64,
    ) -> Result<BackupHead, BackupError> {
        let mut from = Transfer::out_of(self).await?;
        let mut rows = BTreeMap::new();
        for table in tables::tables() {
            rows.insert(table.to_owned(), from.count(table).await?);
        }
        let head = BackupHead {
            dateline_backup: FORM,
            schema: schema::VERSION,
            taken_ms: now_ms,
            seq: from.counter("item").await?,
            rows,
        };
        let mut lines = Lines::new(out);
        lines.put(&json(&head))?;
        for table in tables::tables() {
            let columns = columns(&mut from, table).await?;
            let names = columns.iter().map(|column| column.name.clone());
            lines.put(&json(&TableHead {
                table: table.to_owned(),
                columns: names.collect(),
            }))?;
            let take = async |rows: &[String]| {
                let mut rows = rows.iter();
                rows.try_for_each(|row| lines.put(row))
                    .map_err(|error| StoreError::Unwritable(error.to_string()))
            };
            from.read(table, &columns, take).await?;
        }
        lines.end()?;
        Ok(head)
    }

    /// Fills an empty store from a backup, and halts it. Nothing is kept unless the backup is whole.
    ///
    /// # Errors
    /// [`BackupError::Damaged`], or [`StoreError::NotEmpty`] if there is a wire in the store already.
    pub async fn restore(&self, backup: impl BufRead) -> Result<BackupHead, BackupError> {
        let mut reading = Reading::begin(backup)?;
        let mut to = Transfer::into(self).await?;
        match fill(&mut to, &mut reading).await {
            Ok(()) => {
                to.halt_restored(reading.head.seq, KEYS_LEFT_OUT).await?;
                to.commit().await?;
                Ok(reading.head)
            }
            Err(error) => {
                to.roll_back().await?;
                // A row that cannot be written is told as what it is, once the file is known to be whole.
                match (&error, reading.read_to_end()) {
                    (BackupError::Store(_), Err(damaged)) => Err(damaged),
                    _ => Err(error),
                }
            }
        }
    }
}

/// Reads a backup to its end and says whether it is whole.
///
/// # Errors
/// What is wrong with it.
pub fn check_backup(backup: impl BufRead) -> Result<BackupHead, BackupError> {
    let mut reading = Reading::begin(backup)?;
    reading.read_to_end()?;
    Ok(reading.head)
}

/// Writes all rows of a backup; the transaction is the caller's to keep or not.
async fn fill<R: BufRead>(to: &mut Transfer, reading: &mut Reading<R>) -> Result<(), BackupError> {
    let mut table: Option<(String, Vec<Column>)> = None;
    let mut page = Page::default();
    loop {
        let line = reading.next()?;
        let turns = !matches!(line, Line::Row(_));
        if let Some((name, columns)) = &table
            && (turns || page.is_full())
            && !page.rows.is_empty()
        {
            to.write(name, columns, &page.rows).await?;
            page = Page::default();
        }
        match line {
            Line::Table(head) => table = Some(known(to, head).await?),
            Line::Row(row) => page.add(row),
            Line::End => return Ok(()),
        }
    }
}

/// The columns of the store that a table's head names.
async fn known(to: &mut Transfer, head: TableHead) -> Result<(String, Vec<Column>), BackupError> {
    let damaged = || BackupError::Damaged(format!("no such table or column: {}", head.table));
    if !tables::tables().any(|table| table == head.table) {
        return Err(damaged());
    }
    let there = columns(to, &head.table).await?;
    let column = |name: &String| there.iter().find(|column| column.name == *name).cloned();
    let columns: Option<Vec<Column>> = head.columns.iter().map(column).collect();
    Ok((head.table.clone(), columns.ok_or_else(damaged)?))
}

enum Line {
    Table(TableHead),
    Row(String),
    End,
}

/// A backup that is read, and counted and hashed meanwhile.
struct Reading<R> {
    lines: R,
    hash: Sha256,
    head: BackupHead,
    table: String,
    rows: BTreeMap<String, i64>,
    ended: bool,
}

impl<R: BufRead> Reading<R> {
    fn begin(mut lines: R) -> Result<Reading<R>, BackupError> {
        let mut line = String::new();
        lines.read_line(&mut line).map_err(unreadable)?;
        let head: BackupHead = serde_json::from_str(&line).map_err(|_| BackupError::Foreign)?;
        if head.schema != schema::VERSION || head.dateline_backup != FORM {
            return Err(BackupError::Schema {
                found: head.schema,
                known: schema::VERSION,
            });
        }
        Ok(Reading {
            lines,
            hash: Sha256::new_with_prefix(&line),
            head,
            table: String::new(),
            rows: BTreeMap::new(),
            ended: false,
        })
    }

    fn next(&mut self) -> Result<Line, BackupError> {
        let mut line = String::new();
        self.lines.read_line(&mut line).map_err(unreadable)?;
        if line.starts_with('[') {
            self.hash.update(&line);
            *self.rows.entry(self.table.clone()).or_default() += 1;
            line.truncate(line.trim_end().len());
            return Ok(Line::Row(line));
        }
        if let Ok(End { sha256 }) = serde_json::from_str(&line) {
            self.end(&sha256)?;
            return Ok(Line::End);
        }
        let damaged = match line.is_empty() {
            true => "it ends early",
            false => "a line that is none of ours",
        };
        let head: TableHead =
            serde_json::from_str(&line).map_err(|_| BackupError::Damaged(damaged.to_owned()))?;
        self.hash.update(&line);
        self.table.clone_from(&head.table);
        self.rows.entry(head.table.clone()).or_default();
        Ok(Line::Table(head))
    }

    fn end(&mut self, sha256: &str) -> Result<(), BackupError> {
        self.ended = true;
        let damaged = |why: &str| Err(BackupError::Damaged(why.to_owned()));
        if hexadecimal(self.hash.clone()) != sha256 {
            return damaged("its SHA-256 is another");
        }
        if self.rows != self.head.rows {
            return damaged("it has other rows than its first line says");
        }
        match self.lines.fill_buf().map_err(unreadable)?.is_empty() {
            true => Ok(()),
            false => damaged("something follows its last line"),
        }
    }

    fn read_to_end(&mut self) -> Result<(), BackupError> {
        while !self.ended {
            self.next()?;
        }
        Ok(())
    }
}

/// Lines on their way to a file, and their hash.
struct Lines<'a, W> {
    out: &'a mut W,
    hash: Sha256,
}

impl<'a, W: Write> Lines<'a, W> {
    fn new(out: &'a mut W) -> Lines<'a, W> {
        let hash = Sha256::new();
        Lines { out, hash }
    }

    fn put(&mut self, line: &str) -> std::io::Result<()> {
        for part in [line.as_bytes(), b"\n"] {
            self.hash.update(part);
            self.out.write_all(part)?;
        }
        Ok(())
    }

    fn end(self) -> std::io::Result<()> {
        let sha256 = hexadecimal(self.hash);
        writeln!(self.out, "{}", json(&End { sha256 }))?;
        self.out.flush()
    }
}

/// Bytes that are no text are damage, not a failing disk.
fn unreadable(error: std::io::Error) -> BackupError {
    match error.kind() {
        std::io::ErrorKind::InvalidData => BackupError::Damaged("a line that is no text".into()),
        _ => BackupError::File(error),
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers are always JSON")
}
