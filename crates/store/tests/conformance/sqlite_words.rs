//! Erasing, seen past the store: no text of the reader is left in any column of any table.

use crate::engines::sqlite::Place;
use crate::known_reader::{reader, refused, unknown};
use sqlx::{Connection, SqliteConnection};
use store::Outcome;

/// What all texts about the reader have in common, in lower case.
const WORD: &str = "ana.bell";

async fn raw(place: &Place) -> SqliteConnection {
    let url = format!("sqlite:{}", place.file().display());
    SqliteConnection::connect(&url).await.unwrap()
}

/// `table.column` of everything that holds the word, whatever its type.
async fn holding(file: &mut SqliteConnection) -> Vec<String> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' \
         order by m.name, c.cid",
    )
    .fetch_all(&mut *file)
    .await
    .unwrap();
    let mut holding = Vec::new();
    for (table, column) in columns {
        let query = format!(
            "select count(*) from {table} where instr(lower(cast({column} as text)), $1) > 0"
        );
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .bind(WORD)
            .fetch_one(&mut *file)
            .await
            .unwrap();
        if rows > 0 {
            holding.push(format!("{table}.{column}"));
        }
    }
    holding
}

#[tokio::test]
async fn no_text_of_an_erased_reader_is_left_in_any_table() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let reader = reader(&store).await;
    let mut file = raw(&place).await;
    assert_eq!(
        holding(&mut file).await,
        [
            "alerts.about",
            "attempts.error",
            "attempts.answer",
            "deliveries.last_error",
            "endpoints.address",
            "endpoints.address_key",
            "endpoints.owner",
            "endpoints.secret",
            "hooks.old_secrets",
            "idempotency.idempotency_key",
            "subscriptions.name",
            "subscriptions.filter",
            "subscriptions.consent",
            "suppressions.address_key",
            "token_owners.owner",
            "tokens.name",
        ],
        "the world has a word in every column that may hold one"
    );

    store.erase_endpoint(reader.mailbox).await.unwrap();
    store.erase_endpoint(reader.hook).await.unwrap();

    assert_eq!(holding(&mut file).await, [""; 0]);
    // A worker that had sent before records what it was answered.
    let late = [Outcome {
        attempt: 2,
        ..refused(reader.mailbox, unknown())
    }];
    store.record_outcomes(&reader.batch, &late).await.unwrap();
    assert_eq!(holding(&mut file).await, [""; 0]);
    store.close().await;
}

/// Past one transaction's worth: alerts that went to the mailbox, each refused in words.
const MANY: &str = "
    create temporary table n as
        with recursive n (n) as (select 1000 union all select n + 1 from n where n < 2200) select n from n;
    insert into alerts (id, public_id, kind, lane, endpoint_id, state, request_id, created_ms, hinted_ms)
        select n, 'alr_' || n, 'test', 'regular', 1, 'routed', 'req_n', 1, 1 from n;
    insert into deliveries (alert_id, endpoint_id, batch_id, state, reasons, attempts, done_ms, last_error)
        select n, 1, 1, 'dead', '', 1, 2, 'no mailbox ana.bell' from n;
    insert into attempts (alert_id, endpoint_id, attempt, at_ms, duration_ms, error, answer)
        select n, 1, 1, 2, 1, 'no mailbox ana.bell', '<ana.bell> unknown' from n;
";

#[tokio::test]
async fn words_of_many_deliveries_are_shown_and_erased() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let reader = reader(&store).await;
    let mut file = raw(&place).await;
    sqlx::raw_sql(MANY).execute(&mut file).await.unwrap();

    let held = store.held(reader.mailbox).await.unwrap().unwrap();
    store.erase_endpoint(reader.mailbox).await.unwrap();

    assert_eq!(held["deliveries"].as_array().unwrap().len(), 1 + 1201);
    store.erase_endpoint(reader.hook).await.unwrap();
    assert_eq!(holding(&mut file).await, [""; 0]);
    store.close().await;
}

/// What a crash after the first step of erasing left.
#[tokio::test]
async fn erasing_again_goes_on_with_the_words_that_a_crash_left() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let reader = reader(&store).await;
    let mut file = raw(&place).await;
    store.erase_endpoint(reader.mailbox).await.unwrap();
    store.erase_endpoint(reader.hook).await.unwrap();
    sqlx::raw_sql(MANY).execute(&mut file).await.unwrap();
    assert_eq!(holding(&mut file).await.len(), 3);

    let first = store.erase_endpoint(reader.mailbox).await.unwrap();

    assert!(!first);
    assert_eq!(holding(&mut file).await, [""; 0]);
    store.close().await;
}
