//! Subscriptions, and the numbers by which routers hear of their changes.

use crate::fixtures::{NOW, endpoint, readers, subscription};
use release::model::{Channel, EndpointState, SubscriptionState, Trouble};
use store::{FilterSums, NewSubscription, Store, StoreError};

const ADDRESS: &str = "reader@reader.example";

fn mail(public_id: &str) -> store::NewEndpoint<'_> {
    endpoint(public_id, Channel::Email, ADDRESS)
}

/// Another wish: the same filter at the same endpoint would be the same subscription.
fn copper<'a>(public_id: &'a str, endpoint: store::NewEndpoint<'a>) -> NewSubscription<'a> {
    NewSubscription {
        name: "Copper",
        filter: "topic:copper",
        ..subscription(public_id, endpoint)
    }
}

/// Public ids as listed.
async fn listed(store: &Store, after_id: i64, address: Option<&str>) -> Vec<String> {
    let rows = store
        .subscriptions(after_id, 10, address, None)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.public_id).collect()
}

async fn last_change(store: &Store) -> i64 {
    let changed = store.changed_filters(0).await.unwrap();
    changed.last().map_or(0, |filter| filter.change)
}

pub(crate) async fn subscription_is_read_back_whole(store: Store) {
    let new = subscription("sub_a", mail("ep_a"));
    let made = store.add_subscriptions(&[new], NOW).await.unwrap();

    let row = store.subscription("sub_a").await.unwrap().unwrap();

    assert!(made[0].new);
    assert_eq!(made[0].state, EndpointState::Active);
    assert_eq!(row.endpoint_id, made[0].endpoint_id);
    assert_eq!(
        (&*row.endpoint_public_id, row.channel),
        ("ep_a", Channel::Email)
    );
    assert_eq!((&*row.address, &*row.languages), (ADDRESS, "en fr"));
    assert_eq!(row.endpoint_state, EndpointState::Active);
    assert_eq!((&*row.name, &*row.filter), ("Steel", "topic:steel"));
    assert_eq!(
        (row.state, row.created_ms),
        (SubscriptionState::Active, NOW)
    );
    assert!(store.subscription("sub_x").await.unwrap().is_none());
    let filter = &store.changed_filters(0).await.unwrap()[0];
    assert_eq!((filter.id, filter.endpoint_id), (row.id, row.endpoint_id));
    assert_eq!(
        (filter.channel, &*filter.languages),
        (Channel::Email, "en fr")
    );
    assert_eq!((&*filter.filter, filter.live), ("topic:steel", true));
}

pub(crate) async fn endpoint_is_used_again(store: Store) {
    let first = subscription("sub_a", mail("ep_a"));
    let second = copper("sub_b", mail("ep_b"));
    let mut others = subscription("sub_c", mail("ep_c"));
    others.endpoint.owner = "other@reader.example";

    let made = store
        .add_subscriptions(&[first, second, others], NOW)
        .await
        .unwrap();

    assert_eq!(made[0].endpoint_id, made[1].endpoint_id);
    assert_ne!(made[0].endpoint_id, made[2].endpoint_id);
    let new: Vec<_> = made.iter().map(|subscribed| subscribed.new).collect();
    assert_eq!(new, [true, false, true]);
    assert!(store.endpoint_by_public_id("ep_b").await.unwrap().is_none());
}

pub(crate) async fn subscriptions_are_stored_all_or_none(store: Store) {
    let twice = [
        subscription("sub_a", mail("ep_a")),
        copper("sub_a", mail("ep_a")),
    ];

    let conflict = store.add_subscriptions(&twice, NOW).await;

    assert!(
        matches!(conflict, Err(StoreError::Conflict(_))),
        "{conflict:?}"
    );
    assert!(store.subscription("sub_a").await.unwrap().is_none());
    assert!(store.endpoint_by_public_id("ep_a").await.unwrap().is_none());
    assert_eq!(last_change(&store).await, 0);
}

