//! The systemd units, judged by systemd itself.

use crate::files::{assert_whole, roles, root, settings, text};
use dateline::app::Roles;
use std::path::Path;
use std::process::Command;
use tests::Binary;

const TEMPLATE: &str = "deploy/systemd/dateline@.service";
const UNITS: [&str; 3] = [
    TEMPLATE,
    "deploy/systemd/dateline.target",
    "deploy/dateline.service",
];

/// The units in a folder of their own, with the binary where ours is.
fn installed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let binary = Binary::find();
    for unit in UNITS {
        let moved = text(unit).replace("/usr/local/bin/dateline", binary.path().to_str().unwrap());
        let name = Path::new(unit).file_name().unwrap();
        std::fs::write(folder.path().join(name), moved).unwrap();
    }
    folder
}

/// What `systemd-analyze` says: whether it agrees, and its words.
fn analyze(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("systemd-analyze").args(arguments).output();
    let output =
        output.expect("systemd-analyze is missing: run tests/tools, or install Debian's systemd");
    let words = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&words).into_owned(),
    )
}

/// The values of a key, one a line.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    let key = format!("{key}=");
    unit.lines()
        .filter_map(|line| line.strip_prefix(&key))
        .collect()
}

#[test]
fn systemd_finds_nothing_to_say_about_any_unit() {
    let folder = installed();
    for name in [
        "dateline@router.service",
        "dateline.target",
        "dateline.service",
    ] {
        let path = folder.path().join(name);
        let (agrees, words) = analyze(&["verify", "--man=no", path.to_str().unwrap()]);
        // Its exit code passes over unknown keys; its words do not.
        assert!(agrees && words.is_empty(), "{name}: {words}");
    }
}

#[test]
fn systemd_calls_every_service_little_exposed() {
    let folder = installed();
    for name in ["dateline@router.service", "dateline.service"] {
        let path = folder.path().join(name);
        // Tenths of ten: 20 is the best of its five grades.
        let judged = analyze(&[
            "security",
            "--no-pager",
            "--offline=true",
            "--threshold=20",
            path.to_str().unwrap(),
        ]);
        assert!(judged.0, "{name}: {}", judged.1);
    }
}

#[test]
fn target_starts_every_role_once() {
    let target = text("deploy/systemd/dateline.target");
    let processes: Vec<Roles> = values(&target, "Wants")
        .into_iter()
        .flat_map(str::split_whitespace)
        .map(|unit| {
            let role = unit
                .strip_prefix("dateline@")
                .and_then(|rest| rest.strip_suffix(".service"));
            Roles::parse(role.unwrap_or_else(|| panic!("{unit}"))).unwrap()
        })
        .collect();
    assert_whole(&processes);
}

#[test]
fn command_lines_of_the_units_are_understood() {
    for unit in [TEMPLATE, "deploy/dateline.service"] {
        let unit = text(unit);
        let line = values(&unit, "ExecStart")[0].replace("%i", "router");
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let _ = roles(&words);
        // Settings that are wrong are told before anything starts: so only the file that is not there may be wrong.
        let folder = tempfile::tempdir().unwrap();
        let output = Binary::find()
            .command(folder.path())
            .args(&words)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("/etc/dateline/dateline.toml"), "{said}");
        assert_eq!(said.matches("--config").count(), 1, "{said}");
    }
}

#[test]
fn variables_of_the_template_are_settings_and_their_secrets_are_loaded() {
    let template = text(TEMPLATE);
    let credentials = values(&template, "LoadCredential");
    let variables: Vec<(String, String)> = values(&template, "Environment")
        .into_iter()
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            let id = value.strip_prefix("%d/").unwrap();
            assert!(
                credentials
                    .iter()
                    .any(|given| given.starts_with(&format!("{id}:"))),
                "{pair}"
            );
            (name.to_owned(), value.to_owned())
        })
        .collect();
    assert_eq!(variables.len(), 2);
    let _ = settings(&variables);
}

#[test]
fn units_leave_what_a_worker_needs() {
    let default = settings(&[]);
    for unit in [TEMPLATE, "deploy/dateline.service"] {
        let unit = text(unit);
        // A worker's name is the host's and its process's: without /proc/sys, workers of two machines could bear one name.
        assert!(values(&unit, "ProcSubset").is_empty());
        let stop_s: u64 = values(&unit, "TimeoutStopSec")[0].parse().unwrap();
        assert!(stop_s * 1000 > default.shutdown.grace_ms + 5000);
    }
    assert!(root().join(TEMPLATE).is_file());
}
