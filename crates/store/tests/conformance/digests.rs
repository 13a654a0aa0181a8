//! Digests: each delivery that waits is told by one of them, and has what becomes of it.

use crate::fixtures::{
    NOW, claimed, cleared, dead, due, endpoint, outcome, plan, readers, retry, subscription, told,
};
use release::frequency::{Frequency, Gathered};
use release::model::Channel;
use store::{BatchRow, ChannelReport, GatheredUntil, LeftOut, Outcome, Store, Verdict};

const HOUR: i64 = NOW + 3_600_000;

/// A cleared release planned for these readers, all of whom are told by a digest at the hour. Gives release and alert.
async fn waiting(store: &Store, public_id: &str, readers: &[i64]) -> (i64, i64) {
    let (release_id, alert) = cleared(store, public_id).await;
    let mut deliveries = plan(readers, Channel::Email, Some(release_id));
    for delivery in &mut deliveries {
        delivery.gathered = Some(GatheredUntil {
            due_ms: HOUR,
            why: Gathered::Daily,
        });
    }
    store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    (release_id, alert.id)
}

async fn gathered(store: &Store) -> Vec<BatchRow> {
    let mut batches = Vec::new();
    for new in store.gather_digests(100, HOUR).await.unwrap() {
        batches.push(claimed(store, new.id, HOUR).await);
    }
    batches
}

async fn only_channel(store: &Store, release_id: i64) -> ChannelReport {
    let mut channels = store.report(release_id).await.unwrap().channels;
    assert_eq!(channels.len(), 1);
    channels.remove(0)
}

async fn alerts_told(store: &Store, digest: &BatchRow, endpoint_id: i64) -> Vec<i64> {
    let members = store.digest_members(digest.alert_id, endpoint_id);
    let members = members.await.unwrap();
    members.into_iter().map(|member| member.alert_id).collect()
}

pub(crate) async fn what_waits_is_gathered_at_the_hour_and_not_before(store: Store) {
    let readers = readers(&store, Channel::Email, 3).await;
    let (_, first) = waiting(&store, "rel_a", &readers).await;
    let (_, second) = waiting(&store, "rel_b", &readers[1..]).await;
    assert_eq!(store.next_due_ms().await.unwrap(), Some(HOUR));
    assert!(store.unleased_batches(HOUR, HOUR).await.unwrap().is_empty());
    assert!(store.gather_retries(10, HOUR).await.unwrap().is_empty());

    let early = store.gather_digests(100, HOUR - 1).await.unwrap();
    let digests = gathered(&store).await;
    let again = store.gather_digests(100, HOUR).await.unwrap();

    assert_eq!((early.len(), digests.len(), again.len()), (0, 1, 0));
    let digest = &digests[0];
    assert_eq!((digest.total, digest.release_id), (3, None));
    assert_eq!(due(&store, digest).await, readers);
    assert_eq!(alerts_told(&store, digest, readers[0]).await, [first]);
    assert_eq!(
        alerts_told(&store, digest, readers[2]).await,
        [first, second]
    );
    assert_eq!(store.next_due_ms().await.unwrap(), None);
    let members = store.digest_members(digest.alert_id, readers[0]);
    let member = members.await.unwrap().remove(0);
    assert_eq!(
        (member.reasons.as_str(), member.gathered, member.superseded),
        ("1 2", Gathered::Daily, false)
    );
}

