//! What is held about a reader, and that nothing of it is once it was erased.

use crate::fixtures::{NOW, asked, claimed, cleared, due, endpoint, outcome, plan, subscription};
use release::model::{AlertKind, Channel, EndpointState, SubscriptionState};
use serde_json::json;
use store::{
    AlertRow, AskLimits, BatchRow, Idempotency, NewAsk, NewEndpoint, NewSubscription, Outcome,
    Store, Verdict,
};

/// Both the mailbox and the way to the webhook tell who the reader is.
pub(crate) const ADDRESS: &str = "Ana.Bell@reader.example";
const HOOK: &str = "https://hook.example/ana.bell";

/// A reader of whom much is known.
pub(crate) struct Reader {
    pub(crate) mailbox: i64,
    pub(crate) hook: i64,
    pub(crate) release_id: i64,
    /// The mailbox's, claimed; one delivery of another reader's is due in it.
    pub(crate) batch: BatchRow,
    /// Another reader, who must lose nothing.
    pub(crate) other: i64,
}

/// Signed up by an import, asked for a mail, told of a release by mail and webhook, refused by both; suppressed.
pub(crate) async fn reader(store: &Store) -> Reader {
    let mail = mailbox("ep_a");
    let hook = NewEndpoint {
        secret: "whsec_ana.bell",
        ..NewEndpoint {
            owner: ADDRESS,
            ..endpoint("ep_h", Channel::Webhook, HOOK)
        }
    };
    let said = |public_id, endpoint| NewSubscription {
        name: "Ana.Bell's steel",
        filter: "\"ana.bell\"",
        consent: "letter of ana.bell",
        ..subscription(public_id, endpoint)
    };
    let once = Idempotency {
        key: "import ana.bell",
        body_hash: "h",
    };
    let new = [said("sub_a", mail), said("sub_h", hook)];
    let added = store.add_subscriptions_once(&new, "tok_1", once, NOW).await;
    let store::AddedOnce::New(added) = added.unwrap() else {
        panic!("not new");
    };
    let (mailbox, hook) = (added[0].endpoint_id, added[1].endpoint_id);
    let other = endpoint("ep_o", Channel::Email, "other@reader.example");
    let other = subscription("sub_o", other);
    let other = store.add_subscriptions(&[other], NOW).await.unwrap()[0].endpoint_id;
    ask(store).await.unwrap();
    let suppressed = store.suppress(ADDRESS, "complaint", NOW);
    suppressed.await.unwrap();

    let (release_id, alert) = cleared(store, "rel_told").await;
    let batch = tell(store, &alert, &[mailbox, other], Channel::Email, release_id).await;
    let outcomes = [refused(mailbox, dead_of(ADDRESS))];
    store.record_outcomes(&batch, &outcomes).await.unwrap();
    let hooks = tell(store, &alert, &[hook], Channel::Webhook, release_id).await;
    let error = format!("{HOOK} is away");
    let due_ms = NOW + 500;
    let outcomes = [refused(hook, Verdict::Retry { due_ms, error })];
    store.record_outcomes(&hooks, &outcomes).await.unwrap();
    Reader {
        mailbox,
        hook,
        release_id,
        batch,
        other,
    }
}

fn mailbox(public_id: &str) -> NewEndpoint<'_> {
    NewEndpoint {
        owner: ADDRESS,
        ..endpoint(public_id, Channel::Email, ADDRESS)
    }
}

/// Somebody asks for a mail to the reader.
async fn ask(store: &Store) -> Option<i64> {
    let ask = NewAsk {
        kind: AlertKind::Confirm,
        address: ADDRESS,
        about: "{\"for\":\"ana.bell\"}",
        limits: AskLimits {
            per_day: 9,
            gap_ms: 0,
        },
        request_id: "req_ask",
        leaves_ms: NOW,
    };
    store.ask_by_mail(&ask, NOW).await.unwrap()
}

async fn tell(
    store: &Store,
    alert: &AlertRow,
    endpoints: &[i64],
    channel: Channel,
    release_id: i64,
) -> BatchRow {
    let planned = plan(endpoints, channel, Some(release_id));
    let batch = store.plan_batch(alert, &planned, NOW).await.unwrap();
    claimed(store, batch.id, NOW).await
}

fn dead_of(address: &str) -> Verdict {
    let error = format!("no mailbox {address}");
    Verdict::Dead { error }
}

