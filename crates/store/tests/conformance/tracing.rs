//! What happened to deliveries, as it is traced.

use crate::fixtures::{NOW, claimed, cleared, outcome, plan, readers, retry, told};
use release::frequency::Gathered;
use release::model::{AlertKind, Channel};
use store::{DeliveriesAsked, DigestedRow, GatheredUntil, Halted, NewAct, Outcome, Store, Verdict};

const MINUTE: i64 = 60_000;

pub(crate) async fn delivery_is_traced_through_its_attempts(store: Store) {
    let told = told(&store, 2).await;
    let (ana, alert) = (told.readers[0], told.alert.id);
    let failed = Outcome {
        status: Some(451),
        answer: "later, please".into(),
        ..outcome(ana, retry(NOW + MINUTE))
    };
    store.record_outcomes(&told.batch, &[failed]).await.unwrap();

    let waiting = store.trace_delivery(ana, alert).await.unwrap().unwrap();
    let batch = store.gather_retries(9, NOW + MINUTE).await.unwrap();
    let batch = claimed(&store, batch[0].id, NOW + MINUTE).await;
    let delivered = Outcome {
        attempt: 2,
        at_ms: NOW + MINUTE + 40,
        ..outcome(ana, Verdict::Delivered)
    };
    store.record_outcomes(&batch, &[delivered]).await.unwrap();
    let done = store.trace_delivery(ana, alert).await.unwrap().unwrap();

    assert_eq!(
        (&*waiting.state, waiting.attempts, waiting.waits_until_ms),
        ("due", 1, Some(NOW + MINUTE))
    );
    assert_eq!((waiting.round, waiting.batch_ms), (0, NOW));
    assert_eq!((waiting.kind, waiting.alert_ms), (AlertKind::Story, NOW));
    assert_eq!(waiting.release.as_deref(), Some("rel_told"));
    assert_eq!(
        (&*done.state, done.attempts, done.waits_until_ms),
        ("delivered", 2, None)
    );
    assert_eq!((done.round, done.batch_ms), (1, NOW + MINUTE));
    assert_eq!(done.done_ms, Some(NOW + MINUTE + 40));
    let failures = store.trace_attempts(ana, &[alert]).await.unwrap();
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (
            failures[0].attempt,
            failures[0].status,
            &*failures[0].answer
        ),
        (1, Some(451), "later, please")
    );
    let others = store.trace_attempts(told.readers[1], &[alert]).await;
    assert!(others.unwrap().is_empty());
    assert!(
        store
            .trace_delivery(ana, alert + 1)
            .await
            .unwrap()
            .is_none()
    );
}

pub(crate) async fn deliveries_of_an_endpoint_are_traced_newest_first(store: Store) {
    let readers = readers(&store, Channel::Email, 2).await;
    for (public_id, to) in [
        ("rel_a", &readers[..]),
        ("rel_b", &readers[..1]),
        ("rel_c", &readers[..]),
    ] {
        let (release_id, alert) = cleared(&store, public_id).await;
        let deliveries = plan(to, Channel::Email, Some(release_id));
        store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    }
    let page = async |endpoint, before, limit| {
        let asked = DeliveriesAsked {
            before_id: before,
            ..DeliveriesAsked::newest(limit)
        };
        let page = store.deliveries_of_endpoint(endpoint, &asked).await;
        let rows = page.unwrap().rows;
        let last = rows.last().map_or(0, |row| row.alert_id);
        let releases: Vec<String> = rows.into_iter().filter_map(|row| row.release).collect();
        (releases.join(" "), last)
    };

    let (first, last) = page(readers[0], i64::MAX, 2).await;
    let (second, _) = page(readers[0], last, 2).await;
    let (other, _) = page(readers[1], i64::MAX, 9).await;

    assert_eq!(
        (&*first, &*second, &*other),
        ("rel_c rel_b", "rel_a", "rel_c rel_a")
    );
}

pub(crate) async fn what_a_digest_told_is_traced_to_it(store: Store) {
    let readers = readers(&store, Channel::Email, 2).await;
    let (release_id, alert) = cleared(&store, "rel_a").await;
    let mut deliveries = plan(&readers, Channel::Email, Some(release_id));
    deliveries[0].gathered = Some(GatheredUntil {
        due_ms: NOW + MINUTE,
        why: Gathered::Hourly,
    });
    store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    let waiting = store.trace_delivery(readers[0], alert.id).await.unwrap();
    let digest = store.gather_digests(9, NOW + MINUTE).await.unwrap();
    let digest = claimed(&store, digest[0].id, NOW + MINUTE).await;

    let told = store.trace_digests(readers[0], &[alert.id]).await.unwrap();
    let own = store.trace_delivery(readers[0], digest.alert_id).await;

    assert_eq!(waiting.unwrap().gathered.as_deref(), Some("hourly"));
    let own = own.unwrap().unwrap();
    assert_eq!(own.kind, AlertKind::Digest);
    let expected = DigestedRow {
        alert_id: alert.id,
        digest: own.alert,
        digest_ms: NOW + MINUTE,
        gathered: "hourly".into(),
    };
    assert_eq!(told, [expected]);
    let other = store.trace_digests(readers[1], &[alert.id]).await.unwrap();
    assert!(other.is_empty());
}

pub(crate) async fn halted_delivery_is_traced_as_halted(store: Store) {
    let told = told(&store, 1).await;
    let halted = async || {
        let row = store.trace_delivery(told.readers[0], told.alert.id).await;
        row.unwrap().unwrap().halted
    };
    let act = NewAct {
        at_ms: NOW,
        actor: "local",
        act: "halt",
        subject: "all",
        note: "",
        request_id: "",
    };

    let before = halted().await;
    store.halt(&Halted::All, "", act).await.unwrap();

    assert_eq!((before, halted().await), (false, true));
}
