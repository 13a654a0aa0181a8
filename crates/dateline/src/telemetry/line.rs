//! One line of the log.

use std::fmt::Write as _;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use tracing::Level;

/// One line of the log: a flat JSON object, which is also its form on the wire.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// The level, also in `fields` by name.
    pub level: Level,
    /// `time` (RFC 3339, UTC), `level`, `target`, `message`, then the fields of the spans around, then its own.
    pub fields: Map<String, Value>,
}

/// Whether text is painted with ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// No colours.
    Plain,
    /// The level in its colour, keys and time dim.
    Colours,
}

/// The keys that every line starts with.
const HEAD: [&str; 4] = ["time", "level", "target", "message"];

impl LogLine {
    /// The line as text for people, without a line end: `HH:MM:SS.mmm LEVEL target: message key=value ...`, in UTC. A
    /// control character is escaped, so a line stays one line and a terminal is not steered by what was logged.
    pub fn text(&self, paint: Paint) -> String {
        let (dim, strong, end) = match paint {
            Paint::Plain => ("", "", ""),
            Paint::Colours => ("\x1b[2m", colour(self.level), "\x1b[0m"),
        };
        let [time, _, target, message] = HEAD.map(|key| self.head(key));
        let time = time.get(11..23).unwrap_or(time);
        let level = self.level;
        let mut text = format!("{dim}{time}{end} {strong}{level:>5}{end} {dim}{target}:{end} ");
        push_escaped(&mut text, message);
        for (key, value) in self
            .fields
            .iter()
            .filter(|(key, _)| !HEAD.contains(&key.as_str()))
        {
            // Writing to a String does not fail.
            let _ = write!(text, " {dim}{key}={end}");
            push_value(&mut text, value);
        }
        text
    }

    fn head(&self, key: &str) -> &str {
        self.fields
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// How lines name a level.
pub(super) fn level_name(level: Level) -> String {
    level.as_str().to_ascii_lowercase()
}

fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[1;31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    }
}

fn push_value(text: &mut String, value: &Value) {
    match value {
        Value::String(bare) if is_bare(bare) => text.push_str(bare),
        // JSON's quotes escape C0 controls but not DEL and C1, which terminals may obey too.
        value => push_escaped(text, &value.to_string()),
    }
}

fn is_bare(value: &str) -> bool {
    !value.is_empty()
        && !value.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'=".contains(c))
}

fn push_escaped(text: &mut String, raw: &str) {
    for c in raw.chars() {
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
}

impl Serialize for LogLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LogLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LogLine, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        let level = fields.get("level").and_then(Value::as_str);
        let level = level.and_then(|name| name.parse().ok());
        let level = level.ok_or_else(|| serde::de::Error::custom("a log line without a level"))?;
        Ok(LogLine { level, fields })
    }
}
