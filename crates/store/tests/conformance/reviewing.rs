//! The way to the wire: bundles, drafts, whose word is missing, and what history keeps.

use crate::fixtures::{NOW, accept, clear, event, submission};
use release::model::ReleaseState;
use store::{Accepted, NewRelease, Power, Replaced, Reviewed, Stopped, Store, TextRead, Told};

/// A release that awaits these words.
fn awaiting<'a>(public_id: &'a str, edition: &'a str, awaits: &'a str) -> NewRelease<'a> {
    NewRelease {
        state: ReleaseState::Submitted,
        awaits,
        ..submission(public_id, None, edition)
    }
}

/// Three editions that came together; the second awaits an editor.
async fn bundle(store: &Store) -> Vec<i64> {
    let member = |public_id, edition, awaits| NewRelease {
        bundle: Some("bun_1"),
        story_key: Some("q3"),
        ..awaiting(public_id, edition, awaits)
    };
    let new = [
        member("rel_en", "US/en", ""),
        member("rel_es", "US/es", "editor"),
        member("rel_de", "DE/de", ""),
    ];
    match store.accept(&new, None, NOW).await.unwrap() {
        Accepted::New(ids) => ids,
        other => panic!("{other:?}"),
    }
}

async fn states(store: &Store, bundle: &str) -> Vec<ReleaseState> {
    let rows = store.bundle(bundle).await.unwrap();
    rows.into_iter().map(|row| row.state).collect()
}

pub(crate) async fn last_missing_word_schedules_the_release(store: Store) {
    let id = accept(&store, &awaiting("rel_a", "US/en", "approver editor")).await;
    let approve = |side| store.approve(id, side, "c0ffee", event("approved", ""));

    let first = approve("approver").await.unwrap();
    let again = approve("approver").await.unwrap();
    let last = approve("editor").await.unwrap();

    assert_eq!(first, Reviewed::Done(ReleaseState::Submitted));
    assert_eq!(again, Reviewed::NotPossible(ReleaseState::Submitted));
    assert_eq!(last, Reviewed::Done(ReleaseState::Scheduled));
    assert!(clear(&store, id, NOW).await.is_some());
    let events = store.release_events(id).await.unwrap();
    let states: Vec<_> = events.iter().map(|event| &*event.state).collect();
    assert_eq!(states, ["submitted", "scheduled"]);
    let last = &events[1];
    assert_eq!((&*last.actor, &*last.act), ("per_1", "approved"));
    assert_eq!((last.at_ms, &*last.content_hash), (NOW, "c0ffee"));
}

pub(crate) async fn approval_of_another_text_is_refused(store: Store) {
    let id = accept(&store, &awaiting("rel_a", "US/en", "editor")).await;

    let stale = store
        .approve(id, "editor", "0ld", event("approved", ""))
        .await;

    assert_eq!(stale.unwrap(), Reviewed::Changed("c0ffee".into()));
    assert_eq!(clear(&store, id, NOW).await, None);
    assert!(store.release_events(id).await.unwrap().is_empty());
}

pub(crate) async fn bundle_is_accepted_all_or_none(store: Store) {
    accept(&store, &submission("rel_before", Some("q3"), "US/es")).await;
    let member = |public_id, edition| NewRelease {
        bundle: Some("bun_1"),
        ..submission(public_id, Some("q3"), edition)
    };
    let new = [member("rel_en", "US/en"), member("rel_es", "US/es")];

    let accepted = store.accept(&new, None, NOW).await.unwrap();

    let taken = Accepted::EditionTaken {
        at: 1,
        release: "rel_before".into(),
    };
    assert_eq!(accepted, taken);
    assert!(store.bundle("bun_1").await.unwrap().is_empty());
    assert_eq!(store.releases(i64::MAX, None, 10).await.unwrap().len(), 1);
}

pub(crate) async fn bundle_waits_for_all_and_clears_as_one(store: Store) {
    let ids = bundle(&store).await;
    assert!(store.due_releases(NOW, 10).await.unwrap().is_empty());

    store
        .approve(ids[1], "editor", "c0ffee", event("approved", ""))
        .await
        .unwrap();
    let cleared = store.clear(ids[2], NOW + 1).await.unwrap();

    let seqs: Vec<_> = cleared
        .iter()
        .map(|c| (c.release.as_str(), c.seq))
        .collect();
    assert_eq!(seqs, [("rel_en", 1), ("rel_es", 2), ("rel_de", 3)]);
    assert!(cleared.iter().all(|c| c.alert_id == cleared[0].alert_id));
    let alert = store.alert(cleared[0].alert_id).await.unwrap().unwrap();
    assert_eq!(alert.generation, 0, "one alert for all, routed once");
    let rows = store.bundle("bun_1").await.unwrap();
    assert_eq!(rows[0].story_id, rows[2].story_id);
}

