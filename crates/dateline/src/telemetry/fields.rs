//! Fields of events and spans, as JSON values in the order in which they were written.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

/// Fields whose value is never shown: a line with one of these is a slip.
const NEVER_SHOWN: [&str; 5] = ["authorization", "body", "password", "secret", "token"];

/// Keys of a line that a field may not take; it is stored as `field.time` and so on.
const TAKEN: [&str; 3] = ["time", "level", "target"];

/// Collects fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The fields in order. A later value of the same name has taken the place of the earlier one.
    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }

    fn put(&mut self, field: &Field, value: Value) {
        let name = field.name();
        let name = name.strip_prefix("r#").unwrap_or(name);
        let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
        let value = if NEVER_SHOWN.contains(&last) {
            Value::from("***")
        } else {
            value
        };
        let name = if TAKEN.contains(&name) {
            format!("field.{name}")
        } else {
            name.to_owned()
        };
        self.0.insert(name, value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, Value::from(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::from(value));
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        self.put(field, Value::from(text));
    }
}
