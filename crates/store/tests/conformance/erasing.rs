//! What is held about a reader, and that nothing of it is once it was erased.

use crate::fixtures::{NOW, claimed, cleared, due, plan};
use crate::known_reader::{ADDRESS, HOOK, ask, reader, refused, tell, unknown};
use release::model::{Channel, EndpointState};
use serde_json::json;
use store::Store;

/// Everything held, as text.
async fn held(store: &Store, endpoint_id: i64) -> String {
    let held = store.held(endpoint_id).await.unwrap().unwrap();
    held.to_string().to_lowercase()
}

pub(crate) async fn everything_held_about_an_endpoint_is_shown(store: Store) {
    let reader = reader(&store).await;

    let held = store.held(reader.mailbox).await.unwrap().unwrap();

    let since = held["endpoint"]["created_at"].clone();
    assert_eq!(since, json!("2027-01-15T08:00:00.000Z"));
    assert_eq!(
        held["endpoint"],
        json!({ "id": "ep_a", "channel": "email", "address": ADDRESS, "owner": "ana.bell@reader.example",
                "secret": "held, and shown once only", "languages": ["en", "fr"], "extent": "full",
                "digest_at": "08:00 monday UTC", "repeats": "each", "state": "active",
                "created_at": since })
    );
    assert_eq!(
        held["suppressed"],
        json!({ "reason": "complaint", "since": since })
    );
    assert_eq!(held["old_secrets"], json!(null));
    assert_eq!(
        held["subscriptions"],
        json!([{ "id": "sub_a", "name": "Ana.Bell's steel", "filter": "\"ana.bell\"", "frequency": "at-once",
                 "state": "active",
                 "consent": "letter of ana.bell", "created_at": since }])
    );
    let delivery = &held["deliveries"][0];
    assert_eq!(held["deliveries"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&delivery["kind"], &delivery["release"], &delivery["state"]),
        (&json!("story"), &json!("rel_told"), &json!("dead"))
    );
    assert_eq!(
        delivery["last_error"],
        format!("no mailbox {ADDRESS}").as_str()
    );
    assert_eq!(
        (&delivery["attempts"], &delivery["last_status"]),
        (&json!(1), &json!(250))
    );
    assert_eq!(
        delivery["failures"],
        json!([{ "attempt": 1, "at": "2027-01-15T08:00:00.040Z", "duration_ms": 30, "status": 250,
                 "error": format!("no mailbox {ADDRESS}"), "answer": format!("550 5.1.1 <{ADDRESS}> unknown") }])
    );
    assert!(store.held(99).await.unwrap().is_none());
}

pub(crate) async fn deleted_subscriptions_are_held_and_shown_too(store: Store) {
    let reader = reader(&store).await;
    store.unsubscribe(reader.mailbox, &[]).await.unwrap();

    let held = store.held(reader.mailbox).await.unwrap().unwrap();

    assert_eq!(held["subscriptions"][0]["state"], "deleted");
}

pub(crate) async fn nothing_is_shown_of_an_erased_endpoint(store: Store) {
    let reader = reader(&store).await;
    let since = store
        .changed_filters(0)
        .await
        .unwrap()
        .last()
        .unwrap()
        .change;

    for id in [reader.mailbox, reader.hook] {
        assert!(store.erase_endpoint(id).await.unwrap());
        assert!(!store.erase_endpoint(id).await.unwrap(), "erased already");

        let text = held(&store, id).await;
        assert!(!text.contains("ana.bell"), "{text}");
        let row = store.endpoint(id).await.unwrap().unwrap();
        assert_eq!(row.state, EndpointState::Deleted);
        assert_eq!((&*row.address, &*row.secret, &*row.languages), ("", "", ""));
        assert_eq!(row.owner, row.public_id);
        assert!(store.subscriptions_of(id).await.unwrap().is_empty());
        let active = store.active_subscriptions(id, id).await.unwrap();
        assert!(active.is_empty(), "{active:?}");
    }
    assert!(!store.erase_endpoint(99).await.unwrap());
    assert!(!store.has_preferences(ADDRESS).await.unwrap());
    assert!(store.endpoints_of_owner(ADDRESS).await.unwrap().is_empty());
    assert!(store.endpoints_at(ADDRESS).await.unwrap().is_empty());
    let heard = store.changed_filters(since).await.unwrap();
    assert_eq!(heard.len(), 2, "routers hear that both are gone");
    for filter in heard {
        assert_eq!((filter.live, &*filter.filter), (false, "NOT everything"));
    }
}

