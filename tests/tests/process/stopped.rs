//! SIGTERM: what is in flight is finished and recorded.

use http::Method;
use serde_json::json;
use sinks::{HttpSink, Keep};
use std::net::{Ipv4Addr, SocketAddr};
use tests::{Binary, DEADLINE, release};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terminated_server_finishes_and_records_what_is_in_flight() {
    let folder = tempfile::tempdir().unwrap();
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let sink = HttpSink::start_keeping(loopback, Keep::Ids).unwrap();
    let set = ["webhook.allow_private=true".to_owned()];
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
