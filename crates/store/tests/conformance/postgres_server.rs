//! What only the engine with a server promises: it answers or says why not, goes on after a break, and lets several
//! processes start at once.

use crate::engines::postgres::Place;
use crate::fixtures::{NOW, accept, cleared, outcome, plan, readers, retry, submission, told};
use crate::known_reader::{reader, refused, tell};
use release::model::Channel;
use sqlx::{Connection, PgConnection};
use std::time::Duration;
use store::{Clock, Store, StoreError, Verdict};

/// Past the store: in the same schema, under another name.
async fn raw(place: &Place) -> PgConnection {
    let url = place
        .url()
        .replace("application_name=", "application_name=raw_");
    PgConnection::connect(&url).await.unwrap()
}

#[tokio::test]
async fn database_of_another_schema_version_is_refused() {
    for version in [1, 99] {
        let place = Place::new();
        place.open().await.unwrap().close().await;
        let mut raw = raw(&place).await;
        sqlx::query("update schema_version set version = $1")
            .bind(version)
            .execute(&mut raw)
            .await
            .unwrap();

        let refused = place.open().await.unwrap_err();

        let right =
            matches!(refused, StoreError::Schema { found, .. } if found == i64::from(version));
        assert!(right, "{refused}");
        raw.close().await.unwrap();
    }
}

#[tokio::test]
async fn processes_that_start_at_once_make_one_schema() {
    let place = Place::new();
    place.open().await.unwrap().close().await;
    let mut raw = raw(&place).await;
    let emptied = format!("drop schema {0} cascade; create schema {0}", place.name());
    sqlx::raw_sql(sqlx::AssertSqlSafe(emptied))
        .execute(&mut raw)
        .await
        .unwrap();
    raw.close().await.unwrap();

    let opened = tokio::join!(place.open(), place.open(), place.open());

    let (a, b, c) = (opened.0.unwrap(), opened.1.unwrap(), opened.2.unwrap());
    accept(&a, &submission("rel_a", None, "US/en")).await;
    assert!(b.release("rel_a").await.unwrap().is_some());
    assert!(c.release("rel_a").await.unwrap().is_some());
    for store in [a, b, c] {
        store.close().await;
    }
}

#[tokio::test]
async fn work_goes_on_after_all_connections_were_ended() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    told(&store, 2).await;
    let mut raw = raw(&place).await;
    let ended: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = $1",
    )
    .bind(place.name())
    .fetch_one(&mut raw)
    .await
    .unwrap();
    assert!(ended > 0, "the store holds connections");

    accept(&store, &submission("rel_after", None, "US/en")).await;

    assert!(store.release("rel_after").await.unwrap().is_some());
    raw.close().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn server_that_does_not_answer_is_unreachable() {
    // Nobody listens there: the port was ours until now.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();

    let refused = Store::open(&format!("postgres://u:s3cret@127.0.0.1:{port}/d"), NOW)
        .await
        .unwrap_err();

    assert!(matches!(refused, StoreError::Unreachable(_)), "{refused}");
    assert!(!refused.to_string().contains("s3cret"), "{refused}");
}

#[tokio::test]
async fn database_that_is_not_there_is_refused_by_name() {
    let place = Place::new();
    let nowhere = place.in_database("dateline_that_nobody_made");

    let refused = Store::open(&nowhere, NOW).await.unwrap_err();

    assert!(matches!(refused, StoreError::Refused(_)), "{refused}");
    assert!(
        refused.to_string().contains("dateline_that_nobody_made"),
        "{refused}"
    );
}

#[tokio::test]
async fn place_of_another_scheme_is_named() {
    let refused = Store::open("mysql://u:s3cret@host/d", NOW)
        .await
        .unwrap_err();

    assert!(matches!(refused, StoreError::Place(_)), "{refused}");
    assert!(refused.to_string().contains("mysql:"), "{refused}");
    assert!(!refused.to_string().contains("s3cret"), "{refused}");
}

