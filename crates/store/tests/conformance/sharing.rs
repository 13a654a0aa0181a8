//! What only matters where several processes share a store; an embedded one answers as if it were alone.

use crate::fixtures::{NOW, endpoint, subscription};
use release::model::Channel;
use store::{Clock, Store};

pub(crate) async fn clock_is_measured_against_the_stores_own(store: Store) {
    let behind = || Clock::System.now_ms() - 5_000;

    let offset_ms = store.clock_offset_ms(behind).await.unwrap();

    let expected = if store.is_shared() { 5_000 } else { 0 };
    assert!((offset_ms - expected).abs() < 500, "{offset_ms} ms");
    let clock = Clock::corrected();
    clock.correct(offset_ms);
    assert_eq!(clock.offset_ms(), offset_ms);
    let apart_ms = clock.now_ms() - Clock::System.now_ms() - offset_ms;
    assert!(apart_ms.abs() < 500, "{apart_ms} ms");
}

/// Several processes ask at once, and again and again.
pub(crate) async fn room_is_made_once(store: Store) {
    let (a, b) = tokio::join!(store.make_room(), store.make_room());

    a.and(b).unwrap();
    store.make_room().await.unwrap();
    let new = subscription(
        "sub_a",
        endpoint("ep_a", Channel::Email, "a@reader.example"),
    );
    store.add_subscriptions(&[new], NOW).await.unwrap();
}
