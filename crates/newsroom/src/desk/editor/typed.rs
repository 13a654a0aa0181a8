//! What was typed into the form, and the submission that it says. Neither loses anything of the other: fields of a
//! submission that the form does not show are carried along as they are.

mod writer;

#[cfg(test)]
mod tests;

use crate::desk::posted::Fields;
use serde_json::{Map, Value, json};
use writer::Writer;

/// The tag of the text that the form was filled from: what is typed replaces that one, and no other.
pub(crate) const READ: &str = "read";

/// Fields of one line or more, which a submission holds as text under the same name.
const TEXTS: [&str; 6] = [
    "headline",
    "subheadline",
    "summary",
    "boilerplate",
    "story",
    "lane",
];
/// Objects of a submission, with their members.
const OBJECTS: [(&str, &[&str]); 3] = [
    ("edition", &["region", "language", "audience"]),
    ("dateline", &["city", "region", "country"]),
    ("agent", &["name", "email", "phone"]),
];
/// Lists of objects, with their columns.
pub(crate) const ROWS: [(&str, &[&str]); 3] = [
    (
        "contacts",
        &["name", "role", "email", "phone", "visibility"],
    ),
    ("links", &["url", "title"]),
    (
        "media",
        &["url", "type", "caption", "alt", "credit", "licence"],
    ),
];

/// A filled-in form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    fields: Fields,
}

impl Typed {
    /// From a form; rows that were left empty go, so that the others stand where the submission has them.
    pub(crate) fn of_form(mut fields: Fields) -> Typed {
        for (list, columns) in ROWS {
            let rows = rows_of(&fields, list, columns);
            fields
                .0
                .retain(|(name, _)| !name.starts_with(&format!("{list}/")));
            for (n, row) in rows.iter().enumerate() {
                for (column, value) in columns.iter().zip(row) {
                    fields
                        .0
                        .push((format!("{list}/{n}/{column}"), value.clone()));
                }
            }
        }
        let issuers: Vec<String> = numbered(&fields, "issuers")
            .filter(|slug| !slug.is_empty())
            .collect();
        fields.0.retain(|(name, _)| !name.starts_with("issuers/"));
        fields.0.extend(
            issuers
                .into_iter()
                .enumerate()
                .map(|(n, slug)| (format!("issuers/{n}"), slug)),
        );
        Typed { fields }
    }

