//! What owners ask of their webhooks.

use crate::fixtures::readers;
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
