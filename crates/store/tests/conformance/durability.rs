//! What was committed is there after closing and opening again.

use crate::fixtures::{LEASE, NOW, claim, claimed, due, outcome, retry, told};
use release::capability::Capability;
use store::{Claim, Result, Store, Verdict};

pub(crate) async fn everything_is_found_after_reopening<F>(store: Store, reopen: impl Fn() -> F)
where
    F: Future<Output = Result<Store>>,
{
    let told = told(&store, 3).await;
    let outcomes = [
        outcome(told.readers[0], Verdict::Delivered),
        outcome(told.readers[1], retry(NOW)),
    ];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    let link = store.link_key().await.unwrap().sign(&Capability::Confirm {
        endpoint_id: 1,
        upto: 9,
    });
    let status = store.status(NOW).await.unwrap();
    store.close().await;

    let store = reopen().await.unwrap();

    assert_eq!(store.status(NOW).await.unwrap(), status);
    assert!(store.link_key().await.unwrap().verify(&link).is_ok());
    let row = store.release_by_id(told.release_id).await.unwrap().unwrap();
    assert_eq!((&*row.public_id, row.seq), ("rel_told", Some(1)));
    assert_eq!(store.changed_filters(0).await.unwrap().len(), 3);
    // The lease stands until it is voided; then the rest of the batch is found, and nothing that was recorded.
    let leased = claim(&store, told.batch.id, NOW + LEASE).await;
    assert!(matches!(leased, Claim::Taken), "{leased:?}");
    store.void_leases().await.unwrap();
    let batch = claimed(&store, told.batch.id, NOW).await;
    assert_eq!(due(&store, &batch).await, told.readers[2..]);
    let retries = store.gather_retries(10, NOW).await.unwrap();
    assert_eq!(retries.len(), 1);
    assert_eq!(
        retries[0].id,
        told.batch.id + 1,
        "keys go on where they stopped"
    );
    store.close().await;
}
