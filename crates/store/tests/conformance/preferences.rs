//! What readers look after by themselves: what they get, in which words and languages, paused and resumed.

use crate::fixtures::{NOW, asked, endpoint, readers, subscription};
use release::frequency::DigestTime;
use release::model::{AlertKind, Channel, EndpointState, Extent, SubscriptionState, Trouble};
use store::{EndpointEdit, HookEdit, NewEndpoint, Store, SubscriptionEdit};

/// A reader of steel and copper; gives the endpoint's key.
async fn reader(store: &Store) -> i64 {
    let steel = subscription(
        "sub_a",
        endpoint("ep_a", Channel::Email, "ana@reader.example"),
    );
    let mut copper = steel.clone();
    (copper.public_id, copper.filter) = ("sub_b", "topic:copper");
    let added = store.add_subscriptions(&[steel, copper], NOW).await;
    added.unwrap()[0].endpoint_id
}

/// How far routers have heard of changes.
async fn seen(store: &Store) -> i64 {
    let filters = store.changed_filters(0).await.unwrap();
    filters.last().map_or(0, |filter| filter.change)
}

/// Filters that changed since, and whether they match now.
async fn changed(store: &Store, since: i64) -> Vec<(String, bool)> {
    let filters = store.changed_filters(since).await.unwrap();
    let mut changed: Vec<_> = filters
        .into_iter()
        .map(|filter| (filter.filter, filter.live))
        .collect();
    changed.sort();
    changed
}

fn both(live: bool) -> [(String, bool); 2] {
    ["topic:copper", "topic:steel"].map(|filter| (filter.to_owned(), live))
}

pub(crate) async fn subscriptions_of_one_endpoint_are_listed_in_their_order(store: Store) {
    let others = readers(&store, Channel::Email, 1).await;
    let id = reader(&store).await;
    let listed = async |id| {
        let rows = store.subscriptions_of(id).await.unwrap();
        rows.into_iter()
            .map(|row| row.public_id)
            .collect::<Vec<_>>()
    };

    assert_eq!(listed(id).await, ["sub_a", "sub_b"]);
    assert_eq!(listed(others[0]).await, ["sub_email0"]);
    assert!(listed(99).await.is_empty());
    let rows = store.subscriptions_of(id).await.unwrap();
    assert_eq!(
        (rows[1].endpoint_id, &*rows[1].filter),
        (id, "topic:copper")
    );

    let deleted = store.set_own_subscription_state(id, "sub_a", SubscriptionState::Deleted);
    assert!(deleted.await.unwrap());
    assert_eq!(listed(id).await, ["sub_b"]);
}

pub(crate) async fn owner_looks_after_a_mailbox_and_its_webhooks(store: Store) {
    let ana = "Ana@reader.example";
    let hook = "https://hook.example/A";
    let owned = |public_id, channel, address, owner| {
        let endpoint = endpoint(public_id, channel, address);
        NewEndpoint { owner, ..endpoint }
    };
    let all = [
        owned("ep_a", Channel::Email, ana, ana),
        owned("ep_h", Channel::Webhook, hook, ana),
        owned("ep_b", Channel::Webhook, hook, "ben@reader.example"),
        owned("ep_i", Channel::Webhook, "https://hook.example/a", ana),
    ];
    for (n, endpoint) in all.into_iter().enumerate() {
        let public_id = format!("sub_{n}");
        let new = subscription(&public_id, endpoint);
        store.add_subscriptions(&[new], NOW).await.unwrap();
    }
    let ids = |rows: Vec<store::EndpointRow>| {
        let ids = rows.into_iter().map(|row| row.public_id);
        ids.collect::<Vec<_>>()
    };
    let owns = async |address| ids(store.endpoints_of_owner(address).await.unwrap());
    let at = async |address| ids(store.endpoints_at(address).await.unwrap());

    assert_eq!(owns("ANA@reader.example").await, ["ep_a", "ep_h", "ep_i"]);
    assert_eq!(owns("ben@reader.example").await, ["ep_b"]);
    assert!(owns("eve@reader.example").await.is_empty());
    assert_eq!(at("ana@READER.example").await, ["ep_a"]);
    // The path of a URL minds letter case.
    assert_eq!(at(hook).await, ["ep_h", "ep_b"]);
    let erased = store.endpoint_by_public_id("ep_h").await.unwrap().unwrap();
    store.erase_endpoint(erased.id).await.unwrap();
    assert_eq!(owns(ana).await, ["ep_a", "ep_i"]);
    assert_eq!(at(hook).await, ["ep_b"]);
    assert!(owns("").await.is_empty() && at("").await.is_empty());
}

