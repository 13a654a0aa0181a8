//! Outcomes: rows, retries and counters move together, once.

use crate::fixtures::{
    LEASE, NOW, Told, claim, claimed, dead, due, outcome, retry, suppressed, told,
};
use store::{Claim, Outcome, Store, Verdict};

/// What the batch's counters say: delivered, dead, suppressed, superseded, retried.
async fn counts(store: &Store, told: &Told) -> [i64; 5] {
    let report = store.report(told.release_id).await.unwrap();
    let c = &report.channels[0];
    [c.delivered, c.dead, c.suppressed, c.superseded, c.retried]
}

async fn states(store: &Store) -> Vec<(String, i64)> {
    let page = store.ledger((0, 0), 100).await.unwrap();
    let state = |(_, row): ((i64, i64), store::TracedDelivery)| (row.state, row.attempts);
    page.into_iter().map(state).collect()
}

fn every_verdict(told: &Told) -> Vec<Outcome> {
    let verdicts = [
        Verdict::Delivered,
        dead(),
        suppressed(),
        Verdict::Superseded,
        retry(NOW + 500),
    ];
    let pairs = told.readers.iter().zip(verdicts);
    pairs.map(|(id, verdict)| outcome(*id, verdict)).collect()
}

pub(crate) async fn each_verdict_moves_its_state_and_its_counter(store: Store) {
    let cases = [
        (Verdict::Delivered, "delivered", [1, 0, 0, 0, 0]),
        (dead(), "dead", [0, 1, 0, 0, 0]),
        (suppressed(), "suppressed", [0, 0, 1, 0, 0]),
        (Verdict::Superseded, "superseded", [0, 0, 0, 1, 0]),
        (retry(NOW + 500), "due", [0, 0, 0, 0, 1]),
    ];
    let told = told(&store, cases.len()).await;
    let mut expected = [0; 5];

    for (at, (verdict, state, added)) in cases.into_iter().enumerate() {
        let one = [outcome(told.readers[at], verdict)];
        store.record_outcomes(&told.batch, &one).await.unwrap();

        expected = std::array::from_fn(|n| expected[n] + added[n]);
        assert_eq!(counts(&store, &told).await, expected, "{state}");
        assert_eq!(states(&store).await[at], (state.to_owned(), 1));
    }
    // All have an outcome: the batch is done.
    let status = store.status(NOW).await.unwrap();
    assert_eq!((status.open_batches, status.due), (0, 0));
    assert_eq!((status.retrying, status.dead), (1, 1));
}

pub(crate) async fn outcomes_recorded_twice_change_nothing(store: Store) {
    let told = told(&store, 6).await;
    let outcomes = every_verdict(&told);
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    let before = (counts(&store, &told).await, states(&store).await);

    store.record_outcomes(&told.batch, &outcomes).await.unwrap();

    assert_eq!((counts(&store, &told).await, states(&store).await), before);
    let status = store.status(NOW).await.unwrap();
    assert_eq!((status.retrying, status.due), (1, 1));
    assert_eq!(status.open_batches, 1, "the sixth is still to be made");
    let report = store.report(told.release_id).await.unwrap();
    assert_eq!(report.channels[0].latencies.count(), 1);
}

pub(crate) async fn outcome_that_stands_is_kept(store: Store) {
    let told = told(&store, 2).await;
    let [first, second] = [told.readers[0], told.readers[1]];
    let delivered = [outcome(first, Verdict::Delivered)];
    store
        .record_outcomes(&told.batch, &delivered)
        .await
        .unwrap();

    // A worker that lost its lease says otherwise, later.
    let otherwise = [outcome(first, retry(NOW + 500)), outcome(second, dead())];
    store
        .record_outcomes(&told.batch, &otherwise)
        .await
        .unwrap();

    let expected = [("delivered".to_owned(), 1), ("dead".to_owned(), 1)];
    assert_eq!(states(&store).await, expected);
    assert_eq!(counts(&store, &told).await, [1, 1, 0, 0, 0]);
    assert_eq!(store.status(NOW).await.unwrap().retrying, 0);
    let gathered = store.gather_retries(10, NOW + 900).await.unwrap();
    assert!(
        gathered.is_empty(),
        "nothing waits for a retry: {gathered:?}"
    );
}

pub(crate) async fn delivery_that_waits_for_its_retry_is_not_due_in_its_batch(store: Store) {
    let told = told(&store, 2).await;
    let retried = [outcome(told.readers[0], retry(NOW + 500_000))];
    store.record_outcomes(&told.batch, &retried).await.unwrap();

    let again = claimed(&store, told.batch.id, NOW + LEASE + 1).await;

    assert_eq!(due(&store, &again).await, told.readers[1..]);
    // A late yes of the first worker does not finish a batch that has one more to make.
    let late = [outcome(told.readers[0], Verdict::Delivered)];
    store.record_outcomes(&told.batch, &late).await.unwrap();
    assert_eq!(counts(&store, &told).await, [0, 0, 0, 0, 1]);
    assert_eq!(store.status(NOW).await.unwrap().open_batches, 1);
}

pub(crate) async fn batch_is_done_when_all_have_outcomes(store: Store) {
    let told = told(&store, 6).await;
    let first = every_verdict(&told);
    store.record_outcomes(&told.batch, &first).await.unwrap();
    assert_eq!(store.status(NOW).await.unwrap().open_batches, 1);

    let last = [outcome(told.readers[5], Verdict::Delivered)];
    store.record_outcomes(&told.batch, &last).await.unwrap();

    assert_eq!(store.status(NOW).await.unwrap().open_batches, 0);
    let late = claim(&store, told.batch.id, NOW + 9 * LEASE).await;
    assert!(matches!(late, Claim::Taken), "{late:?}");
}

pub(crate) async fn two_workers_recording_at_once_count_once(store: Store) {
    let told = told(&store, 6).await;
    let outcomes = every_verdict(&told);

    let (a, b) = tokio::join!(
        store.record_outcomes(&told.batch, &outcomes),
        store.record_outcomes(&told.batch, &outcomes)
    );

    a.and(b).unwrap();
    assert_eq!(counts(&store, &told).await, [1; 5]);
}

pub(crate) async fn outcome_of_a_delivery_that_moved_on_is_not_counted(store: Store) {
    let told = told(&store, 1).await;
    let retried = [outcome(told.readers[0], retry(NOW))];
    store.record_outcomes(&told.batch, &retried).await.unwrap();
    let round = store.gather_retries(10, NOW).await.unwrap();

    let late = [outcome(told.readers[0], Verdict::Delivered)];
    store.record_outcomes(&told.batch, &late).await.unwrap();

    assert_eq!(counts(&store, &told).await, [0, 0, 0, 0, 1]);
    let batch = claimed(&store, round[0].id, NOW).await;
    assert_eq!(due(&store, &batch).await, told.readers);
}

pub(crate) async fn latencies_of_deliveries_are_kept_by_batch(store: Store) {
    let told = told(&store, 3).await;
    for (reader, latency_ms) in told.readers.iter().zip([100, 200, 4000]) {
        let mut one = outcome(*reader, Verdict::Delivered);
        one.latency_ms = latency_ms;
        store.record_outcomes(&told.batch, &[one]).await.unwrap();
    }

    let report = store.report(told.release_id).await.unwrap();

    let latencies = &report.channels[0].latencies;
    assert_eq!(latencies.count(), 3);
    for (share, exact) in [(0.5, 200.0), (1.0, 4000.0)] {
        let got = latencies.percentile_ms(share).unwrap();
        assert!((got / exact - 1.0).abs() < 0.021, "{share}: {got}");
    }
}
