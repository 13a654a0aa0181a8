//! Holding, cancelling and moving a release, and the race with its clear time.

use crate::fixtures::{NOW, accept, clear, event, outcome, submission, told};
use release::model::ReleaseState;
use store::{Power, Replaced, Stopped, Store, Verdict};

pub(crate) async fn held_release_is_kept_until_it_is_moved(store: Store) {
    let id = accept(&store, &submission("rel_a", None, "US/en")).await;

    let held = store
        .stop_release(id, ReleaseState::Held, Power::Submitter, event("held", ""))
        .await
        .unwrap();
    assert_eq!(held, Stopped::Done);
    assert_eq!(clear(&store, id, NOW).await, None);

    let moved = store
        .reschedule_release(id, NOW + 50, Power::Submitter, event("rescheduled", ""))
        .await
        .unwrap();
    assert_eq!(moved, Stopped::Done);
    assert_eq!(clear(&store, id, NOW + 49).await, None);
    assert!(clear(&store, id, NOW + 50).await.is_some());
}

pub(crate) async fn cancelled_release_stays_cancelled(store: Store) {
    let id = accept(&store, &submission("rel_a", None, "US/en")).await;
    store
        .stop_release(
            id,
            ReleaseState::Cancelled,
            Power::Submitter,
            event("cancelled", ""),
        )
        .await
        .unwrap();

    let held = store
        .stop_release(id, ReleaseState::Held, Power::Submitter, event("held", ""))
        .await
        .unwrap();
    let moved = store
        .reschedule_release(id, NOW + 50, Power::Submitter, event("rescheduled", ""))
        .await
        .unwrap();

    let never = Stopped::NotPossible(ReleaseState::Cancelled);
    assert_eq!((held, moved), (never.clone(), never));
    let row = store.release("rel_a").await.unwrap().unwrap();
    assert_eq!((row.state, row.clear_at_ms), (ReleaseState::Cancelled, NOW));
}

pub(crate) async fn stopping_too_late_says_how_many_were_told(store: Store) {
    let told = told(&store, 3).await;
    let outcomes = [
        outcome(told.readers[0], Verdict::Delivered),
        outcome(told.readers[1], Verdict::Delivered),
    ];
    store.record_outcomes(&told.batch, &outcomes).await.unwrap();

    let held = store.stop_release(
        told.release_id,
        ReleaseState::Held,
        Power::Submitter,
        event("held", ""),
    );
    let moved = store.reschedule_release(
        told.release_id,
        NOW + 50,
        Power::Submitter,
        event("rescheduled", ""),
    );

    let late = Stopped::Cleared {
        cleared_ms: NOW,
        told: 2,
    };
    assert_eq!(held.await.unwrap(), late);
    assert_eq!(moved.await.unwrap(), late);
}

pub(crate) async fn of_clearing_and_stopping_at_once_one_wins(store: Store) {
    for n in 0..12 {
        let public_id = format!("rel_{n}");
        let id = accept(&store, &submission(&public_id, None, "US/en")).await;
        let clear = || clear(&store, id, NOW);
        let stop = || {
            store.stop_release(
                id,
                ReleaseState::Cancelled,
                Power::Submitter,
                event("cancelled", ""),
            )
        };

        // Whoever is polled first asks for the writer first: both orders are tried.
        let (cleared, stopped) = if n % 2 == 0 {
            tokio::join!(clear(), stop())
        } else {
            let (stopped, cleared) = tokio::join!(stop(), clear());
            (cleared, stopped)
        };

        let row = store.release_by_id(id).await.unwrap().unwrap();
        match (cleared, stopped.unwrap()) {
            (Some(cleared), Stopped::Cleared { told: 0, .. }) => {
                assert_eq!(
                    (row.state, row.seq),
                    (ReleaseState::Cleared, Some(cleared.seq))
                );
            }
            (None, Stopped::Done) => {
                assert_eq!((row.state, row.seq), (ReleaseState::Cancelled, None));
            }
            both => panic!("not exactly one won: {both:?}"),
        }
    }
}

pub(crate) async fn of_clearing_and_moving_at_once_one_wins(store: Store) {
    for n in 0..12 {
        let public_id = format!("rel_{n}");
        let id = accept(&store, &submission(&public_id, None, "US/en")).await;

        let (moved, cleared) = tokio::join!(
            store.reschedule_release(id, NOW + 1000, Power::Submitter, event("rescheduled", "")),
            clear(&store, id, NOW)
        );

        let (moved, cleared) = (moved.unwrap() == Stopped::Done, cleared.is_some());
        assert_ne!(moved, cleared, "not exactly one won");
    }
}

pub(crate) async fn what_an_editor_holds_only_an_editor_lets_go(store: Store) {
    let id = accept(&store, &submission("rel_a", None, "US/en")).await;
    let why = event("held", "the figures do not add up");
    let hold = |power| store.stop_release(id, ReleaseState::Held, power, why);
    let moved = |power| store.reschedule_release(id, NOW + 50, power, event("rescheduled", ""));
    hold(Power::Editor).await.unwrap();

    hold(Power::Submitter).await.unwrap();
    let by_submitter = moved(Power::Submitter).await.unwrap();

    let note = "the figures do not add up".to_owned();
    let by = "per_1".to_owned();
    assert_eq!(by_submitter, Stopped::HeldByEditor { by, note });
    let row = store.release("rel_a").await.unwrap().unwrap();
    assert_eq!((row.state, row.clear_at_ms), (ReleaseState::Held, NOW));
    assert_eq!((&*row.held_as, &*row.held_by), ("editor", "per_1"));
    assert_eq!(moved(Power::Editor).await.unwrap(), Stopped::Done);
    let row = store.release("rel_a").await.unwrap().unwrap();
    assert_eq!((&*row.held_as, &*row.held_note), ("", ""));
    hold(Power::Submitter).await.unwrap();
    assert_eq!(moved(Power::Submitter).await.unwrap(), Stopped::Done);
}

pub(crate) async fn another_text_does_not_lift_a_hold(store: Store) {
    let id = accept(&store, &submission("rel_a", None, "US/en")).await;
    let held = store.stop_release(id, ReleaseState::Held, Power::Editor, event("held", ""));
    held.await.unwrap();

    // Judged before it was held: the writer wants it scheduled.
    let other = submission("rel_a", None, "US/en");
    let replaced = store.replace(id, &other, None, "changed", NOW).await;

    assert_eq!(replaced.unwrap(), Replaced::Done);
    assert_eq!(clear(&store, id, NOW).await, None);
}
