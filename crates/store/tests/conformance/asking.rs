//! Mails that anybody can ask for on a page: how often an address gets one, and when.

use crate::fixtures::{NOW, asked, endpoint, subscription};
use release::model::{AlertKind, Channel, EndpointState};
use store::{AlertRow, AskLimits, NewAsk, NewEndpoint, Store};

const ADDRESS: &str = "ana@reader.example";
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// At most three a day, ten minutes apart.
fn ask(kind: AlertKind, now_ms: i64) -> NewAsk<'static> {
    NewAsk {
        kind,
        address: ADDRESS,
        about: "{\"hook\":7}",
        limits: AskLimits {
            per_day: 3,
            gap_ms: 10 * MINUTE,
        },
        request_id: "req_ask",
        leaves_ms: now_ms,
    }
}

/// Whether a mail asked for so many minutes after the beginning is written.
async fn mailed(store: &Store, minutes: i64) -> bool {
    let now_ms = NOW + minutes * MINUTE;
    let ask = ask(AlertKind::Confirm, now_ms);
    store.ask_by_mail(&ask, now_ms).await.unwrap().is_some()
}

/// Alerts that a sweep would hint at now.
async fn leaving(store: &Store, now_ms: i64) -> Vec<i64> {
    let alerts = store.unrouted_alerts(now_ms + 1, now_ms).await.unwrap();
    alerts.into_iter().map(|alert| alert.id).collect()
}

async fn alert(store: &Store, id: i64) -> AlertRow {
    store.alert(id).await.unwrap().unwrap()
}

pub(crate) async fn mail_that_was_asked_for_is_read_back_whole(store: Store) {
    let ask = ask(AlertKind::Manage, NOW);

    let id = store.ask_by_mail(&ask, NOW).await.unwrap().unwrap();

    let alert = alert(&store, id).await;
    assert!(alert.public_id.starts_with("alr_"), "{}", alert.public_id);
    assert_eq!(
        (alert.kind, &*alert.about, &*alert.request_id),
        (AlertKind::Manage, "{\"hook\":7}", "req_ask")
    );
    assert_eq!((&*alert.state, alert.created_ms), ("unrouted", NOW));
    let to = store.endpoint(alert.endpoint_id.unwrap()).await.unwrap();
    let to = to.unwrap();
    assert_eq!((&*to.address, &*to.owner), (ADDRESS, ADDRESS));
    assert_eq!(
        (to.channel, to.state),
        (Channel::Email, EndpointState::Pending)
    );
}

pub(crate) async fn mails_to_one_address_keep_their_distance(store: Store) {
    assert!(mailed(&store, 0).await);
    assert!(!mailed(&store, 9).await);
    assert!(mailed(&store, 10).await, "refused ones do not count");
    assert!(!mailed(&store, 19).await);
}

pub(crate) async fn address_has_its_peace_after_a_days_mails(store: Store) {
    for minutes in [0, 10, 20] {
        assert!(mailed(&store, minutes).await, "{minutes}");
    }

    for minutes in [30, 600, 20 + 1439] {
        assert!(!mailed(&store, minutes).await, "{minutes}");
    }

    for minutes in [20 + 1440, 30 + 1440, 40 + 1440] {
        assert!(mailed(&store, minutes).await, "{minutes}");
    }
    assert!(!mailed(&store, 50 + 1440).await);
}

pub(crate) async fn refused_mail_leaves_nothing(store: Store) {
    assert!(mailed(&store, 0).await);
    let first = leaving(&store, NOW).await;

    assert!(!mailed(&store, 1).await);

    assert_eq!(leaving(&store, NOW + MINUTE).await, first);
    let next = NOW + 10 * MINUTE;
    let ask = ask(AlertKind::Confirm, next);
    let id = store.ask_by_mail(&ask, next).await.unwrap();
    assert_eq!(id, Some(first[0] + 1), "no key was taken");
}

