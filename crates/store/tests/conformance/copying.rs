//! A grown store carried into another, from each engine to the other: every row of every table arrives.

use crate::engines::{postgres, sqlite};
use crate::fixtures::cleared;
use crate::grown::{Rows, grow, rows_of_database, rows_of_file, sorted};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::BTreeSet;
use store::{Carried, StoreError};

fn assert_same(from: Rows, to: Rows) {
    let (from, to) = (sorted(from), sorted(to));
    for (table, rows) in &from {
        assert!(!rows.is_empty(), "the grown store has no {table}");
        assert_eq!(rows, &to[table], "{table}");
    }
}

#[tokio::test]
async fn every_row_of_a_file_arrives_in_a_database_and_comes_back() {
    let (file, database, back) = (
        sqlite::Place::new(),
        postgres::Place::new(),
        sqlite::Place::new(),
    );
    let grown = file.open().await.unwrap();
    grow(&grown).await;
    let shared = database.open().await.unwrap();
    let again = back.open().await.unwrap();

    let mut told: Vec<Carried> = Vec::new();
    grown
        .copy_to(&shared, |carried| told.push(carried))
        .await
        .unwrap();
    shared.copy_to(&again, |_| {}).await.unwrap();

    assert_same(rows_of_file(&file).await, rows_of_database(&database).await);
    assert_same(rows_of_file(&file).await, rows_of_file(&back).await);
    let of_marks: Vec<i64> = told
        .iter()
        .filter(|carried| carried.table == "item_marks")
        .map(|carried| carried.done)
        .collect();
    assert_eq!(of_marks, [0, 1000, 2000, 2500]);
    assert!(told.iter().all(|carried| carried.done <= carried.total));
    // Keys go on where they stopped.
    let (_, alert) = cleared(&shared, "rel_after").await;
    let (_, same) = cleared(&grown, "rel_after").await;
    assert_eq!(alert.id, same.id);
    for store in [grown, shared, again] {
        store.close().await;
    }
}

#[tokio::test]
async fn store_with_a_wire_in_it_is_not_copied_into() {
    for filled in [true, false] {
        let (from, to) = (sqlite::Place::new(), postgres::Place::new());
        let (grown, full) = (from.open().await.unwrap(), to.open().await.unwrap());
        grow(&grown).await;
        match filled {
            true => grow(&full).await,
            // Everything was deleted, and keys were given out: links that name them may be in somebody's mails.
            false => drop(full.ask("reach", "{}", 1).await.unwrap()),
        }
        let before = rows_of_database(&to).await;

        let refused = grown.copy_to(&full, |_| {}).await.unwrap_err();

        assert!(
            matches!(refused, StoreError::NotEmpty { table: "counters" }),
            "{refused}"
        );
        assert_eq!(rows_of_database(&to).await, before);
        grown.close().await;
        full.close().await;
    }
}

#[tokio::test]
async fn list_of_tables_is_that_of_both_schemas() {
    let (file, database) = (sqlite::Place::new(), postgres::Place::new());
    file.open().await.unwrap().close().await;
    database.open().await.unwrap().close().await;
    let url = format!("sqlite:{}", file.file().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let in_file: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'table'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let in_database: Vec<String> = sqlx::query_scalar(
        "select cast(relname as text) from pg_class where relnamespace = cast(current_schema() as regnamespace) \
         and relkind in ('r', 'p') and not relispartition and relname <> 'schema_version'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();

    let listed: BTreeSet<String> = store::tables().map(str::to_owned).collect();

    assert_eq!(listed, in_file.into_iter().collect());
    assert_eq!(listed, in_database.into_iter().collect());
}
