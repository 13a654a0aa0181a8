//! Retries: gathered when due, into batches that are each sent once; and the dead, made due again.

use crate::fixtures::{
    NOW, Told, claimed, cleared, dead, due, outcome, plan, readers, retry, told,
};
use release::model::Channel;
use store::{NewBatch, Store, Verdict};

/// All of a batch's deliveries are to be tried again at this time.
async fn retry_all(store: &Store, told: &Told, due_ms: i64) {
    let outcomes: Vec<_> = told
        .readers
        .iter()
        .map(|reader| outcome(*reader, retry(due_ms)))
        .collect();
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
}

pub(crate) async fn retries_are_gathered_when_due_not_before(store: Store) {
    let told = told(&store, 3).await;
    retry_all(&store, &told, NOW + 500).await;
    assert_eq!(store.next_due_ms().await.unwrap(), Some(NOW + 500));

    let early = store.gather_retries(10, NOW + 499).await.unwrap();
    let gathered = store.gather_retries(10, NOW + 500).await.unwrap();
    let again = store.gather_retries(10, NOW + 500).await.unwrap();

    assert_eq!((early.len(), gathered.len(), again.len()), (0, 1, 0));
    assert_eq!(
        (gathered[0].channel, gathered[0].lane),
        (told.batch.channel, told.batch.lane)
    );
    assert_eq!(gathered[0].request_id, "req_submit");
    let batch = claimed(&store, gathered[0].id, NOW + 500).await;
    assert_eq!(
        (batch.alert_id, batch.release_id),
        (told.alert.id, Some(told.release_id))
    );
    assert_eq!((batch.round, batch.total), (1, 3));
    assert_eq!(due(&store, &batch).await, told.readers);
    let attempts: Vec<_> = store.due_deliveries(&batch).await.unwrap();
    assert!(attempts.iter().all(|delivery| delivery.attempts == 1));
    assert_eq!(store.next_due_ms().await.unwrap(), None);
}

pub(crate) async fn retries_are_gathered_by_alert_release_and_channel(store: Store) {
    let mails = readers(&store, Channel::Email, 2).await;
    let hooks = readers(&store, Channel::Webhook, 1).await;
    for public_id in ["rel_a", "rel_b"] {
        let (release_id, alert) = cleared(&store, public_id).await;
        for (endpoints, channel) in [(&mails, Channel::Email), (&hooks, Channel::Webhook)] {
            let deliveries = plan(endpoints, channel, Some(release_id));
            let new = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
            let batch = claimed(&store, new.id, NOW).await;
            for endpoint in endpoints {
                let one = [outcome(*endpoint, retry(NOW))];
                store.record_outcomes(&batch, &one).await.unwrap();
            }
        }
    }

    let gathered = store.gather_retries(10, NOW).await.unwrap();

    let mut groups = Vec::new();
    for new in gathered {
        let batch = claimed(&store, new.id, NOW).await;
        assert_eq!(due(&store, &batch).await.len() as i64, batch.total);
        groups.push((batch.release_id.unwrap(), batch.channel, batch.total));
    }
    groups.sort();
    assert_eq!(
        groups,
        [
            (1, Channel::Email, 2),
            (1, Channel::Webhook, 1),
            (2, Channel::Email, 2),
            (2, Channel::Webhook, 1)
        ]
    );
}

pub(crate) async fn gathered_batches_are_no_larger_than_asked(store: Store) {
    let told = told(&store, 5).await;
    retry_all(&store, &told, NOW).await;

    let gathered = store.gather_retries(2, NOW).await.unwrap();

    let mut totals = Vec::new();
    for new in gathered {
        totals.push(claimed(&store, new.id, NOW).await.total);
    }
    assert_eq!(totals, [2, 2, 1]);
}

