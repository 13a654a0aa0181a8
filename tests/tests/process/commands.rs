//! Commands as people and scripts see them: exit codes, first lines, JSON.

use serde_json::Value;
use std::process::Output;
use tests::{Binary, release, run_dateline};

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn lint_answers_by_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    let mut bad = release("Acme opens");
    bad["topics"] = Value::from(vec!["minig"]);
    write("good.json", release("Acme opens").to_string());
    write("bad.json", bad.to_string());

    let good = run_dateline(folder.path(), &["lint", "good.json"]);
    let both = run_dateline(
        folder.path(),
        &["lint", "--json", "good.json", "bad.json", "none.json"],
    );

    assert_eq!((good.status.code(), both.status.code()), (Some(0), Some(1)));
    let lines: Vec<Value> = stdout(&both)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let errors: Vec<_> = lines
        .iter()
        .map(|line| line["errors"].as_i64().unwrap())
        .collect();
    assert_eq!(errors, [0, 1, 1]);
    assert_eq!(lines[1]["findings"][0]["pointer"], "/topics/0");
    assert!(
        lines[1]["findings"][0]["mend"]
            .as_str()
            .unwrap()
            .contains("mining")
    );
    assert!(
        !folder.path().join("dateline-data").exists(),
        "lint is offline"
    );
}

#[test]
fn status_begins_with_its_verdict_and_exits_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Binary::find().serve(folder.path(), &[]);

    let served = run_dateline(folder.path(), &["status", "--data", "data"]);
    let json = run_dateline(folder.path(), &["status", "--data", "data", "--json"]);
    server.kill();
    let alone = run_dateline(folder.path(), &["status", "--data", "data"]);

    assert_eq!(
        (served.status.code(), alone.status.code()),
        (Some(0), Some(2))
    );
    assert_eq!(
        stdout(&served).lines().next(),
        Some("OK: nothing is overdue")
    );
    assert!(
        stdout(&alone).starts_with("STUCK: no server runs"),
        "{}",
        stdout(&alone)
    );
    let json: Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(json["verdict"], "OK");
}

#[test]
fn what_is_submitted_while_no_server_runs_leaves_when_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let text = release("Acme opens").to_string();
    std::fs::write(folder.path().join("release.json"), text).unwrap();
    Binary::find().serve(folder.path(), &[]).kill();
    let issuer = ["issuer", "add", "acme", "Acme", "--data", "data"];
    assert!(run_dateline(folder.path(), &issuer).status.success());

    let submitted = run_dateline(folder.path(), &["submit", "release.json", "--data", "data"]);
    let _server = Binary::find().serve(folder.path(), &[]);
    let again = ["submit", "release.json", "--wait", "--data", "data"];
    let waited = run_dateline(folder.path(), &again);

    assert!(submitted.status.success(), "{submitted:?}");
    assert!(
        stdout(&submitted).contains("no server runs"),
        "{}",
        stdout(&submitted)
    );
    assert!(waited.status.success(), "{waited:?}");
    assert!(
        stdout(&waited).contains("submitted before"),
        "{}",
        stdout(&waited)
    );
    assert!(stdout(&waited).contains("item 1"), "{}", stdout(&waited));
}

#[test]
fn commands_make_no_wire_where_none_is() {
    let folder = tempfile::tempdir().unwrap();

    let status = run_dateline(folder.path(), &["status", "--data", "typo"]);

    assert_eq!(status.status.code(), Some(2), "{status:?}");
    let said = String::from_utf8_lossy(&status.stderr);
    assert!(
        said.contains("there is no wire in") && said.contains("dateline serve"),
        "{said}"
    );
    assert!(!folder.path().join("typo").exists());
}

#[test]
fn same_file_with_another_time_is_not_another_release() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("release.json"),
        release("Acme opens").to_string(),
    )
    .unwrap();
    let _server = Binary::find().serve(folder.path(), &[]);
    let issuer = ["issuer", "add", "acme", "Acme", "--data", "data"];
    assert!(run_dateline(folder.path(), &issuer).status.success());
    let submit = |at: &[&str]| {
        let arguments = [&["submit", "release.json", "--data", "data"], at].concat();
        run_dateline(folder.path(), &arguments)
    };

    let first = submit(&["--at", "+1h"]);
    let moved = submit(&["--at", "+2h"]);
    let at_once = submit(&[]);
    let unset = submit(&["--at", ""]);

    assert!(first.status.success(), "{first:?}");
    for refused in [moved, at_once] {
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(
            String::from_utf8_lossy(&refused.stderr).contains("reschedule"),
            "{refused:?}"
        );
    }
    assert_eq!(unset.status.code(), Some(2), "{unset:?}");
}