pub(crate) async fn bundle_is_held_moved_and_cancelled_as_one(store: Store) {
    let ids = bundle(&store).await;

    let held = store.stop_release(
        ids[0],
        ReleaseState::Held,
        Power::Submitter,
        event("held", ""),
    );
    assert_eq!(held.await.unwrap(), Stopped::Done);
    assert_eq!(states(&store, "bun_1").await, [ReleaseState::Held; 3]);

    let moved =
        store.reschedule_release(ids[2], NOW + 9, Power::Submitter, event("rescheduled", ""));
    assert_eq!(moved.await.unwrap(), Stopped::Done);
    let rows = store.bundle("bun_1").await.unwrap();
    assert!(rows.iter().all(|row| row.clear_at_ms == NOW + 9));
    // An editor has still to see the second.
    assert_eq!(states(&store, "bun_1").await, [ReleaseState::Submitted; 3]);

    let refused = store.refuse(ids[1], event("refused", "not now")).await;
    assert_eq!(refused.unwrap(), Reviewed::Done(ReleaseState::Refused));
    let (goes, not) = (ReleaseState::Scheduled, ReleaseState::Refused);
    assert_eq!(states(&store, "bun_1").await, [goes, not, goes]);
    let notes = store.release_events(ids[1]).await.unwrap();
    assert_eq!(notes.last().unwrap().note, "not now");
}

pub(crate) async fn held_release_that_nobody_approved_does_not_go_on_to_the_wire(store: Store) {
    let id = accept(&store, &awaiting("rel_a", "US/en", "editor")).await;
    store
        .stop_release(id, ReleaseState::Held, Power::Submitter, event("held", ""))
        .await
        .unwrap();

    store
        .reschedule_release(id, NOW, Power::Submitter, event("rescheduled", ""))
        .await
        .unwrap();

    assert_eq!(clear(&store, id, NOW).await, None);
    let row = store.release("rel_a").await.unwrap().unwrap();
    assert_eq!(
        (row.state, &*row.awaits),
        (ReleaseState::Submitted, "editor")
    );
}

pub(crate) async fn query_keeps_the_release_where_it_is(store: Store) {
    let id = accept(&store, &awaiting("rel_a", "US/en", "editor")).await;

    let asked = store
        .query_release(id, event("queried", "Is it 12 %?"))
        .await
        .unwrap();

    assert_eq!(asked, Reviewed::Done(ReleaseState::Submitted));
    let events = store.release_events(id).await.unwrap();
    assert_eq!(
        (&*events[0].act, &*events[0].note),
        ("queried", "Is it 12 %?")
    );
    let scheduled = accept(&store, &submission("rel_b", None, "US/en")).await;
    assert_eq!(
        store
            .query_release(scheduled, event("queried", "?"))
            .await
            .unwrap(),
        Reviewed::NotPossible(ReleaseState::Scheduled)
    );
}

pub(crate) async fn draft_takes_no_edition_until_it_is_submitted(store: Store) {
    let draft = NewRelease {
        state: ReleaseState::Draft,
        edition: "",
        content: "{}",
        ..submission("rel_draft", None, "")
    };
    let id = accept(&store, &draft).await;
    accept(&store, &submission("rel_a", Some("q3"), "US/en")).await;
    assert_eq!(clear(&store, id, NOW).await, None);

    let taken = submission("rel_ignored", Some("q3"), "US/en");
    let refused = store
        .replace(id, &taken, None, "submitted", NOW)
        .await
        .unwrap();
    let free = submission("rel_ignored", Some("q3"), "US/es");
    let done = store
        .replace(id, &free, None, "submitted", NOW + 3)
        .await
        .unwrap();

    assert_eq!(refused, Replaced::EditionTaken("rel_a".into()));
    assert_eq!(done, Replaced::Done);
    let row = store.release("rel_draft").await.unwrap().unwrap();
    assert_eq!(
        (row.state, &*row.edition),
        (ReleaseState::Scheduled, "US/es")
    );
    assert_eq!(row.accepted_ms, NOW + 3, "a draft is not yet a submission");
    let told = store.told_before("acme", "q3").await.unwrap();
    let editions = vec!["US/es".to_owned(), "US/en".to_owned()];
    assert_eq!(
        told,
        Some(Told {
            cleared: false,
            editions
        })
    );
}

pub(crate) async fn cleared_text_cannot_be_replaced(store: Store) {
    let id = accept(&store, &submission("rel_a", Some("q3"), "US/en")).await;
    clear(&store, id, NOW).await.unwrap();
    let other = NewRelease {
        content: "{\"other\":1}",
        ..submission("rel_a", Some("q3"), "US/en")
    };

    let replaced = store
        .replace(id, &other, None, "changed", NOW)
        .await
        .unwrap();

    assert_eq!(replaced, Replaced::NotPossible(ReleaseState::Cleared));
    assert_eq!(store.release("rel_a").await.unwrap().unwrap().content, "{}");
    assert!(
        store
            .told_before("acme", "q3")
            .await
            .unwrap()
            .unwrap()
            .cleared
    );
    assert_eq!(store.told_before("acme", "q4").await.unwrap(), None);
}

