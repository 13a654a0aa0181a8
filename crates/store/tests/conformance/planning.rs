//! Planning: deliveries and their batch, all or nothing.

use crate::fixtures::{NOW, claimed, cleared, due, plan, readers};
use release::model::{Channel, EndpointState, Extent, Lane};
use store::{Store, StoreError};

pub(crate) async fn planned_batch_is_read_back_whole(store: Store) {
    let (release_id, alert) = cleared(&store, "rel_a").await;
    let endpoints = readers(&store, Channel::Webhook, 2).await;
    let deliveries = plan(&endpoints, Channel::Webhook, Some(release_id));

    let new = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();

    assert_eq!((new.channel, new.lane), (Channel::Webhook, Lane::Regular));
    assert_eq!(new.request_id, "req_submit");
    let batch = claimed(&store, new.id, NOW).await;
    assert_eq!((batch.id, batch.alert_id), (new.id, alert.id));
    assert_eq!(batch.release_id, Some(release_id));
    assert_eq!(
        (batch.channel, batch.lane),
        (Channel::Webhook, Lane::Regular)
    );
    assert_eq!((batch.round, batch.total, batch.claims), (0, 2, 1));
    assert_eq!(batch.first_endpoint_id, endpoints[0]);
    assert_eq!(batch.last_endpoint_id, endpoints[1]);
    assert_eq!(batch.request_id, "req_submit");
    let due = store.due_deliveries(&batch).await.unwrap();
    assert_eq!(due.len(), 2);
    assert_eq!(due[0].endpoint_id, endpoints[0]);
    assert_eq!(due[0].endpoint_public_id, "ep_webhook0");
    assert_eq!(due[0].address, "webhook0@reader.example");
    assert_eq!(due[0].secret, "whsec_1");
    assert_eq!(due[0].endpoint_state, EndpointState::Active);
    assert_eq!((due[0].extent, due[0].attempts), (Extent::Full, 0));
    assert_eq!((&due[0].suppressed, &*due[0].reasons), (&None, "1 2"));
}

pub(crate) async fn endpoint_planned_twice_leaves_nothing_of_the_second_batch(store: Store) {
    let (release_id, alert) = cleared(&store, "rel_a").await;
    let endpoints = readers(&store, Channel::Email, 3).await;
    let first = plan(&endpoints[..2], Channel::Email, Some(release_id));
    let second = plan(&endpoints[1..], Channel::Email, Some(release_id));
    let batch = store.plan_batch(&alert, &first, NOW).await.unwrap();

    let conflict = store.plan_batch(&alert, &second, NOW).await;

    assert!(
        matches!(conflict, Err(StoreError::Conflict(_))),
        "{conflict:?}"
    );
    let planned = store.planned_endpoints(alert.id).await.unwrap();
    assert_eq!(planned, endpoints[..2].iter().copied().collect());
    assert_eq!(store.status(NOW).await.unwrap().open_batches, 1);
    // Its key is given back too: the next batch takes it.
    let third = plan(&endpoints[2..], Channel::Email, Some(release_id));
    let next = store.plan_batch(&alert, &third, NOW).await.unwrap();
    assert_eq!(next.id, batch.id + 1);
}

pub(crate) async fn of_two_routers_planning_the_same_one_wins(store: Store) {
    let (release_id, alert) = cleared(&store, "rel_a").await;
    let endpoints = readers(&store, Channel::Email, 5).await;
    let deliveries = plan(&endpoints, Channel::Email, Some(release_id));

    let (a, b) = tokio::join!(
        store.plan_batch(&alert, &deliveries, NOW),
        store.plan_batch(&alert, &deliveries, NOW)
    );

    assert_ne!(a.is_ok(), b.is_ok());
    let batch = a.or(b).unwrap();
    let batch = claimed(&store, batch.id, NOW).await;
    assert_eq!(due(&store, &batch).await, endpoints);
}

pub(crate) async fn batch_without_deliveries_is_refused(store: Store) {
    let (_, alert) = cleared(&store, "rel_a").await;

    assert!(store.plan_batch(&alert, &[], NOW).await.is_err());
    assert_eq!(store.status(NOW).await.unwrap().open_batches, 0);
}

pub(crate) async fn finished_routing_counts_what_was_matched(store: Store) {
    let (release_id, alert) = cleared(&store, "rel_a").await;
    let mails = readers(&store, Channel::Email, 2).await;
    let hooks = readers(&store, Channel::Webhook, 1).await;
    for (endpoints, channel) in [(mails, Channel::Email), (hooks, Channel::Webhook)] {
        let deliveries = plan(&endpoints, channel, Some(release_id));
        store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    }

    assert!(store.finish_routing(alert.id, 0).await.unwrap());

    let alert = store.alert(alert.id).await.unwrap().unwrap();
    assert_eq!((alert.state.as_str(), alert.matched), ("routed", 3));
}
