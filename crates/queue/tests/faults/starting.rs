//! What a start says of a broker that will not have us: the thing, the value, the mend.

use crate::broker;
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::uri::AMQPUri;
use queue::{Queue, QueueError, RabbitMqConfig};

/// The shared broker, with something wrong in its URL.
fn with(mistake: impl FnOnce(&mut AMQPUri)) -> RabbitMqConfig {
    let mut room = broker::room();
    let mut uri: AMQPUri = room.url.parse().unwrap();
    mistake(&mut uri);
    room.url = uri.to_string();
    room
}

/// A lasting error ends also the start that waits for brokers.
async fn refused(config: RabbitMqConfig) -> QueueError {
    let error = Queue::rabbitmq(config).await.unwrap_err();
    assert!(error.is_lasting(), "{error}");
    error
}

#[tokio::test]
async fn wrong_password_names_the_user_and_never_the_password() {
    let config = with(|uri| uri.authority.userinfo.password = "hunter2".into());
    let user = config.url.parse::<AMQPUri>().unwrap().authority.userinfo;

    let error = refused(config).await;

    let text = error.to_string();
    assert!(matches!(error, QueueError::Refused { .. }), "{text}");
    assert!(text.contains(&format!("{:?}", user.username)), "{text}");
    assert!(text.contains("password file"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn missing_vhost_is_named() {
    let error = refused(with(|uri| uri.vhost = "nowhere".into())).await;

    let text = error.to_string();
    assert!(matches!(error, QueueError::NoVhost { .. }), "{text}");
    assert!(text.contains("add_vhost nowhere"), "{text}");
}

#[tokio::test]
async fn queue_with_other_arguments_is_named() {
    let room = broker::room();
    let name = format!("{}.email.flash", room.prefix);
    let (_connection, channel) = broker::channel(&room).await;
    let classic = QueueDeclareOptions::durable();
    channel
        .queue_declare(name.as_str().into(), classic, FieldTable::default())
        .await
        .unwrap();

    broker::in_room(room, |room| async move {
        let error = refused(room).await;

        let text = error.to_string();
        assert!(matches!(error, QueueError::Mismatch { .. }), "{text}");
        assert!(text.contains(&format!("{name:?}")), "{text}");
        assert!(text.contains("delete_queue"), "{text}");
        let unused = QueueDeleteOptions::default();
        channel
            .queue_delete(name.as_str().into(), unused)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn unreachable_broker_is_an_error_at_once_if_asked() {
    // Bound and never accepting would be slow; a port that was just given back refuses at once.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    let config = RabbitMqConfig::new(format!("amqp://127.0.0.1:{port}"));

    let error = Queue::rabbitmq_once(config).await.unwrap_err();

    let text = error.to_string();
    assert!(!error.is_lasting(), "{text}");
    assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
}
