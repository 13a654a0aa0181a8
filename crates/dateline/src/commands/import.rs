//! `dateline subscribe import`, `suppress import`: a file of any length, sent piece by piece.
//!
//! The whole file is checked first, by dry runs, so that nothing is taken when a line is bad; then it is sent. What is
//! in memory is one piece. A crash in between leaves what was sent: the same file again adds the rest.

use super::ask::text;
use crate::client::{Client, refusal};
use anyhow::{Context, Result, bail};
use clap::Args;
use csv::{ByteRecord, ReaderBuilder, WriterBuilder};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Bytes, Cursor, IsTerminal, Read, Seek};
use std::iter::Peekable;
use std::path::PathBuf;
use std::process::ExitCode;

/// Lines in one request.
const PIECE_LINES: usize = 1000;
/// Bytes in one request, well under the smallest usual limit.
const PIECE_BYTES: usize = 256 * 1024;

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// CSV in UTF-8, with a header of the columns
    file: PathBuf,
    /// Take the good lines though others are bad
    #[arg(long)]
    partial: bool,
    /// Check only
    #[arg(long)]
    dry_run: bool,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Subscriptions,
    Suppressions,
}

impl Holds {
    fn path(self) -> &'static str {
        match self {
            Holds::Subscriptions => "/v1/subscriptions/import",
            Holds::Suppressions => "/v1/suppressions/import",
        }
    }

    /// What is counted of it.
    fn counts(self) -> &'static [&'static str] {
        match self {
            Holds::Subscriptions => &["good", "added", "known", "active", "asked"],
            Holds::Suppressions => &["good", "added", "known"],
        }
    }
}

/// What all pieces gave together.
#[derive(Default)]
struct Account {
    lines: u64,
    counts: BTreeMap<&'static str, u64>,
    last_asked_at: Value,
    errors: Vec<Value>,
    doubled: Vec<Value>,
    secrets: Vec<Value>,
}

impl Account {
    fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }
}

pub(super) async fn run(args: ImportArgs, holds: Holds, client: &Client) -> Result<ExitCode> {
    let shown = args.file.display().to_string();
    let mut file = File::open(&args.file).with_context(|| format!("{shown} cannot be read"))?;
    let path = |query: &str| format!("{}{query}", holds.path());
    let dry_run = path("?partial=true&dry_run=true");
    let checked = send(client, &mut file, holds, &dry_run, "checked").await?;
    let bad = !checked.errors.is_empty();
    if args.dry_run || (bad && !args.partial) {
        return Ok(told(&args, holds, &checked, bad));
    }
    file.rewind()?;
    let mut taken = send(client, &mut file, holds, &path("?partial=true"), "sent").await?;
    taken.errors = checked.errors;
    Ok(told(&args, holds, &taken, bad))
}

/// Sends a file in pieces.
async fn send(
    client: &Client,
    file: &mut File,
    holds: Holds,
    path: &str,
    doing: &str,
) -> Result<Account> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(past_mark(BufReader::new(file))?);
    let mut header = ByteRecord::new();
    reader.read_byte_record(&mut header)?;
    let mut account = Account::default();
    let mut record = ByteRecord::new();
    let mut more = true;
    while more || account.lines == 0 {
        let mut piece = WriterBuilder::new().flexible(true).from_writer(Vec::new());
        piece.write_byte_record(&header)?;
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < PIECE_LINES && bytes < PIECE_BYTES {
            more = reader.read_byte_record(&mut record)?;
            if !more {
                break;
            }
            lines.push(record.position().map_or(0, csv::Position::line));
            bytes += record.as_slice().len();
            piece.write_byte_record(&record)?;
        }
        if lines.is_empty() && account.lines > 0 {
            break;
        }
        let body = piece.into_inner().context("a piece is kept in memory")?;
        take(client, holds, path, body, &lines, &mut account).await?;
        if std::io::stderr().is_terminal() {
            eprint!("\r{} lines {doing}", account.lines);
        }
        if lines.is_empty() {
            break;
        }
    }
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    Ok(account)
}