/// One retry a batch, so that the slower gathering meets the faster one on its way many times.
pub(crate) async fn two_gatherings_at_once_take_each_retry_once(store: Store) {
    let told = told(&store, 40).await;
    retry_all(&store, &told, NOW).await;

    let (a, b) = tokio::join!(store.gather_retries(1, NOW), store.gather_retries(1, NOW));

    let mut gathered: Vec<NewBatch> = a.unwrap();
    gathered.extend(b.unwrap());
    gathered.extend(store.gather_retries(1, NOW).await.unwrap());
    let mut seen = Vec::new();
    for new in &gathered {
        let batch = claimed(&store, new.id, NOW).await;
        seen.extend(due(&store, &batch).await);
    }
    seen.sort_unstable();
    assert_eq!(seen, told.readers);
    assert_eq!(gathered.len(), told.readers.len());
    assert_eq!(store.status(NOW).await.unwrap().retrying, 0);
}

pub(crate) async fn delivery_in_the_second_round_is_matched_once(store: Store) {
    let told = told(&store, 2).await;
    retry_all(&store, &told, NOW).await;
    let round = store.gather_retries(10, NOW).await.unwrap();
    let batch = claimed(&store, round[0].id, NOW).await;
    let mut second = outcome(told.readers[0], Verdict::Delivered);
    second.attempt = 2;

    store.record_outcomes(&batch, &[second]).await.unwrap();

    let report = store.report(told.release_id).await.unwrap();
    let channel = &report.channels[0];
    assert_eq!((channel.matched, channel.delivered), (2, 1));
    assert_eq!((channel.retried, channel.due()), (2, 1));
    let page = store.ledger((0, 0), 10).await.unwrap();
    assert_eq!((&*page[0].1.state, page[0].1.attempts), ("delivered", 2));
}

pub(crate) async fn retry_without_an_attempt_waits_too(store: Store) {
    let told = told(&store, 1).await;
    let mut unsent = outcome(told.readers[0], retry(NOW + 500));
    unsent.attempt = 0;

    store.record_outcomes(&told.batch, &[unsent]).await.unwrap();

    let round = store.gather_retries(10, NOW + 500).await.unwrap();
    let batch = claimed(&store, round[0].id, NOW + 500).await;
    let due = store.due_deliveries(&batch).await.unwrap();
    assert_eq!((due.len(), due[0].attempts), (1, 0));
}

pub(crate) async fn dead_deliveries_are_replayed(store: Store) {
    let told = told(&store, 3).await;
    let [a, b, c] = [told.readers[0], told.readers[1], told.readers[2]];
    let outcomes = [
        outcome(a, dead()),
        outcome(b, dead()),
        outcome(c, Verdict::Delivered),
    ];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();

    assert_eq!(store.replay_dead(Some(999), None, NOW).await.unwrap(), 0);
    assert_eq!(store.replay_dead(None, Some(c), NOW).await.unwrap(), 0);
    assert_eq!(store.replay_dead(None, Some(a), NOW).await.unwrap(), 1);
    assert_eq!(
        store
            .replay_dead(Some(told.release_id), None, NOW + 9)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        store
            .replay_dead(Some(told.release_id), None, NOW)
            .await
            .unwrap(),
        0
    );

    let report = store.report(told.release_id).await.unwrap();
    let channel = &report.channels[0];
    assert_eq!((channel.dead, channel.retried, channel.due()), (0, 2, 2));
    let round = store.gather_retries(10, NOW + 9).await.unwrap();
    assert_eq!(round.len(), 1);
    let batch = claimed(&store, round[0].id, NOW + 9).await;
    assert_eq!(due(&store, &batch).await, [a, b]);
    let again: Vec<_> = [a, b]
        .into_iter()
        .map(|reader| outcome(reader, Verdict::Delivered))
        .collect();
    store.record_outcomes(&batch, &again).await.unwrap();
    let report = store.report(told.release_id).await.unwrap();
    assert_eq!(
        (report.channels[0].delivered, report.channels[0].due()),
        (3, 0)
    );
}
