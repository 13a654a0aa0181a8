//! The README is true: its commands run, its tables are complete.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::process::Command;

const README: &str = include_str!("../../../README.md");
const LINT_PAGE: &str = include_str!("../../../docs/lint.md");

/// The shell blocks from "Use it for real" on, less those marked `nocheck`.
fn examples() -> Vec<&'static str> {
    let (_, real_use) = README
        .split_once("## Use it for real")
        .expect("the README has that part");
    let blocks = real_use.split("```sh\n").skip(1);
    blocks
        .map(|block| block.split("```").next().expect("a split has a first part"))
        .collect()
}

#[test]
fn examples_of_the_readme_run() {
    let folder = tempfile::tempdir().unwrap();
    symlink(
        env!("CARGO_BIN_EXE_dateline"),
        folder.path().join("dateline"),
    )
    .unwrap();
    // Taken and freed again: the README's port may be in use on this machine.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let ready = "for i in $(seq 200); do curl -fs http://127.0.0.1:8080/healthz >/dev/null && break; sleep 0.05; done\n";
    let mut script = String::from("set -euo pipefail\ntrap 'kill $(jobs -p)' EXIT\n");
    for (at, block) in examples().into_iter().enumerate() {
        write!(script, "{block}{}", if at == 0 { ready } else { "" }).unwrap();
    }
    let script = script.replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"));

    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env(
            "PATH",
            format!(
                "{}:{}",
                folder.path().display(),
                std::env::var("PATH").unwrap()
            ),
        )
        .env("DATELINE_HTTP__LISTEN", format!("127.0.0.1:{port}"))
        .env("DATELINE_PUBLIC_URL", format!("http://127.0.0.1:{port}"))
        .output()
        .unwrap();

    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}\n{complained}");
    for expected in [
        "item 1",
        "OK: nothing is overdue",
        "held, 0 told",
        "cancelled, 0 told",
        "dateline_accepted_total",
    ] {
        assert!(
            said.contains(expected),
            "no `{expected}` in:\n{said}\n{complained}"
        );
    }
}

#[test]
fn every_lint_code_is_in_the_readme() {
    for release::lint::Code { code, means, .. } in release::lint::CODES {
        assert!(
            README.contains(&format!("| `{code}` | {means} |")),
            "the README lacks `{code}`: {means}"
        );
    }
}

#[test]
fn the_reference_page_of_lint_has_every_code_and_no_other() {
    for release::lint::Code {
        code,
        severity,
        means,
    } in release::lint::CODES
    {
        let entry = format!("## {code}\n\n*{severity}*: {means}.\n");
        let (_, rest) = LINT_PAGE
            .split_once(&entry)
            .unwrap_or_else(|| panic!("docs/lint.md lacks {entry}"));
        let about = rest
            .split("\n## ")
            .next()
            .expect("a split has a first part");
        assert!(
            about.contains("- example: ") && about.contains("- mend: "),
            "`{code}` lacks example or mend"
        );
    }
    let headings = LINT_PAGE
        .lines()
        .filter(|line| line.starts_with("## "))
        .count();
    assert_eq!(headings, release::lint::CODES.len());
}

#[test]
fn every_command_is_in_the_readme() {
    let help = Command::new(env!("CARGO_BIN_EXE_dateline"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, commands) = help.split_once("Commands:\n").unwrap();

    for line in commands.lines().take_while(|line| !line.is_empty()) {
        let Some(command) = line
            .strip_prefix("  ")
            .filter(|line| !line.starts_with(' '))
        else {
            continue;
        };
        let command = command.split_whitespace().next().unwrap();
        assert!(
            command == "help" || README.contains(&format!("`{command}")),
            "the README lacks `{command}`"
        );
    }
}
