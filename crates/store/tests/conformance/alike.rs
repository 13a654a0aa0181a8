//! Stories alike: which are linked, who was told of one of them, and what is kept of readers' wishes.

use crate::fixtures::{
    NOW, accept, claimed, clear, endpoint, outcome, plan, readers, submission, subscription,
    suppressed,
};
use release::fingerprint::Fingerprint;
use release::model::{Channel, Repeats};
use store::{
    AlertRow, EndpointEdit, Likeness, Linked, NewRelease, Outcome, Store, Verdict, told_by,
};

const DAY_MS: i64 = 86_400_000;
const TEXT: &str = "Acme opens a lithium mine near Reno, its first, and hires 200 people from the county. The mine will \
    supply two battery plants in Nevada from next spring on. A school in Reno trains the miners in a course of six weeks.";

/// What a router knows of a release.
fn likeness(release_id: i64, text: &str, figures: i64) -> Likeness {
    Likeness {
        release_id,
        fingerprint: Fingerprint::of(text),
        figures,
    }
}

/// A cleared story of one text, and its alert.
pub(crate) async fn story(
    store: &Store,
    public_id: &str,
    text: &str,
    cleared_ms: i64,
) -> (i64, AlertRow) {
    let new = NewRelease {
        fingerprint: &Fingerprint::of(text).to_string(),
        clear_at_ms: cleared_ms,
        ..submission(public_id, None, "US/en")
    };
    let id = accept(store, &new).await;
    let cleared = clear(store, id, cleared_ms).await.unwrap();
    (id, store.alert(cleared.alert_id).await.unwrap().unwrap())
}

pub(crate) async fn link(
    store: &Store,
    of: &(i64, AlertRow),
    text: &str,
    figures: i64,
) -> Vec<Linked> {
    let (id, alert) = of;
    let own = [likeness(*id, text, figures)];
    let linked = store.link_alike(alert.story_id.unwrap(), &own, alert.created_ms);
    linked.await.unwrap()
}

/// Two stories of one text, linked.
pub(crate) async fn twins(store: &Store) -> [(i64, AlertRow); 2] {
    let one = story(store, "rel_one", TEXT, NOW).await;
    let two = story(store, "rel_two", TEXT, NOW).await;
    link(store, &one, TEXT, 7).await;
    assert_eq!(link(store, &two, TEXT, 7).await.len(), 1);
    [one, two]
}

async fn others(store: &Store, release: &str) -> Vec<(String, i64, bool)> {
    let rows = store.alike(release).await.unwrap();
    let shown = rows.into_iter();
    shown
        .map(|row| (row.public_id, row.share, row.same_figures))
        .collect()
}

pub(crate) async fn near_texts_are_linked_from_both_sides_and_once(store: Store) {
    let one = story(&store, "rel_one", TEXT, NOW).await;
    let two = story(&store, "rel_two", TEXT, NOW + 1).await;
    let far = "Borealis Wind mourns its founder, who died on Sunday at home in Tromsø after a long illness.";
    let three = story(&store, "rel_three", far, NOW + 2).await;

    let first = link(&store, &one, TEXT, 7).await;
    let second = link(&store, &two, TEXT, 7).await;
    let again = link(&store, &two, TEXT, 7).await;
    let other = link(&store, &three, far, 7).await;

    assert_eq!((first, again, other), (vec![], vec![], vec![]));
    let made = Linked {
        release_id: two.0,
        other: "rel_one".into(),
        share: 100,
        same_figures: true,
    };
    assert_eq!(second, [made]);
    assert_eq!(
        others(&store, "rel_one").await,
        [("rel_two".into(), 100, true)]
    );
    assert_eq!(
        others(&store, "rel_two").await,
        [("rel_one".into(), 100, true)]
    );
    assert!(others(&store, "rel_three").await.is_empty());
    for (id, other) in [(one.0, "rel_two"), (two.0, "rel_one")] {
        let events = store.release_events(id).await.unwrap();
        assert_eq!((events.len(), &*events[0].act), (1, "linked"));
        let note = format!("100 % of the text is that of {other}, with the same figures");
        assert_eq!(events[0].note, note);
    }
    let stories = [&one, &two, &three].map(|story| story.1.story_id.unwrap());
    let pairs = store.alike_among(&stories).await.unwrap();
    let expected = [(stories[0], stories[1]), (stories[1], stories[0])];
    assert_eq!(pairs, expected.into());
}