    /// From a submission, as it was sent.
    pub(crate) fn of_submission(submission: &Map<String, Value>) -> Typed {
        let mut writer = Writer::new(submission);
        for name in TEXTS {
            writer.text(name, name);
        }
        writer.text("body", "body");
        if writer
            .str("body_format")
            .is_some_and(|format| ["markdown", "html"].contains(&format))
        {
            writer.text("body_format", "body_format");
        }
        for (name, members) in OBJECTS {
            writer.object(name, members);
        }
        for (list, columns) in ROWS {
            writer.rows(list, columns);
        }
        for (n, slug) in writer.strings("issuers").into_iter().enumerate() {
            writer.put(&format!("issuers/{n}"), &slug);
        }
        for topic in writer.strings("topics") {
            writer.put("topics", &topic);
        }
        let places = writer.strings("places").join(", ");
        writer.put("places", &places);
        writer.tickers();
        writer.clear_time();
        Typed {
            fields: writer.finish(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields.get(name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.all(name)
    }

    /// Sets what nobody has typed.
    pub(crate) fn suggest(&mut self, name: &str, value: &str) {
        if self.get(name).is_empty() {
            self.set(name, value);
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.fields.0.retain(|(other, _)| other != name);
        self.fields.0.push((name.to_owned(), value.to_owned()));
    }

    /// How many rows of a list are filled.
    pub(crate) fn rows(&self, list: &str) -> usize {
        let prefix = format!("{list}/");
        let numbers = self.fields.0.iter().filter_map(|(name, _)| {
            name.strip_prefix(&prefix)?
                .split('/')
                .next()?
                .parse::<usize>()
                .ok()
        });
        numbers.max().map_or(0, |last| last + 1)
    }

    /// Everything typed, for a page that carries it along.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self
            .fields
            .0
            .iter()
            .filter(|(name, _)| !["form", "act", "key"].contains(&name.as_str()));
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Fields that the form does not show, less those that were ticked to go.
    pub(crate) fn rest(&self) -> Map<String, Value> {
        let mut rest: Map<String, Value> =
            serde_json::from_str(self.get("rest")).unwrap_or_default();
        self.all("drop").for_each(|name| drop(rest.remove(name)));
        rest
    }

    /// The submission that the form says.
    pub(crate) fn submission(&self) -> Map<String, Value> {
        let mut submission = self.rest();
        let mut put = |name: &str, value: Value| drop(submission.insert(name.to_owned(), value));
        let issuers: Vec<String> = numbered(&self.fields, "issuers").collect();
        if !issuers.is_empty() {
            put("issuers", json!(issuers));
        }
        for (name, members) in OBJECTS {
            let object = object(
                members
                    .iter()
                    .map(|member| (*member, self.get(&format!("{name}/{member}")))),
            );
            if !object.is_empty() {
                put(name, Value::Object(object));
            }
        }
        for name in TEXTS {
            let text = line_ends(self.get(name));
            if !text.trim().is_empty() {
                put(name, json!(text));
            }
        }
        // A clear time left empty by mistake must not release the news at once: it is sent empty, and found.
        if self.get("when") == "at" {
            let at = format!(
                "{}{}",
                self.get("clear_at").trim(),
                self.get("clear_offset").trim()
            );
            put("clear_at", json!(at));
        }
        if !self.get("zone").is_empty() {
            put("zone", json!(self.get("zone")));
        }
        let topics: Vec<&str> = self
            .all("topics")
            .filter(|topic| !topic.is_empty())
            .collect();
        for (name, list) in [("topics", topics), ("places", words(self.get("places")))] {
            if !list.is_empty() {
                put(name, json!(list));
            }
        }
        let tickers: Vec<Value> = self
            .get("tickers")
            .split(['\n', ',', ';'])
            .filter_map(ticker)
            .collect();
        if !tickers.is_empty() {
            put("tickers", Value::Array(tickers));
        }
        for (list, columns) in ROWS {
            let rows = rows_of(&self.fields, list, columns);
            let rows: Vec<Value> = rows
                .iter()
                .map(|row| {
                    Value::Object(object(
                        columns.iter().copied().zip(row.iter().map(String::as_str)),
                    ))
                })
                .collect();
            if !rows.is_empty() {
                put(list, Value::Array(rows));
            }
        }
        let body = line_ends(self.get("body"));
        if !body.trim().is_empty() {
            put("body", json!(body));
        }
        if self.get("body_format") == "html" {
            put("body_format", json!("html"));
        }
        submission
    }
}

fn object<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Map<String, Value> {
    let filled = pairs.filter(|(_, text)| !text.trim().is_empty());
    filled
        .map(|(name, text)| (name.to_owned(), json!(line_ends(text))))
        .collect()
}

/// The rows in which something was typed; who may see a contact is chosen, not typed.
fn rows_of(fields: &Fields, list: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let prefix = format!("{list}/");
    let mut numbers: Vec<usize> = fields
        .0
        .iter()
        .filter_map(|(name, _)| name.strip_prefix(&prefix)?.split('/').next()?.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    let row = |n: &usize| {
        columns
            .iter()
            .map(|column| fields.get(&format!("{list}/{n}/{column}")).to_owned())
            .collect::<Vec<_>>()
    };
    let is_filled = |row: &Vec<String>| {
        columns
            .iter()
            .zip(row)
            .any(|(column, value)| *column != "visibility" && !value.trim().is_empty())
    };
    numbers.iter().map(row).filter(is_filled).collect()
}

fn numbered<'a>(fields: &'a Fields, list: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let mut found: Vec<(usize, String)> = fields
        .0
        .iter()
        .filter_map(|(name, value)| {
            Some((
                name.strip_prefix(list)?.strip_prefix('/')?.parse().ok()?,
                value.trim().to_owned(),
            ))
        })
        .collect();
    found.sort_by_key(|(n, _)| *n);
    found.into_iter().map(|(_, value)| value)
}

/// Browsers send CR LF.
fn line_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|word| !word.is_empty())
        .collect()
}

/// `XNYS:KYN`, or with its ISIN: `XNYS:KYN US4866061066`.
fn ticker(line: &str) -> Option<Value> {
    let mut words = line.trim().rsplitn(2, char::is_whitespace);
    let last = words.next().filter(|word| !word.is_empty())?;
    Some(match words.next() {
        Some(ticker) if !ticker.trim().is_empty() && !last.contains(':') => {
            json!({ "ticker": ticker.trim(), "isin": last })
        }
        _ => json!(line.trim()),
    })
}
