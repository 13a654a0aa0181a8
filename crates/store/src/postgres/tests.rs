use super::*;

/// A schema of its own in the database that `deploy/services` started, or that is named.
async fn place() -> (Postgres, String) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/services/env");
    let started = std::fs::read_to_string(file).unwrap_or_default();
    let line = |line: &str| Some(line.strip_prefix("DATELINE_POSTGRES=")?.to_owned());
    let server = std::env::var("DATELINE_POSTGRES")
        .ok()
        .or_else(|| started.lines().find_map(line))
        .expect("a PostgreSQL server: run `deploy/services up`, or name one in DATELINE_POSTGRES");
    let schema = format!("test_{:016x}", rand::random::<u64>());
    let all = Postgres::connect(&server).await.unwrap();
    run(&all, &format!("create schema {schema}")).await;
    all.close().await;
    let join = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{join}options[search_path]={schema}");
    (Postgres::connect(&url).await.unwrap(), schema)
}

async fn run(postgres: &Postgres, text: &str) {
    let mut connection = postgres.reader().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned()))
        .execute(&mut *connection)
        .await
        .unwrap();
}

/// An answer that was given is on the disk: with `off` a crash of the server alone could forget it.
#[tokio::test]
async fn connections_wait_for_the_disk() {
    let (postgres, schema) = place().await;
    let mut connection = postgres.reader().await.unwrap();

    let waits: String = sqlx::query_scalar("show synchronous_commit")
        .fetch_one(&mut *connection)
        .await
        .unwrap();

    assert_eq!(waits, "on");
    drop(connection);
    run(&postgres, &format!("drop schema {schema} cascade")).await;
    postgres.close().await;
}

/// The next version is made up.
#[tokio::test]
async fn database_of_the_previous_version_goes_on_with_all_that_it_holds() {
    let (postgres, schema) = place().await;
    let next = "alter table issuers add column motto text not null default 'none'";
    let mut steps = MIGRATIONS.to_vec();
    steps.push(next);
    let made = postgres.migrate(3, MIGRATIONS, 0).await.unwrap();
    run(
        &postgres,
        "update counters set value = 7 where name = 'item'",
    )
    .await;

    let migrated = postgres.migrate(3, &steps, 0).await.unwrap();
    let again = postgres.migrate(3, &steps, 0).await.unwrap();
    let back = postgres.migrate(3, MIGRATIONS, 0).await;

    assert_eq!(made, Migrated { from: 0, to: 6 });
    assert_eq!(migrated, Migrated { from: 6, to: 7 });
    assert_eq!(again, Migrated { from: 7, to: 7 });
    assert!(matches!(back, Err(StoreError::Schema { found: 7, .. })));
    run(&postgres, "select motto from issuers").await;
    let mut connection = postgres.reader().await.unwrap();
    let kept: (i64, i64) = sqlx::query_as(
        "select (select value from counters where name = 'item'), (select count(*) from keys)",
    )
    .fetch_one(&mut *connection)
    .await
    .unwrap();
    assert_eq!(kept, (7, 1));
    drop(connection);
    run(&postgres, &format!("drop schema {schema} cascade")).await;
    postgres.close().await;
}

/// What stands in the middle of a step that fails is not kept, nor the steps before it.
#[tokio::test]
async fn migration_that_fails_changes_nothing() {
    let (postgres, schema) = place().await;
    let broken = "create table halfway (id bigint); alter table nowhere add column a text";

    let failed = postgres.migrate(3, &[MIGRATIONS[0], broken], 0).await;

    assert!(failed.is_err());
    let mut connection = postgres.reader().await.unwrap();
    assert_eq!(version(&mut connection).await.unwrap(), 0);
    drop(connection);
    run(&postgres, &format!("drop schema {schema} cascade")).await;
    postgres.close().await;
}
