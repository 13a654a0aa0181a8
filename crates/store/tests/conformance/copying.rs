//! A grown installation moves from a file to a server, row by row.

use crate::engines::{postgres, sqlite};
use crate::fixtures::{NOW, accept, done_at, submission};
use crate::known_reader::reader;
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::BTreeMap;
use store::{CopyProgress, Mark, NewPerson, NewToken, Store, StoreError, WorkerRow};

/// Something in as many tables as the small world reaches, more than a page in one, and letters of all kinds.
async fn grown(store: &Store) {
    reader(store).await;
    let mut odd = submission("rel_odd", Some("q\"3\\"), "JP/ja");
    odd.content = "{\"headline\":\"青嶺 \\u00e9 'quoted' \\\\x\"}";
    accept(store, &odd).await;
    let marks: Vec<Mark> = (0..5_000)
        .map(|n| Mark {
            mark: format!("word:{n}"),
            seq: 1,
        })
        .collect();
    assert!(store.index_items(0, 1, &marks).await.unwrap());
    let token = NewToken {
        public_id: "tok_1",
        secret: "s",
        name: "Agency",
        scopes: "releases:write",
        issuers: "",
        email: "",
    };
    store.add_token(&token, done_at(NOW)).await.unwrap();
    let person = NewPerson {
        public_id: "per_1",
        name: "Ana",
        address: "ana@acme.example",
        rights: "editor",
        issuers: "",
    };
    store.add_person(&person, done_at(NOW)).await.unwrap();
    store.ask("reach", "{}", NOW).await.unwrap();
    let worker = WorkerRow {
        id: "w1".into(),
        role: "email".into(),
        doing: "sends".into(),
        started_ms: NOW,
        beat_ms: NOW,
    };
    store.beat(&[worker], NOW).await.unwrap();
}

/// Each row of a table as text, sorted.
async fn rows_of_file(file: &mut SqliteConnection, table: &str) -> Vec<serde_json::Value> {
    let columns: Vec<(String, String)> =
        sqlx::query_as("select name, type from pragma_table_info($1)")
            .bind(table)
            .fetch_all(&mut *file)
            .await
            .unwrap();
    let members: Vec<String> = columns
        .iter()
        .map(|(name, kind)| match kind.to_lowercase().as_str() {
            "blob" => format!("'{name}', '\\x' || lower(hex({name}))"),
            _ => format!("'{name}', {name}"),
        })
        .collect();
    let text = format!("select json_object({}) from {table}", members.join(", "));
    let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(text))
        .fetch_all(file)
        .await
        .unwrap();
    sorted(rows)
}

async fn rows_of_server(server: &mut PgConnection, table: &str) -> Vec<serde_json::Value> {
    let text = format!("select cast(row_to_json(t) as text) from {table} t");
    let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(text))
        .fetch_all(server)
        .await
        .unwrap();
    sorted(rows)
}

fn sorted(rows: Vec<String>) -> Vec<serde_json::Value> {
    let parsed = rows.iter().map(|row| {
        // The engines list columns in orders of their own.
        let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(row).unwrap();
        serde_json::to_value(row).unwrap()
    });
    let mut parsed: Vec<_> = parsed.collect();
    parsed.sort_by_cached_key(ToString::to_string);
    parsed
}

#[tokio::test]
async fn everything_is_on_the_server_afterwards() {
    let (here, there) = (sqlite::Place::new(), postgres::Place::new());
    let (from, to) = (here.open().await.unwrap(), there.open().await.unwrap());
    grown(&from).await;
    let mut heard: Vec<CopyProgress> = Vec::new();

    from.copy_to(&to, |step| heard.push(step)).await.unwrap();

    let url = format!("sqlite:{}", here.file().display());
    let mut file = SqliteConnection::connect(&url).await.unwrap();
    let mut server = PgConnection::connect(&there.url()).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    let mut filled = 0;
    for table in &tables {
        let (ours, theirs) = (
            rows_of_file(&mut file, table).await,
            rows_of_server(&mut server, table).await,
        );
        assert_eq!(ours, theirs, "{table}");
        filled += usize::from(!ours.is_empty());
        let last = heard.iter().rfind(|step| step.table == table);
        let last = last.unwrap_or_else(|| panic!("{table} was not copied"));
        assert_eq!(
            (last.done, last.total),
            (ours.len() as i64, ours.len() as i64)
        );
    }
    assert!(filled > 15, "only {filled} tables hold something");
    // Keys go on where they stopped, and links that were signed before are good.
    let next = accept(&to, &submission("rel_next", None, "US/en")).await;
    let before = from.releases(i64::MAX, None, 1).await.unwrap()[0].id;
    assert_eq!(next, before + 1);
    server.close().await.unwrap();
    from.close().await;
    to.close().await;
}

#[tokio::test]
async fn server_that_holds_something_is_refused_and_keeps_it() {
    let (here, there) = (sqlite::Place::new(), postgres::Place::new());
    let (from, to) = (here.open().await.unwrap(), there.open().await.unwrap());
    grown(&from).await;
    accept(&to, &submission("rel_mine", None, "US/en")).await;

    let refused = from.copy_to(&to, |_| ()).await.unwrap_err();

    assert!(matches!(refused, StoreError::NotEmpty(_)), "{refused}");
    assert!(to.release("rel_mine").await.unwrap().is_some());
    assert!(to.release("rel_odd").await.unwrap().is_none());
    accept(&to, &submission("rel_more", None, "US/en")).await;
    from.close().await;
    to.close().await;
}
