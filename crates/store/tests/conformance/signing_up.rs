//! Signing up: what a stranger asks for, and what its reader confirms.

use crate::fixtures::{NOW, asked, endpoint, subscription};
use release::model::{Channel, EndpointState, Extent, SubscriptionState};
use store::{Confirmed, NewEndpoint, NewSubscription, Store, Subscribed};

const ADDRESS: &str = "ana@reader.example";
const HOOK: &str = "https://hook.example/";

/// A mailbox is its own owner.
fn mail(public_id: &str) -> NewEndpoint<'_> {
    NewEndpoint {
        owner: ADDRESS,
        ..endpoint(public_id, Channel::Email, ADDRESS)
    }
}

async fn add(store: &Store, new: NewSubscription<'_>) -> Subscribed {
    let mut added = store.add_subscriptions(&[new], NOW).await.unwrap();
    assert_eq!(added.len(), 1);
    added.remove(0)
}

/// Public ids and states of an endpoint's subscriptions.
async fn states(store: &Store, endpoint_id: i64) -> Vec<(String, SubscriptionState)> {
    let rows = store.subscriptions_of(endpoint_id).await.unwrap();
    rows.into_iter()
        .map(|row| (row.public_id, row.state))
        .collect()
}

/// Filters that routers match now.
async fn live(store: &Store) -> Vec<String> {
    let filters = store.changed_filters(0).await.unwrap();
    let live = filters.into_iter().filter(|filter| filter.live);
    live.map(|filter| filter.filter).collect()
}

