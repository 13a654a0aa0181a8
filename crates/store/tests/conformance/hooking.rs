//! What owners ask of their webhooks.

use crate::fixtures::{NOW, done_at, readers};
use release::model::{Channel, Include, Signing};
use store::{Hook, HookEdit, Store};

pub(crate) async fn wishes_are_kept_one_by_one_and_nobody_elses(store: Store) {
    let hooks = readers(&store, Channel::Webhook, 2).await;
    let first = HookEdit {
        signing: Some(Signing::Ed25519),
        ordered: Some(true),
        ..HookEdit::default()
    };
    let second = HookEdit {
        include: Some(Include::Body),
        ordered: Some(false),
        per_minute: Some(60),
        ..HookEdit::default()
    };

    store.edit_hook(hooks[1], &first).await.unwrap();
    store.edit_hook(hooks[1], &second).await.unwrap();
    store
        .edit_hook(hooks[0], &HookEdit::default())
        .await
        .unwrap();

    let asked = Hook {
        signing: Signing::Ed25519,
        include: Include::Body,
        per_minute: 60,
        ..Hook::default()
    };
    assert_eq!(store.hook(hooks[1]).await.unwrap(), asked);
    assert_eq!(store.hook(hooks[0]).await.unwrap(), Hook::default());
    let all = store.hooks(hooks[0], hooks[1]).await.unwrap();
    assert_eq!(all.into_iter().collect::<Vec<_>>(), [(hooks[1], asked)]);
}

const HOUR_MS: i64 = 3_600_000;

async fn secret(store: &Store, hook: i64) -> String {
    store.endpoint(hook).await.unwrap().unwrap().secret
}

pub(crate) async fn old_secrets_hold_beside_the_newest_for_their_time(store: Store) {
    let hooks = readers(&store, Channel::Webhook, 2).await;
    let (first, untouched) = (
        secret(&store, hooks[0]).await,
        secret(&store, hooks[1]).await,
    );
    let rotate = async |secret: &str, now_ms: i64, until_ms: i64| {
        let rotated = store.rotate_secret(hooks[0], secret, until_ms, done_at(now_ms));
        assert!(rotated.await.unwrap());
        store.hook(hooks[0]).await.unwrap()
    };

    let once = rotate("b", NOW, NOW + HOUR_MS).await;
    let twice = rotate("c", NOW + 1, NOW + HOUR_MS + 1).await;
    rotate("d", NOW + 2, NOW + HOUR_MS + 2).await;
    let often = rotate("e", NOW + 3, NOW + HOUR_MS + 3).await;

    assert_eq!(secret(&store, hooks[0]).await, "e");
    assert_eq!(once.old_secrets_at(NOW), first);
    assert_eq!(once.old_secrets_at(NOW + HOUR_MS - 1), first);
    assert_eq!(once.old_secrets_at(NOW + HOUR_MS), "");
    assert_eq!(twice.old_secrets_at(NOW + 1), format!("b {first}"));
    assert_eq!(often.old_secrets_at(NOW + 3), "d c b");
    assert_eq!(often.rotated_ms, NOW + 3);

    let late = rotate("f", NOW + 2 * HOUR_MS, NOW + 3 * HOUR_MS).await;
    assert_eq!(late.old_secrets, "e", "what held no more is forgotten");
    let now = rotate("g", NOW + 2 * HOUR_MS, NOW + 2 * HOUR_MS).await;
    assert_eq!(now.old_secrets, "", "at once: nothing old holds");
    assert_eq!(secret(&store, hooks[1]).await, untouched);
    let acts = store.acts(i64::MAX, 10).await.unwrap();
    assert_eq!(acts.len(), 6);
}

pub(crate) async fn only_webhooks_that_are_there_have_a_secret_to_rotate(store: Store) {
    let mailbox = readers(&store, Channel::Email, 1).await[0];
    let erased = readers(&store, Channel::Webhook, 1).await[0];
    store.erase_endpoint(erased).await.unwrap();

    for id in [mailbox, erased, 99] {
        let rotated = store.rotate_secret(id, "b", NOW + 1, done_at(NOW)).await;
        assert!(!rotated.unwrap(), "{id}");
        assert_eq!(store.hook(id).await.unwrap(), Hook::default());
    }
    assert!(store.acts(i64::MAX, 10).await.unwrap().is_empty());
}

pub(crate) async fn the_first_signing_key_is_made_when_it_is_asked_for(store: Store) {
    let first = store.signing_keys(NOW).await.unwrap().unwrap();
    let again = store.signing_keys(NOW + 1).await.unwrap().unwrap();

    assert_eq!(again.newest.key.public(), first.newest.key.public());
    assert_eq!(
        (again.newest.created_ms, again.newest.retired_ms),
        (NOW, None)
    );
    assert!(again.before.is_none());
}

pub(crate) async fn a_signing_key_signs_beside_the_next_until_it_is_retired(store: Store) {
    let first = store.signing_keys(NOW).await.unwrap().unwrap().newest;
    let rotate = async |retire_ms| {
        let rotated = store.rotate_signing_key(retire_ms, done_at(NOW));
        rotated.await.unwrap();
    };

    rotate(NOW + HOUR_MS).await;
    let both = store
        .signing_keys(NOW + HOUR_MS - 1)
        .await
        .unwrap()
        .unwrap();
    let after = store.signing_keys(NOW + HOUR_MS).await.unwrap().unwrap();
    rotate(NOW + HOUR_MS).await;
    let third = store.signing_keys(NOW).await.unwrap().unwrap();
    rotate(NOW).await;
    let at_once = store.signing_keys(NOW).await.unwrap().unwrap();

    let before = both.before.unwrap();
    assert_eq!(before.key.public(), first.key.public());
    assert_eq!(before.retired_ms, Some(NOW + HOUR_MS));
    let second = both.newest.key.public();
    assert_ne!(second, first.key.public());
    assert_eq!(after.newest.key.public(), second);
    assert!(after.before.is_none());
    assert_eq!(third.before.unwrap().key.public(), second);
    assert!(at_once.before.is_none());
    assert_eq!(at_once.newest.id, third.newest.id + 1);
}
