//! Filters as JSON, for programs: the tree, without quoting or brackets.
//!
//! | JSON | text |
//! | --- | --- |
//! | `{"everything": true}` | `everything` |
//! | `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}` | `AND`, `OR`, `NOT` |
//! | `{"topic": "mining"}`, and so `geo`, `lang`, `source`, `ticker`, `lane` | `topic:mining` |
//! | `{"words": "lithium mine", "case": true, "begins": true}` | `cs("lithium mine"*)` |
//! | `{"near": [choice, choice], "between": 5, "ordered": true}` | `a ONEAR/5 b` |
//! | `{"atleast": 3, "of": choice}` | `atleast/3(a)` |
//!
//! The last three take `"in": "title"` (or `lead`, `body`) and `"first": 50`. A choice is a text, or an object with `words`,
//! `case` and `begins`, or a list of those. An object is read through its text form, so it obeys every rule of that.

use super::words::{Choice, Part, Text, Wanted};
use super::{Filter, Phrase};
use crate::address::printable;
use serde_json::{Map, Value, json};

/// Why JSON is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct JsonError {
    /// JSON pointer (RFC 6901) to what is wrong.
    pub pointer: String,
    /// What is wrong, and the mend.
    pub message: String,
}

/// Objects in each other at most: more than any filter needs.
const DEEPEST: usize = 2 * super::MAX_DEPTH + 2;

impl Filter {
    /// The tree as JSON.
    pub fn to_json(&self) -> Value {
        let all = |parts: &[Filter]| parts.iter().map(Filter::to_json).collect::<Vec<_>>();
        match self {
            Filter::Everything => json!({ "everything": true }),
            Filter::All(parts) => json!({ "all": all(parts) }),
            Filter::Any(parts) => json!({ "any": all(parts) }),
            Filter::Not(inner) => json!({ "not": inner.to_json() }),
            Filter::Topic(slug) => json!({ "topic": slug.as_str() }),
            Filter::Place(place) => json!({ "geo": place.to_string() }),
            Filter::Language(range) => json!({ "lang": range.to_string() }),
            Filter::Source(slug) => json!({ "source": slug }),
            Filter::Ticker(ticker) => json!({ "ticker": ticker.to_string() }),
            Filter::Lane(lane) => json!({ "lane": lane.as_str() }),
            Filter::Text(text) => of_text(text),
        }
    }

    /// Reads what [`Filter::to_json`] gives, or what a program made in that form.
    pub fn from_json(value: &Value) -> Result<Filter, JsonError> {
        let tree = read::filter(value, "", 0)?;
        Filter::parse(&tree.to_string()).map_err(|error| JsonError {
            pointer: String::new(),
            message: error.to_string(),
        })
    }
}

fn of_text(text: &Text) -> Value {
    let mut object = Map::new();
    match &text.wanted {
        Wanted::Phrase(phrase) => object = of_phrase(phrase),
        Wanted::AtLeast { times, of } => {
            object.insert("atleast".into(), json!(times));
            object.insert("of".into(), of_choice(of));
        }
        Wanted::Near {
            left,
            right,
            between,
            ordered,
        } => {
            object.insert("near".into(), json!([of_choice(left), of_choice(right)]));
            object.insert("between".into(), json!(between));
            if *ordered {
                object.insert("ordered".into(), json!(true));
            }
        }
    }
    if let Some(part) = text.part.name() {
        object.insert("in".into(), json!(part));
    }
    if let Some(first) = text.first {
        object.insert("first".into(), json!(first));
    }
    Value::Object(object)
}

fn of_phrase(phrase: &Phrase) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("words".into(), json!(phrase.text()));
    if phrase.is_exact() {
        object.insert("case".into(), json!(true));
    }
    if phrase.is_prefix() {
        object.insert("begins".into(), json!(true));
    }
    object
}

fn of_choice(choice: &Choice) -> Value {
    let one = |phrase: &Phrase| match phrase.is_exact() || phrase.is_prefix() {
        true => Value::Object(of_phrase(phrase)),
        false => json!(phrase.text()),
    };
    match choice.phrases() {
        [phrase] => one(phrase),
        several => several.iter().map(one).collect(),
    }
}

mod read;

#[cfg(test)]
mod tests;
