//! People, their sessions, and what is told to them.

use crate::fixtures::{
    NOW, accept, claimed, clear, done_at, event, outcome, plan, readers, submission,
};
use release::model::{AlertKind, Channel, EndpointState, ReleaseState};
use store::{NewPerson, NewRelease, PersonRow, Power, Store, StoreError, Verdict};

const LATER: i64 = NOW + 900_000;

fn person<'a>(public_id: &'a str, address: &'a str) -> NewPerson<'a> {
    NewPerson {
        public_id,
        name: "Ana Ruiz",
        address,
        rights: "submitter approver",
        issuers: "acme",
    }
}

async fn ana(store: &Store) -> PersonRow {
    let new = person("per_ana", "Ana@acme.example");
    store.add_person(&new, done_at(NOW)).await.unwrap();
    store.person("per_ana").await.unwrap().unwrap()
}

pub(crate) async fn person_is_found_changed_and_removed(store: Store) {
    let ana = ana(&store).await;
    assert_eq!(
        (&*ana.name, &*ana.address),
        ("Ana Ruiz", "Ana@acme.example")
    );
    assert_eq!(
        (&*ana.rights, &*ana.issuers),
        ("submitter approver", "acme")
    );
    let by_address = store.person_by_address("ana@ACME.example").await.unwrap();
    assert_eq!(by_address.unwrap().id, ana.id);

    let new = NewPerson {
        name: "Ana R.",
        rights: "editor",
        issuers: "",
        ..person("per_ana", "ignored@acme.example")
    };
    assert!(store.change_person(&new, done_at(NOW)).await.unwrap());
    let changed = store.person("per_ana").await.unwrap().unwrap();
    assert_eq!((&*changed.name, &*changed.rights), ("Ana R.", "editor"));
    assert_eq!(changed.address, "Ana@acme.example");

    assert!(store.remove_person("per_ana", done_at(NOW)).await.unwrap());
    assert!(!store.remove_person("per_ana", done_at(NOW)).await.unwrap());
    assert!(store.person("per_ana").await.unwrap().is_none());
    assert!(!store.change_person(&new, done_at(NOW)).await.unwrap());
    assert!(store.people("", 10).await.unwrap().is_empty());
}

pub(crate) async fn address_belongs_to_one_person_until_they_are_removed(store: Store) {
    ana(&store).await;
    let again = person("per_2", "ana@acme.example");

    let taken = store.add_person(&again, done_at(NOW)).await;
    store.remove_person("per_ana", done_at(NOW)).await.unwrap();
    let taken_up = store.add_person(&again, done_at(NOW + 1)).await;

    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    assert!(taken_up.is_ok(), "{taken_up:?}");
    let people = store.people("", 10).await.unwrap();
    let names: Vec<_> = people.iter().map(|row| &*row.public_id).collect();
    assert_eq!(names, ["per_2"]);
}

pub(crate) async fn people_are_listed_by_address_page_by_page(store: Store) {
    for (id, address) in [
        ("per_1", "c@x.example"),
        ("per_2", "A@x.example"),
        ("per_3", "b@x.example"),
    ] {
        store
            .add_person(&person(id, address), done_at(NOW))
            .await
            .unwrap();
    }
    let page = async |after: &str| {
        let rows = store.people(after, 2).await.unwrap();
        rows.into_iter()
            .map(|row| row.public_id)
            .collect::<Vec<_>>()
    };

    assert_eq!(page("").await, ["per_2", "per_3"]);
    store.remove_person("per_3", done_at(NOW)).await.unwrap();
    assert_eq!(
        page("per_3").await,
        ["per_1"],
        "a page may end with one who left"
    );
    assert!(page("per_1").await.is_empty());
}

pub(crate) async fn sign_in_opens_one_session_in_its_time(store: Store) {
    let ana = ana(&store).await;
    let begin = async |now_ms| store.begin_sign_in(ana.id, LATER, 3, now_ms).await.unwrap();
    let id = begin(NOW).await.unwrap();
    let open = |id, secret, now_ms| store.open_session(id, secret, LATER + 1, now_ms);

    assert!(!open(id, "late", LATER).await.unwrap());
    assert!(open(id, "dls_1", NOW + 5).await.unwrap());
    assert!(!open(id, "dls_2", NOW + 6).await.unwrap(), "it was used");
    assert!(!open(id + 9, "dls_3", NOW).await.unwrap());

    let who = async |secret, now_ms| store.session(secret, now_ms).await.unwrap().map(|p| p.id);
    assert_eq!(who("dls_1", LATER).await, Some(ana.id));
    assert_eq!(who("dls_1", LATER + 1).await, None, "it has expired");
    assert_eq!(who("dls_2", NOW).await, None);
    assert_eq!(who("", NOW).await, None);
    store.end_session("dls_1", NOW + 7).await.unwrap();
    assert_eq!(who("dls_1", NOW + 8).await, None);
}

pub(crate) async fn open_sign_ins_of_one_person_are_few(store: Store) {
    let ana = ana(&store).await;
    let begin = async |now_ms| store.begin_sign_in(ana.id, LATER, 2, now_ms).await.unwrap();

    let begun = [begin(NOW).await, begin(NOW).await, begin(NOW).await];

    assert!(begun[0].is_some() && begun[1].is_some());
    assert_eq!(begun[2], None);
    assert!(begin(LATER).await.is_some(), "the first two have expired");
}

