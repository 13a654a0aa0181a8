//! What an endpoint got: its last alerts, and what came of a test.

use crate::fixtures::{NOW, claimed, cleared, dead, outcome, plan, readers, retry};
use release::model::{AlertKind, Channel};
use store::{Outcome, Store, TestResult, Verdict};

/// Tells a release to endpoints; what comes of it is recorded for the first.
async fn tell(store: &Store, public_id: &str, endpoints: &[i64], verdict: Verdict) {
    let (release, alert) = cleared(store, public_id).await;
    let planned = plan(endpoints, Channel::Email, Some(release));
    let batch = store.plan_batch(&alert, &planned, NOW).await.unwrap();
    let batch = claimed(store, batch.id, NOW).await;
    let outcomes = [outcome(endpoints[0], verdict)];
    store.record_outcomes(&batch, &outcomes).await.unwrap();
}

pub(crate) async fn recent_alerts_are_the_endpoints_own_newest_first(store: Store) {
    let ids = readers(&store, Channel::Email, 3).await;
    tell(&store, "rel_a", &ids[..2], Verdict::Delivered).await;
    tell(&store, "rel_b", &ids[..1], dead()).await;
    tell(&store, "rel_c", &ids[1..2], Verdict::Delivered).await;
    // Told as well, but of no release.
    let asked = store.add_direct_alert("alr_d", AlertKind::Confirm, ids[0], "req_d", NOW);
    let direct = store.alert(asked.await.unwrap()).await.unwrap().unwrap();
    let planned = plan(&ids[..1], Channel::Email, None);
    store.plan_batch(&direct, &planned, NOW).await.unwrap();

    let first = store.recent_alerts(ids[0], 9).await.unwrap();
    let second = store.recent_alerts(ids[1], 9).await.unwrap();

    let shown = |rows: &[store::RecentAlert]| {
        let shown = rows.iter().map(|row| {
            let done = row.done_ms.is_some();
            (row.release.clone(), row.state.clone(), done)
        });
        shown.collect::<Vec<_>>()
    };
    let row = |release: &str, state: &str, done| (release.to_owned(), state.to_owned(), done);
    assert_eq!(
        shown(&first),
        [row("rel_b", "dead", true), row("rel_a", "delivered", true)]
    );
    assert_eq!(
        shown(&second),
        [row("rel_c", "delivered", true), row("rel_a", "due", false)]
    );
    assert_eq!((&*first[0].reasons, &*first[0].content), ("1 2", "{}"));
    assert!(first[0].alert.starts_with("alr_"), "{}", first[0].alert);
    let newest = store.recent_alerts(ids[0], 1).await.unwrap();
    assert_eq!(shown(&newest), [row("rel_b", "dead", true)]);
    assert!(store.recent_alerts(ids[2], 9).await.unwrap().is_empty());
}

/// Asks for a test; its key.
async fn ask_test(store: &Store, public_id: &str, endpoint_id: i64) -> i64 {
    let kind = AlertKind::Test;
    let asked = store.add_direct_alert(public_id, kind, endpoint_id, "req_t", NOW);
    asked.await.unwrap()
}

/// A test comes to its first attempt.
async fn try_test(store: &Store, alert_id: i64, tried: Outcome) {
    let alert = store.alert(alert_id).await.unwrap().unwrap();
    let planned = plan(&[tried.endpoint_id], Channel::Webhook, None);
    let batch = store.plan_batch(&alert, &planned, NOW).await.unwrap();
    let batch = claimed(store, batch.id, NOW).await;
    store.record_outcomes(&batch, &[tried]).await.unwrap();
}

async fn last_test(store: &Store, endpoint_id: i64) -> TestResult {
    store.last_test(endpoint_id).await.unwrap().unwrap()
}

pub(crate) async fn result_of_the_last_test_is_shown(store: Store) {
    let ids = readers(&store, Channel::Webhook, 2).await;
    let id = ids[0];
    assert!(store.last_test(id).await.unwrap().is_none());
    // Alerts of other kinds are no tests.
    let challenge = store.add_direct_alert("alr_c", AlertKind::Challenge, id, "req_c", NOW);
    challenge.await.unwrap();
    assert!(store.last_test(id).await.unwrap().is_none());

    let first = ask_test(&store, "alr_1", id).await;
    let waiting = last_test(&store, id).await;
    try_test(&store, first, outcome(id, Verdict::Delivered)).await;
    let passed = last_test(&store, id).await;
    let second = ask_test(&store, "alr_2", id).await;
    let again = last_test(&store, id).await;
    let refused = Outcome {
        status: Some(503),
        answer: "no room".into(),
        ..outcome(id, retry(NOW + 500))
    };
    try_test(&store, second, refused).await;
    let failed = last_test(&store, id).await;

    assert_eq!((&*waiting.alert, &*waiting.state), ("alr_1", "due"));
    assert_eq!((waiting.asked_ms, waiting.took_ms()), (NOW, None));
    assert_eq!((waiting.status, &waiting.answer), (None, &None));
    assert_eq!((&*passed.alert, &*passed.state), ("alr_1", "delivered"));
    assert_eq!((passed.status, passed.took_ms()), (Some(250), Some(40)));
    assert_eq!((&passed.error, &passed.answer), (&None, &None));
    assert_eq!((&*again.alert, again.done_ms), ("alr_2", None));
    assert_eq!((&*failed.alert, failed.status), ("alr_2", Some(503)));
    assert_eq!(failed.error.as_deref(), Some("greylisted"));
    assert_eq!(failed.answer.as_deref(), Some("no room"));
    assert!(store.last_test(ids[1]).await.unwrap().is_none());
}
