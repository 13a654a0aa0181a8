//! Pruning: what is old and settled goes; what is due, young, or the wire's memory stays.

use crate::bouncing::bounce;
use crate::engines::postgres;
use crate::fixtures::{NOW, dead, outcome, retry, told};
use crate::grown::{grow, rows_of_database};
use release::bounce::BounceKind;
use sqlx::{Connection, PgConnection};
use store::{Pruned, Store, Verdict};

const LATER: i64 = NOW + 1;

pub(crate) async fn what_is_old_and_settled_goes_and_nothing_else(store: Store) {
    let told = told(&store, 700).await;
    let mut outcomes: Vec<_> = told.readers[..600]
        .iter()
        .map(|&reader| outcome(reader, Verdict::Delivered))
        .collect();
    outcomes.extend(told.readers[600..].iter().map(|&id| outcome(id, dead())));
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    store.finish_routing(told.alert.id, 0).await.unwrap();
    store.ask("reach", "{}", NOW).await.unwrap();
    let soft = bounce(BounceKind::Soft, "5.2.2");
    let counted = store.record_bounce(told.alert.id, told.readers[0], &soft, NOW);
    counted.await.unwrap();

    let young = store.prune(NOW).await.unwrap();
    let would = store.prunable(LATER).await.unwrap();
    let pruned = store.prune(LATER).await.unwrap();
    let again = store.prune(LATER).await.unwrap();

    assert_eq!(young, Pruned::default(), "it is no older than that");
    assert_eq!(
        pruned,
        Pruned {
            deliveries: 700,
            attempts: 100,
            batches: 1,
            questions: 1,
            bounces: 1,
            ..Pruned::default()
        }
    );
    assert_eq!((would, again), (pruned, Pruned::default()));
    assert_eq!(pruned.rows(), 803);
    assert!(store.ledger((0, 0), 10).await.unwrap().is_empty());
    let release = store.release_by_id(told.release_id).await.unwrap().unwrap();
    assert_eq!(release.seq, Some(1));
    assert!(store.alert(told.alert.id).await.unwrap().is_some());
    assert_eq!(store.changed_filters(0).await.unwrap().len(), 700);
}

/// A delivery that waits for its retry, one that is open, one that a digest tells, and one that was replayed.
pub(crate) async fn what_is_still_due_is_kept_however_old(store: Store) {
    grow(&store).await;
    let told = told_of_another(&store).await;
    for alert in store.unrouted_alerts(LATER, NOW).await.unwrap() {
        assert!(store.finish_routing(alert.id, 0).await.unwrap());
    }
    let before = store.ledger((0, 0), 100).await.unwrap().len();

    let pruned = store.prune(LATER).await.unwrap();

    let left = store.ledger((0, 0), 100).await.unwrap();
    assert_eq!((pruned.deliveries, left.len()), (0, before));
    let retries = store.gather_retries(10, NOW + 500).await.unwrap();
    assert!(!retries.is_empty());
    let rest: Vec<_> = told
        .readers
        .iter()
        .map(|&reader| outcome(reader, Verdict::Delivered))
        .collect();
    store.record_outcomes(&told.batch, &rest).await.unwrap();
    let settled = store.prune(LATER).await.unwrap();
    assert_eq!(settled.deliveries, 2, "once it has its outcome, it goes");
    let replayed = store.replay_dead(None, None, NOW).await.unwrap();
    assert!(replayed > 0);
    assert_eq!(store.prune(LATER).await.unwrap().deliveries, 0);
}

async fn told_of_another(store: &Store) -> crate::fixtures::Told {
    use crate::fixtures::{claimed, cleared, plan};
    let (release_id, alert) = cleared(store, "rel_open").await;
    let readers = vec![1, 2];
    let deliveries = plan(&readers, release::model::Channel::Email, Some(release_id));
    let batch = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    assert!(
        store
            .finish_routing(alert.id, alert.generation)
            .await
            .unwrap()
    );
    let batch = claimed(store, batch.id, NOW).await;
    crate::fixtures::Told {
        release_id,
        alert,
        batch,
        readers,
    }
}

/// A database whose first partition is past: no alert will come in it any more.
#[tokio::test]
async fn partition_whose_alerts_are_all_old_is_dropped() {
    let place = postgres::Place::new();
    let store = place.open().await.unwrap();
    let told = told(&store, 3).await;
    let outcomes = [
        outcome(told.readers[0], Verdict::Delivered),
        outcome(told.readers[1], dead()),
        outcome(told.readers[2], retry(NOW)),
    ];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    store.finish_routing(told.alert.id, 0).await.unwrap();
    let mut database = PgConnection::connect(&place.url()).await.unwrap();
    sqlx::raw_sql("update counters set value = 100000 where name = 'alert'")
        .execute(&mut database)
        .await
        .unwrap();
    store.make_room().await.unwrap();
    let partitions = async |database: &mut PgConnection| -> i64 {
        let text =
            "select count(*) from pg_inherits where inhparent = cast('deliveries' as regclass)";
        sqlx::query_scalar(text).fetch_one(database).await.unwrap()
    };
    let all = partitions(&mut database).await;

    let waiting = store.prune(LATER).await.unwrap();
    let kept = partitions(&mut database).await;
    let batch = store.gather_retries(10, NOW).await.unwrap().remove(0);
    let batch = crate::fixtures::claimed(&store, batch.id, NOW).await;
    let last = [outcome(told.readers[2], Verdict::Delivered)];
    store.record_outcomes(&batch, &last).await.unwrap();
    let pruned = store.prune(LATER).await.unwrap();
    let left = partitions(&mut database).await;

    assert_eq!((waiting.deliveries, kept), (0, all), "a retry is due in it");
    assert_eq!((pruned.deliveries, pruned.batches, left), (3, 2, all - 1));
    let rows = rows_of_database(&place).await;
    assert!(rows["deliveries"].is_empty() && rows["attempts"].is_empty());
    store.make_room().await.unwrap();
    assert_eq!(
        partitions(&mut database).await,
        left,
        "it does not come back"
    );
    store.close().await;
}
