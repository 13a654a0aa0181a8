//! What the blast guard asks: once, without a sweep in between, until somebody says a word; and each word does what it says.

use crate::fixtures::{NOW, accept, clear, cleared, plan, readers, submission};
use release::model::Channel;
use store::{AlertRow, BlastRow, NewAct, Store, Word};

/// Well after everything of these cases was hinted.
const LATER: i64 = NOW + 60_000;

pub(crate) fn act(act: &str) -> NewAct<'_> {
    NewAct {
        at_ms: LATER,
        actor: "per_ops",
        act,
        subject: "alr_1",
        note: "meant for all",
        request_id: "req_word",
    }
}

/// Keys of the alerts that the sweep would publish now.
async fn found(store: &Store) -> Vec<i64> {
    let found = store.unrouted_alerts(LATER, LATER - 1).await.unwrap();
    found.into_iter().map(|alert| alert.id).collect()
}

async fn again(store: &Store, alert: &AlertRow) -> AlertRow {
    store.alert(alert.id).await.unwrap().unwrap()
}

async fn asked(store: &Store, alert: &AlertRow) -> BlastRow {
    store.blast(alert.id).await.unwrap().unwrap()
}

/// A story that was asked about, and its release.
pub(crate) async fn asking(store: &Store) -> (i64, AlertRow) {
    let (release_id, alert) = cleared(store, "rel_blast").await;
    assert!(store.ask_blast(&alert, 5200, 310, NOW).await.unwrap());
    (release_id, alert)
}

pub(crate) async fn question_is_asked_once_and_nothing_is_due_meanwhile(store: Store) {
    let (release_id, alert) = asking(&store).await;

    let once_more = store.ask_blast(&alert, 9999, 1, LATER).await.unwrap();

    assert!(!once_more);
    let open = store.open_blasts().await.unwrap();
    assert_eq!(open, [asked(&store, &alert).await]);
    assert_eq!(
        (open[0].reach, open[0].usual, open[0].asked_ms),
        (5200, 310, NOW)
    );
    assert_eq!(open[0].alert, alert.public_id);
    assert!(found(&store).await.is_empty());
    assert_eq!(store.status(LATER).await.unwrap().oldest_due_ms, None);
    let events = store.release_events(release_id).await.unwrap();
    let acts: Vec<_> = events.iter().map(|event| &*event.act).collect();
    assert_eq!(acts, ["asked"]);
    for id in [&*alert.public_id, "rel_blast"] {
        assert_eq!(store.find_blast(id).await.unwrap().as_ref(), Some(&open[0]));
    }
    assert_eq!(store.find_blast("rel_other").await.unwrap(), None);
}

/// A start makes all that is unfinished findable: whoever routes it then asks again, without a word.
pub(crate) async fn question_stands_after_a_start(store: Store) {
    let (_, alert) = asking(&store).await;
    store.void_leases().await.unwrap();
    assert_eq!(found(&store).await, [alert.id]);

    let is_new = store.ask_blast(&alert, 5200, 310, LATER).await.unwrap();
    // Marking it as hinted is what a sweep does after the look.
    let seen = store.unrouted_alerts(LATER + 9, LATER + 9).await.unwrap();

    assert!(!is_new && seen.is_empty());
    assert_eq!(asked(&store, &alert).await.asked_ms, NOW);
}

pub(crate) async fn word_lets_it_go_once(store: Store) {
    let (release_id, alert) = asking(&store).await;
    let row = asked(&store, &alert).await;

    let said = store.answer_blast(&row, Word::Go, act("blast.go")).await;
    let again_said = store.answer_blast(&row, Word::Go, act("blast.go")).await;
    let too_late = store
        .answer_blast(&row, Word::Stop, act("blast.stop"))
        .await;

    assert!(said.unwrap());
    assert!(!again_said.unwrap() && !too_late.unwrap());
    assert_eq!(found(&store).await, [alert.id]);
    assert!(store.open_blasts().await.unwrap().is_empty());
    let row = asked(&store, &alert).await;
    assert_eq!(
        (&*row.word, &*row.actor, &*row.note),
        ("go", "per_ops", "meant for all")
    );
    let acts = store.acts(i64::MAX, 9).await.unwrap();
    let acts: Vec<_> = acts.iter().map(|act| &*act.act).collect();
    assert_eq!(acts, ["blast.go"]);
    let events = store.release_events(release_id).await.unwrap();
    let words: Vec<_> = events.iter().map(|event| &*event.act).collect();
    assert_eq!(words, ["asked", "go"]);
    // A router that counted before the word and asks after it keeps nobody from routing.
    let late = store.ask_blast(&alert, 5200, 310, LATER).await.unwrap();
    let seen = store.unrouted_alerts(LATER + 9, LATER + 9).await.unwrap();
    assert_eq!((late, seen.len()), (false, 1));
}

pub(crate) async fn what_is_stopped_is_routed_to_nobody_and_can_go_later(store: Store) {
    let (_, alert) = asking(&store).await;
    let row = asked(&store, &alert).await;

    let stopped = store
        .answer_blast(&row, Word::Stop, act("blast.stop"))
        .await;
    let after = again(&store, &alert).await;
    let while_stopped = found(&store).await;
    let gone_on = store.answer_blast(&row, Word::Go, act("blast.go")).await;

    assert!(stopped.unwrap() && gone_on.unwrap());
    assert_eq!((&*after.state, after.matched), ("routed", 0));
    assert!(while_stopped.is_empty());
    assert_eq!(found(&store).await, [alert.id]);
    assert_eq!(again(&store, &alert).await.state, "unrouted");
}

pub(crate) async fn edition_that_joins_is_asked_about_anew(store: Store) {
    let english = accept(&store, &submission("rel_en", Some("q3"), "US/en")).await;
    let alert_id = clear(&store, english, NOW).await.unwrap().alert_id;
    let first = store.alert(alert_id).await.unwrap().unwrap();
    store.ask_blast(&first, 5200, 310, NOW).await.unwrap();
    let row = asked(&store, &first).await;
    let spanish = accept(&store, &submission("rel_es", Some("q3"), "US/es")).await;
    clear(&store, spanish, LATER).await.unwrap();
    let second = again(&store, &first).await;

    // Whoever read the alert before the edition joined asks about nothing that stands.
    let stale = store.ask_blast(&first, 5200, 310, LATER).await.unwrap();
    let is_new = store.ask_blast(&second, 6000, 310, LATER).await.unwrap();
    let of_before = store
        .answer_blast(&row, Word::Stop, act("blast.stop"))
        .await;

    assert!(!stale && is_new);
    assert!(!of_before.unwrap(), "that was about another reach");
    let open = store.open_blasts().await.unwrap();
    assert_eq!(
        (open.len(), open[0].generation, open[0].reach),
        (1, 1, 6000)
    );
    assert_eq!(again(&store, &first).await.state, "unrouted");
}

pub(crate) async fn reaches_of_the_last_stories_are_read_newest_first(store: Store) {
    for count in [3, 0, 1, 2] {
        let (release_id, alert) = cleared(&store, &format!("rel_{count}")).await;
        let endpoints = readers(&store, Channel::Email, count).await;
        if count > 0 {
            let deliveries = plan(&endpoints, Channel::Email, Some(release_id));
            store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
        }
        assert!(store.finish_routing(alert.id, 0).await.unwrap());
    }
    let (_, unrouted) = cleared(&store, "rel_new").await;
    assert_eq!(unrouted.matched, 0);

    assert_eq!(store.last_reaches(9).await.unwrap(), [2, 1, 3]);
    assert_eq!(store.last_reaches(2).await.unwrap(), [2, 1]);
}
