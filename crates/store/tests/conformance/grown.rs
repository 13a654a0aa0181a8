//! A grown store, with rows in every table, and a look at every row of a store past its queries.

use crate::alike::twins;
use crate::bouncing::bounce;
use crate::engines::{postgres, sqlite};
use crate::fixtures::{NOW, accept, cleared, done_at, event, plan, readers, submission};
use crate::known_reader::reader;
use release::bounce::BounceKind;
use release::frequency::Gathered;
use release::model::{Channel, ReleaseState, Repeats, Trouble};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::collections::BTreeMap;
use store::{
    EndpointEdit, GatheredUntil, Halted, HookEdit, Mark, NewIssuer, NewPerson, NewRelease,
    NewToken, Replaced, Store, WorkerRow,
};

/// Marks of the grown store: more than are carried at once.
const MARKS: usize = 2_500;

/// Fills every table: a reader of whom much is known, digests, people who sign in, texts that were read, and so on.
pub(crate) async fn grow(store: &Store) {
    reader(store).await;
    digest(store).await;
    people(store).await;
    text(store).await;
    alike(store).await;
    hook(store).await;
    bounced(store).await;
    store.ask("reach", "{}", NOW).await.unwrap();
    let mark = |n| Mark {
        mark: format!("word:{n}"),
        seq: 1,
    };
    let marks: Vec<Mark> = (0..MARKS).map(mark).collect();
    assert!(store.index_items(0, 1, &marks).await.unwrap());
    let worker = WorkerRow {
        id: "sweep-1".into(),
        role: "sweep".into(),
        doing: "running".into(),
        started_ms: NOW,
        beat_ms: 0,
    };
    store.beat(&[worker], NOW).await.unwrap();
    let halted = Halted::Issuer("somebody-else".into());
    let halt = store.halt(&halted, "a test", done_at(NOW));
    assert!(halt.await.unwrap());
    store.check_writable().await.unwrap();
}

/// Two stories alike, and a reader who is told of one of them.
async fn alike(store: &Store) {
    twins(store).await;
    let once = EndpointEdit {
        repeats: Some(Repeats::Once),
        ..EndpointEdit::default()
    };
    let reader = readers(store, Channel::Email, 1).await[0];
    store.edit_endpoint(reader, &once).await.unwrap();
}

/// A webhook whose owner asked for something, and that is gone; and the wire's keys.
async fn hook(store: &Store) {
    let wish = HookEdit {
        ordered: Some(true),
        ..HookEdit::default()
    };
    let hook = readers(store, Channel::Webhook, 1).await[0];
    store.edit_hook(hook, &wish).await.unwrap();
    let gone = store.disable_endpoint(hook, Trouble::Gone, "req_1", NOW);
    assert!(gone.await.unwrap().is_some());
    store.signing_keys(NOW).await.unwrap();
}

/// A mail that came back.
async fn bounced(store: &Store) {
    let reader = readers(store, Channel::Email, 1).await[0];
    let soft = bounce(BounceKind::Soft, "5.2.2");
    store.record_bounce(1, reader, &soft, NOW).await.unwrap();
}

/// A release whose readers are told by a digest, which is gathered and has not left.
async fn digest(store: &Store) {
    let (release_id, alert) = cleared(store, "rel_digest").await;
    let readers = readers(store, Channel::Email, 3).await;
    let mut deliveries = plan(&readers, Channel::Email, Some(release_id));
    for delivery in &mut deliveries {
        delivery.gathered = Some(GatheredUntil {
            due_ms: NOW,
            why: Gathered::Hourly,
        });
    }
    store.plan_batch(&alert, &deliveries, NOW).await.unwrap();
    assert_eq!(store.gather_digests(10, NOW).await.unwrap().len(), 1);
    assert!(store.ask_blast(&alert, 5200, 310, NOW).await.unwrap());
}