pub(crate) async fn asking_again_does_not_activate_without_consent(store: Store) {
    let mut asked = subscription("sub_a", mail("ep_a"));
    asked.endpoint.state = EndpointState::Pending;
    let mut again = asked.clone();
    again.public_id = "sub_b";

    store.add_subscriptions(&[asked], NOW).await.unwrap();
    let made = store.add_subscriptions(&[again], NOW).await.unwrap();

    assert_eq!(made[0].state, EndpointState::Pending);
    let shown = subscription("sub_c", mail("ep_a"));
    let made = store.add_subscriptions(&[shown], NOW).await.unwrap();
    assert_eq!(made[0].state, EndpointState::Active);
}

pub(crate) async fn endpoint_that_starts_over_announces_all_its_filters(store: Store) {
    let first = subscription("sub_a", mail("ep_a"));
    let made = store.add_subscriptions(&[first], NOW).await.unwrap();
    store
        .disable_endpoint(made[0].endpoint_id, Trouble::Gone, "req_1", NOW)
        .await
        .unwrap();
    let seen = last_change(&store).await;

    let second = copper("sub_b", mail("ep_a"));
    store.add_subscriptions(&[second], NOW).await.unwrap();

    let changed = store.changed_filters(seen).await.unwrap();
    let live: Vec<_> = changed.iter().map(|filter| filter.live).collect();
    assert_eq!(
        live,
        [true, true],
        "the old filter lives again, and routers hear of it"
    );
}

pub(crate) async fn subscription_is_paused_resumed_and_deleted(store: Store) {
    readers(&store, Channel::Email, 1).await;
    let id = "sub_email0";
    let steps = [
        (SubscriptionState::Paused, false),
        (SubscriptionState::Active, true),
        (SubscriptionState::Deleted, false),
    ];

    for (state, live) in steps {
        let seen = last_change(&store).await;
        assert!(store.set_subscription_state(id, state).await.unwrap());

        let changed = store.changed_filters(seen).await.unwrap();
        assert_eq!((changed.len(), changed[0].live), (1, live), "{state}");
    }
    assert!(store.subscription(id).await.unwrap().is_none());
    let back = store.set_subscription_state(id, SubscriptionState::Active);
    assert!(!back.await.unwrap(), "deleted is for good");
    let none = store.set_subscription_state("sub_x", SubscriptionState::Paused);
    assert!(!none.await.unwrap());
}

pub(crate) async fn sums_are_of_the_filters_that_match(store: Store) {
    let sums = |live, ids, changes, newest_change| FilterSums {
        live,
        ids,
        changes,
        newest_change,
    };
    let empty = store.filter_sums().await.unwrap();
    readers(&store, Channel::Email, 3).await;
    let paused = SubscriptionState::Paused;
    store
        .set_subscription_state("sub_email1", paused)
        .await
        .unwrap();

    let filters = store.changed_filters(0).await.unwrap();
    let found = store.filter_sums().await.unwrap();

    assert_eq!(empty, sums(0, 0, 0, 0));
    let live = || filters.iter().filter(|filter| filter.live);
    let changes = live().map(|filter| filter.change).sum();
    let ids = live().map(|filter| filter.id).sum();
    assert_eq!(found, sums(2, ids, changes, filters[2].change));
}

