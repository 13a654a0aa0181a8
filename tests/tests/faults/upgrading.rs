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
use std::time::Duration;

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

/// Stories are linked and wishes kept now, by processes that were started before.
async fn what_is_new_works(fleet: &Fleet) {
    let client = fleet.client();
    let wish = json!({ "filter": "zeppelins", "email": "once@reader.example", "consent": "a test", "repeats": "once" });
    add(&client, "/v1/subscriptions", wish).await;
    for _ in 0..2 {
        add(
            &client,
            "/v1/releases",
            tests::release("Acme builds zeppelins"),
        )
        .await;
    }
    let linked = async {
        while linked(fleet).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let linked = tokio::time::timeout(tests::DEADLINE, linked).await;
    linked.expect("stories are linked once the schema is new");
}

/// How many links there are; none where there is no room for any.
async fn linked(fleet: &Fleet) -> i64 {
    let mut connection = PgConnection::connect(fleet.database()).await.unwrap();
    let there: Option<String> = sqlx::query_scalar("select cast(to_regclass('alike') as text)")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    if there.is_none() {
        return 0;
    }
    sqlx::query_scalar("select count(*) from alike")
        .fetch_one(&mut connection)
        .await
        .unwrap()
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
