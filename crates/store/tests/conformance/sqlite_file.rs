//! What only the embedded engine promises: one file, of one version, in WAL mode.

use crate::engines::sqlite::Place;
use crate::fixtures::{NOW, dead, outcome, retry, told};
use sqlx::{Connection, Row, SqliteConnection};
use store::{Store, StoreError};

/// The file itself, past the store.
async fn raw(place: &Place) -> SqliteConnection {
    let url = format!("sqlite:{}", place.file().display());
    SqliteConnection::connect(&url).await.unwrap()
}

#[tokio::test]
async fn file_of_another_schema_version_is_refused() {
    let place = Place::new();
    place.open().await.unwrap().close().await;
    let mut file = raw(&place).await;
    sqlx::raw_sql("pragma user_version = 99")
        .execute(&mut file)
        .await
        .unwrap();
    file.close().await.unwrap();

    let refused = place.open().await.unwrap_err();

    assert!(
        matches!(
            refused,
            StoreError::Schema {
                found: 99,
                known: 6,
                ..
            }
        ),
        "{refused}"
    );
}

/// As the first version left it: a release told to nobody yet, another with an idempotency key, and a token.
const OF_VERSION_1: &str = "
    insert into keys (id, secret, created_ms) values (1, zeroblob(32), 1);
    insert into tokens (id, public_id, digest, name, scopes, issuers, created_ms)
        values (7, 'tok_7', x'01', 'agency', 'releases:write', 'acme', 1);
    insert into stories (id, public_id, owner, story_key) values (1, 'sty_1', 'acme', null);
    insert into releases (id, public_id, story_id, revision, edition, state, lane, clear_at_ms, content, content_hash,
                          token_id, request_id, accepted_ms)
        values (1, 'rel_1', 1, 0, 'US/en', 'cleared', 'regular', 5, '{\"issuers\":[\"acme\",\"beta\"]}', 'c0ffee', 7, 'req_1', 4);
    insert into idempotency (token_id, idempotency_key, body_hash, release_id, created_ms) values (7, 'k', 'h', 1, 4);
    insert into items (seq, release_id, cleared_ms) values (1, 1, 5);
    insert into alerts (id, public_id, kind, lane, story_id, revision, state, request_id, created_ms, hinted_ms)
        values (1, 'alr_1', 'story', 'regular', 1, 0, 'routed', 'req_1', 5, 5);
    insert into batches (id, alert_id, release_id, channel, lane, round, first_endpoint_id, last_endpoint_id, state, total,
                         request_id, created_ms, hinted_ms)
        values (1, 1, 1, 'email', 'regular', 0, 1, 1, 'done', 1, 'req_1', 5, 5);
    pragma user_version = 1;
";

#[tokio::test]
async fn file_of_version_1_goes_on_with_all_that_it_holds() {
    let place = Place::new();
    std::fs::File::create(place.file()).unwrap();
    let mut file = raw(&place).await;
    let first = include_str!("../../schema/sqlite-0001.sql");
    sqlx::raw_sql(first).execute(&mut file).await.unwrap();
    sqlx::raw_sql(OF_VERSION_1)
        .execute(&mut file)
        .await
        .unwrap();
    file.close().await.unwrap();

    let store = place.open().await.unwrap();

    let release = store.release("rel_1").await.unwrap().unwrap();
    assert_eq!(
        (release.issuers.as_str(), release.submitted_by.as_str()),
        ("acme beta", "tok_7")
    );
    let made = store.made_before("tok_7", "k").await.unwrap();
    assert_eq!(made, Some(("h".to_owned(), "rel_1".to_owned())));
    let alert = store.alert(1).await.unwrap().unwrap();
    assert_eq!(
        (alert.public_id.as_str(), alert.about.as_str()),
        ("alr_1", "")
    );
    store.close().await;
}

#[tokio::test]
async fn folder_that_is_not_there_is_unwritable() {
    let place = Place::new();
    let nowhere = place.file().join("below").join("dateline.db");

    let url = format!("sqlite:{}", nowhere.display());
    let refused = Store::open(&url, NOW).await.unwrap_err();

    assert!(matches!(refused, StoreError::Unwritable(_)), "{refused}");
}

#[tokio::test]
async fn file_is_in_wal_mode() {
    let place = Place::new();
    place.open().await.unwrap().close().await;

    let mut file = raw(&place).await;
    let row = sqlx::query("pragma journal_mode")
        .fetch_one(&mut file)
        .await
        .unwrap();

    assert_eq!(row.get::<String, _>(0), "wal");
}

/// No query reads attempts yet: the rows themselves are compared, the missing status and all.
#[tokio::test]
async fn failed_attempts_are_kept_once() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let told = told(&store, 3).await;
    let mut unanswered = outcome(told.readers[0], retry(NOW + 500));
    unanswered.status = None;
    let mut unsent = outcome(told.readers[2], retry(NOW + 500));
    unsent.attempt = 0;
    let outcomes = [unanswered, outcome(told.readers[1], dead()), unsent];
    for _twice in 0..2 {
        store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    }
    store.close().await;

    let mut file = raw(&place).await;
    let rows: Vec<(i64, i64, i64, i64, Option<i64>, String)> = sqlx::query_as(
        "select endpoint_id, attempt, at_ms, duration_ms, status, error from attempts order by endpoint_id",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();

    assert_eq!(
        rows,
        [
            (
                told.readers[0],
                1,
                NOW + 40,
                30,
                None,
                "greylisted".to_owned()
            ),
            (
                told.readers[1],
                1,
                NOW + 40,
                30,
                Some(250),
                "no such user".to_owned()
            ),
        ]
    );
}