/// Editions of one story are translations at most, and texts of long ago are no repeats.
pub(crate) async fn editions_and_old_texts_are_not_linked(store: Store) {
    let old = story(&store, "rel_old", TEXT, NOW).await;
    link(&store, &old, TEXT, 7).await;
    let fingerprint = Fingerprint::of(TEXT).to_string();
    let edition = |public_id, edition| NewRelease {
        fingerprint: &fingerprint,
        clear_at_ms: NOW + 8 * DAY_MS,
        ..submission(public_id, Some("mine"), edition)
    };
    let mut both = Vec::new();
    for new in [edition("rel_us", "US/en"), edition("rel_gb", "GB/en")] {
        let id = accept(&store, &new).await;
        both.push((id, clear(&store, id, NOW + 8 * DAY_MS).await.unwrap()));
    }
    let alert = store.alert(both[0].1.alert_id).await.unwrap().unwrap();
    let own: Vec<Likeness> = both.iter().map(|(id, _)| likeness(*id, TEXT, 7)).collect();

    let linked = store
        .link_alike(alert.story_id.unwrap(), &own, NOW + 8 * DAY_MS)
        .await
        .unwrap();

    assert_eq!(linked, []);
    // The old one is found no more, not even by its like.
    let late = story(&store, "rel_late", TEXT, NOW + 8 * DAY_MS).await;
    assert_eq!(link(&store, &late, TEXT, 7).await.len(), 2);
    assert!(others(&store, "rel_old").await.is_empty());
}

/// Plans a story to endpoints and records what became of it.
async fn tell(store: &Store, story: &(i64, AlertRow), outcomes: &[Outcome]) {
    let endpoints: Vec<i64> = outcomes.iter().map(|one| one.endpoint_id).collect();
    let deliveries = plan(&endpoints, Channel::Email, Some(story.0));
    let batch = store.plan_batch(&story.1, &deliveries, NOW).await.unwrap();
    let batch = claimed(store, batch.id, NOW).await;
    store.record_outcomes(&batch, outcomes).await.unwrap();
}

async fn told_elsewhere(store: &Store, story: &AlertRow, revision: i64) -> Vec<(i64, String)> {
    let told = store
        .told_elsewhere(story.story_id.unwrap(), revision, (0, i64::from(u32::MAX)))
        .await
        .unwrap();
    let mut told: Vec<_> = told.into_iter().collect();
    told.sort();
    told
}

async fn wish(store: &Store, endpoint_id: i64, repeats: Repeats) {
    let edit = EndpointEdit {
        repeats: Some(repeats),
        ..EndpointEdit::default()
    };
    store.edit_endpoint(endpoint_id, &edit).await.unwrap();
}

/// Not who was not reached, nor who wishes for each, nor who was told of something else.
pub(crate) async fn only_who_was_delivered_to_and_wishes_so_was_told(store: Store) {
    let [one, two] = twins(&store).await;
    let readers = readers(&store, Channel::Email, 5).await;
    for id in &readers[..4] {
        wish(&store, *id, Repeats::Once).await;
    }
    wish(&store, readers[3], Repeats::Each).await;
    let verdicts = [
        Verdict::Delivered,
        Verdict::Dead {
            error: "no such user".into(),
        },
        crate::fixtures::retry(NOW + 9),
        Verdict::Delivered,
        Verdict::Delivered,
    ];
    let outcomes: Vec<Outcome> = readers
        .iter()
        .zip(verdicts)
        .map(|(id, verdict)| outcome(*id, verdict))
        .collect();
    let before = told_elsewhere(&store, &two.1, 0).await;
    tell(&store, &one, &outcomes).await;

    let told = told_elsewhere(&store, &two.1, 0).await;
    let own = told_elsewhere(&store, &one.1, 0).await;

    assert_eq!((before, own), (vec![], vec![]));
    assert_eq!(told, [(readers[0], told_by("rel_one"))]);
    let range = store.told_elsewhere(two.1.story_id.unwrap(), 0, (readers[1], readers[4]));
    assert!(range.await.unwrap().is_empty());
}

