//! Files of `deploy/`, and what holds for words of ours wherever they stand.

use dateline::app::Roles;
use dateline::settings::{Settings, Sources};
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the checkout.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A YAML file of one document.
pub(crate) fn yaml(path: &str) -> Value {
    let mut documents = documents(path);
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

/// A YAML file's documents.
pub(crate) fn documents(path: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A list, or nothing.
pub(crate) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A mapping of texts, such as an environment; numbers and the like as they are written.
pub(crate) fn pairs(value: &Value) -> Vec<(String, String)> {
    let entries = value.as_object().into_iter().flatten();
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    entries
        .map(|(name, value)| (name.clone(), text(value)))
        .collect()
}

/// Loads settings from these variables alone. Passwords that are read at the start stand in files that are not here: each
/// such file is made, with a word in it.
pub(crate) fn settings(variables: &[(String, String)]) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let variable = |(name, value): &(String, String)| {
        let value = match name.as_str() {
            "DATELINE_MAIL__PASSWORD_FILE" => {
                let file = folder.path().join("password");
                std::fs::write(&file, "a word\n").unwrap();
                file.into_os_string()
            }
            _ => OsString::from(value),
        };
        (OsString::from(name), value)
    };
    let loaded = Settings::load(Sources {
        directory: folder.path().to_owned(),
        environment: variables.iter().map(variable).collect(),
        ..Sources::default()
    });
    loaded.unwrap_or_else(|error| panic!("{variables:?}: {error}"))
}

/// The roles of a command line `[dateline] serve … --role ROLES …`.
pub(crate) fn roles(words: &[&str]) -> Roles {
    assert_eq!(words.first(), Some(&"serve"), "{words:?}");
    let at = words.iter().position(|word| *word == "--role");
    match at {
        Some(at) => Roles::parse(words[at + 1]).unwrap(),
        None => Roles::all(),
    }
}

/// Fails unless these process's roles, taken together, are every one, each once.
pub(crate) fn assert_whole(processes: &[Roles]) {
    let mut roles: Vec<String> = processes
        .iter()
        .flat_map(|roles| roles.iter().map(|role| role.to_string()))
        .collect();
    roles.sort();
    let mut all: Vec<String> = Roles::all().iter().map(|role| role.to_string()).collect();
    all.sort();
    assert_eq!(roles, all);
}

/// Fails unless the process shares its engines, and listens where others reach it.
pub(crate) fn assert_shared(settings: &Settings) {
    assert_eq!(settings.store_path(), None);
    assert!(settings.broker().is_some());
    assert!(settings.http.listen.ip().is_unspecified());
    assert!(settings.public_url.starts_with("https://"));
    assert!(!settings.http.trusted_proxies.is_empty());
}

#[test]
fn every_yaml_file_parses() {
    let mut waiting = vec![root().join("deploy")];
    let mut parsed = 0;
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                let shown = path
                    .strip_prefix(root())
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                assert!(!documents(&shown).is_empty(), "{shown}");
                parsed += 1;
            }
        }
    }
    assert!(parsed >= 8, "{parsed} files");
}