pub(crate) async fn of_mails_asked_for_at_once_one_is_written(store: Store) {
    let ask = ask(AlertKind::Confirm, NOW);

    let (one, two, three) = tokio::join!(
        store.ask_by_mail(&ask, NOW),
        store.ask_by_mail(&ask, NOW),
        store.ask_by_mail(&ask, NOW),
    );

    let written = [one, two, three].map(|asked| asked.unwrap().is_some());
    assert_eq!(written.iter().filter(|&&written| written).count(), 1);
    assert_eq!(leaving(&store, NOW).await.len(), 1);
    assert_eq!(store.endpoints_at(ADDRESS).await.unwrap().len(), 1);
}

pub(crate) async fn case_of_an_address_gives_no_second_mail(store: Store) {
    assert!(mailed(&store, 0).await);
    let shouted = NewAsk {
        address: "ANA@Reader.Example",
        ..ask(AlertKind::Confirm, NOW)
    };
    let other = NewAsk {
        address: "ben@reader.example",
        ..ask(AlertKind::Confirm, NOW)
    };

    assert_eq!(store.ask_by_mail(&shouted, NOW).await.unwrap(), None);
    assert!(store.ask_by_mail(&other, NOW).await.unwrap().is_some());
}

pub(crate) async fn reader_who_confirms_can_ask_again_at_once(store: Store) {
    let hook = NewEndpoint {
        owner: ADDRESS,
        ..endpoint("ep_h", Channel::Webhook, "https://hook.example/")
    };
    let new = asked("sub_h", "topic:steel", hook);
    let added = store.add_subscriptions(&[new], NOW).await.unwrap();
    assert!(mailed(&store, 0).await);
    assert!(!mailed(&store, 1).await);

    // What was confirmed is a webhook; the mails about it went to its owner.
    let confirmed = store.confirm_subscriptions(added[0].endpoint_id, &[1], "");
    confirmed.await.unwrap();

    assert!(mailed(&store, 1).await);
    assert!(!mailed(&store, 2).await, "the count begins anew");
}

pub(crate) async fn mail_that_waits_for_its_turn_leaves_then(store: Store) {
    assert_eq!(store.last_waiting_ask_ms().await.unwrap(), None);
    let at = NOW + 5 * MINUTE;
    let later = NewAsk {
        leaves_ms: at,
        ..ask(AlertKind::Confirm, NOW)
    };
    let latest = NewAsk {
        address: "ben@reader.example",
        leaves_ms: at + MINUTE,
        ..later.clone()
    };
    let manage = NewAsk {
        address: "eve@reader.example",
        leaves_ms: at + DAY,
        ..ask(AlertKind::Manage, NOW)
    };
    let mut ids = Vec::new();
    for ask in [&later, &latest, &manage] {
        ids.push(store.ask_by_mail(ask, NOW).await.unwrap().unwrap());
    }

    let waiting = store.last_waiting_ask_ms().await.unwrap();

    assert_eq!(waiting, Some(at + MINUTE), "only confirmations take turns");
    assert!(leaving(&store, at - 1).await.is_empty());
    assert_eq!(leaving(&store, at).await, ids[..1]);
    store.finish_routing(ids[1], 0).await.unwrap();
    let waiting = store.last_waiting_ask_ms().await.unwrap();
    assert_eq!(waiting, Some(at), "the last one has left");
    store.finish_routing(ids[0], 0).await.unwrap();
    assert_eq!(store.last_waiting_ask_ms().await.unwrap(), None);
}

pub(crate) async fn address_has_preferences_once_something_was_asked_for(store: Store) {
    let has = async |address| store.has_preferences(address).await.unwrap();
    assert!(mailed(&store, 0).await);
    assert!(!has(ADDRESS).await, "a mail alone is nothing to look after");
    let hook = endpoint("ep_h", Channel::Webhook, "https://hook.example/");
    let new = subscription("sub_h", hook);
    let added = store.add_subscriptions(&[new], NOW).await.unwrap();

    assert!(has("Owner@Reader.Example").await);
    assert!(!has(ADDRESS).await);
    assert!(!has("").await);

    // Who stopped everything still has something to export or erase; who erased it has not.
    let id = added[0].endpoint_id;
    store.unsubscribe(id, &[]).await.unwrap();
    assert!(has("owner@reader.example").await);
    store.erase_endpoint(id).await.unwrap();
    assert!(!has("owner@reader.example").await);
}
