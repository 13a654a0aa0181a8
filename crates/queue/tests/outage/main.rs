//! A broker that goes away, in every way it can, under load: nothing confirmed is lost, work goes on with nobody's help, and
//! waiting costs no processor time.
//!
//! Each test has a broker of its own, so that it hurts no other; they take turns, since one of them measures.

#![expect(clippy::unwrap_used, reason = "a queue that fails is a failed test")]

mod holding;
mod load;
#[path = "../shared/messages.rs"]
mod messages;
mod private;

use load::{Load, loss_is_noticed};
use messages::{in_time, message};
use private::{Broker, own_cpu};
use queue::{Queue, QueueError, QueueName};
use release::model::{Channel, Lane};
use std::time::{Duration, Instant};

pub(crate) const MAIL: QueueName = QueueName::Deliver(Channel::Email, Lane::Regular);
/// Within this after a fault, work has to go on.
const BACK_WITHIN: Duration = Duration::from_secs(30);

static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn nothing_confirmed_is_lost_whatever_happens_to_the_broker() {
    let _turn = TURN.lock().await;
    let broker = Broker::start().await;
    let load = Load::start(&broker).await;
    let faults: [&[&str]; 2] = [
        &["rabbitmqctl", "close_all_connections", "a test"],
        &["restart", "rabbitmq"],
    ];

    load.goes_on(BACK_WITHIN).await;
    for fault in faults {
        broker.run(fault).await;
        load.goes_on(BACK_WITHIN).await;
    }
    broker.run(&["kill", "rabbitmq"]).await;
    broker.run(&["up", "rabbitmq"]).await;
    load.goes_on(BACK_WITHIN).await;
    broker.freeze();
    load.is_given_up(BACK_WITHIN).await;
    broker.thaw();
    load.goes_on(BACK_WITHIN).await;

    load.finish().await;
    broker.wipe().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_broker_is_quiet_and_bounded_and_ends_by_itself() {
    let _turn = TURN.lock().await;
    let broker = Broker::start().await;
    let queue = Queue::rabbitmq_once(broker.config()).await.unwrap();
    let (publisher, receiver) = (queue.clone(), queue.clone());

    broker.run(&["kill", "rabbitmq"]).await;
    let publisher = tokio::spawn(async move { publisher.publish(message(MAIL, 1)).await });
    let receiver = tokio::spawn(async move { receiver.receive(MAIL).await.unwrap().message });
    let starting = tokio::spawn(Queue::rabbitmq(broker.config()));
    let once = Queue::rabbitmq_once(broker.config()).await;
    assert!(
        matches!(once, Err(QueueError::Unreachable { .. })),
        "{once:?}"
    );
    loss_is_noticed(&queue, BACK_WITHIN).await;
    let asked = Instant::now();
    assert!(!queue.offer(message(MAIL, 2)).await.unwrap());
    assert!(queue.depth(MAIL).await.is_err());
    assert!(
        asked.elapsed() < Duration::from_millis(100),
        "{:?}",
        asked.elapsed()
    );
    let (begun, cpu) = (Instant::now(), own_cpu());
    // The broker takes seconds to come up: what we burn meanwhile is what waiting costs.
    broker.run(&["up", "rabbitmq"]).await;
    let (elapsed, burnt) = (begun.elapsed(), own_cpu() - cpu);

    let back = async {
        publisher.await.unwrap().unwrap();
        assert_eq!(receiver.await.unwrap(), message(MAIL, 1));
        starting.await.unwrap().unwrap()
    };
    tokio::time::timeout(BACK_WITHIN, back).await.unwrap();
    assert!(
        elapsed > Duration::from_secs(1),
        "too short to measure: {elapsed:?}"
    );
    assert!(
        burnt < elapsed / 10,
        "{burnt:?} of processor time in {elapsed:?}"
    );
    broker.wipe().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn user_without_rights_is_told_what_to_grant() {
    let _turn = TURN.lock().await;
    let broker = Broker::start().await;
    broker
        .run(&["rabbitmqctl", "add_user", "ana", "secret"])
        .await;

    let stranger = Queue::rabbitmq(broker.config_of("ana", "secret"))
        .await
        .unwrap_err();
    broker
        .run(&[
            "rabbitmqctl",
            "set_permissions",
            "ana",
            "^other",
            ".*",
            ".*",
        ])
        .await;
    let confined = Queue::rabbitmq(broker.config_of("ana", "secret"))
        .await
        .unwrap_err();

    let (stranger_says, confined_says) = (stranger.to_string(), confined.to_string());
    assert!(
        matches!(stranger, QueueError::Refused { .. }),
        "{stranger_says}"
    );
    assert!(
        matches!(confined, QueueError::Denied { .. }),
        "{confined_says}"
    );
    for says in [stranger_says, confined_says] {
        assert!(says.contains("\"ana\""), "{says}");
        assert!(says.contains("rabbitmqctl set_permissions"), "{says}");
        assert!(!says.contains("secret"), "{says}");
    }
    // What the message says to grant is enough.
    let granted = [
        "^dateline\\.",
        "^(dateline\\.|amq\\.default$)",
        "^dateline\\.",
    ];
    let grant: Vec<_> = ["rabbitmqctl", "set_permissions", "ana"]
        .into_iter()
        .chain(granted)
        .collect();
    broker.run(&grant).await;
    let queue = Queue::rabbitmq(broker.config_of("ana", "secret"))
        .await
        .unwrap();
    in_time(queue.publish(message(MAIL, 1))).await.unwrap();
    let received = in_time(queue.receive(MAIL)).await.unwrap();
    assert_eq!(received.message, message(MAIL, 1));
    broker.wipe().await;
}
