//! What a router makes of an index file, on a store of its own.

use super::*;
use crate::BlastGuard;
use queue::Queue;
use release::filter::GRAMMAR_VERSION;
use release::frequency::Frequency;
use release::model::{Channel, EndpointState, SubscriptionState};
use release::topic::Taxonomy;
use store::{Clock, HookEdit, NewEndpoint, NewSubscription, Store};

const NOW: i64 = 1_700_000_000_000;

async fn store(folder: &Path, name: &str) -> Store {
    let url = format!("sqlite:{}", folder.join(name).display());
    Store::open(&url, NOW).await.unwrap()
}

/// A folder with a store, and where the file of its index goes.
async fn place() -> (tempfile::TempDir, Store, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path(), "a.db").await;
    let file = folder.path().join("index.cache");
    (folder, store, file)
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
            hook: HookEdit::default(),
            state: EndpointState::Active,
        },
    };
    store.add_subscriptions(&[subscription], NOW).await.unwrap();
}

#[tokio::test]
async fn file_spares_reading_what_it_holds_and_is_caught_up() {
    let (_folder, store, file) = place().await;
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
async fn words_of_the_erased_are_in_no_file_and_in_no_index() {
    let (_folder, store, file) = place().await;
    subscribe(&store, "ann", "quokka OR \"quokka numbat\"").await;
    subscribe(&store, "ben", "wombat").await;
    let router = router(&store, &file);
    router.refresh().await.unwrap();
    router.index().save(&file).unwrap();
    let holds = |word: &str| {
        let bytes = std::fs::read(&file).unwrap();
        bytes.windows(word.len()).any(|at| at == word.as_bytes())
    };
    assert!(holds("quokka"), "the file has no words to look for");
    let ann = store
        .endpoint_by_public_id("ep_ann")
        .await
        .unwrap()
        .unwrap();

    store.erase_endpoint(ann.id).await.unwrap();
    router.refresh().await.unwrap();

    assert!(!file.exists(), "the file outlived the erasing");
    assert!(router.knows_erased().await);
    router.forget_erased().await.unwrap();
    assert!(!router.knows_erased().await);
    assert_eq!(router.index().sums().live, 1);
    router.index().save(&file).unwrap();
    assert!(holds("wombat"));
    assert!(!holds("quokka"), "the index knows words of the erased");
}

#[tokio::test]
async fn file_from_before_an_erasing_is_deleted_by_whoever_begins_with_it() {
    let (_folder, store, file) = place().await;
    subscribe(&store, "ann", "quokka").await;
    subscribe(&store, "ben", "wombat").await;
    let before = router(&store, &file);
    before.refresh().await.unwrap();
    before.index().save(&file).unwrap();
    let ann = store
        .endpoint_by_public_id("ep_ann")
        .await
        .unwrap()
        .unwrap();
    store.erase_endpoint(ann.id).await.unwrap();

    let next = router(&store, &file);
    next.refresh().await.unwrap();

    assert!(!file.exists());
    assert!(next.knows_erased().await);
}

#[tokio::test]
async fn file_that_is_none_is_passed_over() {
    let (_folder, store, file) = place().await;
    subscribe(&store, "ann", "topic:mining").await;
    std::fs::write(&file, "no index").unwrap();

    let router = router(&store, &file);
    router.refresh().await.unwrap();

    assert_eq!(router.index().sums().live, 1);
}