pub(crate) async fn erasing_leaves_the_ledgers_counts(store: Store) {
    let reader = reader(&store).await;
    let report = async || store.report(reader.release_id).await.unwrap();
    let ledger = async || {
        let rows = store.ledger((0, 0), 99).await.unwrap();
        let shown = rows
            .into_iter()
            .map(|(key, row)| format!("{key:?} {row:?}"));
        shown.collect::<Vec<_>>()
    };
    let before = (format!("{:?}", report().await), ledger().await);

    store.erase_endpoint(reader.mailbox).await.unwrap();
    store.erase_endpoint(reader.hook).await.unwrap();

    let after = (format!("{:?}", report().await), ledger().await);
    assert_eq!(after, before);
    assert_eq!(after.1.len(), 3);
    assert_eq!(due(&store, &reader.batch).await, [reader.other]);
    let given_up = store.dead_deliveries(None, 9).await.unwrap();
    assert_eq!(given_up[0].address, "");
    assert_eq!(given_up[0].last_error.as_deref(), Some("erased"));
    assert_eq!(given_up[0].last_answer.as_deref(), Some(""));
}

pub(crate) async fn erasing_one_reader_takes_nothing_from_another(store: Store) {
    let reader = reader(&store).await;
    // Both were refused in the same words about the same alert.
    let outcomes = [refused(reader.other, unknown())];
    store
        .record_outcomes(&reader.batch, &outcomes)
        .await
        .unwrap();
    let before = held(&store, reader.other).await;

    store.erase_endpoint(reader.mailbox).await.unwrap();

    assert!(before.contains("no mailbox"), "{before}");
    assert_eq!(held(&store, reader.other).await, before);
    let given_up = store.dead_deliveries(None, 9).await.unwrap();
    let answers: Vec<_> = given_up
        .iter()
        .map(|row| row.last_answer.as_deref())
        .collect();
    assert_eq!(answers[0], Some(""));
    assert!(answers[1].unwrap().contains("unknown"));
    let hook = store.held(reader.hook).await.unwrap().unwrap();
    assert_eq!(hook["endpoint"]["address"], HOOK);
    assert_eq!(
        hook["old_secrets"],
        json!({ "held": 1, "good_until": "2027-01-15T08:00:00.009Z" })
    );
    assert_eq!(hook["subscriptions"][0]["state"], "active");
}

pub(crate) async fn nothing_more_is_sent_to_an_erased_endpoint(store: Store) {
    let reader = reader(&store).await;
    let asked = ask(&store).await.unwrap();

    store.erase_endpoint(reader.mailbox).await.unwrap();
    store.erase_endpoint(reader.hook).await.unwrap();

    let retries = store.gather_retries(9, NOW + 500).await.unwrap();
    let again = claimed(&store, retries[0].id, NOW + 500).await;
    let mail = store.alert(asked).await.unwrap().unwrap();
    assert_eq!(mail.about, "");
    let planned = plan(&[reader.mailbox], Channel::Email, None);
    let mail = store.plan_batch(&mail, &planned, NOW).await.unwrap();
    let mail = claimed(&store, mail.id, NOW).await;
    for (batch, endpoint_id) in [(again, reader.hook), (mail, reader.mailbox)] {
        let due = store.due_deliveries(&batch).await.unwrap();
        assert_eq!(due[0].endpoint_id, endpoint_id);
        assert_eq!(due[0].endpoint_state, EndpointState::Deleted);
        assert_eq!((&*due[0].address, &*due[0].secret), ("", ""));
    }
}

pub(crate) async fn words_of_a_receiver_that_come_after_erasing_are_not_kept(store: Store) {
    let reader = reader(&store).await;
    let (release_id, alert) = cleared(&store, "rel_next").await;
    let both = [reader.mailbox, reader.other];
    let batch = tell(&store, &alert, &both, Channel::Email, release_id).await;

    // The worker was waiting for the answer when the reader erased everything.
    store.erase_endpoint(reader.mailbox).await.unwrap();
    let outcomes = both.map(|id| refused(id, unknown()));
    store.record_outcomes(&batch, &outcomes).await.unwrap();

    let given_up = store.dead_deliveries(Some(release_id), 9).await.unwrap();
    let words = |n: usize| {
        let row = &given_up[n];
        (row.last_error.as_deref(), row.last_answer.as_deref())
    };
    assert_eq!(words(0), (Some("erased"), Some("")));
    assert!(words(1).1.unwrap().contains(ADDRESS));
    let report = store.report(release_id).await.unwrap();
    assert_eq!(report.channels[0].dead, 2);
}
