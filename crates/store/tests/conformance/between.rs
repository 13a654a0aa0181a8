//! Two processes on one store: whatever they do at the same moment, it is done once, and nothing of it is missed.

use crate::alike::{link, story};
use crate::blasting::act;
use crate::fixtures::{
    NOW, accept, cleared, event, outcome, plan, readers, retry, submission, told,
};
use crate::known_reader::{ADDRESS, ask, mailbox, reader, refused, tell, unknown};
use release::model::{Channel, ReleaseState};
use std::collections::BTreeSet;
use store::{
    Accepted, Claim, Idempotency, NewRelease, Outcome, Power, Result, Reviewed, SigningKeys, Store,
    StoreError, Verdict, Word,
};

pub(crate) async fn seq_has_no_gaps(a: Store, b: Store) {
    let mut clears = tokio::task::JoinSet::new();
    for n in 0..20 {
        let id = accept(&a, &submission(&format!("rel_{n}"), None, "US/en")).await;
        for store in [a.clone(), b.clone()] {
            clears.spawn(async move { store.clear(id, NOW).await.unwrap() });
        }
    }

    let cleared = clears.join_all().await;

    let mut seqs: Vec<i64> = cleared.into_iter().flatten().map(|one| one.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
    let alerts: BTreeSet<i64> = a
        .items_after(0, 99)
        .await
        .unwrap()
        .iter()
        .map(|item| item.story_id)
        .collect();
    assert_eq!(alerts.len(), 20);
}

pub(crate) async fn request_that_both_get_is_accepted_once(a: Store, b: Store) {
    for n in 0..10 {
        let (key, ids) = (format!("k{n}"), [format!("rel_a{n}"), format!("rel_b{n}")]);
        let once = Some(Idempotency {
            key: &key,
            body_hash: "h",
        });
        let (to_a, to_b) = (
            [submission(&ids[0], None, "US/en")],
            [submission(&ids[1], None, "US/en")],
        );

        let (one, two) = tokio::join!(a.accept(&to_a, once, NOW), b.accept(&to_b, once, NOW));

        let both = [one.unwrap(), two.unwrap()];
        let new = both.iter().filter(|one| matches!(one, Accepted::New(_)));
        let repeated = both
            .iter()
            .filter(|one| matches!(one, Accepted::Repeated(_)));
        assert_eq!((new.count(), repeated.count()), (1, 1), "{both:?}");
    }
    assert_eq!(a.releases(i64::MAX, None, 99).await.unwrap().len(), 10);
}

pub(crate) async fn editions_that_come_at_once_tell_one_story(a: Store, b: Store) {
    for n in 0..10 {
        let (key, ids) = (format!("q{n}"), [format!("rel_a{n}"), format!("rel_b{n}")]);
        let (english, other) = (
            [submission(&ids[0], Some(&key), "US/en")],
            [submission(&ids[1], Some(&key), ["US/en", "US/es"][n % 2])],
        );

        let both = tokio::join!(a.accept(&english, None, NOW), b.accept(&other, None, NOW));

        let taken = [both.0.unwrap(), both.1.unwrap()]
            .iter()
            .filter(|one| matches!(one, Accepted::EditionTaken { .. }))
            .count();
        assert_eq!(taken, 1 - n % 2);
        let told = a.told_before("acme", &key).await.unwrap().unwrap();
        assert_eq!(told.editions.len(), 1 + n % 2);
    }
}

/// Each of two editions of one submission awaits a word; the words come at the same moment.
pub(crate) async fn last_words_said_at_once_schedule_the_bundle(a: Store, b: Store) {
    for n in 0..10 {
        let (bundle, ids) = (
            format!("bun_{n}"),
            [format!("rel_a{n}"), format!("rel_b{n}")],
        );
        let member = |at: usize| NewRelease {
            bundle: Some(&bundle),
            state: ReleaseState::Submitted,
            awaits: "editor",
            ..submission(&ids[at], Some(&bundle), ["US/en", "US/es"][at])
        };
        let made = a.accept(&[member(0), member(1)], None, NOW).await.unwrap();
        let Accepted::New(made) = made else {
            panic!("{made:?}")
        };
        let word = event("approved", "");

        let (one, two) = tokio::join!(
            a.approve(made[0], "editor", "c0ffee", word),
            b.approve(made[1], "editor", "c0ffee", word)
        );

        let both = [one.unwrap(), two.unwrap()];
        assert!(
            both.contains(&Reviewed::Done(ReleaseState::Scheduled)),
            "{both:?}"
        );
        let stand = a.bundle(&bundle).await.unwrap();
        assert!(stand.iter().all(|row| row.state == ReleaseState::Scheduled));
    }
}

pub(crate) async fn clearing_and_holding_a_bundle_is_all_or_nothing(a: Store, b: Store) {
    for n in 0..10 {
        let (bundle, ids) = (
            format!("bun_{n}"),
            [format!("rel_a{n}"), format!("rel_b{n}")],
        );
        let member = |at: usize| NewRelease {
            bundle: Some(&bundle),
            ..submission(&ids[at], Some(&bundle), ["US/en", "US/es"][at])
        };
        let made = a.accept(&[member(0), member(1)], None, NOW).await.unwrap();
        let Accepted::New(made) = made else {
            panic!("{made:?}")
        };

        let (cleared, held) = tokio::join!(
            a.clear(made[0], NOW),
            b.stop_release(
                made[1],
                ReleaseState::Held,
                Power::Submitter,
                event("held", "")
            )
        );

        held.unwrap();
        let stand = a.bundle(&bundle).await.unwrap();
        let expected = match cleared.unwrap().len() {
            2 => ReleaseState::Cleared,
            0 => ReleaseState::Held,
            some => panic!("{some} of two editions cleared"),
        };
        assert!(stand.iter().all(|row| row.state == expected));
    }
}

/// Plans as a router does: what nobody has planned yet, a few at a time, and from reading on after a conflict.
async fn route(
    store: &Store,
    alert: &store::AlertRow,
    endpoints: &[i64],
    release_id: i64,
) -> usize {
    let mut conflicts = 0;
    loop {
        let planned = store.planned_endpoints(alert.id).await.unwrap();
        let rest: Vec<i64> = endpoints
            .iter()
            .copied()
            .filter(|id| !planned.contains(id))
            .take(7)
            .collect();
        if rest.is_empty() {
            store
                .finish_routing(alert.id, alert.generation)
                .await
                .unwrap();
            return conflicts;
        }
        let deliveries = plan(&rest, Channel::Email, Some(release_id));
        match store.plan_batch(alert, &deliveries, NOW).await {
            Ok(_) => {}
            Err(StoreError::Conflict(_)) => conflicts += 1,
            Err(error) => panic!("{error}"),
        }
    }
}

pub(crate) async fn alert_that_both_route_reaches_everybody_once(a: Store, b: Store) {
    let (release_id, alert) = cleared(&a, "rel_a").await;
    let endpoints = readers(&a, Channel::Email, 60).await;

    let conflicts = tokio::join!(
        route(&a, &alert, &endpoints, release_id),
        route(&b, &alert, &endpoints, release_id)
    );

    let ledger = a.ledger((0, 0), 99).await.unwrap();
    assert_eq!(ledger.len(), 60, "{conflicts:?}");
    let alert = a.alert(alert.id).await.unwrap().unwrap();
    assert_eq!((alert.matched, &*alert.state), (60, "routed"));
    let report = a.report(release_id).await.unwrap();
    assert_eq!(
        report.channels[0].matched, 60,
        "batches count what they hold"
    );
}

pub(crate) async fn batch_that_both_claim_is_one_workers(a: Store, b: Store) {
    let (release_id, alert) = cleared(&a, "rel_a").await;
    for reader in readers(&a, Channel::Email, 10).await {
        let planned = plan(&[reader], Channel::Email, Some(release_id));
        let id = a.plan_batch(&alert, &planned, NOW).await.unwrap().id;

        let (one, two) = tokio::join!(
            a.claim_batch(id, "w1", NOW + 9, NOW, 20),
            b.claim_batch(id, "w2", NOW + 9, NOW, 20)
        );

        let both = [one.unwrap(), two.unwrap()];
        let ours = both.iter().filter(|claim| matches!(claim, Claim::Ours(_)));
        assert_eq!(ours.count(), 1, "{both:?}");
    }
}

pub(crate) async fn retries_that_both_gather_are_in_one_batch_each(a: Store, b: Store) {
    let told = told(&a, 30).await;
    let outcomes: Vec<Outcome> = told
        .readers
        .iter()
        .map(|&reader| outcome(reader, retry(NOW)))
        .collect();
    a.record_outcomes(&told.batch, &outcomes).await.unwrap();

    let (one, two) = tokio::join!(a.gather_retries(4, NOW), b.gather_retries(4, NOW));
    // What one left to the other, after both had looked at the same moment.
    let rest = a.gather_retries(4, NOW).await.unwrap();

    let mut gathered = 0;
    for batch in [one.unwrap(), two.unwrap(), rest].concat() {
        let claim = a
            .claim_batch(batch.id, "w1", NOW + 9, NOW, 20)
            .await
            .unwrap();
        let Claim::Ours(batch) = claim else {
            panic!("{claim:?}")
        };
        let due = a.due_deliveries(&batch).await.unwrap();
        assert_eq!(due.len() as i64, batch.total);
        gathered += batch.total;
    }
    assert_eq!(gathered, 30);
}

pub(crate) async fn batches_that_both_sweep_are_hinted_once(a: Store, b: Store) {
    let (release_id, alert) = cleared(&a, "rel_a").await;
    for reader in readers(&a, Channel::Email, 20).await {
        let planned = plan(&[reader], Channel::Email, Some(release_id));
        a.plan_batch(&alert, &planned, NOW).await.unwrap();
    }

    let (one, two) = tokio::join!(
        a.unleased_batches(NOW + 1, NOW + 5),
        b.unleased_batches(NOW + 1, NOW + 5)
    );

    assert_eq!(one.unwrap().len() + two.unwrap().len(), 20);
}

pub(crate) async fn question_keeps_the_answer_that_was_first(a: Store, b: Store) {
    for _ in 0..10 {
        let id = a.ask("reach", "{}", NOW).await.unwrap();

        let (one, two) = tokio::join!(a.answer(id, "a", 0), b.answer(id, "b", 0));

        one.unwrap();
        two.unwrap();
        let first = a.answer_to(id).await.unwrap();
        assert!(first.is_some());
        b.answer(id, "later", 0).await.unwrap();
        assert_eq!(b.answer_to(id).await.unwrap(), first);
    }
}

pub(crate) async fn address_that_both_meet_is_one_endpoint(a: Store, b: Store) {
    for n in 0..5 {
        let new = [crate::fixtures::subscription("sub_a", mailbox("ep_a"))];

        let (asked, added): (_, Result<_>) = tokio::join!(ask(&a), b.add_subscriptions(&new, NOW));

        assert!(asked.is_some() || n > 0);
        added.unwrap();
        assert_eq!(a.endpoints_at(ADDRESS).await.unwrap().len(), 1);
    }
    assert_eq!(a.changed_filters(0).await.unwrap().len(), 1);
}

/// One process records what a receiver said while the other erases whom it said it of.
pub(crate) async fn words_recorded_during_an_erasing_do_not_stay(a: Store, b: Store) {
    let reader = reader(&a).await;
    let mut batches = Vec::new();
    for n in 0..10 {
        let (release_id, alert) = cleared(&a, &format!("rel_next{n}")).await;
        batches.push(tell(&a, &alert, &[reader.mailbox], Channel::Email, release_id).await);
    }

    let recording = async {
        for batch in &batches {
            let said = [refused(reader.mailbox, unknown())];
            a.record_outcomes(batch, &said).await.unwrap();
        }
    };
    let ((), erased) = tokio::join!(recording, b.erase_endpoint(reader.mailbox));

    assert!(erased.unwrap());
    for batch in &batches {
        let dead = a.dead_deliveries(batch.release_id, 9).await.unwrap();
        assert_eq!(dead[0].last_error.as_deref(), Some("erased"));
        assert_eq!(dead[0].last_answer.as_deref(), Some(""));
    }
}

pub(crate) async fn outcomes_that_both_record_count_once(a: Store, b: Store) {
    let told = told(&a, 40).await;
    let outcomes: Vec<Outcome> = told
        .readers
        .iter()
        .map(|&reader| outcome(reader, Verdict::Delivered))
        .collect();
    let backwards: Vec<Outcome> = outcomes.iter().rev().cloned().collect();

    let (one, two) = tokio::join!(
        a.record_outcomes(&told.batch, &outcomes),
        b.record_outcomes(&told.batch, &backwards)
    );

    one.unwrap();
    two.unwrap();
    let report = a.report(told.release_id).await.unwrap();
    assert_eq!(
        (report.channels[0].delivered, report.channels[0].due()),
        (40, 0)
    );
}

pub(crate) async fn question_that_both_ask_is_one(a: Store, b: Store) {
    for n in 0..10 {
        let (release_id, alert) = cleared(&a, &format!("rel_{n}")).await;

        let (one, two) = tokio::join!(
            a.ask_blast(&alert, 5200, 310, NOW),
            b.ask_blast(&alert, 5200, 310, NOW)
        );

        assert_eq!(
            [one.unwrap(), two.unwrap()]
                .iter()
                .filter(|new| **new)
                .count(),
            1
        );
        assert_eq!(a.release_events(release_id).await.unwrap().len(), 1);
    }
    assert_eq!(b.open_blasts().await.unwrap().len(), 10);
    assert_eq!(b.unrouted_alerts(NOW + 9, NOW + 9).await.unwrap().len(), 0);
}

pub(crate) async fn first_signing_key_that_both_ask_for_is_one(a: Store, b: Store) {
    let (one, two) = tokio::join!(a.signing_keys(NOW), b.signing_keys(NOW));

    let public = |keys: Option<SigningKeys>| keys.unwrap().newest.key.public();
    assert_eq!(public(one.unwrap()), public(two.unwrap()));
}

/// A router that counts once more while an operator lets it go: the alert must be findable afterwards.
pub(crate) async fn word_and_question_at_once_leave_nothing_hanging(a: Store, b: Store) {
    for n in 0..10 {
        let (_, alert) = cleared(&a, &format!("rel_{n}")).await;
        assert!(a.ask_blast(&alert, 5200, 310, NOW).await.unwrap());
        let row = a.blast(alert.id).await.unwrap().unwrap();

        let (said, asked) = tokio::join!(
            a.answer_blast(&row, Word::Go, act("blast.go")),
            b.ask_blast(&alert, 5200, 310, NOW)
        );

        assert_eq!((said.unwrap(), asked.unwrap()), (true, false));
    }
    assert_eq!(b.unrouted_alerts(NOW, NOW).await.unwrap().len(), 10);
}

/// Each of two routers writes by what its story is found, and looks for the other: not both may look before the other has written.
pub(crate) async fn stories_alike_that_both_route_are_linked(a: Store, b: Store) {
    for n in 0..20 {
        let text = format!(
            "Acme {n} opens a mine near Reno, its first, and hires people in round {n} of {n}."
        );
        let ids = [format!("rel_a{n}"), format!("rel_b{n}")];
        let one = story(&a, &ids[0], &text, NOW).await;
        let two = story(&b, &ids[1], &text, NOW).await;

        let linked = tokio::join!(link(&a, &one, &text, n), link(&b, &two, &text, n));

        let own = |linked: Vec<store::Linked>| {
            let with_figures = linked.into_iter().filter(|one| one.same_figures);
            with_figures.count()
        };
        assert_eq!((own(linked.0) + own(linked.1)), 1, "{n}");
    }
}
