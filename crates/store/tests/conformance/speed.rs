//! How fast deliveries are planned and recorded, beside raw inserts of the same rows in the same run. Not a test of
//! anything: `cargo test --release -p store --test conformance speed -- --ignored --nocapture`.

use crate::fixtures::{NOW, cleared, outcome, plan};
use release::model::Channel;
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::time::{Duration, Instant};
use store::{Claim, Outcome, Store, Verdict};

const ALL: i64 = 100_000;
const AT_ONCE: i64 = 1_000;

fn show(what: &str, took: Duration) -> f64 {
    let per_second = ALL as f64 / took.as_secs_f64();
    println!("{what}: {per_second:.0} rows/s");
    per_second
}

/// Plans and records all; gives the rates.
async fn plan_and_record(engine: &str, store: &Store) -> f64 {
    let (release_id, alert) = cleared(store, "rel_fast").await;
    let endpoints: Vec<i64> = (1..=ALL).collect();
    let mut batches = Vec::new();
    let begun = Instant::now();
    for some in endpoints.chunks(AT_ONCE as usize) {
        let deliveries = plan(some, Channel::Email, Some(release_id));
        batches.push(store.plan_batch(&alert, &deliveries, NOW).await.unwrap().id);
    }
    let planned = show(&format!("{engine} planned"), begun.elapsed());
    let begun = Instant::now();
    for (at, id) in batches.into_iter().enumerate() {
        let claim = store.claim_batch(id, "w1", NOW + 9, NOW, 20).await.unwrap();
        let Claim::Ours(batch) = claim else {
            panic!("{claim:?}")
        };
        let some = &endpoints[at * AT_ONCE as usize..][..AT_ONCE as usize];
        let delivered: Vec<Outcome> = some
            .iter()
            .map(|&id| outcome(id, Verdict::Delivered))
            .collect();
        for outcomes in delivered.chunks(500) {
            store.record_outcomes(&batch, outcomes).await.unwrap();
        }
    }
    show(&format!("{engine} recorded"), begun.elapsed());
    planned
}

#[tokio::test]
#[ignore = "measures"]
async fn postgres_beside_raw_inserts() {
    let place = crate::engines::postgres::Place::new();
    let store = place.open().await.unwrap();
    let planned = plan_and_record("postgres", &store).await;
    let mut raw = PgConnection::connect(&place.url()).await.unwrap();
    let begun = Instant::now();
    for n in 0..ALL / AT_ONCE {
        let endpoints: Vec<i64> = (n * AT_ONCE..(n + 1) * AT_ONCE).collect();
        sqlx::query(
            "insert into deliveries (alert_id, endpoint_id, batch_id, release_id, state, reasons) \
             select 9, e, 1, 1, 'due', '1 2' from unnest($1::bigint[]) as e",
        )
        .bind(endpoints)
        .execute(&mut raw)
        .await
        .unwrap();
    }
    println!(
        "plan_ratio {:.2}",
        planned / show("postgres raw", begun.elapsed())
    );
    raw.close().await.unwrap();
    store.close().await;
}

#[tokio::test]
#[ignore = "measures"]
async fn sqlite_beside_raw_inserts() {
    let place = crate::engines::sqlite::Place::new();
    let store = place.open().await.unwrap();
    let planned = plan_and_record("sqlite", &store).await;
    let url = format!("sqlite:{}", place.file().display());
    let mut raw = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("pragma synchronous = full")
        .execute(&mut raw)
        .await
        .unwrap();
    let begun = Instant::now();
    for n in 0..ALL / AT_ONCE {
        sqlx::query(
            "insert into deliveries (alert_id, endpoint_id, batch_id, release_id, state, reasons) \
             with recursive n (n) as (select $1 union all select n + 1 from n where n < $2) \
             select 9, n, 1, 1, 'due', '1 2' from n",
        )
        .bind(n * AT_ONCE)
        .bind((n + 1) * AT_ONCE - 1)
        .execute(&mut raw)
        .await
        .unwrap();
    }
    println!(
        "plan_ratio {:.2}",
        planned / show("sqlite raw", begun.elapsed())
    );
    raw.close().await.unwrap();
    store.close().await;
}
