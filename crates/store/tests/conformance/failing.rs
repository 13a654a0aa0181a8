//! How receivers fare that fail, what their owners are told, and who is told in order.

use crate::fixtures::{
    LEASE, NOW, Told, claim, claimed, cleared, dead, outcome, plan, readers, retry, told,
};
use release::model::{AlertKind, Channel, EndpointState, Trouble};
use store::{
    Claim, Failing, HalfOpen, Health, HealthChange, Missed, Outcome, Store, Verdict, WorkerRow,
};

/// An attempt that failed; afterwards the endpoint is left alone until then.
fn failure(endpoint_id: i64, open_until_ms: i64, opened: bool) -> Outcome {
    Outcome {
        health: Some(HealthChange::Failed {
            open_until_ms,
            opened,
        }),
        ..outcome(endpoint_id, retry(NOW + 500))
    }
}

async fn record(store: &Store, told: &Told, outcomes: &[Outcome]) {
    store.record_outcomes(&told.batch, outcomes).await.unwrap();
}

pub(crate) async fn first_failure_is_kept_until_a_success(store: Store) {
    let told = told(&store, 3).await;
    let [a, b, c] = [told.readers[0], told.readers[1], told.readers[2]];
    let later = |outcome: Outcome| Outcome {
        at_ms: outcome.at_ms + 9000,
        ..outcome
    };
    let recovered = Outcome {
        health: Some(HealthChange::Recovered),
        ..outcome(b, Verdict::Delivered)
    };

    record(
        &store,
        &told,
        &[failure(a, NOW + 30_000, true), failure(b, 0, false)],
    )
    .await;
    record(
        &store,
        &told,
        &[later(failure(a, NOW + 20_000, true)), outcome(c, dead())],
    )
    .await;
    record(&store, &told, &[recovered]).await;

    let health = Health {
        failing_since_ms: NOW + 40,
        open_until_ms: NOW + 30_000,
        openings: 2,
        told: String::new(),
    };
    assert_eq!(store.health(a).await.unwrap(), Some(health.clone()));
    let failing = store.failing(a, c).await.unwrap();
    assert_eq!(failing.into_iter().collect::<Vec<_>>(), [(a, health)]);
    let counts = async |now_ms| store.failing_endpoints(now_ms).await.unwrap();
    let one = Failing {
        failing: 1,
        stopped: 1,
        disabled: 0,
    };
    assert_eq!(counts(NOW).await, one);
    assert_eq!(counts(NOW + 30_000).await, Failing { stopped: 0, ..one });
    let gone = store.disable_endpoint(a, Trouble::Gone, "req_1", NOW);
    assert!(gone.await.unwrap().is_some());
    let none = Failing {
        failing: 0,
        stopped: 0,
        disabled: 1,
    };
    assert_eq!(counts(NOW).await, none);
}

pub(crate) async fn one_of_all_that_ask_tries_an_endpoint(store: Store) {
    let told = told(&store, 2).await;
    let [a, b] = [told.readers[0], told.readers[1]];
    record(
        &store,
        &told,
        &[failure(a, NOW + 100, true), failure(b, NOW + 100, false)],
    )
    .await;
    let ask = async |endpoint_id, now_ms| {
        let asked = store.half_open(endpoint_id, now_ms + 50, now_ms);
        asked.await.unwrap()
    };

    assert_eq!(ask(a, NOW + 99).await, HalfOpen::Until(NOW + 100));
    assert_eq!(ask(a, NOW + 100).await, HalfOpen::Ours);
    assert_eq!(ask(a, NOW + 101).await, HalfOpen::Until(NOW + 150));
    assert_eq!(ask(a, NOW + 150).await, HalfOpen::Ours, "the first fell");
    assert_eq!(ask(b, NOW + 99).await, HalfOpen::Until(NOW + 100));
    assert_eq!(ask(99, NOW).await, HalfOpen::Recovered);
}

/// What an alert tells, and to whom.
async fn mail(store: &Store, alert_id: Option<i64>) -> (AlertKind, String, String) {
    let alert = store.alert(alert_id.unwrap()).await.unwrap().unwrap();
    let endpoint = alert.endpoint_id.unwrap();
    let endpoint = store.endpoint(endpoint).await.unwrap().unwrap();
    assert_eq!(endpoint.channel, Channel::Email);
    (alert.kind, endpoint.address, alert.about)
}

pub(crate) async fn owner_is_told_once_that_it_stalls(store: Store) {
    let told = told(&store, 1).await;
    let id = told.readers[0];

    let healthy = store.tell_stalled(id, "req_1", NOW).await.unwrap();
    record(&store, &told, &[failure(id, 0, false)]).await;
    let first = store.tell_stalled(id, "req_1", NOW).await.unwrap();
    let second = store.tell_stalled(id, "req_1", NOW).await.unwrap();

    assert_eq!((healthy, second), (None, None));
    let about = format!("{{\"hook\":{id},\"trouble\":\"stalled\"}}");
    let owner = "owner@reader.example".to_owned();
    assert_eq!(mail(&store, first).await, (AlertKind::Manage, owner, about));
    assert_eq!(store.health(id).await.unwrap().unwrap().told, "stalled");
}

