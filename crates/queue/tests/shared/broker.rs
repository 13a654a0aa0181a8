//! The broker that tests share: where it is, and room of its own for each test.

use lapin::options::{ExchangeDeleteOptions, QueueDeleteOptions};
use lapin::{Channel, Connection, ConnectionProperties};
use queue::{QueueName, RabbitMqConfig};
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

/// Room of its own on the shared broker: a prefix that no other test has.
pub(crate) fn room() -> RabbitMqConfig {
    let mut config = RabbitMqConfig::new(url());
    config.prefix = format!("test-{:016x}", rand::random::<u64>());
    config
}

/// A test in a room of its own, which is cleared up however the test ends.
pub(crate) async fn in_room<F>(config: RabbitMqConfig, test: impl FnOnce(RabbitMqConfig) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let ended = tokio::spawn(test(config.clone())).await;

    clear(&config).await;
    if let Err(failure) = ended {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// A channel beside the engine's, for what only a stranger does.
pub(crate) async fn channel(config: &RabbitMqConfig) -> (Connection, Channel) {
    let connection = Connection::connect(&config.url, ConnectionProperties::default())
        .await
        .unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

/// Deletes all that an engine declared.
async fn clear(config: &RabbitMqConfig) {
    let (connection, channel) = channel(config).await;
    let queues = QueueName::ALL.map(|name| name.to_string());
    for queue in queues.iter().map(String::as_str).chain(["dead"]) {
        let name = format!("{}.{queue}", config.prefix);
        channel
            .queue_delete(name.as_str().into(), QueueDeleteOptions::default())
            .await
            .unwrap();
    }
    let exchange = format!("{}.tell", config.prefix);
    channel
        .exchange_delete(exchange.as_str().into(), ExchangeDeleteOptions::default())
        .await
        .unwrap();
    connection.close(200, "done".into()).await.unwrap();
}