/// The consent of a subscription, as its reader is shown it.
async fn consent(store: &Store, endpoint_id: i64, nth: usize) -> String {
    let held = store.held(endpoint_id).await.unwrap().unwrap();
    held["subscriptions"][nth]["consent"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub(crate) async fn stranger_changes_nothing_that_the_reader_chose(store: Store) {
    let own = add(&store, subscription("sub_a", mail("ep_a"))).await;
    let foreign = NewEndpoint {
        languages: Some("de"),
        extent: Some(Extent::Link),
        ..mail("ep_b")
    };

    let known = add(&store, asked("sub_b", "topic:steel", foreign.clone())).await;
    let wished = add(&store, asked("sub_c", "topic:copper", foreign)).await;

    assert_eq!(known.subscription_state, SubscriptionState::Active);
    assert_eq!(wished.subscription_state, SubscriptionState::Pending);
    let row = store.endpoint(own.endpoint_id).await.unwrap().unwrap();
    assert_eq!((&*row.languages, row.extent), ("en fr", Extent::Full));
    assert_eq!(row.state, EndpointState::Active);
    assert_eq!(live(&store).await, ["topic:steel"]);
    let resumed = store.set_subscription_state("sub_c", SubscriptionState::Active);
    assert!(!resumed.await.unwrap(), "only its reader can confirm it");
}

pub(crate) async fn shown_consent_activates_what_a_stranger_asked_for(store: Store) {
    let first = add(&store, asked("sub_a", "topic:steel", mail("ep_a"))).await;
    let mut vouched = subscription("sub_b", mail("ep_b"));
    vouched.consent = "contract 7";

    let second = add(&store, vouched).await;

    assert_eq!(first.subscription_state, SubscriptionState::Pending);
    assert_eq!(
        (second.known, second.subscription_state, second.state),
        (true, SubscriptionState::Active, EndpointState::Active)
    );
    assert_eq!(live(&store).await, ["topic:steel"]);
    assert_eq!(consent(&store, first.endpoint_id, 0).await, "contract 7");
}

pub(crate) async fn reader_confirms_what_they_were_shown_and_no_more(store: Store) {
    let shown = add(&store, asked("sub_a", "topic:steel", mail("ep_a"))).await;
    add(&store, asked("sub_b", "topic:copper", mail("ep_a"))).await;
    // Asked for after the mail was written: its keys are not in the link.
    add(&store, asked("sub_c", "topic:gold", mail("ep_a"))).await;
    let others = NewEndpoint {
        owner: "ben@reader.example",
        ..endpoint("ep_b", Channel::Email, "ben@reader.example")
    };
    let other = add(&store, asked("sub_d", "topic:tin", others)).await;

    let keys = [1, 2, 4];
    let confirmed = store.confirm_subscriptions(shown.endpoint_id, &keys, "; confirmed");
    let confirmed = confirmed.await.unwrap();

    assert_eq!(
        confirmed,
        Confirmed {
            activated: 2,
            was_pending: true
        }
    );
    let (active, pending) = (SubscriptionState::Active, SubscriptionState::Pending);
    assert_eq!(
        states(&store, shown.endpoint_id).await,
        [
            ("sub_a".into(), active),
            ("sub_b".into(), active),
            ("sub_c".into(), pending)
        ]
    );
    assert_eq!(
        states(&store, other.endpoint_id).await,
        [("sub_d".into(), pending)]
    );
    assert_eq!(live(&store).await, ["topic:steel", "topic:copper"]);
    assert_eq!(
        consent(&store, shown.endpoint_id, 0).await,
        "form; confirmed"
    );
    assert_eq!(consent(&store, shown.endpoint_id, 2).await, "form");
}

pub(crate) async fn confirming_twice_changes_nothing(store: Store) {
    let one = add(&store, asked("sub_a", "topic:steel", mail("ep_a"))).await;
    let confirm = async || {
        let confirmed = store.confirm_subscriptions(one.endpoint_id, &[1], "; confirmed");
        confirmed.await.unwrap()
    };
    confirm().await;
    store.pause_endpoint(one.endpoint_id).await.unwrap();

    let again = confirm().await;

    assert_eq!((again.activated, again.was_pending), (0, false));
    assert_eq!(consent(&store, one.endpoint_id, 0).await, "form; confirmed");
    let row = store.endpoint(one.endpoint_id).await.unwrap().unwrap();
    assert_eq!(
        row.state,
        EndpointState::Paused,
        "an old link resumes nothing"
    );
}

pub(crate) async fn confirmed_webhook_still_has_to_answer_its_challenge(store: Store) {
    let hook = endpoint("ep_h", Channel::Webhook, HOOK);
    let one = add(&store, asked("sub_h", "topic:steel", hook)).await;

    let confirmed = store.confirm_subscriptions(one.endpoint_id, &[1], "");

    assert_eq!(
        confirmed.await.unwrap(),
        Confirmed {
            activated: 1,
            was_pending: false
        }
    );
    assert!(live(&store).await.is_empty());
    assert!(store.confirm_endpoint(one.endpoint_id).await.unwrap());
    assert_eq!(live(&store).await, ["topic:steel"]);
}

pub(crate) async fn secret_is_renewed_while_nobody_has_seen_it(store: Store) {
    let hook = endpoint("ep_h", Channel::Webhook, HOOK);
    let hook = add(&store, asked("sub_h", "topic:steel", hook)).await;
    let mailbox = add(&store, asked("sub_a", "topic:steel", mail("ep_a"))).await;
    let renew = async |id, secret| store.renew_unseen_secret(id, secret).await.unwrap();
    let secret = async |id| store.endpoint(id).await.unwrap().unwrap().secret;

    assert!(renew(hook.endpoint_id, "whsec_2").await);
    assert_eq!(secret(hook.endpoint_id).await, "whsec_2");
    assert!(!renew(mailbox.endpoint_id, "whsec_3").await);
    assert!(!renew(99, "whsec_3").await);

    // Whoever confirmed has been shown it; deleting what was confirmed does not unsee it.
    let confirmed = store.confirm_subscriptions(hook.endpoint_id, &[1], "");
    confirmed.await.unwrap();
    assert!(!renew(hook.endpoint_id, "whsec_3").await);
    store.unsubscribe(hook.endpoint_id, &[]).await.unwrap();
    assert!(!renew(hook.endpoint_id, "whsec_3").await);
    assert_eq!(secret(hook.endpoint_id).await, "whsec_2");
}
