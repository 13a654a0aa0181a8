//! deploy/Dockerfile.

use crate::files::{roles, text};

/// The words of a JSON list after an instruction; the last one counts.
fn words(dockerfile: &str, instruction: &str) -> Vec<String> {
    let line = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix(instruction))
        .next_back();
    serde_json::from_str(line.expect(instruction)).unwrap()
}

#[test]
fn image_is_built_from_the_lock_file_with_a_toolchain_that_can() {
    let dockerfile = text("deploy/Dockerfile");
    let workspace = text("Cargo.toml");
    let wanted = workspace
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "));
    let wanted = wanted.unwrap().trim_matches('"');

    assert!(dockerfile.contains("cargo build --release --locked --bin dateline"));
    assert!(
        dockerfile.contains(&format!("FROM rust:{wanted}-")),
        "the workspace wants Rust {wanted}"
    );
}

#[test]
fn image_runs_the_wire_as_nobody_in_particular() {
    let dockerfile = text("deploy/Dockerfile");
    let stages: Vec<&str> = dockerfile.split("\nFROM ").collect();
    let last = stages.last().unwrap();
    let user = last
        .lines()
        .find_map(|line| line.strip_prefix("USER "))
        .unwrap();

    // A number: Kubernetes cannot tell from a name that it is not root.
    assert!(user.parse::<u32>().unwrap() > 0);
    assert_eq!(words(last, "ENTRYPOINT "), ["/usr/local/bin/dateline"]);
    let command = words(last, "CMD ");
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    assert!(roles(&command).is_all());
}

#[test]
fn image_does_not_take_in_what_is_secret() {
    let ignored = text("deploy/Dockerfile.dockerignore");
    for path in ["deploy/secrets", "deploy/dateline.env", "dateline-data"] {
        assert!(ignored.lines().any(|line| line == path), "{path}");
    }
}