async fn people(store: &Store) {
    let issuer = NewIssuer {
        public_id: "iss_1",
        slug: "acme",
        name: "Acme «é» 北京 Corp.",
        site: None,
        boilerplate: Some("Acme makes \"anvils\" \\ and\nmore."),
        review: "first-release",
        approval: "none",
    };
    store.add_issuer(&issuer, NOW).await.unwrap();
    let token = NewToken {
        public_id: "tok_grown",
        secret: "dl_grown",
        name: "agency",
        scopes: "operator",
        issuers: "",
        email: "",
        owner: None,
    };
    store.add_token(&token, done_at(NOW)).await.unwrap();
    let person = NewPerson {
        public_id: "per_1",
        name: "Bo",
        address: "bo@acme.example",
        rights: "editor",
        issuers: "",
    };
    store.add_person(&person, done_at(NOW)).await.unwrap();
    let id = store.person("per_1").await.unwrap().unwrap().id;
    let sign_in = store.begin_sign_in(id, NOW + 9, 3, NOW).await.unwrap();
    let opened = store.open_session(sign_in.unwrap(), "dls_1", NOW + 9, NOW);
    assert!(opened.await.unwrap());
}

/// A release that somebody spoke about and that was changed after.
async fn text(store: &Store) {
    let text = |content_hash| NewRelease {
        content_hash,
        state: ReleaseState::Submitted,
        awaits: "editor",
        ..submission("rel_text", None, "US/en")
    };
    let id = accept(store, &text("h1")).await;
    let queried = store.query_release(id, event("queried", "Since when?"));
    queried.await.unwrap();
    let replaced = store.replace(id, &text("h2"), None, "changed", NOW).await;
    assert_eq!(replaced.unwrap(), Replaced::Done);
}

/// Every row of every table, each as its columns in the order of their names, sorted.
pub(crate) type Rows = BTreeMap<&'static str, Vec<String>>;

pub(crate) async fn rows_of_file(place: &sqlite::Place) -> Rows {
    let url = format!("sqlite:{}", place.file().display());
    let mut file = SqliteConnection::connect(&url).await.unwrap();
    let mut rows = Rows::new();
    for table in store::tables() {
        let columns: Vec<(String, String)> = sqlx::query_as(
            "select name, lower(type) from pragma_table_info($1) order by name collate binary",
        )
        .bind(table)
        .fetch_all(&mut file)
        .await
        .unwrap();
        let text = select(table, &columns, "lower(hex(#))");
        let found = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut file);
        rows.insert(table, found.await.unwrap());
    }
    rows
}

pub(crate) async fn rows_of_database(place: &postgres::Place) -> Rows {
    let mut database = PgConnection::connect(&place.url()).await.unwrap();
    let mut rows = Rows::new();
    for table in store::tables() {
        let columns: Vec<(String, String)> = sqlx::query_as(
            "select cast(attname as text), format_type(atttypid, null) from pg_attribute \
             where attrelid = cast($1 as regclass) and attnum > 0 and not attisdropped order by cast(attname as text) collate \"C\"",
        )
        .bind(table)
        .fetch_all(&mut database)
        .await
        .unwrap();
        let text = select(table, &columns, "encode(#, 'hex')");
        let found = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut database);
        rows.insert(table, found.await.unwrap());
    }
    rows
}

/// Each row as one text; what is missing is told apart from what is empty.
fn select(table: &str, columns: &[(String, String)], bytes: &str) -> String {
    assert!(!columns.is_empty(), "{table} has no columns");
    let cells = columns.iter().map(|(name, kind)| {
        let value = match kind.as_str() {
            "blob" | "bytea" => bytes.replace('#', name),
            _ => format!("cast({name} as text)"),
        };
        format!("'{name}=' || coalesce('«' || {value} || '»', 'nothing')")
    });
    let row = cells.collect::<Vec<_>>().join(" || ' ' || ");
    format!("select {row} as carried from {table} order by 1")
}

/// Sorted the same way, whatever the engine's order of texts.
pub(crate) fn sorted(mut rows: Rows) -> Rows {
    rows.values_mut().for_each(|rows| rows.sort_unstable());
    rows
}
