//! Mail that came back: once each, and what follows from it.

use crate::fixtures::{NOW, readers, told};
use crate::known_reader::{ADDRESS, reader};
use release::bounce::{Bounce, BounceKind};
use release::model::{Channel, EndpointState};
use store::{BounceCounts, Followed, Store};

const DAY_MS: i64 = 24 * 3_600_000;

pub(crate) fn bounce(kind: BounceKind, status: &str) -> Bounce {
    Bounce {
        kind,
        status: status.to_owned(),
        said: format!("{status} <{ADDRESS}> says the receiver"),
    }
}

async fn state(store: &Store, endpoint_id: i64) -> EndpointState {
    store.endpoint(endpoint_id).await.unwrap().unwrap().state
}

pub(crate) async fn hard_bounces_and_complaints_suppress_at_once(store: Store) {
    let told = told(&store, 2).await;
    let [ana, bob] = [told.readers[0], told.readers[1]];
    let hard = bounce(BounceKind::Hard, "5.1.1");
    let complaint = bounce(BounceKind::Complaint, "");
    let alert = told.alert.id;

    let first = store.record_bounce(alert, ana, &hard, NOW).await.unwrap();
    let again = store.record_bounce(alert, ana, &hard, NOW).await.unwrap();
    let other = store.record_bounce(alert, bob, &complaint, NOW).await;

    assert_eq!(first, Followed::Suppressed);
    assert_eq!(again, Followed::Nothing, "the same report came twice");
    assert_eq!(other.unwrap(), Followed::Suppressed);
    for (endpoint_id, reason) in [(ana, "bounced: 5.1.1"), (bob, "complained")] {
        let address = store.endpoint(endpoint_id).await.unwrap().unwrap().address;
        let row = store.suppression(&address).await.unwrap().unwrap();
        assert_eq!((&*row.reason, row.created_ms), (reason, NOW));
        assert_eq!(state(&store, endpoint_id).await, EndpointState::Active);
    }
    let due = store.due_deliveries(&told.batch).await.unwrap();
    let reasons: Vec<_> = due.iter().map(|row| row.suppressed.as_deref()).collect();
    assert_eq!(reasons, [Some("bounced: 5.1.1"), Some("complained")]);
    let counts = BounceCounts {
        hard: 1,
        soft: 0,
        complaints: 1,
    };
    let of_release = store.bounces_of_release(told.release_id).await.unwrap();
    assert_eq!(of_release, counts);
    assert_eq!(store.bounces_since(NOW).await.unwrap(), counts);
    let later = store.bounces_since(NOW + 1).await.unwrap();
    assert_eq!(later, BounceCounts::default());
}

pub(crate) async fn third_soft_bounce_within_seven_days_pauses(store: Store) {
    let ana = readers(&store, Channel::Email, 1).await[0];
    let soft = bounce(BounceKind::Soft, "5.2.2");
    let since = store.changed_filters(0).await.unwrap()[0].change;
    let at = |alert, at_ms| store.record_bounce(alert, ana, &soft, at_ms);

    assert_eq!(at(1, NOW).await.unwrap(), Followed::Counted);
    assert_eq!(at(2, NOW + DAY_MS).await.unwrap(), Followed::Counted);
    assert_eq!(at(2, NOW + DAY_MS).await.unwrap(), Followed::Nothing);
    // The first is over seven days old by now.
    assert_eq!(
        at(3, NOW + 8 * DAY_MS - 1).await.unwrap(),
        Followed::Counted
    );
    assert_eq!(state(&store, ana).await, EndpointState::Active);
    assert_eq!(at(4, NOW + 8 * DAY_MS - 1).await.unwrap(), Followed::Paused);

    assert_eq!(state(&store, ana).await, EndpointState::Paused);
    let heard = store.changed_filters(since).await.unwrap();
    assert!(!heard.is_empty(), "routers hear of it");
    assert!(store.suppressions(0, 0, 9).await.unwrap().is_empty());
    assert_eq!(store.bounces_of(ana, 9).await.unwrap().len(), 4);
}

pub(crate) async fn nothing_comes_back_from_a_webhook_or_from_nobody(store: Store) {
    let hook = readers(&store, Channel::Webhook, 1).await[0];
    let hard = bounce(BounceKind::Hard, "5.1.1");

    for endpoint_id in [hook, 99] {
        let followed = store.record_bounce(1, endpoint_id, &hard, NOW).await;
        assert_eq!(followed.unwrap(), Followed::Nothing);
        assert!(store.bounces_of(endpoint_id, 9).await.unwrap().is_empty());
    }
    assert!(store.suppressions(0, 0, 9).await.unwrap().is_empty());
}

pub(crate) async fn words_of_a_bounce_are_held_until_erased_and_not_kept_after(store: Store) {
    let reader = reader(&store).await;
    let soft = bounce(BounceKind::Soft, "5.2.2");
    let counted = store.record_bounce(7, reader.mailbox, &soft, NOW).await;
    assert_eq!(counted.unwrap(), Followed::Counted);
    let held = store.held(reader.mailbox).await.unwrap().unwrap();
    assert_eq!(held["bounces"][0]["said"], soft.said);

    store.erase_endpoint(reader.mailbox).await.unwrap();
    let late = store.record_bounce(8, reader.mailbox, &soft, NOW).await;

    assert_eq!(late.unwrap(), Followed::Nothing);
    let left = store.bounces_of(reader.mailbox, 9).await.unwrap();
    assert_eq!(left.len(), 1, "it is counted on");
    assert_eq!((&*left[0].said, &*left[0].status), ("", "5.2.2"));
}