async fn take(
    client: &Client,
    holds: Holds,
    path: &str,
    body: Vec<u8>,
    lines: &[u64],
    account: &mut Account,
) -> Result<()> {
    // Where the piece's own lines begin: fields may hold line ends, so they are not simply counted.
    let starts = starts(&body)?;
    let answer = client
        .send(Method::POST, path, "text/csv", body, &[])
        .await?;
    let place = |value: &Value, field: &str| {
        let own = value[field].as_u64().unwrap_or_default();
        let at = starts.iter().position(|start| *start == own);
        at.and_then(|at| lines.get(at)).copied().unwrap_or(own)
    };
    let placed = |value: &Value, fields: &[&str]| {
        let mut value = value.clone();
        for field in fields {
            value[*field] = json!(place(&value, field));
        }
        value
    };
    let list = |name: &str| answer.body[name].as_array().cloned().unwrap_or_default();
    if !answer.status.is_success() && list("errors").is_empty() {
        bail!("{}", refusal(&answer));
    }
    account.lines += lines.len().max(1) as u64;
    for name in holds.counts() {
        *account.counts.entry(name).or_default() += answer.body[*name].as_u64().unwrap_or_default();
    }
    if !answer.body["last_asked_at"].is_null() {
        account.last_asked_at = answer.body["last_asked_at"].clone();
    }
    account
        .errors
        .extend(list("errors").iter().map(|error| placed(error, &["line"])));
    account.doubled.extend(
        list("doubled")
            .iter()
            .map(|double| placed(double, &["line", "same_as"])),
    );
    account.secrets.extend(
        list("secrets")
            .iter()
            .map(|secret| placed(secret, &["line"])),
    );
    Ok(())
}

/// At which line each record of a piece begins, the header left out.
fn starts(body: &[u8]) -> Result<Vec<u64>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(body);
    let (mut record, mut starts) = (ByteRecord::new(), Vec::new());
    while reader.read_byte_record(&mut record)? {
        starts.push(record.position().map_or(0, csv::Position::line));
    }
    starts.remove(0);
    Ok(starts)
}

fn told(args: &ImportArgs, holds: Holds, account: &Account, bad: bool) -> ExitCode {
    let Account {
        errors,
        doubled,
        secrets,
        last_asked_at,
        ..
    } = account;
    if args.json {
        let mut shown = json!({ "lines": account.lines, "errors": errors, "doubled": doubled });
        if holds == Holds::Subscriptions {
            shown["secrets"] = json!(secrets);
            shown["last_asked_at"] = last_asked_at.clone();
        }
        for (name, count) in &account.counts {
            shown[*name] = json!(count);
        }
        say!("{shown}");
    } else {
        for error in errors {
            let at = [text(error, "column"), text(error, "value")];
            let at = at.join(" ").trim().to_owned();
            say!(
                "line {} {at}: {}; {}",
                error["line"],
                text(error, "detail"),
                text(error, "mend")
            );
        }
        for double in doubled {
            say!(
                "line {} says the same as line {}",
                double["line"],
                double["same_as"]
            );
        }
        for secret in secrets {
            say!(
                "line {}: calls to {} are signed with this secret, shown once: {}",
                secret["line"],
                text(secret, "webhook"),
                text(secret, "secret")
            );
        }
        let (good, added, known) = (
            account.count("good"),
            account.count("added"),
            account.count("known"),
        );
        match (args.dry_run, bad && !args.partial) {
            (true, _) => say!(
                "{good} of {} lines are good; nothing was taken",
                account.lines
            ),
            (false, true) => say!(
                "{} errors, so nothing was taken; mend them, or take the {good} good lines with --partial",
                errors.len()
            ),
            (false, false) if holds == Holds::Suppressions => {
                say!("{added} added, {known} suppressed before")
            }
            (false, false) => say!(
                "{added} added, {known} there before; {} active, {} asked to confirm",
                account.count("active"),
                account.count("asked")
            ),
        }
        if let Some(at) = last_asked_at.as_str() {
            say!("the last of them is asked at {at}");
        }
    }
    ExitCode::from(u8::from(bad))
}

/// A reader past the byte order mark, if there is one, with one character at each line's end: the CSV reader counts lines
/// one too low where there are two.
fn past_mark(mut file: impl Read) -> Result<impl Read> {
    let mut first = Vec::new();
    file.by_ref().take(3).read_to_end(&mut first)?;
    if first == b"\xef\xbb\xbf" {
        first.clear();
    }
    let rest = BufReader::new(Cursor::new(first).chain(file));
    Ok(PlainLineEnds(rest.bytes().peekable()))
}

struct PlainLineEnds<R: BufRead>(Peekable<Bytes<R>>);

impl<R: BufRead> Read for PlainLineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        for (filled, slot) in buffer.iter_mut().enumerate() {
            let Some(byte) = self.0.next().transpose()? else {
                return Ok(filled);
            };
            *slot = match (byte, self.0.peek()) {
                (b'\r', Some(Ok(b'\n'))) => self.0.next().transpose()?.unwrap_or(byte),
                _ => byte,
            };
        }
        Ok(buffer.len())
    }
}
