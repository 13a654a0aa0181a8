//! SIGTERM: what is in flight is finished and recorded.

use http::Method;
use serde_json::json;
use sinks::{HttpSink, Keep};
use std::io::BufRead;
use std::net::{Ipv4Addr, SocketAddr};
use tests::{Binary, DEADLINE, release};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminated_server_finishes_and_records_what_is_in_flight() {
    let folder = tempfile::tempdir().unwrap();
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let sink = HttpSink::start_keeping(loopback, Keep::Ids).unwrap();
    let set = ["webhook.allow=127.0.0.0/8".to_owned()];
    let mut server = Binary::find().serve(folder.path(), &set);
    let client = server.client();
    let acme = json!({ "slug": "acme", "name": "Acme" });
    client
        .ask(Method::POST, "/v1/issuers", Some(&acme))
        .await
        .unwrap();
    for reader in 0..5 {
        let url = sink.url(&format!("/slow/300/{reader}"));
        let hook = json!({ "filter": "everything", "webhook": url, "owner": "a@b.example", "consent": "test" });
        client
            .ask(Method::POST, "/v1/subscriptions", Some(&hook))
            .await
            .unwrap();
    }
    let release = release("Acme opens");
    client
        .ask(Method::POST, "/v1/releases", Some(&release))
        .await
        .unwrap();
    sink.wait_for(5, DEADLINE).await.unwrap();

    server.terminate();
    let status = server.wait();

    assert_eq!(status.code(), Some(0), "{}", server.log());
    let store = store::Store::open(
        &format!(
            "sqlite:{}",
            folder.path().join("data/dateline.db").display()
        ),
        0,
    )
    .await
    .unwrap();
    let ledger = store.ledger((0, 0), 100).await.unwrap();
    let delivered = ledger
        .iter()
        .filter(|(_, row)| row.state == "delivered")
        .count();
    assert_eq!((delivered, sink.count()), (5, 5));
    assert!(dateline::folder::running(&folder.path().join("data")).is_none());

    let again = Binary::find().serve(folder.path(), &set);
    again
        .client()
        .ask(Method::GET, "/v1/status", None)
        .await
        .unwrap();
    assert_eq!(sink.count(), 5);
}

/// A service manager may stop a process as soon as it has heard of it.
#[test]
fn server_stopped_the_moment_it_announces_itself_ends_in_good_order() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Binary::find().serve(folder.path(), &[]);

        server.terminate();

        assert_eq!(server.wait().code(), Some(0), "{}", server.log());
    }
}

/// A database that is away is waited for, and that wait can be stopped.
#[test]
fn process_that_waits_for_its_database_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Binary::find().command(folder.path());
    command.args(["serve", "--set", "http.listen=127.0.0.1:0"]);
    command.args(["--set", "store.url=postgres://nobody@127.0.0.1:1/wire"]);
    command.args(["--set", "queue.url=amqp://nobody@127.0.0.1:1"]);
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("cannot be reached, next attempt") {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended by itself");
    }

    let kill = format!("kill -TERM {}", child.id());
    let sent = std::process::Command::new("sh")
        .args(["-c", &kill])
        .status();

    assert!(sent.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
