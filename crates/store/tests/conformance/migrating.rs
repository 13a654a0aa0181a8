//! Schemas of other versions: accepted, brought up to date, or refused with the mend.

use crate::engines::{postgres, sqlite};
use crate::fixtures::{NOW, done_at, readers};
use crate::owning::own_token;
use release::model::Channel;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use store::{Hook, HookEdit, Migrated, Store, StoreError, StoreLook};

async fn set_version(place: &postgres::Place, version: i64) {
    let mut database = PgConnection::connect(&place.url()).await.unwrap();
    let text = format!("update schema_version set version = {version}");
    sqlx::raw_sql(AssertSqlSafe(text))
        .execute(&mut database)
        .await
        .unwrap();
}

#[tokio::test]
async fn server_works_with_the_schema_of_its_own_and_the_previous_version() {
    let place = postgres::Place::new();
    place.open().await.unwrap().close().await;

    for accepted in [6, 5] {
        set_version(&place, accepted).await;
        let store = place.open().await.unwrap();
        store.check_writable().await.unwrap();
        store.close().await;
    }
    for (refused, mend) in [(4, "dateline migrate"), (7, "a newer one")] {
        set_version(&place, refused).await;
        let error = place.open().await.unwrap_err();
        assert!(
            matches!(error, StoreError::Schema { found, known: 6, .. } if found == refused),
            "{error}"
        );
        assert!(error.to_string().contains(mend), "{error}");
    }
}

/// Version 3 is the first: nothing leads from what somebody called an older one.
#[tokio::test]
async fn database_is_migrated_from_nothing_and_from_no_version_that_never_was() {
    let place = postgres::Place::new();
    place.open().await.unwrap().close().await;

    let same = Store::migrate(&place.url(), NOW).await.unwrap();
    set_version(&place, 2).await;
    let never_was = Store::migrate(&place.url(), NOW).await;
    set_version(&place, 7).await;
    let newer = Store::migrate(&place.url(), NOW).await;

    assert_eq!(same, Migrated { from: 6, to: 6 });
    assert!(matches!(
        never_was,
        Err(StoreError::Schema { found: 2, .. })
    ));
    assert!(matches!(newer, Err(StoreError::Schema { found: 7, .. })));
}

/// A database as the version before makes it: this program works on it as that one did, and with what is new once it is there.
#[tokio::test]
async fn database_of_the_version_before_is_worked_on_and_migrated_meanwhile() {
    let place = postgres::Place::new();
    place.make_before().await;
    let store = place.open().await.unwrap();
    let hook = readers(&store, Channel::Webhook, 1).await[0];
    let wish = HookEdit {
        ordered: Some(true),
        ..HookEdit::default()
    };

    let before = (
        store.is_current().await.unwrap(),
        store.hook(hook).await.unwrap(),
    );
    assert!(store.signing_keys(NOW).await.unwrap().is_none());
    let refused = store.edit_hook(hook, &wish).await;
    let rotated = store.rotate_secret(hook, "b", NOW, done_at(NOW)).await;
    let keyed = store.rotate_signing_key(NOW, done_at(NOW)).await;
    let token = own_token("tok_a", "one", "a@x.example");
    let owned = store.add_token(&token, done_at(NOW)).await;
    let owners = store.token_owners(0, i64::MAX).await.unwrap();
    let drained = store.drain_endpoint(hook).await;
    let paused = (
        store.pause_endpoint(hook).await.unwrap(),
        store.stop_draining(hook).await.unwrap(),
        store.is_draining(hook).await.unwrap(),
    );
    let erased = store.erase_endpoint(hook).await.unwrap();
    let migrated = Store::migrate(&place.url(), NOW).await.unwrap();
    store.edit_hook(hook, &wish).await.unwrap();

    assert_eq!(before, (false, Hook::default()));
    for refused in [refused, owned, drained.map(drop), rotated.map(drop), keyed] {
        let Err(StoreError::Schema { found, known, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((found, known), (5, 6));
    }
    assert!(owners.is_empty());
    assert_eq!(paused, (true, false, false));
    assert!(erased);
    assert_eq!(migrated, Migrated { from: 5, to: 6 });
    assert!(store.is_current().await.unwrap());
    assert!(store.hook(hook).await.unwrap().ordered);
    store.close().await;
}

#[tokio::test]
async fn file_is_migrated_and_says_from_where() {
    let place = sqlite::Place::new();
    std::fs::File::create(place.file()).unwrap();
    let url = format!("sqlite:{}", place.file().display());
    let mut file = SqliteConnection::connect(&url).await.unwrap();
    let first = include_str!("../../schema/sqlite-0001.sql");
    sqlx::raw_sql(first).execute(&mut file).await.unwrap();
    sqlx::raw_sql("pragma user_version = 1")
        .execute(&mut file)
        .await
        .unwrap();
    file.close().await.unwrap();

    let read = Store::open_reading(&url).await;
    let migrated = Store::migrate(&url, NOW).await.unwrap();
    let again = Store::migrate(&url, NOW).await.unwrap();

    assert!(matches!(read, Err(StoreError::Schema { found: 1, .. })));
    assert_eq!(migrated, Migrated { from: 1, to: 6 });
    assert_eq!(again, Migrated { from: 6, to: 6 });
}

/// Whoever looks makes nothing and brings nothing up to date.
#[tokio::test]
async fn store_that_is_looked_at_stays_as_it_is() {
    let (file, database) = (sqlite::Place::new(), postgres::Place::new());
    let of_file = format!("sqlite:{}", file.file().display());
    let look = async |url: &str| StoreLook::at(url, || NOW).await;

    let absent = look(&of_file).await;
    assert!(absent.is_err() && !file.file().exists());
    file.open().await.unwrap().close().await;
    let stands = look(&of_file).await.unwrap();
    assert_eq!((stands.schema, stands.known, stands.offset_ms), (6, 6, 0));

    database.make_empty().await;
    for _ in 0..2 {
        assert_eq!(look(&database.url()).await.unwrap().schema, 0);
    }
    database.make_before().await;
    for _ in 0..2 {
        assert_eq!(look(&database.url()).await.unwrap().schema, 5);
    }
    set_version(&database, 7).await;
    let newer = look(&database.url()).await;
    assert!(matches!(newer, Err(StoreError::Schema { found: 7, .. })));
}

#[tokio::test]
async fn store_that_is_only_read_takes_no_write() {
    let (file, database) = (sqlite::Place::new(), postgres::Place::new());
    let url = format!("sqlite:{}", file.file().display());
    let working = file.open().await.unwrap();
    database.open().await.unwrap().close().await;

    let reading = Store::open_reading(&url).await.unwrap();
    let refused = reading.check_writable().await;
    let shared = Store::open_reading(&database.url()).await.unwrap();

    assert!(refused.is_err());
    assert_eq!(reading.status(NOW).await.unwrap().due, 0);
    assert_eq!(shared.status(NOW).await.unwrap().due, 0);
    working.check_writable().await.unwrap();
    for store in [working, reading, shared] {
        store.close().await;
    }
}
