//! What an operator halts is not published, is not late, is not lost, and goes on when resumed.

use crate::fixtures::{
    LEASE, NOW, POISON, claim, claimed, cleared, due, outcome, plan, readers, told,
};
use release::model::Channel;
use store::{Claim, Halted, NewAct, Store, Verdict};

/// Well after every batch of these cases lost its lease.
const LATER: i64 = NOW + LEASE + 60_000;

fn act(act: &str) -> NewAct<'_> {
    NewAct {
        at_ms: LATER,
        actor: "per_ops",
        act,
        subject: "something",
        note: "a loop in the feed",
        request_id: "req_halt",
    }
}

async fn halt(store: &Store, halted: &Halted) -> bool {
    let halt = store.halt(halted, "a loop in the feed", act("halt"));
    halt.await.unwrap()
}

/// Keys of the batches that the sweep would publish now, in their order.
async fn found(store: &Store) -> Vec<i64> {
    let found = store.unleased_batches(LATER, LATER - 1).await.unwrap();
    let mut found: Vec<i64> = found.into_iter().map(|batch| batch.id).collect();
    found.sort_unstable();
    found
}

/// Has each batch found again, as if none had been hinted.
async fn forget_hints(store: &Store) {
    store.void_leases().await.unwrap();
}

/// One release of ACME's told by mail and by webhook: the keys of both batches.
async fn both_channels(store: &Store) -> (i64, i64) {
    let (release_id, alert) = cleared(store, "rel_told").await;
    let mut ids = Vec::new();
    for channel in [Channel::Email, Channel::Webhook] {
        let endpoints = readers(store, channel, 2).await;
        let deliveries = plan(&endpoints, channel, Some(release_id));
        let batch = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
        ids.push(batch.id);
    }
    store.finish_routing(alert.id, 0).await.unwrap();
    (ids[0], ids[1])
}

pub(crate) async fn what_is_halted_is_not_hinted_until_resumed(store: Store) {
    let (mail, hook) = both_channels(&store).await;
    let acme = Halted::Issuer("acme".into());
    let namesake = Halted::Issuer("acm".into());
    let mails = Halted::Channel(Channel::Email);
    for (halted, goes_on) in [
        (Halted::All, vec![]),
        (mails, vec![hook]),
        (acme, vec![]),
        (namesake, vec![mail, hook]),
    ] {
        assert!(halt(&store, &halted).await);
        forget_hints(&store).await;

        let during = found(&store).await;
        let resumed = store.resume(&halted, act("resume")).await.unwrap();
        let after = found(&store).await;

        assert_eq!((during, resumed), (goes_on, true), "{halted}");
        assert_eq!(after, [mail, hook], "{halted}: resuming makes all findable");
    }
}

pub(crate) async fn halt_is_made_once_and_lifted_once(store: Store) {
    assert!(halt(&store, &Halted::All).await);
    assert!(!halt(&store, &Halted::All).await);
    assert!(halt(&store, &Halted::Issuer("acme".into())).await);
    assert!(halt(&store, &Halted::Channel(Channel::Webhook)).await);

    let halts = store.halts().await.unwrap();

    let names: Vec<String> = halts.iter().map(|row| row.halted.to_string()).collect();
    assert_eq!(names, ["all", "channel webhook", "issuer acme"]);
    assert_eq!(
        (&*halts[0].note, &*halts[0].actor, halts[0].created_ms),
        ("a loop in the feed", "per_ops", LATER)
    );
    assert!(store.resume(&Halted::All, act("resume")).await.unwrap());
    assert!(!store.resume(&Halted::All, act("resume")).await.unwrap());
    assert_eq!(store.halts().await.unwrap().len(), 2);
    let acts = store.acts(i64::MAX, 9).await.unwrap();
    let acts: Vec<&str> = acts.iter().map(|row| row.act.as_str()).collect();
    assert_eq!(acts, ["resume", "halt", "halt", "halt"], "each once");
}

pub(crate) async fn halted_batch_is_given_back_whole_and_not_nearer_to_poison(store: Store) {
    let told = told(&store, 2).await;
    let (id, readers) = (told.batch.id, told.readers.clone());
    let first = outcome(readers[0], Verdict::Delivered);
    store.record_outcomes(&told.batch, &[first]).await.unwrap();

    for _ in 0..POISON + 2 {
        store.give_back_halted(id, "w1", LATER).await.unwrap();
        assert!(found(&store).await.is_empty(), "not before its time");
        assert!(matches!(claim(&store, id, NOW).await, Claim::Ours(_)));
    }
    store.give_back_halted(id, "another", 0).await.unwrap();
    assert!(matches!(claim(&store, id, NOW).await, Claim::Taken));
    store.give_back_halted(id, "w1", LATER).await.unwrap();
    halt(&store, &Halted::All).await;
    store.resume(&Halted::All, act("resume")).await.unwrap();

    assert_eq!(found(&store).await, [id], "lifting a halt ends the wait");
    let batch = claimed(&store, id, NOW).await;
    assert_eq!(due(&store, &batch).await, [readers[1]]);
}

pub(crate) async fn halted_work_is_counted_and_not_late(store: Store) {
    let (mail, hook) = both_channels(&store).await;
    let before = store.status(LATER).await.unwrap();

    halt(&store, &Halted::Channel(Channel::Email)).await;
    let half = store.status(LATER).await.unwrap();
    halt(&store, &Halted::All).await;
    let whole = store.status(LATER).await.unwrap();

    assert_ne!(mail, hook);
    assert_eq!((before.halted, before.oldest_due_ms), (0, Some(NOW)));
    assert_eq!((half.due, half.halted), (4, 2));
    assert_eq!(half.oldest_due_ms, Some(NOW), "webhooks are late");
    assert_eq!((whole.due, whole.halted, whole.oldest_due_ms), (4, 4, None));
}
