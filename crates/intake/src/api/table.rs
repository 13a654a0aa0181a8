//! Files of lines that come in as CSV: RFC 4180, UTF-8, a header in any order.

use crate::{FieldError, Problem};
use csv::{ByteRecord, ReaderBuilder};
use release::address::printable;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use utoipa::IntoParams;

/// How a file is taken.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct How {
    /// Take the good lines though others are bad.
    #[serde(default)]
    pub(super) partial: bool,
    /// Check, and take nothing.
    #[serde(default)]
    pub(super) dry_run: bool,
}

/// What a file may have, and must.
pub(super) struct Shape {
    /// Every column that it may have.
    pub(super) columns: &'static [&'static str],
    /// Of each group one column must be there.
    pub(super) needed: &'static [&'static [&'static str]],
    /// A header, to show.
    pub(super) example: &'static str,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineError {
    /// Counted in the file, from 1, the header with it.
    pub(super) line: u64,
    /// The column's name; empty for the whole line.
    pub(super) column: String,
    pub(super) value: String,
    pub(super) detail: String,
    pub(super) mend: String,
}

impl LineError {
    fn whole(line: u64, detail: impl Into<String>, mend: impl Into<String>) -> LineError {
        LineError {
            line,
            column: String::new(),
            value: String::new(),
            detail: detail.into(),
            mend: mend.into(),
        }
    }

    /// What is wrong with a field of a line.
    pub(super) fn of(line: u64, fields: &Fields, error: FieldError) -> LineError {
        let column = error.pointer.trim_start_matches('/').to_owned();
        LineError {
            line,
            value: printable(fields.value(&column)),
            column,
            detail: error.detail,
            mend: error.mend,
        }
    }

    fn shown(&self) -> Value {
        json!({
            "line": self.line, "column": self.column, "value": self.value, "detail": self.detail, "mend": self.mend,
        })
    }
}

impl From<LineError> for Problem {
    fn from(error: LineError) -> Problem {
        Problem::Lines(vec![error.shown()])
    }
}

/// What is wrong, as it is answered.
pub(super) fn shown(errors: &[LineError]) -> Vec<Value> {
    errors.iter().map(LineError::shown).collect()
}

/// A line that can be read.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) line: u64,
    pub(super) fields: Fields,
}

/// Its fields by column; empty ones are absent.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn value(&self, column: &str) -> &str {
        let found = self.0.iter().find(|(name, _)| name == column);
        found.map_or("", |(_, value)| value)
    }

    pub(super) fn given(&self, column: &str) -> Option<String> {
        Some(self.value(column).to_owned()).filter(|value| !value.is_empty())
    }
}

/// The lines of a file after its header, each read or told why not.
///
/// # Errors
/// If the header cannot be used: then no line can be read.
pub(super) fn lines(
    shape: &Shape,
    bytes: &[u8],
) -> Result<Vec<Result<Line, LineError>>, LineError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let detail = "the file is UTF-16";
        return Err(LineError::whole(1, detail, "save it as CSV in UTF-8"));
    }
    // With two characters at a line's end the reader counts lines one too low.
    let text = with_plain_line_ends(bytes);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_slice());
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| {
        let read = reader.read_byte_record(record);
        read.map_err(|error| {
            LineError::whole(
                error.position().map_or(0, csv::Position::line),
                error.to_string(),
                "write CSV by RFC 4180",
            )
        })
    };
    if !next(&mut record)? {
        let mend = format!("the first line names the columns: {}", shape.example);
        return Err(LineError::whole(1, "the file is empty", mend));
    }
    let header = header(shape, &record)?;
    let mut all = Vec::new();
    while next(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        all.push(fields(line, &header, &record));
    }
    Ok(all)
}

fn with_plain_line_ends(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            text.push(*byte);
        }
    }
    text
}