pub(crate) async fn removed_person_has_no_session(store: Store) {
    let ana = ana(&store).await;
    let begin = async || {
        store
            .begin_sign_in(ana.id, LATER, 9, NOW)
            .await
            .unwrap()
            .unwrap()
    };
    let (used, unused) = (begin().await, begin().await);
    store.open_session(used, "dls_1", LATER, NOW).await.unwrap();

    store
        .remove_person("per_ana", done_at(NOW + 1))
        .await
        .unwrap();

    assert!(store.session("dls_1", NOW + 2).await.unwrap().is_none());
    let opened = store.open_session(unused, "dls_2", LATER, NOW + 2).await;
    assert!(!opened.unwrap());
}

pub(crate) async fn alert_to_an_address_makes_nobody_a_reader(store: Store) {
    let add = |about| {
        store.add_alert_to_address(AlertKind::SignIn, "Ana@acme.example", about, "req_1", NOW)
    };
    let (first, second) = (add("{\"a\":1}").await.unwrap(), add("").await.unwrap());

    let first = store.alert(first).await.unwrap().unwrap();
    let second = store.alert(second).await.unwrap().unwrap();
    assert_eq!(
        (first.kind, &*first.about),
        (AlertKind::SignIn, "{\"a\":1}")
    );
    assert_eq!(
        first.endpoint_id, second.endpoint_id,
        "one address, one endpoint"
    );
    let endpoint = store.endpoint(first.endpoint_id.unwrap()).await.unwrap();
    let endpoint = endpoint.unwrap();
    assert_eq!(endpoint.state, EndpointState::Pending);
    assert_eq!(endpoint.address, "Ana@acme.example");
}

/// What is told of a release, in order.
async fn tell(store: &Store, now_ms: i64) -> Vec<String> {
    let mut telling = Vec::new();
    for due in store.due_notices(now_ms, 10).await.unwrap() {
        let alert = store.tell_submitter(&due, NOW).await.unwrap().unwrap();
        let alert = store.alert(alert).await.unwrap().unwrap();
        assert_eq!(alert.kind, AlertKind::Notice);
        assert!(alert.about.contains(&due.telling), "{}", alert.about);
        let again = store.tell_submitter(&due, NOW).await.unwrap();
        assert_eq!(again, None, "told twice");
        telling.push(due.telling);
    }
    telling
}

pub(crate) async fn submitter_is_told_of_each_step_once(store: Store) {
    accept(&store, &submission("rel_untold", None, "US/en")).await;
    let new = NewRelease {
        notify: "ana@acme.example",
        state: ReleaseState::Submitted,
        awaits: "editor",
        ..submission("rel_a", None, "US/en")
    };
    let id = accept(&store, &new).await;

    assert_eq!(tell(&store, 0).await, [format!("submitted@{NOW}")]);
    assert!(tell(&store, 0).await.is_empty());
    store
        .query_release(id, event("queried", "?"))
        .await
        .unwrap();
    assert_eq!(tell(&store, 0).await, [format!("submitted@{NOW}")]);
    store
        .approve(id, "editor", "c0ffee", event("approved", ""))
        .await
        .unwrap();
    assert_eq!(tell(&store, 0).await, [format!("scheduled@{NOW}")]);
    let at = NOW + 50;
    store
        .reschedule_release(id, at, Power::Submitter, event("rescheduled", ""))
        .await
        .unwrap();
    assert_eq!(tell(&store, 0).await, [format!("scheduled@{at}")]);
    let cleared = clear(&store, id, at).await.unwrap();
    assert_eq!(tell(&store, 0).await, [format!("cleared@{at}")]);

    // Not yet routed, then being sent: no report. Everybody tried: the report, and then nothing more.
    assert!(tell(&store, 0).await.is_empty());
    let alert = store.alert(cleared.alert_id).await.unwrap().unwrap();
    let reader = readers(&store, Channel::Email, 1).await;
    let planned = plan(&reader, Channel::Email, Some(id));
    let batch = store.plan_batch(&alert, &planned, at).await.unwrap();
    store.finish_routing(alert.id, 0).await.unwrap();
    assert!(tell(&store, 0).await.is_empty());
    let batch = claimed(&store, batch.id, at).await;
    let delivered = [outcome(reader[0], Verdict::Delivered)];
    store.record_outcomes(&batch, &delivered).await.unwrap();
    assert_eq!(tell(&store, 0).await, ["reported"]);
    assert!(tell(&store, i64::MAX).await.is_empty());
}

pub(crate) async fn report_does_not_wait_for_ever(store: Store) {
    let new = NewRelease {
        notify: "ana@acme.example",
        ..submission("rel_a", None, "US/en")
    };
    let id = accept(&store, &new).await;
    clear(&store, id, NOW).await.unwrap();
    tell(&store, 0).await;

    assert!(tell(&store, NOW).await.is_empty());
    assert_eq!(tell(&store, NOW + 1).await, ["reported"]);
}

pub(crate) async fn question_is_answered_once_and_forgotten(store: Store) {
    let id = store.ask("reach", "{}", NOW).await.unwrap();
    let open = store.open_questions(NOW).await.unwrap();
    assert_eq!(
        (open[0].id, &*open[0].kind, &*open[0].body),
        (id, "reach", "{}")
    );
    assert!(store.open_questions(NOW + 1).await.unwrap().is_empty());
    assert_eq!(store.answer_to(id).await.unwrap(), None);

    store.answer(id, "12", 0).await.unwrap();
    store.answer(id, "13", 0).await.unwrap();

    assert_eq!(store.answer_to(id).await.unwrap().as_deref(), Some("12"));
    assert!(store.open_questions(0).await.unwrap().is_empty());
    store.answer(id + 1, "1", NOW + 1).await.unwrap();
    assert_eq!(store.answer_to(id).await.unwrap(), None);
}