pub(crate) async fn changed_subscription_is_read_back_and_heard_of(store: Store) {
    let id = reader(&store).await;
    let since = seen(&store).await;
    let edit = SubscriptionEdit {
        name: "Gold",
        filter: "topic:gold",
        grammar: 1,
        frequency: None,
    };

    assert!(store.edit_subscription("sub_a", &edit).await.unwrap());

    let rows = store.subscriptions_of(id).await.unwrap();
    assert_eq!((&*rows[0].name, &*rows[0].filter), ("Gold", "topic:gold"));
    assert_eq!(
        (&*rows[1].name, &*rows[1].filter),
        ("Steel", "topic:copper")
    );
    assert_eq!(changed(&store, since).await, [("topic:gold".into(), true)]);
    store.unsubscribe(id, &[]).await.unwrap();
    let deleted = store.edit_subscription("sub_a", &edit);
    assert!(!deleted.await.unwrap());
    assert!(!store.edit_subscription("sub_x", &edit).await.unwrap());
}

pub(crate) async fn changing_a_paused_subscription_does_not_resume_it(store: Store) {
    let id = reader(&store).await;
    let pause = store.set_own_subscription_state(id, "sub_a", SubscriptionState::Paused);
    pause.await.unwrap();
    let since = seen(&store).await;
    let edit = SubscriptionEdit {
        name: "Gold",
        filter: "topic:gold",
        grammar: 1,
        frequency: None,
    };

    store.edit_subscription("sub_a", &edit).await.unwrap();

    assert_eq!(changed(&store, since).await, [("topic:gold".into(), false)]);
}

pub(crate) async fn changed_endpoint_keeps_what_was_not_said(store: Store) {
    let id = reader(&store).await;
    let other = readers(&store, Channel::Email, 1).await[0];
    let told = async |id| {
        let row = store.endpoint(id).await.unwrap().unwrap();
        (row.languages, row.extent, row.digest_at)
    };
    let eight = DigestTime::default().to_string();
    let edit = async |languages, extent, digest_at| {
        let edit = EndpointEdit {
            languages,
            extent,
            digest_at,
            repeats: None,
        };
        store.edit_endpoint(id, &edit).await.unwrap();
    };
    let since = seen(&store).await;

    edit(Some("de"), None, None).await;
    assert_eq!(told(id).await, ("de".into(), Extent::Full, eight.clone()));
    let heard = store.changed_filters(since).await.unwrap();
    assert_eq!(heard.len(), 2);
    assert!(heard.iter().all(|filter| filter.languages == "de"));
    edit(None, Some(Extent::Link), None).await;
    assert_eq!(told(id).await, ("de".into(), Extent::Link, eight.clone()));
    let evening = DigestTime::new("18:30", "friday", "Europe/Madrid").unwrap();
    edit(Some(""), None, Some(&evening)).await;

    let evening = evening.to_string();
    assert_eq!(
        told(id).await,
        (String::new(), Extent::Link, evening.clone())
    );
    assert_eq!(told(other).await, ("en fr".into(), Extent::Full, eight));
    let heard = store.changed_filters(since).await.unwrap();
    assert!(heard.iter().all(|filter| filter.digest_at == evening));
}