pub(crate) async fn endpoint_is_taken_out_of_use_once_and_back_by_its_owner(store: Store) {
    let told = told(&store, 1).await;
    let id = told.readers[0];
    record(&store, &told, &[failure(id, 0, false)]).await;
    let disable = async || {
        let disabled = store.disable_endpoint(id, Trouble::Disabled, "req_1", NOW);
        disabled.await.unwrap()
    };
    let state = async || store.endpoint(id).await.unwrap().unwrap().state;

    let first = disable().await;
    let second = disable().await;
    let on_its_way = Outcome {
        health: Some(HealthChange::Recovered),
        ..outcome(id, Verdict::Delivered)
    };
    record(&store, &told, &[on_its_way]).await;

    assert!(mail(&store, first).await.2.contains("disabled"));
    assert_eq!(second, None);
    assert_eq!(state().await, EndpointState::Disabled);
    assert_eq!(store.health(id).await.unwrap().unwrap().told, "disabled");
    assert!(store.resume_endpoint(id).await.unwrap());
    assert_eq!(state().await, EndpointState::Active);
    assert_eq!(store.health(id).await.unwrap(), None, "it begins anew");
}

pub(crate) async fn what_an_endpoint_missed_is_counted(store: Store) {
    let told = told(&store, 2).await;
    let [a, b] = [told.readers[0], told.readers[1]];
    record(
        &store,
        &told,
        &[outcome(a, dead()), outcome(b, retry(NOW + 9))],
    )
    .await;

    let missed = async |id, since_ms| store.missed(id, since_ms).await.unwrap();

    assert_eq!(missed(a, NOW).await, Missed { lost: 1, due: 0 });
    assert_eq!(missed(b, NOW).await, Missed { lost: 0, due: 1 });
    assert_eq!(missed(a, NOW + 9000).await, Missed { lost: 0, due: 0 });
}

/// A story's first revision on its way to webhooks: its key, and the batch.
async fn first_revision(store: &Store) -> (i64, Told) {
    let (release_id, alert) = cleared(store, "rel_0").await;
    let readers = readers(store, Channel::Webhook, 2).await;
    let deliveries = plan(&readers, Channel::Webhook, Some(release_id));
    let batch = store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    let batch = claimed(store, batch.id, NOW).await;
    let story_id = alert.story_id.unwrap();
    let told = Told {
        release_id,
        alert,
        batch,
        readers,
    };
    (story_id, told)
}

pub(crate) async fn revision_waits_for_the_one_before_and_that_for_nothing(store: Store) {
    let (story_id, told) = first_revision(&store).await;
    let [a, b] = [told.readers[0], told.readers[1]];
    let due = async |revision, endpoint_id| {
        let asked = store.earlier_is_due(story_id, revision, endpoint_id, NOW);
        asked.await.unwrap()
    };

    let on_its_way = due(1, a).await;
    record(
        &store,
        &told,
        &[outcome(a, retry(NOW + 500)), outcome(b, Verdict::Delivered)],
    )
    .await;
    let (before, waits) = (store.next_due_ms().await.unwrap(), due(1, a).await);

    assert!(on_its_way && waits);
    assert_eq!(before, Some(NOW + 500));
    assert_eq!(
        store.next_due_ms().await.unwrap(),
        Some(NOW),
        "not waited for"
    );
    assert!(!due(1, b).await, "it was delivered");
    assert!(!due(0, a).await, "a first revision follows none");
}

pub(crate) async fn poisoned_revision_is_not_waited_for(store: Store) {
    let (story_id, told) = first_revision(&store).await;
    let mut now_ms = NOW;
    loop {
        now_ms += LEASE + 1;
        if let Claim::Poisoned = claim(&store, told.batch.id, now_ms).await {
            break;
        }
    }

    let waits = store
        .earlier_is_due(story_id, 1, told.readers[0], NOW)
        .await;

    assert!(!waits.unwrap());
}

pub(crate) async fn workers_that_live_are_counted_by_role(store: Store) {
    for (id, role, at_ms) in [
        ("w1", "webhook", NOW),
        ("w2", "webhook", NOW + 9),
        ("e1", "email", NOW + 9),
    ] {
        let worker = WorkerRow {
            id: id.into(),
            role: role.into(),
            doing: "waiting".into(),
            started_ms: NOW,
            beat_ms: 0,
        };
        store.beat(&[worker], at_ms).await.unwrap();
    }

    let living = async |since_ms| store.living_workers("webhook", since_ms).await.unwrap();

    assert_eq!((living(NOW).await, living(NOW + 1).await), (2, 1));
}