pub(crate) async fn first_clearing_of_an_issuer_is_remembered(store: Store) {
    for slug in ["acme", "beta"] {
        let new = store::NewIssuer {
            public_id: slug,
            slug,
            name: slug,
            site: None,
            boilerplate: None,
            review: "first-release",
            approval: "none",
        };
        store.add_issuer(&new, NOW).await.unwrap();
    }
    for (at, public_id) in ["rel_a", "rel_b"].into_iter().enumerate() {
        let id = accept(&store, &submission(public_id, None, "US/en")).await;
        clear(&store, id, NOW + at as i64).await.unwrap();
    }

    let first = async |slug| store.issuer(slug).await.unwrap().unwrap().first_cleared_ms;
    assert_eq!(first("acme").await, Some(NOW));
    assert_eq!(first("beta").await, None);
}

pub(crate) async fn releases_are_found_by_state_time_and_issuer(store: Store) {
    for (public_id, clear_at_ms) in [("rel_a", NOW + 20), ("rel_b", NOW + 10), ("rel_c", NOW)] {
        let new = NewRelease {
            clear_at_ms,
            fingerprint: public_id,
            ..submission(public_id, None, "US/en")
        };
        accept(&store, &new).await;
    }
    let of_others = NewRelease {
        issuers: "acme beta",
        ..awaiting("rel_d", "US/en", "editor")
    };
    accept(&store, &of_others).await;

    let names = |rows: Vec<store::ReleaseRow>| {
        rows.into_iter()
            .map(|row| row.public_id)
            .collect::<Vec<_>>()
    };
    let scheduled = store.scheduled_between(NOW, NOW + 20, 10).await.unwrap();
    assert_eq!(names(scheduled), ["rel_c", "rel_b"]);
    let submitted = Some(ReleaseState::Submitted);
    let submitted = store.releases(i64::MAX, submitted, 10).await.unwrap();
    assert_eq!(names(submitted), ["rel_d"]);
    let recent = store.recent_of_issuers("acme", 2).await.unwrap();
    let recent: Vec<_> = recent.iter().map(|row| &*row.fingerprint).collect();
    assert_eq!(recent, ["rel_c", "rel_b"]);
}

pub(crate) async fn items_are_read_in_their_order(store: Store) {
    for public_id in ["rel_a", "rel_b", "rel_c"] {
        let id = accept(&store, &submission(public_id, None, "US/en")).await;
        clear(&store, id, NOW).await.unwrap();
    }

    let first = store.items_after(0, 2).await.unwrap();
    let rest = store.items_after(2, 2).await.unwrap();

    let seqs =
        |rows: &[store::ReleaseRow]| rows.iter().filter_map(|row| row.seq).collect::<Vec<_>>();
    assert_eq!((seqs(&first), seqs(&rest)), (vec![1, 2], vec![3]));
}

/// The release with another text.
fn text<'a>(content: &'a str, content_hash: &'a str) -> NewRelease<'a> {
    NewRelease {
        content,
        content_hash,
        source: content,
        ..awaiting("rel_a", "US/en", "editor")
    }
}

pub(crate) async fn text_that_was_read_can_be_read_again(store: Store) {
    let id = accept(&store, &text("{\"n\":1}", "h1")).await;
    let change = async |n: i64, content: &str, hash: &str| {
        let new = text(content, hash);
        let done = store.replace(id, &new, None, "changed", NOW + n).await;
        assert_eq!(done.unwrap(), Replaced::Done);
    };

    assert_eq!(store.first_text(id).await.unwrap(), None);
    change(1, "{\"n\":2}", "h2").await;
    change(2, "{\"n\":3}", "h3").await;
    let queried = store.query_release(id, event("queried", "Since when?"));
    queried.await.unwrap();
    change(3, "{\"n\":4}", "h4").await;

    let read = async |hash: &str| store.release_text(id, hash).await.unwrap();
    assert_eq!(read("h1").await.as_deref(), Some("{\"n\":1}"), "the first");
    assert_eq!(read("h2").await, None, "nobody spoke about it");
    assert_eq!(read("h3").await.as_deref(), Some("{\"n\":3}"), "queried");
    assert_eq!(read("h4").await.as_deref(), Some("{\"n\":4}"), "it stands");
    assert_eq!(store.first_text(id).await.unwrap().as_deref(), Some("h1"));
}

pub(crate) async fn only_the_text_that_was_read_is_replaced(store: Store) {
    let id = accept(&store, &text("{\"n\":1}", "h1")).await;
    let one = TextRead {
        content_hash: "h1",
        source: "{\"n\":1}",
    };
    let change = async |hash: &str| {
        let new = text("{\"n\":2}", hash);
        let done = store.replace(id, &new, Some(one), "changed", NOW).await;
        done.unwrap()
    };

    assert_eq!(change("h2").await, Replaced::Done);
    assert_eq!(change("h3").await, Replaced::Changed);

    let row = store.release("rel_a").await.unwrap().unwrap();
    assert_eq!(row.content_hash, "h2");
    assert_eq!(store.release_events(id).await.unwrap().len(), 1);
}