#[tokio::test]
async fn offset_to_the_servers_clock_is_measured() {
    let place = Place::new();
    let store = place.open().await.unwrap();

    let ours = store
        .clock_offset_ms(|| Clock::System.now_ms())
        .await
        .unwrap();
    let stepped = store.clock_offset_ms(|| NOW).await.unwrap();

    // The server is this machine, or one whose clock is kept.
    assert!(ours.abs() < 5_000, "{ours}");
    let apart = Clock::System.now_ms() - NOW;
    assert!((apart - stepped).abs() < 10_000, "{stepped}");
    store.close().await;
}

/// Updates of a first-try success stay on their page, and touch no index.
#[tokio::test]
async fn deliveries_are_updated_in_their_place() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let told = told(&store, 300).await;
    let outcomes: Vec<_> = told
        .readers
        .iter()
        .map(|&reader| outcome(reader, Verdict::Delivered))
        .collect();

    store.record_outcomes(&told.batch, &outcomes).await.unwrap();
    store.close().await;

    let mut raw = raw(&place).await;
    // The server counts a moment after a connection has ended.
    let counted = async {
        loop {
            let (all, in_place): (i64, i64) = sqlx::query_as(
                "select cast(sum(n_tup_upd) as bigint), cast(sum(n_tup_hot_upd) as bigint) from pg_stat_user_tables \
                 where schemaname = $1 and relname like 'deliveries%'",
            )
            .bind(place.name())
            .fetch_one(&mut raw)
            .await
            .unwrap();
            if all == 300 {
                break in_place;
            }
        }
    };
    let in_place = tokio::time::timeout(Duration::from_secs(20), counted).await;
    assert_eq!(in_place.expect("the server counts"), 300);
    raw.close().await.unwrap();
}

#[tokio::test]
async fn alerts_to_come_have_room_before_they_come() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let mut raw = raw(&place).await;
    let far = "update counters set value = 199998 where name = 'alert'";
    sqlx::raw_sql(far).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();

    let (first, second) = tokio::join!(store.make_room(), store.make_room());

    first.unwrap();
    second.unwrap();
    // The last alert of one partition, and the first of the next.
    for release in ["rel_last", "rel_first"] {
        let (release_id, alert) = cleared(&store, release).await;
        let reader = readers(&store, Channel::Email, 1).await;
        let deliveries = plan(&reader, Channel::Email, Some(release_id));
        store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    }
    assert_eq!(store.ledger((199_998, 0), 9).await.unwrap().len(), 2);
    store.close().await;
}

/// A worker is held up just before it commits what a receiver said; meanwhile the reader is erased.
#[tokio::test]
async fn erasing_waits_for_words_that_are_being_recorded() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let reader = reader(&store).await;
    let (release_id, alert) = cleared(&store, "rel_next").await;
    let batch = tell(
        &store,
        &alert,
        &[reader.mailbox],
        Channel::Email,
        release_id,
    )
    .await;
    let mut holdup = raw(&place).await;
    let mut held = holdup.begin().await.unwrap();
    sqlx::query("insert into retries (alert_id, endpoint_id, due_ms) values ($1, $2, 1)")
        .bind(alert.id)
        .bind(reader.mailbox)
        .execute(&mut *held)
        .await
        .unwrap();

    let recording = tokio::spawn({
        let (store, said) = (store.clone(), refused(reader.mailbox, retry(NOW + 500)));
        async move { store.record_outcomes(&batch, &[said]).await }
    });
    place.wait_for_waiters(1, || false).await;
    let erasing = tokio::spawn({
        let store = store.clone();
        async move { store.erase_endpoint(reader.mailbox).await }
    });
    place.wait_for_waiters(2, || erasing.is_finished()).await;
    held.rollback().await.unwrap();
    recording.await.unwrap().unwrap();
    erasing.await.unwrap().unwrap();

    let words: i64 =
        sqlx::query_scalar("select count(*) from attempts where endpoint_id = $1 and answer <> ''")
            .bind(reader.mailbox)
            .fetch_one(&mut holdup)
            .await
            .unwrap();
    assert_eq!(words, 0);
    holdup.close().await.unwrap();
    store.close().await;
}