#[test]
fn demo_loses_doubles_and_hurries_nothing() {
    let folder = tempfile::tempdir().unwrap();

    let output = run_dateline(folder.path(), &["demo", "--exit", "--json"]);

    assert!(output.status.success(), "{output:?}");
    let account: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for field in ["lost", "doubled", "early"] {
        assert_eq!(account[field], 0, "{field}");
    }
    let releases = account["releases"].as_array().unwrap();
    assert!(releases.len() >= 8, "{}", releases.len());
    for release in releases {
        for field in ["p50_ms", "p95_ms", "p99_ms"] {
            assert!(release[field].is_i64(), "{release}");
        }
    }
    assert!(
        account["delivered"].as_i64().unwrap() > 1000,
        "{}",
        account["delivered"]
    );
}

#[test]
fn help_shows_an_example_of_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let commands = [
        "serve",
        "lint",
        "submit",
        "report",
        "issuer",
        "token",
        "topic",
        "subscribe",
        "tail",
        "status",
        "halt",
        "resume",
        "trace",
        "audit",
    ];

    for command in commands {
        let output = run_dateline(folder.path(), &[command, "--help"]);
        assert!(output.status.success());
        assert!(
            stdout(&output).contains("Example"),
            "{command}: {}",
            stdout(&output)
        );
    }
}

/// `dateline … | head -1`: whoever reads has read enough, which is no failure of what was done.
#[test]
fn command_whose_reader_has_read_enough_ends_as_if_all_were_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = Binary::find().serve(folder.path(), &[]);
    let run = |arguments: &[&str]| {
        let mut command = Binary::find().command(folder.path());
        command.args(arguments).args(["--data", "data"]);
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        child
    };

    for arguments in [
        &["settings"][..],
        &["status"],
        &["issuer", "list"],
        &["topic", "list"],
        &["blast", "list"],
        &["doctor", "--json"],
    ] {
        let read = run_dateline(folder.path(), &[arguments, &["--data", "data"]].concat());
        let unread = run(arguments).wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&unread.stderr);
        assert_eq!(
            unread.status.code(),
            read.status.code(),
            "{arguments:?}: {said}"
        );
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
    let mut tail = run(&["tail", "--level", "debug"]);
    let begun = std::time::Instant::now();
    let ended = loop {
        if let Some(status) = tail.try_wait().unwrap() {
            break status;
        }
        assert!(
            begun.elapsed() < tests::DEADLINE,
            "tail follows on though nobody reads"
        );
        // Something to tell.
        run_dateline(
            folder.path(),
            &["issuer", "add", "acme", "Acme", "--data", "data"],
        );
    };
    assert_eq!(ended.code(), Some(0));
    drop(server);
}

/// The example of `docs/filters.md`: the command without its name, and what it prints.
fn example_of_the_page() -> (Vec<String>, String) {
    let page = include_str!("../../../docs/filters.md");
    let (_, after) = page.split_once("$ dateline filter backtest ").unwrap();
    let (block, _) = after.split_once("```").unwrap();
    let (command, printed) = block.split_once('\n').unwrap();
    let (filter, rest) = command[1..].split_once('"').unwrap();
    let words = ["filter", "backtest", filter].into_iter();
    let words = words.chain(rest.split_whitespace());
    (words.map(str::to_owned).collect(), printed.to_owned())
}

/// What was printed, as the page has it: its three days, its time, its ids.
fn as_on_the_page(printed: &str) -> String {
    let days = printed.lines().skip(4).take(3).map(|line| &line[..10]);
    let mut replaced = printed.to_owned();
    for (day, of_page) in days.zip(["2026-12-01", "2026-12-02", "2026-12-03"]) {
        replaced = replaced.replace(day, of_page);
    }
    let mut ids = ["rel_7k2m9q4x0c5b8n1t", "rel_4h8d2s6w0q9c3v5b"].into_iter();
    let line = |line: &str| match line.split_once("  rel_") {
        Some((time, rest)) => {
            let (_, headline) = rest.split_once("  ").unwrap();
            format!(
                "{} 09:00  {}  {headline}\n",
                &time[..10],
                ids.next().unwrap()
            )
        }
        None => format!("{line}\n"),
    };
    replaced.lines().map(line).collect()
}

