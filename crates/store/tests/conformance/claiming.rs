//! Claiming batches under leases.

use crate::fixtures::{LEASE, NOW, POISON, claim, claimed, due, outcome, told};
use store::{Claim, Store, Verdict};

pub(crate) async fn leased_batch_is_taken_until_its_lease_ends(store: Store) {
    let told = told(&store, 1).await;
    let until = NOW + LEASE;

    for now in [NOW, NOW + 1, until] {
        let other = claim(&store, told.batch.id, now).await;
        assert!(matches!(other, Claim::Taken), "at {now}: {other:?}");
    }
    let later = claimed(&store, told.batch.id, until + 1).await;
    assert_eq!(later.claims, 2);
}

pub(crate) async fn of_two_workers_claiming_at_once_one_wins(store: Store) {
    let told = told(&store, 1).await;
    store.release_lease(told.batch.id, "w1").await.unwrap();
    let id = told.batch.id;

    let (a, b) = tokio::join!(claim(&store, id, NOW), claim(&store, id, NOW));

    let ours = |claim: &Claim| matches!(claim, Claim::Ours(_));
    assert_ne!(ours(&a), ours(&b));
}

pub(crate) async fn batch_claimed_too_often_is_poisoned(store: Store) {
    let told = told(&store, 2).await;
    let mut now = NOW;
    for _again in 1..POISON {
        now += LEASE + 1;
        claimed(&store, told.batch.id, now).await;
    }

    now += LEASE + 1;
    let poisoned = claim(&store, told.batch.id, now).await;

    assert!(matches!(poisoned, Claim::Poisoned), "{poisoned:?}");
    now += LEASE + 1;
    let kept = claim(&store, told.batch.id, now).await;
    assert!(matches!(kept, Claim::Taken), "{kept:?}");
    assert!(store.unleased_batches(now, now).await.unwrap().is_empty());
    let status = store.status(now).await.unwrap();
    assert_eq!(
        (status.poisoned, status.open_batches, status.due),
        (1, 0, 2)
    );
}

pub(crate) async fn an_outcome_starts_the_count_of_claims_again(store: Store) {
    let told = told(&store, 2).await;
    claimed(&store, told.batch.id, NOW + LEASE + 1).await;
    let delivered = [outcome(told.readers[0], Verdict::Delivered)];
    store
        .record_outcomes(&told.batch, &delivered)
        .await
        .unwrap();

    let batch = claimed(&store, told.batch.id, NOW + 2 * (LEASE + 1)).await;

    assert_eq!(batch.claims, 1);
    assert_eq!(due(&store, &batch).await, told.readers[1..]);
}

pub(crate) async fn lease_is_renewed_by_its_owner_only(store: Store) {
    let told = told(&store, 1).await;
    let (id, later) = (told.batch.id, NOW + 10 * LEASE);

    assert!(!store.renew_lease(id, "w2", later).await.unwrap());
    assert!(store.renew_lease(id, "w1", later).await.unwrap());

    let other = claim(&store, id, NOW + LEASE + 1).await;
    assert!(matches!(other, Claim::Taken), "{other:?}");
}

pub(crate) async fn lease_taken_by_another_is_not_renewed(store: Store) {
    let told = told(&store, 1).await;
    let (id, now) = (told.batch.id, NOW + LEASE + 1);
    let taken = store.claim_batch(id, "w2", now + LEASE, now, POISON);
    assert!(matches!(taken.await.unwrap(), Claim::Ours(_)));

    assert!(!store.renew_lease(id, "w1", now + LEASE).await.unwrap());
    // Nor can the one who lost it give it back.
    store.release_lease(id, "w1").await.unwrap();
    let other = claim(&store, id, now).await;
    assert!(matches!(other, Claim::Taken), "{other:?}");
}

pub(crate) async fn batch_given_back_is_found_at_once(store: Store) {
    let told = told(&store, 1).await;

    store.release_lease(told.batch.id, "w1").await.unwrap();

    let found = store.unleased_batches(1, NOW).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, told.batch.id);
    claimed(&store, told.batch.id, NOW).await;
}

pub(crate) async fn finished_batch_is_not_claimed(store: Store) {
    let told = told(&store, 1).await;
    let delivered = [outcome(told.readers[0], Verdict::Delivered)];
    store
        .record_outcomes(&told.batch, &delivered)
        .await
        .unwrap();

    let late = NOW + 9 * LEASE;
    assert!(matches!(
        claim(&store, told.batch.id, late).await,
        Claim::Taken
    ));
    assert!(!store.renew_lease(told.batch.id, "w1", late).await.unwrap());
    assert!(matches!(claim(&store, 999, late).await, Claim::Taken));
}

pub(crate) async fn poisoned_batch_can_be_opened_again(store: Store) {
    let told = told(&store, 2).await;
    let mut now = NOW + LEASE + 1;
    while !matches!(claim(&store, told.batch.id, now).await, Claim::Poisoned) {
        now += LEASE + 1;
    }

    let reopened = store.reopen_poisoned(told.release_id).await.unwrap();

    assert_eq!(reopened, 1);
    let again = claim(&store, told.batch.id, now).await;
    assert!(matches!(again, Claim::Ours(_)), "{again:?}");
    assert_eq!(store.reopen_poisoned(told.release_id).await.unwrap(), 0);
}

pub(crate) async fn batch_given_back_does_not_come_nearer_to_poison(store: Store) {
    let told = told(&store, 2).await;

    for _given_back in 0..POISON * 2 {
        store.release_lease(told.batch.id, "w1").await.unwrap();
        claimed(&store, told.batch.id, NOW).await;
    }
    store.release_lease(told.batch.id, "w1").await.unwrap();

    let last = claimed(&store, told.batch.id, NOW).await;
    assert_eq!(last.claims, 1);
}
