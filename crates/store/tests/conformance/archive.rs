//! The archive: items found by their marks, editions of a story as one entry, nothing before it cleared.

use crate::fixtures::{NOW, accept, clear, submission};
use release::model::ReleaseState;
use store::{IssuerName, ItemKey, Mark, NewIssuer, Store};

fn mark(mark: &str, seq: i64) -> Mark {
    Mark {
        mark: mark.to_owned(),
        seq,
    }
}

/// A release that cleared as an item of this story.
async fn item(store: &Store, id: &str, story: Option<&str>, edition: &str) -> i64 {
    let id = accept(store, &submission(id, story, edition)).await;
    clear(store, id, NOW).await.unwrap().seq
}

fn seqs(keys: &[ItemKey]) -> Vec<i64> {
    keys.iter().map(|key| key.seq).collect()
}

pub(crate) async fn marks_are_written_in_the_order_of_the_wire(store: Store) {
    for id in ["rel_a", "rel_b", "rel_c"] {
        item(&store, id, None, "US/en").await;
    }
    accept(&store, &submission("rel_scheduled", None, "US/en")).await;

    let first = store.unindexed_items(2).await.unwrap();
    let marks = [mark("topic:gold", 1), mark("topic:gold", 2)];
    assert!(store.index_items(0, 2, &marks).await.unwrap());
    let late = store.index_items(0, 1, &[mark("topic:tin", 1)]).await;
    let rest = store.unindexed_items(9).await.unwrap();

    let ids: Vec<_> = first.iter().map(|row| (&*row.public_id, row.seq)).collect();
    assert_eq!(ids, [("rel_a", 1), ("rel_b", 2)]);
    assert!(
        !late.unwrap(),
        "who comes second must not set the counter back"
    );
    assert_eq!(rest.len(), 1, "what has not cleared is no item");
    assert_eq!(store.indexed_seq().await.unwrap(), 2);
    assert_eq!(store.mark_sizes(&["topic:tin"], 9).await.unwrap(), [0]);
}

pub(crate) async fn marks_of_another_folding_are_written_anew(store: Store) {
    item(&store, "rel_a", None, "US/en").await;
    store.fold_marks_by(1).await.unwrap();
    store
        .index_items(0, 1, &[mark("word:gold", 1)])
        .await
        .unwrap();

    assert!(!store.fold_marks_by(1).await.unwrap(), "nothing changed");
    assert_eq!(store.indexed_seq().await.unwrap(), 1);
    assert!(store.fold_marks_by(2).await.unwrap());

    assert_eq!(store.indexed_seq().await.unwrap(), 0);
    assert_eq!(store.mark_sizes(&["word:gold"], 9).await.unwrap(), [0]);
    assert_eq!(store.unindexed_items(9).await.unwrap().len(), 1);
}

pub(crate) async fn stories_are_listed_by_their_first_item(store: Store) {
    item(&store, "rel_a", Some("plant"), "US/en").await;
    item(&store, "rel_b", Some("mine"), "US/en").await;
    item(&store, "rel_c", Some("plant"), "DE/de").await;
    item(&store, "rel_d", None, "US/en").await;

    let all = store.stories_before(i64::MAX, 10).await.unwrap();
    let page = store.stories_before(4, 1).await.unwrap();

    assert_eq!(seqs(&all), [4, 2, 1]);
    assert_eq!(seqs(&page), [2]);
    assert_eq!(
        store.seqs_before(i64::MAX, 3).await.unwrap(),
        [4, 3, 2],
        "feeds have every edition"
    );
    assert_eq!(store.newest_seq().await.unwrap(), 4);
}

pub(crate) async fn marked_stories_are_listed_by_the_first_item_that_bears_the_mark(store: Store) {
    item(&store, "rel_a", Some("plant"), "US/en").await;
    item(&store, "rel_b", Some("plant"), "DE/de").await;
    item(&store, "rel_c", Some("plant"), "AT/de").await;
    item(&store, "rel_d", None, "DE/de").await;
    let marks = [2, 3, 4].map(|seq| mark("lang:de", seq));
    store.index_items(0, 4, &marks).await.unwrap();

    let german = store
        .marked_stories_before("lang:de", i64::MAX, 10)
        .await
        .unwrap();
    let older = store.marked_stories_before("lang:de", 4, 10).await.unwrap();
    let none = store.marked_stories_before("lang:fr", 9, 10).await.unwrap();

    assert_eq!(seqs(&german), [4, 2]);
    assert_eq!(seqs(&older), [2]);
    assert!(none.is_empty());
    let editions = store.editions_of(&[german[1].story_id]).await.unwrap();
    let editions: Vec<_> = editions.iter().map(|row| &*row.edition).collect();
    assert_eq!(editions, ["US/en", "DE/de", "AT/de"]);
}