/// The columns' names in their order.
fn header(shape: &Shape, record: &ByteRecord) -> Result<Vec<String>, LineError> {
    let names: Vec<String> = record
        .iter()
        .map(|name| String::from_utf8_lossy(name).trim().to_lowercase())
        .collect();
    let known = |name: &str| shape.columns.contains(&name);
    if let [only] = names.as_slice()
        && let Some(separator) = [';', '\t', '|'].into_iter().find(|c| only.contains(*c))
    {
        let detail = format!(
            "the header is separated by `{}`",
            separator.escape_default()
        );
        return Err(LineError::whole(1, detail, "separate by commas"));
    }
    let columns = shape.columns.join(", ");
    let mut seen = HashSet::new();
    for name in &names {
        let error = |detail: String, mend: String| LineError {
            line: 1,
            column: printable(name),
            value: String::new(),
            detail,
            mend,
        };
        if !known(name) {
            let looks_like_data = name.contains('@') || name.contains("://") || name.contains(':');
            return Err(match looks_like_data {
                true => error(
                    "the first line is no header".to_owned(),
                    format!("name the columns in it: {columns}"),
                ),
                false => error(
                    format!("no column `{}`", printable(name)),
                    format!("the columns are {columns}"),
                ),
            });
        }
        if !seen.insert(name) {
            return Err(error(
                "the column stands twice".to_owned(),
                "keep one".to_owned(),
            ));
        }
    }
    let has = |name: &&str| names.iter().any(|other| other == name);
    if let Some(lacking) = shape.needed.iter().find(|group| !group.iter().any(has)) {
        let detail = format!("the header lacks `{}`", lacking.join("` or `"));
        let mend = format!("the columns are {columns}");
        return Err(LineError::whole(1, detail, mend));
    }
    Ok(names)
}

fn fields(line: u64, header: &[String], record: &ByteRecord) -> Result<Line, LineError> {
    if record.len() != header.len() {
        let detail = format!(
            "the line has {} fields, the header {}",
            record.len(),
            header.len()
        );
        let mend = "put fields that hold a comma or a quote into double quotes";
        return Err(LineError::whole(line, detail, mend));
    }
    let mut fields = Vec::with_capacity(header.len());
    for (name, value) in header.iter().zip(record) {
        match std::str::from_utf8(value) {
            Ok(value) => fields.push((name.clone(), value.trim().to_owned())),
            Err(_) => {
                return Err(LineError {
                    line,
                    column: name.clone(),
                    value: printable(&String::from_utf8_lossy(value)),
                    detail: "bytes that are not UTF-8 (Latin-1?)".to_owned(),
                    mend: "save the file as CSV in UTF-8".to_owned(),
                });
            }
        }
    }
    Ok(Line {
        line,
        fields: Fields(fields),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const READERS: Shape = Shape {
        columns: &["email", "webhook", "filter", "name"],
        needed: &[&["filter"], &["email", "webhook"]],
        example: "email,filter",
    };

    fn read(text: &[u8]) -> Result<Vec<Result<Line, LineError>>, LineError> {
        lines(&READERS, text)
    }

    #[test]
    fn lines_are_read_whatever_the_order_and_the_line_ends() {
        let check = |text: &[u8]| {
            let lines = read(text).unwrap();
            let line = lines[0].as_ref().unwrap();
            assert_eq!(line.line, 2);
            assert_eq!(line.fields.value("email"), "ana@reader.example");
            assert_eq!(line.fields.value("filter"), "topic:mining \"rare, earths\"");
        };

        check(b"email,filter\nana@reader.example,\"topic:mining \"\"rare, earths\"\"\"\n");
        check(b"\xef\xbb\xbfFilter, Email\r\n\"topic:mining \"\"rare, earths\"\"\",ana@reader.example\r\n");
    }

    #[test]
    fn a_line_counts_from_where_it_begins_though_fields_hold_line_ends() {
        let text = b"email,filter,name\na@b.example,x,\"two\nlines\"\nc@d.example,y\n";

        let lines = read(text).unwrap();

        assert_eq!(lines[0].as_ref().unwrap().line, 2);
        assert_eq!(lines[1].as_ref().unwrap_err().line, 4);
    }

    #[test]
    fn headers_that_cannot_be_used_say_why() {
        let check = |text: &[u8], part: &str| {
            let error = read(text).unwrap_err();
            let said = format!("{} {} {}", error.column, error.detail, error.mend);
            assert!(said.contains(part), "{said}");
        };

        check(b"", "empty");
        check(b"email;filter\na@b.example;x\n", "separate by commas");
        check(b"a@b.example,x\n", "no header");
        check(b"email,filtr\n", "no column `filtr`");
        check(b"email,email,filter\n", "twice");
        check(b"email,name\n", "lacks `filter`");
        check(b"filter,name\n", "lacks `email` or `webhook`");
        check(b"\xff\xfee\0m\0", "UTF-16");
    }

    #[test]
    fn latin_1_names_the_column() {
        let lines = read(b"email,filter,name\na@b.example,x,M\xfcller\n").unwrap();

        let error = lines[0].as_ref().unwrap_err();

        assert_eq!((error.line, error.column.as_str()), (2, "name"));
        assert!(error.mend.contains("UTF-8"), "{error:?}");
    }
}
