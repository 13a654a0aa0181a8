//! The known keys: those of the compiled-in text, with their defaults.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Settings;

/// Below this likeness (0 to 1) a known key is no help to someone who mistyped another one.
const LIKE_ENOUGH: f64 = 0.6;

/// Every key with its default, sections joined with dots.
pub(super) struct Known {
    defaults: BTreeMap<String, Value>,
}

impl Known {
    /// The keys of the compiled-in text.
    pub(super) fn compiled_in() -> Known {
        let table: Table = Settings::default_text()
            .parse()
            .expect("the compiled-in dateline.toml is TOML, which a test holds");
        let mut defaults = BTreeMap::new();
        walk(table, "", &mut defaults);
        Known { defaults }
    }

    pub(super) fn defaults(&self) -> &BTreeMap<String, Value> {
        &self.defaults
    }

    pub(super) fn default_of(&self, key: &str) -> Option<&Value> {
        self.defaults.get(key)
    }

    /// Whether `key` is a section with keys of its own.
    pub(super) fn is_section(&self, key: &str) -> bool {
        self.keys_of(key).next().is_some()
    }

    /// The keys of a section.
    pub(super) fn keys_of(&self, section: &str) -> impl Iterator<Item = &str> {
        self.defaults
            .keys()
            .filter_map(move |key| key.strip_prefix(section)?.strip_prefix('.'))
    }

    /// The secrets: each key `x` that has a sibling `x_file`, with that sibling.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&str, String)> {
        self.defaults.keys().filter_map(|key| {
            let file_key = format!("{key}_file");
            self.defaults
                .contains_key(&file_key)
                .then_some((key.as_str(), file_key))
        })
    }

    pub(super) fn is_secret(&self, key: &str) -> bool {
        self.secrets().any(|(secret, _)| secret == key)
    }

    /// The key that looks most like `key`.
    pub(super) fn nearest(&self, key: &str) -> Option<&str> {
        most_like(key, self.defaults.keys().map(String::as_str))
    }

    /// The section that looks most like `section`.
    pub(super) fn nearest_section(&self, section: &str) -> Option<&str> {
        let sections = self
            .defaults
            .keys()
            .filter_map(|key| Some(key.rsplit_once('.')?.0));
        most_like(section, sections)
    }
}

fn walk(table: Table, prefix: &str, defaults: &mut BTreeMap<String, Value>) {
    for (name, value) in table {
        let key = format!("{prefix}{name}");
        match value {
            Value::Table(section) => walk(section, &format!("{key}."), defaults),
            value => drop(defaults.insert(key, value)),
        }
    }
}

fn most_like<'a>(key: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (likeness(key, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= LIKE_ENOUGH)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

fn likeness(key: &str, candidate: &str) -> f64 {
    let whole = strsim::normalized_damerau_levenshtein(key, candidate);
    // The right name in the wrong section, or in none, is the commonest slip.
    let last = strsim::normalized_damerau_levenshtein(last_part(key), last_part(candidate));
    whole.max(0.9 * last)
}

fn last_part(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}
