//! Addresses that must not be written to: added, listed, lifted, and held on to when erased.

use crate::fixtures::{NOW, endpoint, subscription};
use release::model::Channel;
use store::Store;

pub(crate) async fn suppression_is_added_once_and_lifted(store: Store) {
    let add = |reason, at| store.suppress("Ana@Reader.example", reason, at);
    assert!(add("complained", NOW).await.unwrap());
    assert!(!add("bounced", NOW + 1).await.unwrap());

    let row = store
        .suppression("ana@reader.example")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((&*row.reason, row.created_ms), ("complained", NOW));
    assert_eq!(row.address(), Some("ana@reader.example"));

    assert!(store.lift_suppression("ANA@reader.example").await.unwrap());
    assert!(!store.lift_suppression("ana@reader.example").await.unwrap());
    assert_eq!(store.suppression("ana@reader.example").await.unwrap(), None);
}

pub(crate) async fn suppressions_are_listed_oldest_first_page_by_page(store: Store) {
    for (address, at) in [
        ("c@x.example", NOW),
        ("a@x.example", NOW + 1),
        ("b@x.example", NOW + 1),
    ] {
        store.suppress(address, "asked", at).await.unwrap();
    }
    let page = async |from, skip| {
        let rows = store.suppressions(from, skip, 2).await.unwrap();
        rows.into_iter()
            .map(|row| row.address_key)
            .collect::<Vec<_>>()
    };

    assert_eq!(page(0, 0).await, ["c@x.example", "a@x.example"]);
    assert_eq!(page(NOW + 1, 1).await, ["b@x.example"]);
    assert!(page(NOW + 1, 2).await.is_empty());
}

pub(crate) async fn many_are_suppressed_at_once_and_first_reasons_stand(store: Store) {
    store
        .suppress("ana@reader.example", "asked", NOW)
        .await
        .unwrap();
    let new = [
        ("Ana@reader.example", "complained"),
        ("Bob@reader.example", "bounced: 5.1.1"),
    ];

    let added = store.suppress_all(&new, NOW + 1).await.unwrap();
    let again = store.suppress_all(&new, NOW + 2).await.unwrap();
    let none = store.suppress_all(&[], NOW).await.unwrap();

    assert_eq!((added, again, none), (1, 0, 0));
    let rows = store.suppressions(0, 0, 9).await.unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (&*row.address_key, &*row.reason, row.created_ms))
        .collect();
    assert_eq!(
        rows,
        [
            ("ana@reader.example", "asked", NOW),
            ("bob@reader.example", "bounced: 5.1.1", NOW + 1)
        ]
    );
}

pub(crate) async fn what_was_erased_is_not_lifted(store: Store) {
    let new = subscription(
        "sub_1",
        endpoint("ep_1", Channel::Email, "ana@reader.example"),
    );
    let id = store.add_subscriptions(&[new], NOW).await.unwrap()[0].endpoint_id;
    store
        .suppress("ana@reader.example", "complained", NOW)
        .await
        .unwrap();
    store.erase_endpoint(id).await.unwrap();

    let lifted = store.lift_suppression("ana@reader.example").await.unwrap();

    assert!(!lifted, "nothing tells that it was known");
    let rows = store.suppressions(0, 0, 9).await.unwrap();
    assert_eq!((rows.len(), rows[0].address()), (1, None));
    let again = subscription(
        "sub_2",
        endpoint("ep_2", Channel::Email, "ana@reader.example"),
    );
    store.add_subscriptions(&[again], NOW).await.unwrap();
    let back = store.suppression("ana@reader.example").await.unwrap();
    assert_eq!(back.map(|row| row.reason).as_deref(), Some("complained"));
}
