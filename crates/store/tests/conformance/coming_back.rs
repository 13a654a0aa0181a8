//! An erased address that is back: a stranger, but for what it asked never to get.

use crate::fixtures::{NOW, asked, subscription};
use crate::known_reader::{ADDRESS, ask, mailbox, reader};
use release::model::{EndpointState, SubscriptionState};
use serde_json::json;
use store::{NewEndpoint, Store};

pub(crate) async fn erased_address_that_signs_up_again_starts_anew(store: Store) {
    let reader = reader(&store).await;
    store.erase_endpoint(reader.mailbox).await.unwrap();
    let again = [asked("sub_b", "topic:gold", mailbox("ep_b"))];

    let added = store.add_subscriptions(&again, NOW + 9).await.unwrap();

    let row = store.endpoint(added[0].endpoint_id).await.unwrap().unwrap();
    assert!(added[0].new && row.id != reader.mailbox);
    assert_eq!((&*row.address, row.created_ms), (ADDRESS, NOW + 9));
    assert_eq!(row.state, EndpointState::Pending);
    let rows = store.subscriptions_of(row.id).await.unwrap();
    let states: Vec<_> = rows
        .iter()
        .map(|row| (&*row.public_id, row.state))
        .collect();
    assert_eq!(states, [("sub_b", SubscriptionState::Pending)]);
    let held = store.held(row.id).await.unwrap().unwrap();
    assert_eq!(held["deliveries"], json!([]));
    assert!(store.erase_endpoint(row.id).await.unwrap(), "and again");
}

/// Why nothing may be written to this endpoint.
async fn suppressed(store: &Store, endpoint_id: i64) -> Option<String> {
    let held = store.held(endpoint_id).await.unwrap().unwrap();
    let reason = held["suppressed"]["reason"].clone();
    Some(reason).and_then(|reason| reason.as_str().map(str::to_owned))
}

pub(crate) async fn suppression_holds_on_however_an_erased_address_comes_back(store: Store) {
    let reader = reader(&store).await;
    let expected = suppressed(&store, reader.mailbox).await;
    assert!(expected.is_some());

    // By a subscription, then by a mail that somebody asked for; each time it is erased again.
    for subscribed in [Some("sub_1"), None, Some("sub_2")] {
        for row in store.endpoints_at(ADDRESS).await.unwrap() {
            store.erase_endpoint(row.id).await.unwrap();
        }
        match subscribed {
            None => drop(ask(&store).await.unwrap()),
            Some(public_id) => {
                let again = [asked(public_id, "topic:gold", mailbox(public_id))];
                store.add_subscriptions(&again, NOW).await.unwrap();
            }
        }

        let back = store.endpoints_at(ADDRESS).await.unwrap();

        let holds = suppressed(&store, back[0].id).await;
        assert_eq!(holds, expected, "{subscribed:?}");
    }
}

pub(crate) async fn suppression_stays_while_somebody_else_uses_the_address(store: Store) {
    let reader = reader(&store).await;
    let shared = NewEndpoint {
        owner: "desk@reader.example",
        ..mailbox("ep_s")
    };
    let shared = [subscription("sub_s", shared)];
    let shared = store.add_subscriptions(&shared, NOW).await.unwrap()[0].endpoint_id;
    let before = suppressed(&store, shared).await;
    assert!(before.is_some());

    store.erase_endpoint(reader.mailbox).await.unwrap();

    assert_eq!(suppressed(&store, shared).await, before);
}
