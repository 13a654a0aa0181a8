//! What `tests/tools` installs.

use std::path::PathBuf;

/// A file of `target/tools`.
///
/// # Panics
/// If it is not there, with what makes it.
pub fn tool(path: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let target = test.ancestors().nth(3);
    let tool = target
        .expect("a test lies in target/PROFILE/deps")
        .join("tools")
        .join(path);
    assert!(
        tool.is_file(),
        "{} is not there: run tests/tools first",
        tool.display()
    );
    tool
}

/// What gives a process another clock where it is preloaded (libfaketime).
///
/// # Panics
/// If it is not there, with what installs it.
pub fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten();
    folders
        .flatten()
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|file| file.exists())
        .expect("libfaketime is missing: run tests/tools, or install Debian's faketime")
}
