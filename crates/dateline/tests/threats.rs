//! Every test that docs/threats.md names is there.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All of our Rust below a folder.
fn code(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_rust = path.extension().is_some_and(|ending| ending == "rs");
        match path.is_dir() {
            true => all.push_str(&code(&path)),
            false if is_rust => all.push_str(&fs::read_to_string(&path).unwrap()),
            false => {}
        }
    }
    all
}

/// A line of a table, cell by cell.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(inner.split(" | ").collect())
}

#[test]
fn every_test_of_the_table_exists() {
    let page = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    let code = code(&root().join("crates")) + &code(&root().join("tests"));
    let rows = page
        .lines()
        .filter_map(cells)
        .filter(|cells| !matches!(cells[0], "threat" | "---"));

    let mut count = 0;
    for cells in rows {
        let [threat, _, tests] = cells[..] else {
            panic!("a row has not three cells: {cells:?}");
        };
        let names: Vec<&str> = tests
            .split(", ")
            .map(|name| name.trim_matches('`'))
            .collect();
        assert!(!names[0].is_empty(), "{threat}: no test");
        for name in names {
            let declared = format!("fn {name}()");
            assert!(
                code.contains(&declared),
                "{threat}: there is no test `{name}`"
            );
        }
        count += 1;
    }

    assert!(count > 40, "{count} threats are read");
}
