//! Subscriptions that are added again: the same filter, the same request.

use crate::fixtures::{NOW, endpoint, subscription};
use release::model::Channel;
use store::{AddedOnce, Idempotency, NewEndpoint, NewSubscription, Store, StoreError, Subscribed};

fn mail(public_id: &str) -> NewEndpoint<'_> {
    endpoint(public_id, Channel::Email, "ana@reader.example")
}

async fn add(store: &Store, new: NewSubscription<'_>) -> Subscribed {
    let mut added = store.add_subscriptions(&[new], NOW).await.unwrap();
    assert_eq!(added.len(), 1);
    added.remove(0)
}

pub(crate) async fn same_filter_of_an_endpoint_is_one_subscription(store: Store) {
    let first = add(&store, subscription("sub_a", mail("ep_a"))).await;

    let again = add(&store, subscription("sub_b", mail("ep_b"))).await;

    assert!(!first.known && again.known);
    assert_eq!(again.public_id, "sub_a");
    assert!(store.subscription("sub_b").await.unwrap().is_none());
    // At another endpoint it is another one, and so it is where the first was deleted.
    let hook = endpoint("ep_h", Channel::Webhook, "https://hook.example/");
    assert!(!add(&store, subscription("sub_h", hook)).await.known);
    store.unsubscribe(first.endpoint_id, &[]).await.unwrap();
    let anew = add(&store, subscription("sub_c", mail("ep_c"))).await;
    assert_eq!((anew.known, &*anew.public_id), (false, "sub_c"));
}

/// As the API adds them.
async fn add_once(
    store: &Store,
    new: &[NewSubscription<'_>],
    (actor, key, body_hash): (&str, &str, &str),
) -> store::Result<AddedOnce> {
    let once = Idempotency { key, body_hash };
    store.add_subscriptions_once(new, actor, once, NOW).await
}

pub(crate) async fn subscriptions_added_under_a_key_are_added_once(store: Store) {
    let mut second = subscription("sub_b", mail("ep_a"));
    second.filter = "topic:copper";
    let new = [subscription("sub_a", mail("ep_a")), second];

    let added = add_once(&store, &new, ("tok_1", "k", "h")).await.unwrap();
    let repeated = add_once(&store, &new, ("tok_1", "k", "h")).await.unwrap();
    let reused = add_once(&store, &new, ("tok_1", "k", "other")).await;
    let of_another = add_once(&store, &new, ("tok_2", "k", "other")).await;

    let AddedOnce::New(added) = added else {
        panic!("not new: {added:?}");
    };
    let ids: Vec<_> = added.iter().map(|one| one.public_id.as_str()).collect();
    assert_eq!(ids, ["sub_a", "sub_b"]);
    let made = vec!["sub_a".to_owned(), "sub_b".to_owned()];
    assert_eq!(repeated, AddedOnce::Repeated(made));
    assert_eq!(reused.unwrap(), AddedOnce::KeyReused("sub_a sub_b".into()));
    assert!(matches!(of_another.unwrap(), AddedOnce::New(_)));
    assert_eq!(
        store
            .subscriptions_of(added[0].endpoint_id)
            .await
            .unwrap()
            .len(),
        2
    );
}

pub(crate) async fn same_request_sent_at_once_is_added_once(store: Store) {
    let new = [subscription("sub_a", mail("ep_a"))];
    let once = ("tok_1", "k", "h");

    let (one, other) = tokio::join!(add_once(&store, &new, once), add_once(&store, &new, once));

    let made = AddedOnce::Repeated(vec!["sub_a".into()]);
    let mut added = 0;
    for answer in [one, other] {
        match answer {
            Ok(AddedOnce::New(_)) => added += 1,
            Err(StoreError::Conflict(_)) => {}
            answer => assert_eq!(answer.unwrap(), made),
        }
    }
    assert_eq!(added, 1);
    assert_eq!(add_once(&store, &new, once).await.unwrap(), made);
    assert_eq!(
        store.subscriptions(0, 9, None, None).await.unwrap().len(),
        1
    );
}

pub(crate) async fn key_of_subscriptions_that_were_refused_stays_free(store: Store) {
    add(&store, subscription("sub_a", mail("ep_a"))).await;
    let taken = NewSubscription {
        filter: "topic:copper",
        ..subscription("sub_a", mail("ep_a"))
    };
    let free = NewSubscription {
        public_id: "sub_b",
        ..taken.clone()
    };

    let refused = add_once(&store, &[taken], ("tok_1", "k", "h")).await;

    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
    let added = add_once(&store, &[free], ("tok_1", "k", "h")).await;
    assert!(matches!(added.unwrap(), AddedOnce::New(_)));
}
