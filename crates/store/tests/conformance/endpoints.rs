//! Endpoints: confirmed, disabled, suppressed, and written to directly.

use crate::fixtures::{NOW, claimed, due, endpoint, plan, readers, subscription, told};
use release::model::{AlertKind, Channel, EndpointState, Extent, Trouble};
use store::{Store, StoreError};

/// A webhook that waits for its owner's word.
async fn pending(store: &Store) -> i64 {
    let mut asked = endpoint("ep_p", Channel::Webhook, "https://hook.example/");
    asked.state = EndpointState::Pending;
    let new = subscription("sub_p", asked);
    store.add_subscriptions(&[new], NOW).await.unwrap()[0].endpoint_id
}

async fn state(store: &Store, id: i64) -> EndpointState {
    store.endpoint(id).await.unwrap().unwrap().state
}

pub(crate) async fn endpoint_is_read_back_whole(store: Store) {
    let id = pending(&store).await;

    let row = store.endpoint_by_public_id("ep_p").await.unwrap().unwrap();

    assert_eq!((row.id, row.channel), (id, Channel::Webhook));
    assert_eq!(row.address, "https://hook.example/");
    assert_eq!(row.owner, "owner@reader.example");
    assert_eq!((&*row.secret, &*row.languages), ("whsec_1", "en fr"));
    assert_eq!(
        (row.extent, row.state),
        (Extent::Full, EndpointState::Pending)
    );
    assert_eq!(row.created_ms, NOW);
    assert_eq!(store.endpoint(id).await.unwrap().unwrap().public_id, "ep_p");
    assert!(store.endpoint(id + 1).await.unwrap().is_none());
    assert!(store.endpoint_by_public_id("ep_x").await.unwrap().is_none());
}

pub(crate) async fn confirmed_endpoint_brings_its_filters_to_life(store: Store) {
    let id = pending(&store).await;
    let before = store.changed_filters(0).await.unwrap();
    assert_eq!(
        before[0].grammar, 1,
        "a filter is read by the grammar of its time"
    );
    assert!(!before[0].live);

    assert!(store.confirm_endpoint(id).await.unwrap());

    assert_eq!(state(&store, id).await, EndpointState::Active);
    let after = store.changed_filters(before[0].change).await.unwrap();
    assert_eq!((after.len(), after[0].live), (1, true));
    assert!(!store.confirm_endpoint(id).await.unwrap());
}

pub(crate) async fn disabled_endpoint_takes_its_filters_out(store: Store) {
    let id = readers(&store, Channel::Email, 1).await[0];
    let seen = store.changed_filters(0).await.unwrap()[0].change;

    store
        .disable_endpoint(id, Trouble::Gone, "req_1", NOW)
        .await
        .unwrap();

    assert_eq!(state(&store, id).await, EndpointState::Disabled);
    let after = store.changed_filters(seen).await.unwrap();
    assert_eq!((after.len(), after[0].live), (1, false));
    assert!(
        !store.confirm_endpoint(id).await.unwrap(),
        "only pending ones are confirmed"
    );
}

pub(crate) async fn direct_alert_goes_to_one_endpoint(store: Store) {
    let id = pending(&store).await;

    let key = store
        .add_direct_alert("alr_c", AlertKind::Challenge, id, "req_c", NOW)
        .await
        .unwrap();

    let alert = store.alert(key).await.unwrap().unwrap();
    assert_eq!(
        (alert.kind, &*alert.public_id),
        (AlertKind::Challenge, "alr_c")
    );
    assert_eq!(
        (alert.endpoint_id, alert.story_id, alert.revision),
        (Some(id), None, None)
    );
    assert_eq!((&*alert.state, &*alert.request_id), ("unrouted", "req_c"));
    // Its delivery is about no release.
    let deliveries = plan(&[id], Channel::Webhook, None);
    let new = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    let batch = claimed(&store, new.id, NOW).await;
    assert_eq!(batch.release_id, None);
    assert_eq!(due(&store, &batch).await, [id]);
    let page = store.ledger((0, 0), 10).await.unwrap();
    assert_eq!((&*page[0].1.alert, &page[0].1.release), ("alr_c", &None));
}

pub(crate) async fn alert_about_a_story_without_a_story_is_refused(store: Store) {
    let id = pending(&store).await;

    let wrong = store.add_direct_alert("alr_s", AlertKind::Story, id, "req_s", NOW);

    let error = wrong.await.unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)), "{error}");
    let alerts = store.unrouted_alerts(i64::MAX, NOW).await.unwrap();
    assert!(alerts.is_empty());
}

pub(crate) async fn suppressed_address_is_known_when_sending(store: Store) {
    let told = told(&store, 2).await;
    let address = "email1@reader.example";

    store.suppress(address, "hard bounce", NOW).await.unwrap();
    store.suppress(address, "complaint", NOW + 1).await.unwrap();

    let due = store.due_deliveries(&told.batch).await.unwrap();
    assert_eq!(due[0].suppressed, None);
    assert_eq!(due[1].suppressed.as_deref(), Some("hard bounce"));
}