pub(crate) async fn outcome_of_a_digest_is_that_of_its_members(store: Store) {
    let readers = readers(&store, Channel::Email, 3).await;
    let (release_id, alert_id) = waiting(&store, "rel_a", &readers).await;
    let (other, _) = waiting(&store, "rel_b", &readers[..1]).await;
    let digest = gathered(&store).await.remove(0);
    let waiting = only_channel(&store, release_id).await;
    assert_eq!((waiting.matched, waiting.due(), waiting.retried), (3, 3, 3));

    let outcomes = [
        outcome(readers[0], Verdict::Delivered),
        outcome(readers[1], dead()),
        outcome(readers[2], retry(HOUR + 9)),
    ];
    store.record_outcomes(&digest, &outcomes).await.unwrap();

    let report = only_channel(&store, release_id).await;
    assert_eq!(
        (report.delivered, report.dead, report.due(), report.retried),
        (1, 1, 1, 1)
    );
    // How long a digest waited is its reader's choice, and no latency of ours.
    assert_eq!(report.latencies.percentile_ms(0.5), None);
    assert_eq!(only_channel(&store, other).await.delivered, 1);
    let dead = store.dead_deliveries(Some(release_id), 9).await.unwrap();
    assert_eq!(
        dead[0].last_error.as_deref(),
        Some("its digest was given up")
    );
    let round = store.gather_retries(10, HOUR + 9).await.unwrap();
    let round = claimed(&store, round[0].id, HOUR + 9).await;
    assert_eq!(alerts_told(&store, &round, readers[2]).await, [alert_id]);
    let delivered = [outcome(readers[2], Verdict::Delivered)];
    store.record_outcomes(&round, &delivered).await.unwrap();
    let report = only_channel(&store, release_id).await;
    assert_eq!((report.delivered, report.due(), report.retried), (2, 0, 0));
}

pub(crate) async fn what_a_digest_left_out_has_an_outcome_of_its_own(store: Store) {
    let reader = readers(&store, Channel::Email, 1).await[0];
    let (killed, killed_alert) = waiting(&store, "rel_a", &[reader]).await;
    let (unwanted, unwanted_alert) = waiting(&store, "rel_b", &[reader]).await;
    let (told, _) = waiting(&store, "rel_c", &[reader]).await;
    let digest = gathered(&store).await.remove(0);
    let unsubscribed = Verdict::Suppressed {
        reason: "unsubscribed".into(),
    };
    let left = |alert_id, verdict| LeftOut { alert_id, verdict };

    let outcome = Outcome {
        left_out: vec![
            left(killed_alert, Verdict::Superseded),
            left(unwanted_alert, unsubscribed),
        ],
        ..outcome(reader, Verdict::Delivered)
    };
    store
        .record_outcomes(&digest, std::slice::from_ref(&outcome))
        .await
        .unwrap();
    // Another worker records the same again.
    store.record_outcomes(&digest, &[outcome]).await.unwrap();

    assert_eq!(only_channel(&store, killed).await.superseded, 1);
    assert_eq!(only_channel(&store, unwanted).await.suppressed, 1);
    assert_eq!(only_channel(&store, told).await.delivered, 1);
    for release_id in [killed, unwanted, told] {
        let report = only_channel(&store, release_id).await;
        assert_eq!((report.due(), report.retried), (0, 0));
    }
}

pub(crate) async fn reader_with_too_many_mails_waits_for_one(store: Store) {
    let told = told(&store, 2).await;
    let outcomes = [
        outcome(told.readers[0], Verdict::Delivered),
        Outcome {
            attempt: 0,
            ..outcome(told.readers[1], Verdict::Gathered { due_ms: HOUR })
        },
    ];

    store.record_outcomes(&told.batch, &outcomes).await.unwrap();

    let status = store.status(NOW).await.unwrap();
    assert_eq!((status.gathered, status.retrying), (1, 0));
    assert!(store.gather_retries(10, HOUR).await.unwrap().is_empty());
    let digest = gathered(&store).await.remove(0);
    let members = store.digest_members(digest.alert_id, told.readers[1]);
    assert_eq!(members.await.unwrap()[0].gathered, Gathered::Flood);
    let delivered = [outcome(told.readers[1], Verdict::Delivered)];
    store.record_outcomes(&digest, &delivered).await.unwrap();
    let report = only_channel(&store, told.release_id).await;
    assert_eq!(
        (report.matched, report.delivered, report.retried),
        (2, 2, 0)
    );
}

pub(crate) async fn two_gatherings_at_once_tell_each_delivery_once(store: Store) {
    let readers = readers(&store, Channel::Email, 40).await;
    waiting(&store, "rel_a", &readers).await;

    let (a, b) = tokio::join!(store.gather_digests(1, HOUR), store.gather_digests(1, HOUR));

    let mut batches = [a.unwrap(), b.unwrap()].concat();
    batches.extend(store.gather_digests(1, HOUR).await.unwrap());
    let mut told = Vec::new();
    for new in batches {
        let batch = claimed(&store, new.id, HOUR).await;
        for endpoint_id in due(&store, &batch).await {
            assert_eq!(alerts_told(&store, &batch, endpoint_id).await.len(), 1);
            told.push(endpoint_id);
        }
    }
    told.sort_unstable();
    assert_eq!(told, readers);
}

