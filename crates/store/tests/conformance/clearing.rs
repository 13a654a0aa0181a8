//! Clearing: once, at its time, with a place on the wire.

use crate::fixtures::{NOW, accept, clear, cleared, submission};
use release::model::{AlertKind, Lane, ReleaseState};
use store::Store;

pub(crate) async fn release_clears_once(store: Store) {
    let mut new = submission("rel_a", None, "US/en");
    new.lane = Lane::Flash;
    let id = accept(&store, &new).await;

    let first = clear(&store, id, NOW + 5).await.unwrap();
    let second = clear(&store, id, NOW + 6).await;

    assert_eq!((first.seq, first.lane), (1, Lane::Flash));
    assert_eq!(first.request_id, "req_submit");
    assert_eq!(second, None);
    let row = store.release("rel_a").await.unwrap().unwrap();
    assert_eq!(row.state, ReleaseState::Cleared);
    assert_eq!((row.cleared_ms, row.seq), (Some(NOW + 5), Some(1)));
    let alert = store.alert(first.alert_id).await.unwrap().unwrap();
    assert_eq!((alert.kind, alert.lane), (AlertKind::Story, Lane::Flash));
    assert_eq!(
        (alert.story_id, alert.revision),
        (Some(row.story_id), Some(0))
    );
    assert_eq!(
        (alert.endpoint_id, alert.state.as_str()),
        (None, "unrouted")
    );
    assert_eq!((alert.generation, alert.matched), (0, 0));
    assert_eq!(
        (&*alert.request_id, alert.created_ms),
        ("req_submit", NOW + 5)
    );
    assert!(alert.public_id.starts_with("alr_"), "{}", alert.public_id);
}

pub(crate) async fn release_that_is_not_due_does_not_clear(store: Store) {
    let id = accept(&store, &submission("rel_a", None, "US/en")).await;

    assert_eq!(clear(&store, id, NOW - 1).await, None);
    assert!(clear(&store, id, NOW).await.is_some());
    assert_eq!(clear(&store, id + 1, NOW).await, None);
}

pub(crate) async fn only_scheduled_releases_clear(store: Store) {
    let others = ReleaseState::ALL
        .iter()
        .filter(|state| **state != ReleaseState::Scheduled);
    for state in others {
        let public_id = format!("rel_{state}");
        let mut new = submission(&public_id, None, "US/en");
        new.state = *state;
        let id = accept(&store, &new).await;

        assert_eq!(clear(&store, id, NOW).await, None, "{state}");
    }
    assert!(store.newest_items(10).await.unwrap().is_empty());
}

pub(crate) async fn seq_has_no_gaps_under_concurrent_clears(store: Store) {
    let mut clears = tokio::task::JoinSet::new();
    for n in 0..24 {
        let public_id = format!("rel_{n}");
        let id = accept(&store, &submission(&public_id, None, "US/en")).await;
        for _twice in 0..2 {
            let store = store.clone();
            clears.spawn(async move { clear(&store, id, NOW).await });
        }
    }

    let mut seqs: Vec<i64> = clears
        .join_all()
        .await
        .into_iter()
        .flatten()
        .map(|c| c.seq)
        .collect();

    seqs.sort_unstable();
    assert_eq!(seqs, (1..=24).collect::<Vec<_>>());
    let items = store.newest_items(3).await.unwrap();
    let newest: Vec<_> = items.iter().map(|row| row.seq).collect();
    assert_eq!(newest, [Some(24), Some(23), Some(22)]);
}

pub(crate) async fn edition_that_clears_later_opens_the_alert_again(store: Store) {
    let english = accept(&store, &submission("rel_en", Some("q3"), "US/en")).await;
    let spanish = accept(&store, &submission("rel_es", Some("q3"), "US/es")).await;
    let first = clear(&store, english, NOW).await.unwrap();
    assert!(store.finish_routing(first.alert_id, 0).await.unwrap());

    let second = clear(&store, spanish, NOW + 9).await.unwrap();

    assert_eq!((second.alert_id, second.seq), (first.alert_id, 2));
    let alert = store.alert(first.alert_id).await.unwrap().unwrap();
    assert_eq!((alert.state.as_str(), alert.generation), ("unrouted", 1));
    assert_eq!(alert.created_ms, NOW);
    let story = alert.story_id.unwrap();
    let editions = store.cleared_editions(story, 0).await.unwrap();
    let editions: Vec<_> = editions.iter().map(|row| &*row.edition).collect();
    assert_eq!(editions, ["US/en", "US/es"]);
    assert!(store.cleared_editions(story, 1).await.unwrap().is_empty());
    // What a later revision would answer.
    let earlier = store.earlier_alerts(story, 1).await.unwrap();
    assert_eq!(earlier, [alert.public_id]);
    assert!(store.earlier_alerts(story, 0).await.unwrap().is_empty());
}

pub(crate) async fn routing_of_an_older_generation_does_not_finish(store: Store) {
    let english = accept(&store, &submission("rel_en", Some("q3"), "US/en")).await;
    let spanish = accept(&store, &submission("rel_es", Some("q3"), "US/es")).await;
    let alert_id = clear(&store, english, NOW).await.unwrap().alert_id;
    clear(&store, spanish, NOW).await.unwrap();

    assert!(!store.finish_routing(alert_id, 0).await.unwrap());
    assert_eq!(
        store.alert(alert_id).await.unwrap().unwrap().state,
        "unrouted"
    );
    assert!(store.finish_routing(alert_id, 1).await.unwrap());
    assert_eq!(
        store.alert(alert_id).await.unwrap().unwrap().state,
        "routed"
    );
}

pub(crate) async fn stories_have_alerts_of_their_own(store: Store) {
    let (_, first) = cleared(&store, "rel_a").await;
    let (_, second) = cleared(&store, "rel_b").await;

    assert!(second.id > first.id);
    assert_ne!(second.story_id, first.story_id);
    assert!(store.alert(second.id + 1).await.unwrap().is_none());
}
