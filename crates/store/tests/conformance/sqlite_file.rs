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
                known: 1
            }
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn folder_that_is_not_there_is_unwritable() {
    let place = Place::new();
    let nowhere = place.file().join("below").join("dateline.db");

    let refused = Store::open(&nowhere, NOW).await.unwrap_err();

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
