//! A rolling upgrade: processes at work on a schema of the version before, which is migrated under them.
//!
//! There is no older program to run: what is tested is that this one does the whole main job on the older schema, goes on
//! while `dateline migrate` changes it, and does it with what is new afterwards; and that the new schema stops nobody.

use crate::account::{Account, Doubles};
use crate::fleet::{Fleet, add};
use crate::load::{Load, Receivers};
use crate::services::Services;
use serde_json::json;
use sqlx::{Connection, PgConnection};

/// What makes the schema of the version before, and its number.
const BEFORE: (&[&str], i64) = (
    &[
        include_str!("../../../crates/store/schema/postgres-0003.sql"),
        include_str!("../../../crates/store/schema/postgres-0004.sql"),
        include_str!("../../../crates/store/schema/postgres-0005.sql"),
    ],
    5,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schema_is_migrated_under_a_fleet_that_goes_on() {
    let services = Services::take().await;
    let mut fleet = Fleet::start_on(&services, Receivers::start(), make_before).await;
    let load = Load::begin(&fleet, 150).await;
    let account = Account::begin();
    load.progress(20).await;
    fleet.sign_up("before@reader.example").await;
    for role in ["router", "email", "sweep"] {
        fleet.stop(role).await;
        fleet.start_again(role).await;
    }
    assert_eq!(
        version(&fleet).await,
        BEFORE.1,
        "no start changes a shared schema"
    );
    load.progress(20).await;

    let migrated = fleet.run(&["migrate"]).await;
    load.progress(20).await;
    fleet.sign_up("after@reader.example").await;
    for role in ["intake", "webhook", "newsroom"] {
        fleet.stop(role).await;
        fleet.start_again(role).await;
    }

    assert!(
        migrated.contains("5") && migrated.contains("6"),
        "{migrated}"
    );
    assert_eq!(version(&fleet).await, BEFORE.1 + 1);
    account.settle(&fleet, load, Doubles::None).await;
    what_is_new_works(&fleet).await;
    fleet.end().await;
}

/// Wishes of webhooks' owners are kept now, by processes that were started before.
async fn what_is_new_works(fleet: &Fleet) {
    let wish = json!({ "filter": "zeppelins", "webhook": "http://127.0.0.1:9/hook", "owner": "new@reader.example",
                       "consent": "a test", "ordered": true });
    add(&fleet.client(), "/v1/subscriptions", wish).await;
}

/// As the processes of the version before left it.
async fn make_before(database: String) {
    let mut connection = PgConnection::connect(&database).await.unwrap();
    for text in BEFORE.0 {
        sqlx::raw_sql(*text).execute(&mut connection).await.unwrap();
    }
    sqlx::query("insert into schema_version (version) values ($1)")
        .bind(BEFORE.1)
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("insert into keys (id, secret, created_ms) values (1, $1, 0)")
        .bind([7_u8; 32].as_slice())
        .execute(&mut connection)
        .await
        .unwrap();
}

async fn version(fleet: &Fleet) -> i64 {
    let mut connection = PgConnection::connect(fleet.database()).await.unwrap();
    sqlx::query_scalar("select version from schema_version")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}
