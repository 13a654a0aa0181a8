//! A file of subscriptions, line by line: RFC 4180, UTF-8, a header in any order.

use super::super::check::{Add, Asked};
use csv::{ByteRecord, ReaderBuilder};
use release::address::printable;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Every column that a file may have.
const COLUMNS: [&str; 10] = [
    "email",
    "webhook",
    "filter",
    "name",
    "languages",
    "extent",
    "frequency",
    "digest_at",
    "repeats",
    "consent",
];
/// And the mail address of a webhook's owner.
const OWNER: &str = "owner";

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

    pub(super) fn shown(&self) -> Value {
        json!({
            "line": self.line, "column": self.column, "value": self.value, "detail": self.detail, "mend": self.mend,
        })
    }
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

    fn given(&self, column: &str) -> Option<String> {
        Some(self.value(column).to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn as_add(&self) -> Add {
        let languages = self.given("languages").map(|text| {
            let tags = text.split([' ', ',', ';']).filter(|tag| !tag.is_empty());
            tags.map(str::to_owned).collect()
        });
        Add {
            filter: Asked::Text(self.value("filter").to_owned()),
            name: self.given("name"),
            email: self.given("email"),
            webhook: self.given("webhook"),
            owner: self.given(OWNER),
            languages,
            extent: self.given("extent"),
            frequency: self.given("frequency"),
            digest_at: self.given("digest_at"),
            repeats: self.given("repeats"),
            consent: self.given("consent"),
            ..Add::default()
        }
    }
}

/// The lines of a file after its header, each read or told why not.
///
/// # Errors
/// If the header cannot be used: then no line can be read.
pub(super) fn lines(bytes: &[u8]) -> Result<Vec<Result<Line, LineError>>, LineError> {
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
        let mend = "the first line names the columns: email,filter,consent";
        return Err(LineError::whole(1, "the file is empty", mend));
    }
    let header = header(&record)?;
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
fn header(record: &ByteRecord) -> Result<Vec<String>, LineError> {
    let names: Vec<String> = record
        .iter()
        .map(|name| String::from_utf8_lossy(name).trim().to_lowercase())
        .collect();
    let known = |name: &str| COLUMNS.contains(&name) || name == OWNER;
    if let [only] = names.as_slice()
        && let Some(separator) = [';', '\t', '|'].into_iter().find(|c| only.contains(*c))
    {
        let detail = format!(
            "the header is separated by `{}`",
            separator.escape_default()
        );
        return Err(LineError::whole(1, detail, "separate by commas"));
    }
    let columns = format!("{}, {OWNER}", COLUMNS.join(", "));
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
    let has = |name: &str| names.iter().any(|other| other == name);
    if !has("filter") || !(has("email") || has("webhook")) {
        let detail = "the header lacks `filter`, or both `email` and `webhook`";
        return Err(LineError::whole(
            1,
            detail,
            format!("the columns are {columns}"),
        ));
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

    fn read(text: &[u8]) -> Result<Vec<Result<Line, LineError>>, LineError> {
        lines(text)
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
