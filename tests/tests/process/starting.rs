//! What stands in the way of a start is said, with what to do.

use std::path::Path;
use std::process::Output;
use tests::{Binary, run_dateline};

fn serve(folder: &Path, arguments: &[&str]) -> Output {
    let mut all = vec!["serve", "--set", "http.listen=127.0.0.1:0"];
    all.extend(arguments);
    run_dateline(folder, &all)
}

/// The start failed with code 2, and said all these words and nothing of a panic.
#[track_caller]
fn check_refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn second_server_on_a_folder_names_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let server = Binary::find().serve(folder.path(), &[]);

    let second = serve(folder.path(), &["--data", "data"]);

    let pid = format!("process {}", server.pid());
    check_refused(&second, &["in use", &pid, "--data"]);
}

#[test]
fn port_in_use_is_said_with_the_setting_to_change() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("http.listen={}", taken.local_addr().unwrap());

    let output = run_dateline(
        folder.path(),
        &["serve", "--data", "data", "--set", &listen],
    );

    let address = taken.local_addr().unwrap().to_string();
    check_refused(&output, &["cannot listen", &address, "http.listen"]);
}

#[test]
fn data_folder_that_cannot_be_made_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "a file").unwrap();

    let output = serve(folder.path(), &["--data", "file/data"]);

    check_refused(&output, &["data folder", "file/data", "permissions"]);
}

#[test]
fn store_that_is_no_store_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(
        folder.path().join("data/dateline.db"),
        "no database at all".repeat(100),
    )
    .unwrap();

    let output = serve(folder.path(), &["--data", "data"]);

    check_refused(&output, &["dateline.db", "cannot be opened"]);
}

#[test]
fn unknown_setting_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();

    let by_flag = serve(folder.path(), &["--set", "webhook.conections=3"]);
    std::fs::write(
        folder.path().join("mine.toml"),
        "[mail]\nfro = \"a@b.example\"\n",
    )
    .unwrap();
    let by_file = serve(folder.path(), &["--config", "mine.toml"]);

    check_refused(&by_flag, &["webhook.conections", "webhook.connections"]);
    check_refused(&by_file, &["mine.toml", "fro", "mail.from"]);
    assert!(!folder.path().join("dateline-data").exists());
}

#[test]
fn check_says_that_all_is_in_order_and_serves_nothing() {
    let folder = tempfile::tempdir().unwrap();

    let output = serve(folder.path(), &["--data", "data", "--check"]);

    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("in order"), "{said}");
    assert!(!said.contains("token"), "{said}");
    assert!(!folder.path().join("data/run.json").exists());
}

#[test]
fn first_token_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let count = |log: &str| log.matches("first operator token").count();

    let mut first = Binary::find().serve(folder.path(), &[]);
    first.terminate();
    first.wait();
    assert_eq!(count(&first.log()), 1);
    let second = Binary::find().serve(folder.path(), &[]);

    assert_eq!(count(&second.log()), 1, "both starts write one log");
}

/// The relay's password, and the keys that sign, are for those alone who send mail.
#[test]
fn secret_files_of_mail_are_read_by_whoever_sends_mail_and_by_no_command() {
    let folder = tempfile::tempdir().unwrap();
    let secret = [
        "--set",
        "mail.relay=smtp://wire@127.0.0.1:1",
        "--set",
        "mail.password_file=gone",
    ];

    let signing = ["--set", "mail.dkim=s1=gone.pem"];

    let command = run_dateline(folder.path(), &[&["topic", "list"][..], &secret].concat());
    let serves = serve(folder.path(), &[&["--data", "data"][..], &secret].concat());

    assert!(command.status.success(), "{command:?}");
    check_refused(&serves, &["mail.password_file", "gone", "permissions"]);
    let command = run_dateline(folder.path(), &[&["topic", "list"][..], &signing].concat());
    let serves = serve(folder.path(), &[&["--data", "data"][..], &signing].concat());
    assert!(command.status.success(), "{command:?}");
    check_refused(&serves, &["mail.dkim", "gone.pem", "permissions"]);
}
