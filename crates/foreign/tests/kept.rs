//! Every promise holds for what `fuzz/corpus` keeps, and for changes to it made by chance.
//!
//! An ordinary run makes some thousand changes a target, always the same. `DATELINE_SOAK=1` changes for 60 s a target, by a seed
//! that it prints; `DATELINE_SEED` repeats it. Whatever breaks a promise is printed, and belongs into the corpus.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot go on without fails it"
)]

mod changes;

use changes::Changes;
use foreign::{PROMISES, Promise};
use std::hash::{BuildHasher, RandomState};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Changes of an ordinary run, a target.
const ORDINARY: usize = 2_000;
const SOAK: Duration = Duration::from_secs(60);

/// What is kept for a target: names and bytes, in the order of the names.
fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let files = std::fs::read_dir(folder.join(target)).unwrap();
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths
        .iter()
        .map(|path| (name(path), std::fs::read(path).unwrap()))
        .collect()
}

/// Fails with the bytes that broke the promise.
fn keep(target: &str, promise: Promise, bytes: &[u8], whence: &str) {
    if catch_unwind(|| promise(bytes)).is_err() {
        panic!(
            "{target} is broken by {whence}: b\"{}\"",
            bytes.escape_ascii()
        );
    }
}

#[test]
fn promises_hold_for_all_that_is_kept() {
    for &(target, promise) in PROMISES {
        let kept = kept(target);
        assert!(kept.len() >= 8, "{target} keeps {} files", kept.len());
        for (name, bytes) in kept {
            keep(target, promise, &bytes, &name);
        }
    }
}

#[test]
fn promises_hold_for_changes_made_by_chance() {
    let soaks = std::env::var("DATELINE_SOAK").is_ok_and(|set| set == "1");
    let given = std::env::var("DATELINE_SEED").ok();
    let seed = match (given, soaks) {
        (Some(seed), _) => seed.parse().unwrap(),
        (None, true) => RandomState::new().hash_one(1),
        (None, false) => 1,
    };
    println!("seed {seed}: repeat with DATELINE_SEED={seed}");
    for &(target, promise) in PROMISES {
        let kept: Vec<Vec<u8>> = kept(target).into_iter().map(|(_, bytes)| bytes).collect();
        let (begun, mut made) = (Instant::now(), 0);
        let mut changes = Changes::new(&kept, seed);
        while made < ORDINARY || (soaks && begun.elapsed() < SOAK) {
            let bytes = changes.next();
            keep(target, promise, &bytes, &format!("a change by seed {seed}"));
            made += 1;
        }
        println!("{target}: {made} changes");
    }
}

#[test]
fn every_target_has_its_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for (target, _) in PROMISES {
        let file = folder.join(format!("fuzz_targets/{target}.rs"));
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains(&format!("foreign::{target}(")), "{text}");
        assert!(
            manifest.contains(&format!("name = \"{target}\"")),
            "{target}"
        );
    }
}
