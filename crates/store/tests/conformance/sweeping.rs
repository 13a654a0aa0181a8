//! What the sweep finds: due releases, unrouted alerts, open batches.

use crate::fixtures::{LEASE, NOW, accept, claimed, cleared, outcome, submission, told};
use release::model::Lane;
use store::{Store, Verdict, WorkerRow};

pub(crate) async fn due_releases_are_found_flash_first(store: Store) {
    for (public_id, lane, clear_at_ms) in [
        ("rel_old", Lane::Regular, NOW - 20),
        ("rel_now", Lane::Regular, NOW),
        ("rel_flash", Lane::Flash, NOW - 10),
        ("rel_later", Lane::Flash, NOW + 1),
    ] {
        let mut new = submission(public_id, None, "US/en");
        (new.lane, new.clear_at_ms) = (lane, clear_at_ms);
        accept(&store, &new).await;
    }

    assert_eq!(store.due_releases(NOW, 10).await.unwrap(), [3, 1, 2]);
    assert_eq!(store.due_releases(NOW, 2).await.unwrap(), [3, 1]);
    assert_eq!(store.next_due_ms().await.unwrap(), Some(NOW - 20));
    assert!(store.due_releases(NOW - 21, 10).await.unwrap().is_empty());
}

pub(crate) async fn nothing_is_due_in_an_empty_store(store: Store) {
    assert_eq!(store.next_due_ms().await.unwrap(), None);
    assert!(store.due_releases(NOW, 10).await.unwrap().is_empty());
    assert!(store.unrouted_alerts(NOW, NOW).await.unwrap().is_empty());
    assert!(store.unleased_batches(NOW, NOW).await.unwrap().is_empty());
    assert!(store.gather_retries(10, NOW).await.unwrap().is_empty());
}

pub(crate) async fn unrouted_alert_is_hinted_once_in_a_while(store: Store) {
    let (_, alert) = cleared(&store, "rel_a").await;

    assert!(store.unrouted_alerts(NOW, NOW).await.unwrap().is_empty());
    let later = NOW + 1000;
    let found = store.unrouted_alerts(NOW + 1, later).await.unwrap();
    let again = store.unrouted_alerts(NOW + 1, later).await.unwrap();

    assert_eq!((found.len(), again.len()), (1, 0));
    assert_eq!((found[0].id, found[0].lane), (alert.id, Lane::Regular));
    assert_eq!(found[0].request_id, "req_submit");
    store.finish_routing(alert.id, 0).await.unwrap();
    let routed = store.unrouted_alerts(later + 1, later + 1).await.unwrap();
    assert!(routed.is_empty());
}

pub(crate) async fn batch_without_a_living_lease_is_hinted_once_in_a_while(store: Store) {
    let told = told(&store, 1).await;
    let dead = NOW + LEASE + 1;

    let alive = store.unleased_batches(dead, NOW + LEASE).await.unwrap();
    let found = store.unleased_batches(dead, dead).await.unwrap();
    let again = store.unleased_batches(dead, dead).await.unwrap();

    assert_eq!((alive.len(), found.len(), again.len()), (0, 1, 0));
    assert_eq!(found[0].id, told.batch.id);
    assert_eq!(
        (found[0].channel, found[0].lane),
        (told.batch.channel, told.batch.lane)
    );
    assert_eq!(found[0].request_id, "req_submit");
    let delivered = [outcome(told.readers[0], Verdict::Delivered)];
    store
        .record_outcomes(&told.batch, &delivered)
        .await
        .unwrap();
    let done = store.unleased_batches(dead + 9, dead + 9).await.unwrap();
    assert!(done.is_empty());
}

pub(crate) async fn voided_leases_make_all_unfinished_work_findable(store: Store) {
    let told = told(&store, 1).await;
    let worker = WorkerRow {
        id: "w1".into(),
        role: "email".into(),
        doing: "sends".into(),
        started_ms: NOW,
        beat_ms: NOW,
    };
    store.beat(&[worker], NOW).await.unwrap();

    store.void_leases().await.unwrap();

    let alerts = store.unrouted_alerts(1, NOW).await.unwrap();
    let batches = store.unleased_batches(1, NOW).await.unwrap();
    assert_eq!((alerts.len(), batches.len()), (1, 1));
    claimed(&store, told.batch.id, NOW).await;
    assert!(store.workers().await.unwrap().is_empty());
}
