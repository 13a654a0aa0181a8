//! What a router makes of an index file, on a store of its own.

use super::*;
use crate::BlastGuard;
use queue::Queue;
use release::filter::GRAMMAR_VERSION;
use release::frequency::Frequency;
use release::model::{Channel, EndpointState, SubscriptionState};
use release::topic::Taxonomy;
use store::{Clock, NewEndpoint, NewSubscription, Store};

const NOW: i64 = 1_700_000_000_000;

async fn store(folder: &Path, name: &str) -> Store {
    let url = format!("sqlite:{}", folder.join(name).display());
    Store::open(&url, NOW).await.unwrap()
}

fn router(store: &Store, file: &Path) -> Router {
    Router::new(
        store.clone(),
        Queue::embedded(8),
        Clock::System,
        Arc::new(Taxonomy::builtin().clone()),
        500,
        BlastGuard::OFF,
    )
    .with_index_file(file.to_owned())
}

async fn subscribe(store: &Store, name: &str, filter: &str) {
    let (public_id, endpoint_id) = (format!("sub_{name}"), format!("ep_{name}"));
    let address = format!("{name}@reader.example");
    let subscription = NewSubscription {
        public_id: &public_id,
        name: filter,
        filter,
        grammar: i64::from(GRAMMAR_VERSION),
        frequency: Frequency::AtOnce,
        consent: "asked",
        state: SubscriptionState::Active,
        endpoint: NewEndpoint {
            public_id: &endpoint_id,
            channel: Channel::Email,
            address: &address,
            owner: &address,
            secret: "",
            languages: None,
            extent: None,
            digest_at: None,
            repeats: None,
            state: EndpointState::Active,
        },
    };
    store.add_subscriptions(&[subscription], NOW).await.unwrap();
}

#[tokio::test]
async fn file_spares_reading_what_it_holds_and_is_caught_up() {
    let folder = tempfile::tempdir().unwrap();
    let (store, file) = (
        store(folder.path(), "a.db").await,
        folder.path().join("index.cache"),
    );
    for name in ["ann", "ben", "cid"] {
        subscribe(&store, name, "topic:mining").await;
    }
    let first = router(&store, &file);
    first.refresh().await.unwrap();
    first.index().save(&file).unwrap();
    store
        .set_subscription_state("sub_ben", SubscriptionState::Deleted)
        .await
        .unwrap();
    subscribe(&store, "dan", "topic:travel").await;

    let second = router(&store, &file);
    second.refresh().await.unwrap();
    first.refresh().await.unwrap();

    assert_eq!(second.index().sums(), first.index().sums());
    assert_eq!(
        (second.index().sums().live, second.index().change()),
        (3, first.index().change())
    );
    assert!(
        second.following.lock().await.saved_change > 0,
        "it began from the file"
    );
}

#[tokio::test]
async fn file_of_another_state_of_the_store_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("index.cache");
    // Of the same keys and numbers of changes; only who changed when differs, as after a restore.
    let (lost, restored) = (
        store(folder.path(), "a.db").await,
        store(folder.path(), "b.db").await,
    );
    for store in [&lost, &restored] {
        subscribe(store, "ann", "topic:mining").await;
        subscribe(store, "ben", "topic:travel").await;
    }
    let paused = SubscriptionState::Paused;
    lost.set_subscription_state("sub_ann", paused)
        .await
        .unwrap();
    restored
        .set_subscription_state("sub_ben", paused)
        .await
        .unwrap();
    let first = router(&lost, &file);
    first.refresh().await.unwrap();
    first.index().save(&file).unwrap();

    let second = router(&restored, &file);
    second.refresh().await.unwrap();
    let afresh = router(&restored, &folder.path().join("none"));
    afresh.refresh().await.unwrap();

    assert_ne!(first.index().sums(), afresh.index().sums());
    assert_eq!(second.index().sums(), afresh.index().sums());
}

#[tokio::test]
async fn file_that_is_none_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let (store, file) = (
        store(folder.path(), "a.db").await,
        folder.path().join("index.cache"),
    );
    subscribe(&store, "ann", "topic:mining").await;
    std::fs::write(&file, "no index").unwrap();

    let router = router(&store, &file);
    router.refresh().await.unwrap();

    assert_eq!(router.index().sums().live, 1);
}
