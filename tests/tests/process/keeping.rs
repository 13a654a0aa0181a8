//! Backups, restores, copies and retention, as the person on call does them.

use release::time::rfc3339;
use serde_json::json;
use std::path::Path;
use std::process::Output;
use std::time::Instant;
use store::{Clock, Store};
use tests::{Binary, DEADLINE, run_dateline};

const DAY_MS: i64 = 86_400_000;

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn succeeds(directory: &Path, arguments: &[&str]) -> String {
    let output = run_dateline(directory, arguments);
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

fn fails(directory: &Path, arguments: &[&str]) -> String {
    let output = run_dateline(directory, arguments);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    said(&output)
}

/// The item's number, once the release has cleared.
async fn cleared(client: &dateline::client::Client, id: &str) -> i64 {
    let begun = Instant::now();
    loop {
        let path = "/v1/items?after=0&limit=50&wait=1";
        let items = client.ask(http::Method::GET, path, None).await.unwrap();
        let all = items["items"].as_array().unwrap();
        if let Some(item) = all.iter().find(|item| item["release"] == id) {
            return item["seq"].as_i64().unwrap();
        }
        assert!(begun.elapsed() < DEADLINE, "{id} did not clear: {items}");
    }
}

#[tokio::test]
async fn restored_wire_is_halted_until_it_is_told_how_far_it_had_got() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let set = ["review.default=none".to_owned()];
    let server = Binary::find().serve(here, &set);
    let post = http::Method::POST;
    let client = server.client();
    let issuer = json!({ "slug": "acme", "name": "Acme Robotics, Inc." });
    client
        .ask(post.clone(), "/v1/issuers", Some(&issuer))
        .await
        .unwrap();
    let soon = rfc3339(Clock::System.now_ms() + 1_500);
    let release = json!({ "issuers": ["acme"], "edition": { "region": "US", "language": "en" },
        "headline": "Acme opens a mine", "body": "It lies near Reno.", "clear_at": soon });
    let accepted = client
        .ask(post, "/v1/releases", Some(&release))
        .await
        .unwrap();
    let id = accepted["id"].as_str().unwrap().to_owned();

    succeeds(here, &["--data", "data", "backup", "one.backup"]);
    assert_eq!(cleared(&client, &id).await, 1);
    server.kill();
    std::fs::rename(here.join("data"), here.join("lost")).unwrap();
    let shown = succeeds(here, &["restore", "one.backup", "--dry-run"]);
    let again = fails(here, &["--data", "lost", "restore", "one.backup"]);
    succeeds(here, &["--data", "data", "restore", "one.backup"]);

    assert!(shown.contains(&id), "it would clear at once: {shown}");
    assert!(again.contains("not empty"), "{again}");
    let halted = Binary::find().serve(here, &set);
    let client = halted.client();
    let status = client
        .ask(http::Method::GET, "/v1/status", None)
        .await
        .unwrap();
    assert_eq!(status["verdict"], "STUCK", "{status}");
    assert!(status["why"].as_str().unwrap().contains("--resume-from"));
    let items = "/v1/items?after=0&limit=5&wait=1";
    let items = client.ask(http::Method::GET, items, None).await.unwrap();
    assert_eq!(
        items["items"],
        json!([]),
        "its time has come, and nothing clears"
    );
    halted.terminate();
    let mut halted = halted;
    halted.wait();

    let mut command = Binary::find().command(here);
    command.args([
        "serve",
        "--data",
        "data",
        "--set",
        "http.listen=127.0.0.1:0",
    ]);
    command.args(["--resume-from", "7"]);
    let resumed = tests::Server::start(command, here);
    assert_eq!(cleared(&resumed.client(), &id).await, 8);
}

#[tokio::test]
async fn damaged_backup_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let url = format!("sqlite:{}", here.join("w.db").display());
    Store::open(&url, 0).await.unwrap().close().await;
    let set = format!("store.url={url}");
    succeeds(here, &["--set", &set, "backup", "w.backup"]);
    let taken = fails(here, &["--set", &set, "backup", "w.backup"]);
    let whole = std::fs::read(here.join("w.backup")).unwrap();
    std::fs::write(here.join("cut.backup"), &whole[..whole.len() - 9]).unwrap();

    let refused = fails(here, &["--data", "new", "restore", "cut.backup"]);

    assert!(taken.contains("w.backup is there already"), "{taken}");
    assert!(refused.contains("cut.backup"), "{refused}");
    assert!(refused.contains("damaged"), "{refused}");
    assert!(refused.contains("another copy"), "{refused}");
    assert!(!here.join("new").exists(), "nothing was touched");
}

/// A server with `store.keep_days` prunes by itself what was asked before its time, and leaves the younger.
#[tokio::test]
async fn server_prunes_by_itself_what_is_older_than_it_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::create_dir(here.join("data")).unwrap();
    let url = format!("sqlite:{}", here.join("data/dateline.db").display());
    let store = Store::open(&url, 0).await.unwrap();
    let now_ms = Clock::System.now_ms();
    store
        .ask("reach", "old", now_ms - 3 * DAY_MS)
        .await
        .unwrap();
    store.ask("reach", "young", now_ms - DAY_MS).await.unwrap();
    store.close().await;
    let would = succeeds(
        here,
        &["--data", "data", "prune", "--older-than", "2d", "--dry-run"],
    );
    assert!(would.contains("1 rows would go"), "{would}");

    let _server = Binary::find().serve(here, &["store.keep_days=2".to_owned()]);

    let begun = Instant::now();
    let store = Store::open_reading(&url).await.unwrap();
    while store.open_questions(0).await.unwrap().len() > 1 {
        assert!(begun.elapsed() < DEADLINE, "nothing was pruned");
        tokio::task::yield_now().await;
    }
    assert_eq!(store.open_questions(0).await.unwrap()[0].body, "young");
    store.close().await;
    let held = fails(here, &["--data", "data", "prune", "--older-than", "2d"]);
    assert!(held.contains("is in use by process"), "{held}");
}