/// A member that an operator replays leaves by itself; the digest does not tell it a second time.
pub(crate) async fn replayed_member_is_not_told_by_its_digest_too(store: Store) {
    let reader = readers(&store, Channel::Email, 1).await[0];
    let (release_id, _) = waiting(&store, "rel_a", &[reader]).await;
    let digest = gathered(&store).await.remove(0);
    store
        .record_outcomes(&digest, &[outcome(reader, dead())])
        .await
        .unwrap();

    let replayed = store.replay_dead(None, Some(reader), HOUR).await.unwrap();

    assert_eq!(replayed, 2, "the digest and its member");
    assert!(alerts_told(&store, &digest, reader).await.is_empty());
    let mut rounds = store.gather_retries(10, HOUR).await.unwrap();
    assert_eq!(rounds.len(), 2);
    let own = claimed(&store, rounds.remove(0).id, HOUR).await;
    let again = claimed(&store, rounds.remove(0).id, HOUR).await;
    assert_eq!(own.release_id, Some(release_id));
    assert!(alerts_told(&store, &again, reader).await.is_empty());
    let nothing = Verdict::Suppressed {
        reason: "nothing is left to tell".into(),
    };
    store
        .record_outcomes(&again, &[outcome(reader, nothing)])
        .await
        .unwrap();
    assert_eq!(due(&store, &own).await, [reader]);
    let delivered = [outcome(reader, Verdict::Delivered)];
    store.record_outcomes(&own, &delivered).await.unwrap();
    assert_eq!(only_channel(&store, release_id).await.delivered, 1);
}

pub(crate) async fn frequency_is_read_back_and_heard_of(store: Store) {
    use crate::fixtures::{endpoint, subscription};
    let mut new = subscription(
        "sub_a",
        endpoint("ep_a", Channel::Email, "a@reader.example"),
    );
    new.frequency = Frequency::Weekly;

    store.add_subscriptions(&[new], NOW).await.unwrap();

    let row = store.subscription("sub_a").await.unwrap().unwrap();
    assert_eq!(row.frequency, Frequency::Weekly);
    let heard = store.changed_filters(0).await.unwrap();
    assert_eq!(heard[0].frequency, Frequency::Weekly);
    assert_eq!(heard[0].digest_at, "08:00 monday UTC");
}

/// A look ends in the midst of what waits for a reader: that reader is left to the next one, and nobody is told in halves.
pub(crate) async fn reader_at_the_end_of_a_full_look_is_told_of_all_by_the_next(store: Store) {
    const READERS: usize = 1334;
    let names: Vec<[String; 3]> = (0..READERS)
        .map(|n| {
            [
                format!("ep_{n}"),
                format!("sub_{n}"),
                format!("r{n}@reader.example"),
            ]
        })
        .collect();
    let news: Vec<_> = names
        .iter()
        .map(|[ep, sub, address]| subscription(sub, endpoint(ep, Channel::Email, address)))
        .collect();
    let added = store.add_subscriptions(&news, NOW).await.unwrap();
    let readers: Vec<i64> = added.iter().map(|one| one.endpoint_id).collect();
    let mut alerts = Vec::new();
    for name in ["rel_a", "rel_b", "rel_c"] {
        alerts.push(waiting(&store, name, &readers).await.1);
    }

    // Three times 1334 is two more than one look takes.
    let first = store.gather_digests(500, HOUR).await.unwrap();
    let waits = store.status(HOUR).await.unwrap().gathered;
    let second = store.gather_digests(500, HOUR).await.unwrap();
    let third = store.gather_digests(500, HOUR).await.unwrap();

    assert_eq!(
        (first.len(), waits, second.len(), third.len()),
        (3, 3, 1, 0)
    );
    let mut told = Vec::new();
    for new in first.into_iter().chain(second) {
        let digest = claimed(&store, new.id, HOUR).await;
        for reader in due(&store, &digest).await {
            assert_eq!(alerts_told(&store, &digest, reader).await, alerts);
            told.push(reader);
        }
    }
    told.sort_unstable();
    assert_eq!(told, readers, "each once");
}
