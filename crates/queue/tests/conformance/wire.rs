//! What travels through a broker, whatever the engine: names and JSON that two versions must agree on.

use crate::fixtures::message;
use queue::{Message, QueueName, Telling};
use release::model::{Channel, Lane};
use serde_json::json;

#[test]
fn queues_have_the_names_of_the_design() {
    let names: Vec<_> = QueueName::ALL.iter().map(QueueName::to_string).collect();

    assert_eq!(
        names,
        [
            "route.flash",
            "route.regular",
            "email.flash",
            "email.regular",
            "webhook.flash",
            "webhook.regular"
        ]
    );
}

#[test]
fn messages_carry_ids_only() {
    let cases = [
        (
            message(QueueName::Route(Lane::Flash), 7),
            json!({ "route_alert": { "alert_id": 7, "lane": "flash", "request_id": "req_7" } }),
        ),
        (
            message(QueueName::Deliver(Channel::Webhook, Lane::Regular), 8),
            json!({ "deliver_batch": { "batch_id": 8, "channel": "webhook", "lane": "regular", "request_id": "req_8" } }),
        ),
    ];

    for (message, expected) in cases {
        assert_eq!(serde_json::to_value(&message).unwrap(), expected);
        assert_eq!(
            serde_json::from_value::<Message>(expected).unwrap(),
            message
        );
    }
}

#[test]
fn tellings_are_read_back() {
    let line = Telling::Log(json!({ "level": "info" }));

    for telling in [Telling::FiltersChanged, Telling::Due, line] {
        let text = serde_json::to_string(&telling).unwrap();
        assert_eq!(serde_json::from_str::<Telling>(&text).unwrap(), telling);
    }
}
