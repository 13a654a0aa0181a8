//! From a submission to the fields of the form.

use crate::desk::posted::Fields;
use release::time::ClearTime;
use serde_json::{Map, Value};

/// Moves a submission's fields into a form; what does not fit stays in the rest.
pub(super) struct Writer {
    fields: Fields,
    rest: Map<String, Value>,
}

impl Writer {
    pub(super) fn new(submission: &Map<String, Value>) -> Writer {
        Writer {
            fields: Fields::default(),
            rest: submission.clone(),
        }
    }

    /// The value of a field that has one kind of value only, if it is that.
    pub(super) fn str(&self, name: &str) -> Option<&str> {
        self.rest.get(name).and_then(Value::as_str)
    }

    pub(super) fn put(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.fields.0.push((name.to_owned(), value.to_owned()));
        }
    }

    pub(super) fn text(&mut self, name: &str, field: &str) {
        if let Some(Value::String(text)) = self.rest.get(name).cloned() {
            self.rest.remove(name);
            self.put(field, &text);
        }
    }

    pub(super) fn object(&mut self, name: &str, members: &[&str]) {
        let Some(texts) = self
            .rest
            .get(name)
            .and_then(|value| texts_of(value, members))
        else {
            return;
        };
        self.rest.remove(name);
        for (member, text) in texts {
            self.put(&format!("{name}/{member}"), &text);
        }
    }

    pub(super) fn rows(&mut self, list: &str, columns: &[&str]) {
        let Some(Value::Array(entries)) = self.rest.get(list) else {
            return;
        };
        let rows: Option<Vec<_>> = entries
            .iter()
            .map(|entry| texts_of(entry, columns))
            .collect();
        let Some(rows) = rows else { return };
        self.rest.remove(list);
        for (n, row) in rows.into_iter().enumerate() {
            for (column, text) in row {
                self.put(&format!("{list}/{n}/{column}"), &text);
            }
        }
    }

    pub(super) fn strings(&mut self, name: &str) -> Vec<String> {
        let strings = match self.rest.get(name) {
            Some(Value::String(one)) => Some(vec![one.clone()]),
            Some(Value::Array(list)) => list
                .iter()
                .map(|value| value.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        if strings.is_some() {
            self.rest.remove(name);
        }
        strings.unwrap_or_default()
    }

    /// A line each: the ticker, and its ISIN where it has one.
    pub(super) fn tickers(&mut self) {
        let entries = match self.rest.get("tickers") {
            Some(Value::Array(entries)) => entries.clone(),
            Some(one @ Value::String(_)) => vec![one.clone()],
            _ => return,
        };
        let line = |entry: &Value| match entry {
            Value::String(ticker) => Some(ticker.clone()),
            other => {
                let texts = texts_of(other, &["ticker", "isin"])?;
                Some(
                    texts
                        .into_iter()
                        .map(|(_, text)| text)
                        .collect::<Vec<_>>()
                        .join(" "),
                )
            }
        };
        let Some(lines) = entries.iter().map(line).collect::<Option<Vec<String>>>() else {
            return;
        };
        self.rest.remove("tickers");
        self.put("tickers", &lines.join("\n"));
    }

    /// As a local time with its zone; an offset is kept apart where the zone alone would not say the same.
    pub(super) fn clear_time(&mut self) {
        self.text("zone", "zone");
        let Some(Value::String(at)) = self.rest.remove("clear_at") else {
            return;
        };
        self.put("when", "at");
        let zone = Some(self.fields.get("zone").to_owned()).filter(|zone| !zone.is_empty());
        match ClearTime::parse(&at, zone.as_deref()) {
            Ok(clear) => {
                let local = clear.strftime("%Y-%m-%dT%H:%M:%S");
                let local = local.strip_suffix(":00").unwrap_or(&local).to_owned();
                let says_the_same =
                    ClearTime::parse(&local, Some(&clear.zone)).is_ok_and(|again| again == clear);
                self.put("clear_at", &local);
                if !says_the_same {
                    self.put("clear_offset", &clear.strftime("%:z"));
                }
                if zone.is_none() {
                    self.put("zone", &clear.zone);
                }
            }
            Err(_) => self.put("clear_at", &at),
        }
    }

    /// The form's fields, with all that did not fit as one more.
    pub(super) fn finish(mut self) -> Fields {
        if !self.rest.is_empty() {
            let rest = Value::Object(std::mem::take(&mut self.rest)).to_string();
            self.put("rest", &rest);
        }
        self.fields
    }
}

/// The members of an object that holds texts under these names and nothing else.
fn texts_of(value: &Value, members: &[&str]) -> Option<Vec<(String, String)>> {
    let pairs = value.as_object()?.iter().map(|(name, value)| match value {
        Value::String(text) if members.contains(&name.as_str()) => {
            Some((name.clone(), text.clone()))
        }
        _ => None,
    });
    pairs.collect()
}
