//! The layers laid over each other: for each key its value so far, and where that was given.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::known::Known;
use super::problem::{Layer, Problem, SettingsError};
use super::{Settings, rules, texts};

/// The values so far, and what was wrong on the way.
pub(super) struct Layers<'a> {
    known: &'a Known,
    values: BTreeMap<String, (Value, Layer)>,
    problems: Vec<Problem>,
}

impl<'a> Layers<'a> {
    /// Starts from the defaults.
    pub(super) fn over(known: &'a Known) -> Layers<'a> {
        let defaults = known.defaults().iter();
        let values = defaults
            .map(|(key, value)| (key.clone(), (value.clone(), Layer::Default)))
            .collect();
        Layers {
            known,
            values,
            problems: Vec::new(),
        }
    }

    pub(super) fn known(&self) -> &'a Known {
        self.known
    }

    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Takes a value for a known key if its type is that of the default.
    pub(super) fn offer(&mut self, key: &str, value: Value, layer: Layer) {
        let default = self
            .known
            .default_of(key)
            .expect("the caller looked the key up");
        match of_same_type(value, default) {
            Ok(value) => self.give(key, value, layer),
            Err(value) => self.refuse(key, &value, layer),
        }
    }

    /// Takes a value without a look.
    pub(super) fn give(&mut self, key: &str, value: Value, layer: Layer) {
        self.values.insert(key.to_owned(), (value, layer));
    }

    /// Reports a value that does not fit its key.
    pub(super) fn refuse(&mut self, key: &str, value: &Value, layer: Layer) {
        let default = self
            .known
            .default_of(key)
            .map(Value::to_string)
            .unwrap_or_default();
        self.refuse_with(key, value, layer, format!("the default is {default}"));
    }

    fn refuse_with(&mut self, key: &str, value: &Value, layer: Layer, mend: String) {
        let shown = if self.known.is_secret(key) {
            "***".to_owned()
        } else {
            shown(value)
        };
        self.problems.push(Problem::BadValue {
            layer,
            key: key.to_owned(),
            value: shown,
            expected: rules::expected(key),
            mend,
        });
    }

    /// A text setting as it stands, and where it was given.
    pub(super) fn text(&self, key: &str) -> (String, Layer) {
        let (value, layer) = self.values.get(key).expect("every known key has a value");
        (value.as_str().unwrap_or_default().to_owned(), layer.clone())
    }

    /// Holds the value that won for each key against the rule of that key.
    pub(super) fn check_values(&mut self) {
        for (key, (value, layer)) in self.values.clone() {
            match rules::check(&key, &value) {
                Ok(()) => {}
                Err(mend) if mend.is_empty() => self.refuse(&key, &value, layer),
                Err(mend) => self.refuse_with(&key, &value, layer, mend),
            }
        }
    }

    /// The settings, if nothing was wrong.
    pub(super) fn into_settings(self) -> Result<Settings, SettingsError> {
        if !self.problems.is_empty() {
            return Err(SettingsError {
                problems: self.problems,
            });
        }
        let given = self.given();
        let mut root = Table::new();
        for (key, (value, _)) in self.values {
            insert(&mut root, &key, value);
        }
        let settings = Settings::deserialize(root).map_err(|error| {
            // The rules let a value pass that its field cannot hold: a mistake of ours, still told as an error.
            let reason = error.message().to_owned();
            SettingsError {
                problems: vec![Problem::Syntax {
                    layer: Layer::Together,
                    reason,
                }],
            }
        })?;
        Ok(Settings { given, ..settings })
    }

    /// What was given in a layer over the defaults, without secrets.
    fn given(&self) -> Vec<String> {
        let given = self.values.iter().filter(|(_, (value, layer))| {
            *layer != Layer::Default && !matches!(value, Value::String(text) if text.is_empty())
        });
        given
            .map(|(key, (value, _))| match self.known.is_secret(key) {
                true => format!("{key} = ***"),
                false => format!("{key} = {}", shown(value)),
            })
            .collect()
    }
}

fn insert(table: &mut Table, key: &str, value: Value) {
    let Some((section, rest)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return;
    };
    let section = table
        .entry(section)
        .or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        insert(section, rest, value);
    }
}

/// The value, if it has the default's type; a whole number will do for a fraction. Otherwise gives it back.
fn of_same_type(value: Value, default: &Value) -> Result<Value, Value> {
    match (value, default) {
        (Value::Integer(number), Value::Float(_)) => Ok(Value::Float(number as f64)),
        (Value::Array(items), Value::Array(defaults)) => match defaults.first() {
            Some(first) if !items.iter().all(|item| item.same_type(first)) => {
                Err(Value::Array(items))
            }
            _ => Ok(Value::Array(items)),
        },
        (value, default) if value.same_type(default) => Ok(value),
        (value, _) => Err(value),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Table(_) => "a section".to_owned(),
        // Not as TOML, which writes several lines as several lines.
        Value::String(text) => format!("{:?}", texts::without_password(text)),
        value => value.to_string(),
    }
}
