//! A rolling upgrade: processes at work on a schema of the version before, which is migrated under them.
//!
//! There is no older program to run: what is tested is that this one does the whole main job on the older schema, goes on
//! while `dateline migrate` changes it, and does it with what is new afterwards; and that the new schema stops nobody.

use crate::account::{Account, Doubles};
use crate::fleet::{Fleet, add};
use crate::load::{Load, Receivers};
use crate::services::Services;
use http::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use std::time::Duration;

/// The schema that the version before makes, and its number.
const BEFORE: (&str, i64) = (
    include_str!("../../../crates/store/schema/postgres-0003.sql"),
    3,
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
    assert_eq!(asking(&fleet).await, 0);
    load.progress(20).await;

    let migrated = fleet.run(&["migrate"]).await;
    load.progress(20).await;
    fleet.sign_up("after@reader.example").await;
    for role in ["intake", "webhook", "newsroom"] {
        fleet.stop(role).await;
        fleet.start_again(role).await;
    }

    assert!(
        migrated.contains("3") && migrated.contains("4"),
        "{migrated}"
    );
    assert_eq!(version(&fleet).await, BEFORE.1 + 1);
    account.settle(&fleet, load, Doubles::None).await;
    what_is_new_works(&fleet).await;
    fleet.end().await;
}

/// The guard has somewhere to ask now, in processes that were started before.
async fn what_is_new_works(fleet: &Fleet) {
    let client = fleet.client();
    let crowd: Vec<Value> = (0..1001)
        .map(|n| json!({ "filter": "zeppelins", "email": format!("crowd-{n}@reader.example"), "consent": "a test" }))
        .collect();
    for some in crowd.chunks(500) {
        add(&client, "/v1/subscriptions", json!(some)).await;
    }
    let blast = tests::release("Acme builds zeppelins");
    add(&client, "/v1/releases", blast).await;
    let asks = async {
        while asking(fleet).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let asks = tokio::time::timeout(tests::DEADLINE, asks).await;
    asks.expect("the guard asks once the schema is new");
}

async fn asking(fleet: &Fleet) -> usize {
    let shown = fleet.client().ask(Method::GET, "/v1/blasts", None).await;
    shown.unwrap()["blasts"].as_array().unwrap().len()
}

/// As the processes of the version before left it.
async fn make_before(database: String) {
    let mut connection = PgConnection::connect(&database).await.unwrap();
    sqlx::raw_sql(BEFORE.0)
        .execute(&mut connection)
        .await
        .unwrap();
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