/// A receiver that repeats the address.
pub(crate) fn refused(endpoint_id: i64, verdict: Verdict) -> Outcome {
    Outcome {
        answer: format!("550 5.1.1 <{ADDRESS}> unknown"),
        ..outcome(endpoint_id, verdict)
    }
}

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
                "secret": "held, and shown once only", "languages": ["en", "fr"], "extent": "full", "state": "active",
                "created_at": since })
    );
    assert_eq!(
        held["suppressed"],
        json!({ "reason": "complaint", "since": since })
    );
    assert_eq!(
        held["subscriptions"],
        json!([{ "id": "sub_a", "name": "Ana.Bell's steel", "filter": "\"ana.bell\"", "state": "active",
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
    let given_up = store.dead_deliveries(None, 9).await.unwrap();
    assert_eq!(given_up[0].address, "");
    assert_eq!(given_up[0].last_error.as_deref(), Some("erased"));
    assert_eq!(given_up[0].last_answer.as_deref(), Some(""));
}

pub(crate) async fn erasing_one_reader_takes_nothing_from_another(store: Store) {
    let reader = reader(&store).await;
    let before = held(&store, reader.other).await;

    store.erase_endpoint(reader.mailbox).await.unwrap();

    assert_eq!(held(&store, reader.other).await, before);
    assert_eq!(due(&store, &reader.batch).await, [reader.other]);
    let hook = store.held(reader.hook).await.unwrap().unwrap();
    assert_eq!(hook["endpoint"]["address"], HOOK);
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

pub(crate) async fn erased_address_that_signs_up_again_starts_anew(store: Store) {
    let reader = reader(&store).await;
    store.erase_endpoint(reader.mailbox).await.unwrap();
    let again = [asked("sub_b", "topic:gold", mailbox("ep_b"))];

    let added = store.add_subscriptions(&again, NOW + 9).await.unwrap();

    let row = store.endpoint(added[0].endpoint_id).await.unwrap().unwrap();
    assert!(added[0].new && row.id != reader.mailbox);
    assert_eq!((&*row.address, row.created_ms), (ADDRESS, NOW + 9));
    assert_eq!(row.state, EndpointState::Pending);
    let rows = store.subscriptions_of(row.id).await.unwrap();
    let states: Vec<_> = rows
        .iter()
        .map(|row| (&*row.public_id, row.state))
        .collect();
    assert_eq!(states, [("sub_b", SubscriptionState::Pending)]);
    let held = store.held(row.id).await.unwrap().unwrap();
    assert_eq!(held["deliveries"], json!([]));
    assert!(store.erase_endpoint(row.id).await.unwrap(), "and again");
}

/// Why nothing may be written to this endpoint.
async fn suppressed(store: &Store, endpoint_id: i64) -> Option<String> {
    let held = store.held(endpoint_id).await.unwrap().unwrap();
    let reason = held["suppressed"]["reason"].clone();
    Some(reason).and_then(|reason| reason.as_str().map(str::to_owned))
}

pub(crate) async fn suppression_holds_on_however_an_erased_address_comes_back(store: Store) {
    let reader = reader(&store).await;
    let expected = suppressed(&store, reader.mailbox).await;
    assert!(expected.is_some());

    // By a subscription, then by a mail that somebody asked for; each time it is erased again.
    for subscribed in [Some("sub_1"), None, Some("sub_2")] {
        for row in store.endpoints_at(ADDRESS).await.unwrap() {
            store.erase_endpoint(row.id).await.unwrap();
        }
        match subscribed {
            None => drop(ask(&store).await.unwrap()),
            Some(public_id) => {
                let again = [asked(public_id, "topic:gold", mailbox(public_id))];
                store.add_subscriptions(&again, NOW).await.unwrap();
            }
        }

        let back = store.endpoints_at(ADDRESS).await.unwrap();

        let holds = suppressed(&store, back[0].id).await;
        assert_eq!(holds, expected, "{subscribed:?}");
    }
}

pub(crate) async fn suppression_stays_while_somebody_else_uses_the_address(store: Store) {
    let reader = reader(&store).await;
    let shared = NewEndpoint {
        owner: "desk@reader.example",
        ..mailbox("ep_s")
    };
    let shared = [subscription("sub_s", shared)];
    let shared = store.add_subscriptions(&shared, NOW).await.unwrap()[0].endpoint_id;
    let before = suppressed(&store, shared).await;
    assert!(before.is_some());

    store.erase_endpoint(reader.mailbox).await.unwrap();

    assert_eq!(suppressed(&store, shared).await, before);
}

pub(crate) async fn words_of_a_receiver_that_come_after_erasing_are_not_kept(store: Store) {
    let reader = reader(&store).await;
    let (release_id, alert) = cleared(&store, "rel_next").await;
    let both = [reader.mailbox, reader.other];
    let batch = tell(&store, &alert, &both, Channel::Email, release_id).await;

    // The worker was waiting for the answer when the reader erased everything.
    store.erase_endpoint(reader.mailbox).await.unwrap();
    let outcomes = both.map(|id| refused(id, dead_of(ADDRESS)));
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