#[test]
fn filter_is_tried_on_the_past_as_the_page_shows() {
    let folder = tempfile::tempdir().unwrap();
    let server = Binary::find().serve(folder.path(), &["review.default=none".to_owned()]);
    let run = |words: &[&str]| run_dateline(folder.path(), &[words, &["--data", "data"]].concat());
    assert!(run(&["issuer", "add", "acme", "Acme"]).status.success());
    for (file, headline) in [
        ("a.json", "Acme opens an office"),
        ("b.json", "Acme opens a lithium mine"),
        ("c.json", "Acme opens a gold mine"),
    ] {
        std::fs::write(folder.path().join(file), release(headline).to_string()).unwrap();
        let submitted = run(&["submit", file, "--wait"]);
        assert!(submitted.status.success(), "{submitted:?}");
    }
    let (words, expected) = example_of_the_page();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();

    let shown = run(&words);
    let json = run(&[&words[..], &["--json"]].concat());
    let tried = run(&["subscribe", "add", "--backtest", "3d", words[2]]);
    let bad = run(&["subscribe", "add", "--backtest", "30x", "everything"]);
    let none = run(&["subscribe", "list"]);
    server.kill();
    let alone = run(&words);

    assert_eq!(as_on_the_page(&stdout(&shown)), expected);
    assert_eq!(stdout(&alone), stdout(&shown), "without a server");
    let json: Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(
        (&json["alerts"], &json["releases"]),
        (&Value::from(2), &Value::from(3))
    );
    assert!(
        stdout(&tried).starts_with(&stdout(&shown)),
        "{}",
        stdout(&tried)
    );
    assert!(stdout(&tried).contains("nothing was added"));
    assert!(!stdout(&none).contains("sub_"), "{}", stdout(&none));
    let said = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert_eq!(bad.status.code(), Some(2), "{said}");
    assert!(
        said.contains("`30x`") && said.contains("`1d` to `366d`"),
        "{said}"
    );
}

/// With the server's own secret, and with a token of the owner's.
#[test]
fn endpoint_is_looked_after_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Binary::find().serve(folder.path(), &[]);
    let served = dateline::folder::running(&folder.path().join("data")).unwrap();
    let run = |args: &[&str]| {
        let mut all = vec!["--data", "data"];
        all.extend(args);
        let output = run_dateline(folder.path(), &all);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        stdout(&output)
    };
    let word = |text: &str, start: &str| {
        let mut words = text.split_whitespace();
        words
            .find(|word| word.starts_with(start))
            .unwrap()
            .to_owned()
    };
    let (url, owner) = ("https://hook.example/", "ana@reader.example");
    run(&[
        "subscribe",
        "add",
        "everything",
        "--webhook",
        url,
        "--owner",
        owner,
        "--consent",
        "a test",
    ]);
    let id = word(&run(&["endpoint", "list", "--owner", owner]), "ep_");
    let token = run(&["token", "add", "a program", "--owner", owner]);
    let token = token.lines().last().unwrap().to_owned();
    let own = |args: &[&str]| {
        let mut all = vec!["--url", &served.url, "--token", &token];
        all.extend(args);
        run(&all)
    };

    let drained = own(&["endpoint", "drain", &id]);
    let resumed = own(&["endpoint", "resume", &id]);
    let deliveries = own(&["endpoint", "deliveries", &id]);
    let again = own(&["endpoint", "redeliver", &id, "--failed"]);

    assert_eq!(drained, format!("{id} is draining\n"));
    assert_eq!(resumed, format!("{id} is active\n"));
    assert!(deliveries.starts_with("id"), "{deliveries}");
    assert_eq!(again, "0 deliveries are sent again\n");
    assert!(own(&["endpoint", "list"]).contains(&id));
    let shown: Value = serde_json::from_str(&own(&["endpoint", "show", &id])).unwrap();
    assert_eq!(shown["owner"], owner);
    server.kill();
}