pub(crate) async fn changes_are_read_in_their_order(store: Store) {
    readers(&store, Channel::Email, 3).await;
    let first = store.changed_filters(0).await.unwrap();
    let paused = SubscriptionState::Paused;
    store
        .set_subscription_state("sub_email0", paused)
        .await
        .unwrap();

    let second = store.changed_filters(0).await.unwrap();

    let ids = |rows: &[store::FilterRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!((ids(&first), ids(&second)), (vec![1, 2, 3], vec![2, 3, 1]));
    assert!(second.is_sorted_by_key(|filter| filter.change));
    let latest = second[2].change;
    assert_eq!(ids(&store.changed_filters(latest - 1).await.unwrap()), [1]);
    assert!(store.changed_filters(latest).await.unwrap().is_empty());
}

pub(crate) async fn subscriptions_are_listed_by_page_and_by_address(store: Store) {
    readers(&store, Channel::Email, 12).await;

    let first = store.subscriptions(0, 10, None, None).await.unwrap();
    let second = listed(&store, first[9].id, None).await;

    assert_eq!((first.len(), &*first[0].public_id), (10, "sub_email0"));
    assert_eq!(second, ["sub_email10", "sub_email11"]);
    let of_one = listed(&store, 0, Some("email3@reader.example")).await;
    assert_eq!(of_one, ["sub_email3"]);
    assert!(listed(&store, 0, Some("")).await.is_empty());
}

pub(crate) async fn unsubscribing_reaches_ones_own_endpoint_only(store: Store) {
    let endpoints = readers(&store, Channel::Email, 2).await;
    let more = endpoint("ep_x", Channel::Email, "email0@reader.example");
    store
        .add_subscriptions(&[copper("sub_more", more)], NOW)
        .await
        .unwrap();
    let seen = last_change(&store).await;

    // 2 is the subscription of the other endpoint.
    assert_eq!(store.unsubscribe(endpoints[0], &[2]).await.unwrap(), 0);
    assert_eq!(store.unsubscribe(endpoints[0], &[1, 2]).await.unwrap(), 1);
    assert_eq!(store.unsubscribe(endpoints[0], &[1]).await.unwrap(), 0);
    assert_eq!(listed(&store, 0, None).await, ["sub_email1", "sub_more"]);
    assert_eq!(store.unsubscribe(endpoints[0], &[]).await.unwrap(), 1);

    assert_eq!(listed(&store, 0, None).await, ["sub_email1"]);
    let changed = store.changed_filters(seen).await.unwrap();
    assert_eq!(changed.len(), 2);
    assert!(changed.iter().all(|filter| !filter.live));
}

pub(crate) async fn names_of_subscriptions_are_found_by_endpoint(store: Store) {
    let endpoints = readers(&store, Channel::Email, 3).await;
    let (first, last) = (endpoints[0], endpoints[1]);
    let paused = SubscriptionState::Paused;
    store
        .set_subscription_state("sub_email1", paused)
        .await
        .unwrap();

    let active = store.active_subscriptions(first, last).await.unwrap();

    let found: Vec<_> = active
        .iter()
        .map(|one| (one.id, &*one.public_id, &*one.name))
        .collect();
    assert_eq!(found, [(1, "sub_email0", "Steel")]);
    assert!(!active[0].filter.is_empty());
    let of_one = store.endpoint_subscription_names(last).await.unwrap();
    assert_eq!(of_one, ["Steel"]);
    store.unsubscribe(last, &[]).await.unwrap();
    assert!(
        store
            .endpoint_subscription_names(last)
            .await
            .unwrap()
            .is_empty()
    );
}

/// A reader of changes that has seen change N has seen all before it, however many write at once.
pub(crate) async fn change_that_commits_late_is_not_skipped(store: Store) {
    const WRITERS: usize = 4;
    const EACH: usize = 10;
    let mut writing = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writing.spawn(async move {
            for n in 0..EACH {
                let (ep, sub) = (format!("ep_{writer}_{n}"), format!("sub_{writer}_{n}"));
                let address = format!("r{writer}.{n}@reader.example");
                let new = subscription(&sub, endpoint(&ep, Channel::Email, &address));
                store.add_subscriptions(&[new], NOW).await.unwrap();
            }
        });
    }
    let (mut seen, mut change) = (0, 0);
    while seen < WRITERS * EACH {
        let changed = store.changed_filters(change).await.unwrap();
        seen += changed.len();
        change = changed.last().map_or(change, |filter| filter.change);
        assert!(
            !writing.is_empty() || !changed.is_empty(),
            "{seen} of {} were seen",
            WRITERS * EACH
        );
        while let Some(done) = writing.try_join_next() {
            done.unwrap();
        }
    }
}