/// What has other figures is other news, however near.
pub(crate) async fn other_figures_are_linked_and_told(store: Store) {
    let one = story(&store, "rel_one", TEXT, NOW).await;
    let two = story(&store, "rel_two", TEXT, NOW).await;
    let reader = readers(&store, Channel::Email, 1).await[0];
    wish(&store, reader, Repeats::Once).await;
    tell(&store, &one, &[outcome(reader, Verdict::Delivered)]).await;

    link(&store, &one, TEXT, 7).await;
    link(&store, &two, TEXT, 8).await;

    assert_eq!(
        others(&store, "rel_two").await,
        [("rel_one".into(), 100, false)]
    );
    assert!(told_elsewhere(&store, &two.1, 0).await.is_empty());
    let stories = [one.1.story_id.unwrap(), two.1.story_id.unwrap()];
    assert!(store.alike_among(&stories).await.unwrap().is_empty());
}

/// A correction goes to whom the story was told, and not to those from whom it was withheld for another.
pub(crate) async fn correction_follows_those_who_were_told_of_its_story(store: Store) {
    let [one, two] = twins(&store).await;
    let readers = readers(&store, Channel::Email, 3).await;
    for id in &readers {
        wish(&store, *id, Repeats::Once).await;
    }
    let told: Vec<Outcome> = readers[..2]
        .iter()
        .map(|id| outcome(*id, Verdict::Delivered))
        .collect();
    tell(&store, &one, &told).await;
    let withheld = Verdict::Suppressed {
        reason: told_by("rel_one"),
    };
    tell(
        &store,
        &two,
        &[
            outcome(readers[0], withheld),
            outcome(readers[1], Verdict::Delivered),
            outcome(readers[2], suppressed()),
        ],
    )
    .await;

    let of_two = told_elsewhere(&store, &two.1, 1).await;
    let of_one = told_elsewhere(&store, &one.1, 1).await;

    assert_eq!(of_two, [(readers[0], told_by("rel_one"))]);
    assert_eq!(of_one, []);
}

pub(crate) async fn wish_is_kept_with_its_endpoint(store: Store) {
    let with = |public_id, address, repeats| {
        let mut new = subscription(public_id, endpoint("ep_x", Channel::Email, address));
        new.endpoint.public_id = public_id;
        new.endpoint.repeats = repeats;
        new
    };
    let add = async |new| store.add_subscriptions(&[new], NOW).await.unwrap()[0].endpoint_id;
    let once = add(with("ep_1", "once@reader.example", Some(Repeats::Once))).await;
    let plain = add(with("ep_2", "plain@reader.example", None)).await;

    let first = (
        store.repeats(once).await.unwrap(),
        store.repeats(plain).await.unwrap(),
    );
    add(with("ep_1", "once@reader.example", None)).await;
    let kept = store.told_once(&[once, plain]).await.unwrap();
    add(with("ep_1", "once@reader.example", Some(Repeats::Each))).await;
    let changed = store.repeats(once).await.unwrap();
    wish(&store, plain, Repeats::Once).await;
    let edited = store.repeats(plain).await.unwrap();
    store.erase_endpoint(plain).await.unwrap();

    assert_eq!(first, (Repeats::Once, Repeats::Each));
    assert_eq!(kept, [once].into());
    assert_eq!((changed, edited), (Repeats::Each, Repeats::Once));
    assert_eq!(store.repeats(plain).await.unwrap(), Repeats::Each);
}
