//! The suite against the store's source: no query is forgotten, no placeholder left unbound.

use std::collections::BTreeSet;
use std::path::Path;

/// Every Rust file of a folder of this crate: its name and text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            (
                path.display().to_string(),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect()
}

#[test]
fn every_public_query_is_called_by_the_suite() {
    let suite: String = sources("tests/conformance")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let mut queries = BTreeSet::new();
    for (_, text) in sources("src") {
        let names = text.split("pub async fn ").skip(1);
        queries.extend(names.filter_map(|rest| Some(rest.split_once('(')?.0.to_owned())));
    }

    let called = |name: &String| {
        suite.contains(&format!(".{name}(")) || suite.contains(&format!("::{name}("))
    };
    let forgotten: Vec<_> = queries.iter().filter(|name| !called(name)).collect();

    assert!(queries.len() > 50, "the source was not found: {queries:?}");
    assert!(forgotten.is_empty(), "no case runs {forgotten:?}");
}

/// The texts that a query takes from macros of its file, `name!()`.
fn shared_text(query: &str, file: &str) -> String {
    let names = query.split("!()").filter_map(|before| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        before.rsplit(|c| !word(c)).next()
    });
    let texts = names.filter_map(|name| {
        let (_, after) = file.split_once(&format!("macro_rules! {name} {{"))?;
        after.split_once("\n}").map(|(text, _)| text)
    });
    texts.collect()
}

/// SQLite takes a missing argument as NULL without a word, and says as little about one too many.
#[test]
fn every_placeholder_is_bound() {
    let mut queries = 0;
    for (file, text) in sources("src") {
        for query in text.split("sqlx::query").skip(1) {
            let ends = [".fetch_", ".execute("].map(|end| query.find(end).unwrap_or(query.len()));
            let query = &query[..ends[0].min(ends[1])];
            let number = |rest: &str| {
                let digits = rest
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(rest.len());
                rest[..digits].parse::<usize>().ok()
            };
            let text_of_it = format!("{query}{}", shared_text(query, &text));
            let named = text_of_it
                .split('$')
                .skip(1)
                .filter_map(number)
                .collect::<BTreeSet<_>>();

            let bound = query.matches(".bind(").count();

            assert_eq!(named, (1..=bound).collect(), "{file}: {query}");
            queries += 1;
        }
    }
    assert!(queries > 80, "only {queries} queries were found");
}
