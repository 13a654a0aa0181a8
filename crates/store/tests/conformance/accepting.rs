//! Accepting releases, and reading them back.

use crate::fixtures::{NOW, accept, event, submission};
use release::model::{Lane, ReleaseState};
use store::{Accepted, Idempotency, Power, Store};

const KEY: Option<Idempotency<'static>> = Some(Idempotency {
    key: "k1",
    body_hash: "b1",
});

pub(crate) async fn accepted_release_is_read_back_whole(store: Store) {
    let new = submission("rel_a", Some("q3"), "US/en");
    let id = accept(&store, &new).await;

    let row = store.release("rel_a").await.unwrap().unwrap();

    assert_eq!((row.id, row.public_id.as_str()), (id, "rel_a"));
    assert_eq!((row.story_public_id.as_str(), row.revision), ("rel_a", 0));
    assert_eq!(row.edition, "US/en");
    assert_eq!(
        (row.state, row.lane),
        (ReleaseState::Scheduled, Lane::Regular)
    );
    assert_eq!((row.clear_at_ms, row.accepted_ms), (NOW, NOW));
    assert_eq!((&*row.content, &*row.content_hash), ("{}", "c0ffee"));
    assert_eq!(
        (&*row.submitted_by, &*row.request_id),
        ("tok_7", "req_submit")
    );
    assert_eq!((&*row.issuers, &*row.source), ("acme", new.source));
    assert_eq!((row.bundle, &*row.awaits, &*row.notify), (None, "", ""));
    assert_eq!((row.cleared_ms, row.seq), (None, None));
    let by_id = store.release_by_id(id).await.unwrap().unwrap();
    assert_eq!(by_id.public_id, "rel_a");
    assert!(store.release("rel_other").await.unwrap().is_none());
    assert!(store.release_by_id(id + 1).await.unwrap().is_none());
    assert_eq!(store.story_revision(row.story_id).await.unwrap(), 0);
}

pub(crate) async fn repeated_submission_is_the_release_it_made(store: Store) {
    let (new, again) = (
        submission("rel_a", None, "US/en"),
        submission("rel_b", None, "US/en"),
    );
    let first = store.accept(&[new], KEY, NOW).await.unwrap();

    let second = store.accept(&[again], KEY, NOW + 1).await.unwrap();

    assert!(matches!(first, Accepted::New(_)), "{first:?}");
    assert_eq!(second, Accepted::Repeated("rel_a".into()));
    assert_eq!(store.releases(i64::MAX, None, 10).await.unwrap().len(), 1);
}

pub(crate) async fn idempotency_key_of_another_body_is_refused(store: Store) {
    let new = submission("rel_a", None, "US/en");
    store.accept(&[new], KEY, NOW).await.unwrap();
    let other = Some(Idempotency {
        key: "k1",
        body_hash: "b2",
    });

    let again = submission("rel_b", None, "US/en");
    let reused = store.accept(&[again], other, NOW).await.unwrap();

    assert_eq!(reused, Accepted::KeyReused("rel_a".into()));
    let before = store.made_before("tok_7", "k1").await.unwrap();
    assert_eq!(before, Some(("b1".into(), "rel_a".into())));
    assert_eq!(store.made_before("tok_7", "k2").await.unwrap(), None);
    assert!(store.release("rel_b").await.unwrap().is_none());
}

pub(crate) async fn idempotency_keys_of_two_tokens_are_apart(store: Store) {
    store
        .accept(&[submission("rel_a", None, "US/en")], KEY, NOW)
        .await
        .unwrap();
    let mut of_another = submission("rel_b", None, "US/en");
    of_another.submitted_by = "tok_8";

    let second = store.accept(&[of_another], KEY, NOW).await.unwrap();

    assert!(matches!(second, Accepted::New(_)), "{second:?}");
}

pub(crate) async fn edition_of_a_story_is_taken_once(store: Store) {
    accept(&store, &submission("rel_a", Some("q3"), "US/en")).await;
    let same = submission("rel_b", Some("q3"), "US/en");

    let taken = store.accept(&[same], KEY, NOW).await.unwrap();

    assert_eq!(
        taken,
        Accepted::EditionTaken {
            at: 0,
            release: "rel_a".into()
        }
    );
    // The key was not used up by what was refused.
    let mended = submission("rel_c", Some("q3"), "ES/es");
    let accepted = store.accept(&[mended], KEY, NOW).await.unwrap();
    assert!(matches!(accepted, Accepted::New(_)), "{accepted:?}");
}

pub(crate) async fn cancelled_edition_leaves_its_place_free(store: Store) {
    let first = accept(&store, &submission("rel_a", Some("q3"), "US/en")).await;
    store
        .stop_release(
            first,
            ReleaseState::Cancelled,
            Power::Submitter,
            event("cancelled", ""),
        )
        .await
        .unwrap();

    let second = store
        .accept(&[submission("rel_b", Some("q3"), "US/en")], None, NOW)
        .await
        .unwrap();

    assert!(matches!(second, Accepted::New(_)), "{second:?}");
}

pub(crate) async fn editions_with_the_same_key_tell_one_story(store: Store) {
    accept(&store, &submission("rel_en", Some("q3"), "US/en")).await;
    accept(&store, &submission("rel_es", Some("q3"), "US/es")).await;
    accept(&store, &submission("rel_none", None, "US/en")).await;
    let mut others = submission("rel_other", Some("q3"), "US/en");
    others.story_owner = "globex";
    accept(&store, &others).await;

    let of_one = store.story("rel_en").await.unwrap();
    let of_one: Vec<_> = of_one.iter().map(|row| &*row.public_id).collect();
    assert_eq!(of_one, ["rel_en", "rel_es"]);
    let mut stories = Vec::new();
    for id in ["rel_en", "rel_es", "rel_none", "rel_other"] {
        stories.push(store.release(id).await.unwrap().unwrap().story_id);
    }

    assert_eq!(stories[0], stories[1]);
    stories.sort_unstable();
    stories.dedup();
    assert_eq!(
        stories.len(),
        3,
        "no key, and another owner's, are stories of their own"
    );
}

pub(crate) async fn same_submission_sent_at_once_is_accepted_once(store: Store) {
    let (a, b) = (
        [submission("rel_a", None, "US/en")],
        [submission("rel_b", None, "US/en")],
    );

    let (first, second) = tokio::join!(store.accept(&a, KEY, NOW), store.accept(&b, KEY, NOW));

    let repeated = [first.unwrap(), second.unwrap()]
        .iter()
        .filter(|accepted| matches!(accepted, Accepted::Repeated(_)))
        .count();
    assert_eq!(repeated, 1);
    assert_eq!(store.releases(i64::MAX, None, 10).await.unwrap().len(), 1);
}

pub(crate) async fn releases_are_listed_newest_first_by_page(store: Store) {
    for id in ["rel_1", "rel_2", "rel_3"] {
        accept(&store, &submission(id, None, "US/en")).await;
    }

    let first = store.releases(i64::MAX, None, 2).await.unwrap();
    let second = store.releases(first[1].id, None, 2).await.unwrap();

    let ids = |page: &[store::ReleaseRow]| {
        page.iter()
            .map(|row| row.public_id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ["rel_3", "rel_2"]);
    assert_eq!(ids(&second), ["rel_1"]);
}
