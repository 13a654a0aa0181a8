//! The broker that tests share: where it is, and room of its own for each test.

use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};
use lapin::{Connection, ConnectionProperties};
use queue::QueueName;
use std::path::Path;

/// The URL of `DATELINE_AMQP`, else of what `deploy/services up` wrote.
pub(crate) fn url() -> String {
    if let Ok(url) = std::env::var("DATELINE_AMQP") {
        return url;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/services/env");
    let lines = std::fs::read_to_string(&file).unwrap_or_default();
    lines
        .lines()
        .find_map(|line| line.strip_prefix("DATELINE_AMQP="))
        .map(str::to_owned)
        .expect("no RabbitMQ to test with: run deploy/services up, or set DATELINE_AMQP")
}

/// A prefix that no other test has, so that tests on one broker do not meet.
pub(crate) fn prefix() -> String {
    format!("test-{:016x}", rand::random::<u64>())
}

/// Deletes all that an engine declared under a prefix.
pub(crate) async fn delete(url: &str, prefix: &str) {
    let connection = Connection::connect(url, ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    let queues = QueueName::ALL.map(|name| name.to_string());
    for queue in queues.iter().map(String::as_str).chain(["dead"]) {
        let name = format!("{prefix}.{queue}");
        channel
            .queue_delete(name.as_str().into(), QueueDeleteOptions::default())
            .await
            .unwrap();
    }
    let exchange = format!("{prefix}.tell");
    channel
        .exchange_delete(exchange.as_str().into(), ExchangeDeleteOptions::default())
        .await
        .unwrap();
    connection.close(200, "done".into()).await.unwrap();
}
