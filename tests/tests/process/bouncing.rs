//! `dateline bounce` as a mail system runs it, the listener of `serve`, and lists of suppressions as files.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use tests::{Binary, run_dateline};

/// Runs `dateline bounce` with a message on its standard input.
fn bounce(folder: &Path, arguments: &[&str], message: &str) -> Output {
    let path = folder.join("message");
    std::fs::write(&path, message).unwrap();
    let mut command: Command = Binary::find().command(folder);
    command.arg("bounce").args(arguments);
    command.stdin(File::open(path).unwrap()).output().unwrap()
}

#[test]
fn pipe_keeps_what_may_be_taken_later_and_drops_what_never_will() {
    let folder = tempfile::tempdir().unwrap();
    let message = "From: MAILER-DAEMON@mx.example\n\n550 5.1.1 no such user\n";
    let long = format!("{message}{}", "x".repeat(4 << 20));

    let away = bounce(folder.path(), &["--data", "data"], message);
    let elsewhere = ["--url", "http://127.0.0.1:1", "--token", "x"];
    let unreached = bounce(folder.path(), &elsewhere, message);
    let server = Binary::find().serve(folder.path(), &[]);
    let here = ["--data", "data", "--recipient", "b+0@wire.example"];
    let strange = bounce(folder.path(), &here, &long);
    drop(server);

    assert_eq!(away.status.code(), Some(75));
    assert_eq!(unreached.status.code(), Some(75));
    assert_eq!(strange.status.code(), Some(65));
    let said = String::from_utf8_lossy(&strange.stderr).into_owned();
    assert!(said.contains("b+0@wire.example"), "{said}");
}

#[test]
fn server_listens_where_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let set = ["bounces.listen=127.0.0.1:0".to_owned()];
    let server = Binary::find().serve(folder.path(), &set);
    let log = server.log();
    let (_, rest) = log.split_once("mail that comes back is taken at ").unwrap();
    let address: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ':'))
        .collect();

    let mut stream = TcpStream::connect(address.trim_end_matches('.')).unwrap();
    stream
        .write_all(b"LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<b+0@wire.example>\r\nQUIT\r\n")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();

    assert!(heard.contains("\r\n550 5.1.1 no return path"), "{heard}");
    let check = [
        "serve",
        "--check",
        "--data",
        "other",
        "--set",
        "http.listen=127.0.0.1:0",
    ];
    let taken = format!("bounces.listen={address}");
    let check = run_dateline(folder.path(), &[&check[..], &["--set", &taken]].concat());
    assert_eq!(check.status.code(), Some(2));
    let said = String::from_utf8_lossy(&check.stderr).into_owned();
    assert!(said.contains("set `bounces.listen`"), "{said}");
}

#[test]
fn suppressions_are_exported_as_they_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let server = Binary::find().serve(folder.path(), &[]);
    let mut list = String::from("address,reason\n");
    for n in 0..2500 {
        list += &format!("reader-{n:04}@reader.example,\"asked, by letter {n}\"\n");
    }
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("list.csv", &list);
    write(
        "bad.csv",
        &list.replace("reader-2400@reader.example", "reader-2400"),
    );
    let run = |arguments: &[&str]| {
        let all = [&["suppress"], arguments, &["--data", "data"]].concat();
        let output = run_dateline(folder.path(), &all);
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), said)
    };

    let bad = run(&["import", "bad.csv"]);
    let tried = run(&["import", "list.csv", "--dry-run"]);
    let nothing = run(&["export"]);
    let taken = run(&["import", "list.csv", "--json"]);
    let again = run(&["import", "list.csv"]);
    let exported = run(&["export"]);
    drop(server);

    assert_eq!(bad.0, Some(1));
    assert!(
        bad.1.starts_with("line 2402 address reader-2400: "),
        "{}",
        bad.1
    );
    assert_eq!(
        tried,
        (
            Some(0),
            "2500 of 2500 lines are good; nothing was taken\n".to_owned()
        )
    );
    assert_eq!(nothing, (Some(0), "address,reason\n".to_owned()));
    let shown: Value = serde_json::from_str(&taken.1).unwrap();
    let expect = json!({ "lines": 2500, "good": 2500, "added": 2500, "known": 0, "errors": [], "doubled": [] });
    assert_eq!(shown, expect);
    assert_eq!(again.1, "0 added, 2500 suppressed before\n");
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&exported.1), sorted(&list));
}
