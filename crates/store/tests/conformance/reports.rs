//! Reports, the ledger, the dead, and how the wire stands.

use crate::fixtures::{
    LEASE, NOW, accept, cleared, dead, outcome, plan, readers, retry, submission, told,
};
use release::model::Channel;
use store::{Status, Store, Verdict};

pub(crate) async fn report_counts_by_channel(store: Store) {
    let told = told(&store, 3).await;
    let hooks = readers(&store, Channel::Webhook, 2).await;
    let deliveries = plan(&hooks, Channel::Webhook, Some(told.release_id));
    store
        .plan_batch(&told.alert, &deliveries, NOW)
        .await
        .unwrap();
    let outcomes = [
        outcome(told.readers[0], Verdict::Delivered),
        outcome(told.readers[1], retry(NOW)),
    ];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();

    let report = store.report(told.release_id).await.unwrap();

    assert!(!report.routed);
    let [mail, hook] = &report.channels[..] else {
        panic!("not two channels: {report:?}");
    };
    assert_eq!(
        (mail.channel, hook.channel),
        (Channel::Email, Channel::Webhook)
    );
    assert_eq!(
        (mail.matched, mail.delivered, mail.retried, mail.due()),
        (3, 1, 1, 2)
    );
    assert_eq!((hook.matched, hook.delivered, hook.due()), (2, 0, 2));
    store.finish_routing(told.alert.id, 0).await.unwrap();
    assert!(store.report(told.release_id).await.unwrap().routed);
}

pub(crate) async fn deliveries_of_a_release_are_read_page_by_page(store: Store) {
    let told = told(&store, 3).await;
    let outcomes = [
        outcome(told.readers[0], Verdict::Delivered),
        outcome(told.readers[1], dead()),
    ];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    cleared(&store, "rel_other").await;

    let page = async |after_id| {
        let rows = store.deliveries_of_release(told.release_id, after_id, 2);
        rows.await.unwrap()
    };
    let (first, rest) = (page(0).await, page(told.readers[1]).await);

    let states =
        |rows: &[store::ReachedRow]| rows.iter().map(|row| row.state.clone()).collect::<Vec<_>>();
    assert_eq!(states(&first), ["delivered", "dead"]);
    assert_eq!(states(&rest), ["due"]);
    assert_eq!((first[0].last_status, first[0].attempts), (Some(250), 1));
    assert_eq!(first[0].done_ms, Some(NOW + 40));
    assert_eq!(first[1].address, "email1@reader.example");
    let none = store.deliveries_of_release(told.release_id + 1, 0, 9).await;
    assert!(none.unwrap().is_empty());
}

pub(crate) async fn report_of_one_release_leaves_out_the_others(store: Store) {
    told(&store, 2).await;
    let (other, _) = cleared(&store, "rel_other").await;

    let report = store.report(other).await.unwrap();

    assert!(report.channels.is_empty(), "{report:?}");
}

pub(crate) async fn ledger_is_read_page_by_page(store: Store) {
    let told = told(&store, 3).await;
    let (other, alert) = cleared(&store, "rel_other").await;
    let deliveries = plan(&told.readers[..2], Channel::Email, Some(other));
    store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    let delivered = [outcome(told.readers[0], Verdict::Delivered)];
    store
        .record_outcomes(&told.batch, &delivered)
        .await
        .unwrap();

    let (mut after, mut keys) = ((0, 0), Vec::new());
    loop {
        let page = store.ledger(after, 2).await.unwrap();
        let Some((end, _)) = page.last() else { break };
        after = *end;
        keys.extend(page.iter().map(|(key, _)| *key));
    }

    let mut expected: Vec<_> = told.readers.iter().map(|id| (told.alert.id, *id)).collect();
    expected.extend(told.readers[..2].iter().map(|id| (alert.id, *id)));
    assert_eq!(keys, expected);
    let first = store.ledger((0, 0), 1).await.unwrap().remove(0).1;
    assert_eq!(
        (first.alert, &*first.endpoint),
        (told.alert.public_id, "ep_email0")
    );
    assert_eq!(
        (first.release.as_deref(), &*first.channel),
        (Some("rel_told"), "email")
    );
    assert_eq!(
        (&*first.state, first.attempts, first.done_ms),
        ("delivered", 1, Some(NOW + 40))
    );
}

pub(crate) async fn dead_deliveries_are_listed_newest_first(store: Store) {
    let told = told(&store, 2).await;
    let mut unanswered = outcome(told.readers[1], dead());
    (unanswered.status, unanswered.attempt) = (None, 3);
    let outcomes = [outcome(told.readers[0], Verdict::Delivered), unanswered];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    let (other, alert) = cleared(&store, "rel_other").await;
    let deliveries = plan(&told.readers[..1], Channel::Email, Some(other));
    let new = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    let batch = crate::fixtures::claimed(&store, new.id, NOW).await;
    let gone = [outcome(told.readers[0], dead())];
    store.record_outcomes(&batch, &gone).await.unwrap();

    let all = store.dead_deliveries(None, 10).await.unwrap();
    let of_one = store
        .dead_deliveries(Some(told.release_id), 10)
        .await
        .unwrap();

    let releases: Vec<_> = all.iter().map(|dead| dead.release.as_deref()).collect();
    assert_eq!(releases, [Some("rel_other"), Some("rel_told")]);
    assert_eq!(of_one.len(), 1);
    let dead = &of_one[0];
    assert_eq!(
        (&*dead.endpoint, dead.channel),
        ("ep_email1", Channel::Email)
    );
    assert_eq!(
        (&*dead.address, dead.attempts),
        ("email1@reader.example", 3)
    );
    assert_eq!(dead.last_error.as_deref(), Some("no such user"));
    assert_eq!((dead.last_status, dead.done_ms), (None, Some(NOW + 40)));
    assert_eq!(all[0].last_status, Some(250));
    assert_eq!(store.dead_deliveries(None, 1).await.unwrap().len(), 1);
}

pub(crate) async fn status_counts_what_waits(store: Store) {
    let told = told(&store, 4).await;
    let mut later = submission("rel_later", None, "US/en");
    later.clear_at_ms = NOW + 9000;
    accept(&store, &later).await;
    let outcomes = [
        outcome(told.readers[0], Verdict::Delivered),
        outcome(told.readers[1], retry(NOW - 50)),
        outcome(told.readers[2], dead()),
    ];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();

    let expected = Status {
        scheduled: 1,
        unrouted: 1,
        open_batches: 1,
        poisoned: 0,
        due: 1,
        halted: 0,
        retrying: 1,
        gathered: 0,
        dead: 1,
        oldest_due_ms: Some(NOW - 50),
        restored: None,
    };
    assert_eq!(store.status(NOW + LEASE / 60).await.unwrap(), expected);
}

pub(crate) async fn empty_store_is_idle_and_writable(store: Store) {
    let idle = Status {
        scheduled: 0,
        unrouted: 0,
        open_batches: 0,
        poisoned: 0,
        due: 0,
        halted: 0,
        retrying: 0,
        gathered: 0,
        dead: 0,
        oldest_due_ms: None,
        restored: None,
    };

    assert_eq!(store.status(NOW).await.unwrap(), idle);
    store.check_writable().await.unwrap();
}