pub(crate) async fn marks_are_probed_counted_and_read_by_prefix(store: Store) {
    for id in ["rel_a", "rel_b", "rel_c"] {
        item(&store, id, None, "US/en").await;
    }
    let marks = [
        mark("word:gold", 1),
        mark("word:gold", 2),
        mark("word:gold", 3),
        mark("word:tin", 2),
        mark("ticker:XNYS:TIN", 2),
    ];
    store.index_items(0, 3, &marks).await.unwrap();

    let newest = store
        .marked_seqs_before(&["word:gold", "word:tin", "word:zinc"], 3, 1)
        .await
        .unwrap();
    let mut among = store
        .marks_among(&["word:tin", "word:gold"], &[3, 2])
        .await
        .unwrap();
    among.sort();
    let sizes = store
        .mark_sizes(&["word:zinc", "word:gold", "word:tin"], 2)
        .await
        .unwrap();

    assert_eq!(newest, [mark("word:gold", 2), mark("word:tin", 2)]);
    assert_eq!(
        among,
        [
            mark("word:gold", 2),
            mark("word:gold", 3),
            mark("word:tin", 2)
        ]
    );
    assert_eq!(sizes, [0, 2, 1], "counted up to 2");
    let words = store.marks_with_prefix("word:", 9).await.unwrap();
    assert_eq!(words, ["word:gold", "word:tin"]);
    assert_eq!(
        store.marks_with_prefix("word:", 1).await.unwrap(),
        ["word:gold"]
    );
    assert!(store.marks_with_prefix("x", 9).await.unwrap().is_empty());
}

pub(crate) async fn items_are_read_whole_and_only_once_cleared(store: Store) {
    item(&store, "rel_a", None, "US/en").await;
    item(&store, "rel_b", None, "DE/de").await;
    accept(&store, &submission("rel_scheduled", None, "US/en")).await;

    let rows = store.items(&[1, 2, 3]).await.unwrap();
    let one = store.item_of("rel_a").await.unwrap().unwrap();
    let scheduled = store.item_of("rel_scheduled").await.unwrap();
    let map = store.map_of_items(1, 9).await.unwrap();

    let ids: Vec<_> = rows.iter().map(|row| &*row.public_id).collect();
    assert_eq!(ids, ["rel_b", "rel_a"]);
    assert_eq!((one.seq, &*one.edition, &*one.content), (1, "US/en", "{}"));
    assert_eq!((one.accepted_ms, one.cleared_ms), (NOW, NOW));
    assert_eq!(one.state, ReleaseState::Cleared);
    assert!(scheduled.is_none());
    assert_eq!(
        map.iter().map(|row| &*row.public_id).collect::<Vec<_>>(),
        ["rel_b"]
    );
}

pub(crate) async fn issuers_are_heard_of_once_a_release_cleared(store: Store) {
    for (slug, name) in [("acme", "Acme 100% Steel"), ("globex", "Globex")] {
        let public_id = format!("iss_{slug}");
        let new = NewIssuer {
            public_id: &public_id,
            slug,
            name,
            site: None,
            boilerplate: None,
            review: "none",
            approval: "none",
        };
        store.add_issuer(&new, NOW).await.unwrap();
    }
    item(&store, "rel_a", None, "US/en").await;

    let heard = store.heard_issuers().await.unwrap();
    let like = async |text: &str| store.heard_issuers_like(text, 5).await.unwrap().len();
    let names = store
        .issuer_names(&["globex", "acme", "nobody"])
        .await
        .unwrap();

    let acme = IssuerName {
        slug: "acme".into(),
        name: "Acme 100% Steel".into(),
    };
    assert_eq!(heard, [acme]);
    assert_eq!((like("ac").await, like("steel").await), (1, 1));
    assert_eq!((like("%").await, like("_").await), (1, 0));
    assert_eq!(like("globex").await, 0, "nothing of theirs is out");
    assert_eq!(names.len(), 2);
}
