//! Alerts and batches as they stand.

use crate::fixtures::{LEASE, NOW, POISON, claim, cleared, dead, outcome, told};
use release::model::AlertKind;
use store::{Claim, Outcomes, Store, Verdict};

pub(crate) async fn alert_shows_what_became_of_its_batches(store: Store) {
    let told = told(&store, 3).await;
    let outcomes = [
        outcome(told.readers[0], Verdict::Delivered),
        outcome(told.readers[1], dead()),
    ];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    store.finish_routing(told.alert.id, 0).await.unwrap();

    let alert = store
        .alert_stands(&told.alert.public_id)
        .await
        .unwrap()
        .unwrap();

    let counts = Outcomes {
        delivered: 1,
        dead: 1,
        suppressed: 0,
        superseded: 0,
        retried: 0,
    };
    assert_eq!((alert.kind, &*alert.state), (AlertKind::Story, "routed"));
    assert_eq!((alert.matched, alert.batches, alert.counts), (3, 1, counts));
    assert_eq!(
        (alert.story.as_deref(), alert.endpoint),
        (Some("rel_told"), None)
    );
    let batch = store.batch_stands(told.batch.id).await.unwrap().unwrap();
    assert_eq!(
        (batch.total, batch.counts, &*batch.state),
        (3, counts, "open")
    );
    assert_eq!(batch.release.as_deref(), Some("rel_told"));
    assert_eq!(batch.alert, told.alert.public_id);
    assert_eq!(batch.lease_owner.as_deref(), Some("w1"));
    assert_eq!(batch.lease_until_ms, NOW + LEASE);
    assert!(store.batch_stands(99).await.unwrap().is_none());
    assert!(store.alert_stands("alr_x").await.unwrap().is_none());
}

pub(crate) async fn poisoned_batch_is_shown_so(store: Store) {
    let told = told(&store, 1).await;
    for n in 1..=POISON {
        let now_ms = NOW + n * (LEASE + 1);
        let last = claim(&store, told.batch.id, now_ms).await;
        assert_eq!(n == POISON, matches!(last, Claim::Poisoned), "{last:?}");
    }

    let batches = store.batches_of_alert(told.alert.id, 0, 9).await.unwrap();

    assert_eq!((batches.len(), &*batches[0].state), (1, "poisoned"));
    let rest = store.batches_of_alert(told.alert.id, batches[0].id, 9);
    assert!(rest.await.unwrap().is_empty());
}

pub(crate) async fn alerts_are_listed_newest_first_and_by_release(store: Store) {
    let (first, alert) = cleared(&store, "rel_a").await;
    let (_, other) = cleared(&store, "rel_b").await;

    let all = store.alerts(i64::MAX, 9).await.unwrap();
    let own = store.alerts_of_release(first, i64::MAX, 9).await.unwrap();

    let ids: Vec<_> = all.iter().map(|row| row.id).collect();
    assert_eq!(ids, [other.id, alert.id]);
    assert_eq!(store.alerts(other.id, 1).await.unwrap()[0].id, alert.id);
    let ids: Vec<_> = own.iter().map(|row| row.id).collect();
    assert_eq!(ids, [alert.id]);
}