pub(crate) async fn subscription_is_changed_through_its_own_endpoint_only(store: Store) {
    let id = reader(&store).await;
    let other = readers(&store, Channel::Email, 1).await[0];
    let set = async |id, public_id, state| {
        let set = store.set_own_subscription_state(id, public_id, state).await;
        set.unwrap()
    };
    let (paused, deleted) = (SubscriptionState::Paused, SubscriptionState::Deleted);

    assert!(!set(other, "sub_a", deleted).await);
    assert!(!set(id, "sub_x", deleted).await);
    assert!(set(id, "sub_a", paused).await);

    let rows = store.subscriptions_of(id).await.unwrap();
    let states = [rows[0].state, rows[1].state];
    assert_eq!(states, [paused, SubscriptionState::Active]);
    assert!(set(id, "sub_a", deleted).await);
    assert!(!set(id, "sub_a", SubscriptionState::Active).await);
}

pub(crate) async fn pausing_an_endpoint_keeps_the_state_of_each_subscription(store: Store) {
    let id = reader(&store).await;
    let copper = store.set_own_subscription_state(id, "sub_b", SubscriptionState::Paused);
    copper.await.unwrap();
    let states = async || {
        let rows = store.subscriptions_of(id).await.unwrap();
        rows.into_iter().map(|row| row.state).collect::<Vec<_>>()
    };
    let single = [SubscriptionState::Active, SubscriptionState::Paused];

    let since = seen(&store).await;
    assert!(store.pause_endpoint(id).await.unwrap());
    assert_eq!(states().await, single);
    assert_eq!(changed(&store, since).await, both(false));
    assert!(!store.pause_endpoint(id).await.unwrap(), "paused already");

    let since = seen(&store).await;
    assert!(store.resume_endpoint(id).await.unwrap());
    assert_eq!(states().await, single);
    let [copper, steel] = both(true);
    let expected = [(copper.0, false), steel];
    assert_eq!(changed(&store, since).await, expected);
    assert!(!store.resume_endpoint(id).await.unwrap());
}

pub(crate) async fn only_what_was_active_can_be_paused_and_resumed(store: Store) {
    let pending = asked(
        "sub_p",
        "topic:tin",
        endpoint("ep_p", Channel::Email, "p@x.example"),
    );
    let pending = store.add_subscriptions(&[pending], NOW).await.unwrap()[0].endpoint_id;
    let gone = reader(&store).await;
    store
        .disable_endpoint(gone, Trouble::Gone, "req_1", NOW)
        .await
        .unwrap();

    for (id, state) in [
        (pending, EndpointState::Pending),
        (gone, EndpointState::Disabled),
    ] {
        assert!(!store.pause_endpoint(id).await.unwrap(), "{state}");
        let row = store.endpoint(id).await.unwrap().unwrap();
        assert_eq!(row.state, state);
    }
    assert!(!store.resume_endpoint(pending).await.unwrap());
    assert!(store.resume_endpoint(gone).await.unwrap());
    assert!(!store.pause_endpoint(99).await.unwrap());
}

/// All else of an endpoint's wishes stays, whatever it is paused for.
pub(crate) async fn what_drains_is_paused_and_knows_what_was_there(store: Store) {
    let id = reader(&store).await;
    let wish = HookEdit {
        ordered: Some(true),
        ..HookEdit::default()
    };
    store.edit_hook(id, &wish).await.unwrap();
    let asked = store.add_direct_alert("alr_d", AlertKind::Test, id, "req_d", NOW);
    let newest = asked.await.unwrap();
    let stands = async || {
        let state = store.endpoint(id).await.unwrap().unwrap().state;
        let hook = store.hook(id).await.unwrap();
        assert!(hook.ordered);
        (state, store.is_draining(id).await.unwrap(), hook.drain_upto)
    };
    let since = seen(&store).await;

    assert!(store.drain_endpoint(id).await.unwrap());
    assert_eq!(changed(&store, since).await, both(false));
    assert_eq!(stands().await, (EndpointState::Paused, true, newest));
    assert!(!store.drain_endpoint(id).await.unwrap(), "paused already");

    assert!(store.stop_draining(id).await.unwrap());
    assert_eq!(stands().await, (EndpointState::Paused, false, 0));
    assert!(!store.stop_draining(id).await.unwrap());

    assert!(store.resume_endpoint(id).await.unwrap());
    assert!(store.drain_endpoint(id).await.unwrap());
    assert!(store.resume_endpoint(id).await.unwrap());
    assert_eq!(stands().await, (EndpointState::Active, false, 0));
}
