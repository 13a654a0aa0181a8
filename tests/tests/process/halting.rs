//! The commands of whoever is on call, against a server that runs.

use std::process::Output;
use tests::{Binary, release, run_dateline};

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn wire_is_halted_looked_at_and_resumed_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let text = release("Acme opens").to_string();
    std::fs::write(folder.path().join("release.json"), text).unwrap();
    let _server = Binary::find().serve(folder.path(), &[]);
    let run = |arguments: &[&str]| {
        run_dateline(folder.path(), &[arguments, &["--data", "data"]].concat())
    };
    let ana = "ana@reader.example";
    let known = ["--email", ana, "--consent", "a test"];
    assert!(run(&["issuer", "add", "acme", "Acme"]).status.success());
    assert!(
        run(&[&["subscribe", "add", "everything"], &known[..]].concat())
            .status
            .success()
    );

    let halted = run(&["halt", "--all", "--note", "a loop"]);
    let submitted = run(&["submit", "release.json"]);
    let during = run(&["status"]);
    let resumed = run(&["resume", "--all"]);
    let told = run(&["submit", "release.json", "--wait"]);
    let after = run(&["status"]);
    let again = run(&["resume", "--all"]);
    let traced = run(&["trace", ana]);
    let audited = run(&["audit"]);

    assert!(halted.status.success(), "{halted:?}");
    assert!(
        stdout(&halted).starts_with("halted: all since "),
        "{halted:?}"
    );
    assert!(submitted.status.success(), "{submitted:?}");
    assert_eq!(during.status.code(), Some(1), "{during:?}");
    let first = stdout(&during);
    assert!(
        first.starts_with("HALTED: sending is stopped by hand: all since "),
        "{first}"
    );
    assert!(
        stdout(&resumed).starts_with("resumed: what waited"),
        "{resumed:?}"
    );
    assert!(told.status.success(), "{told:?}");
    assert_eq!(after.status.code(), Some(0), "{after:?}");
    assert!(!again.status.success(), "nothing is halted any more");
    let traced = stdout(&traced);
    assert!(
        traced.contains("delivered") && traced.contains("a***@reader.example"),
        "{traced}"
    );
    let acts = stdout(&audited);
    let settings = acts.lines().find(|line| line.contains("start")).unwrap();
    assert!(settings.contains("data = "), "what was set: {settings}");
    for act in ["halt ", "resume ", "issuer.add ", "token.add "] {
        assert!(acts.contains(act), "{act}: {acts}");
    }
}

#[test]
fn halt_names_exactly_one_thing() {
    let folder = tempfile::tempdir().unwrap();

    for arguments in [
        &["halt"][..],
        &["halt", "--all", "--channel", "email"],
        &["halt", "--channel", "fax"],
        &["resume"],
    ] {
        let refused = run_dateline(folder.path(), arguments);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    }
}
