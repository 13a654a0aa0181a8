//! What a filter would have sent: the same that was sent to those who asked for it, and a bounded look at a long past.

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};
use std::collections::BTreeMap;
use std::time::Duration;
use tests::{TestApp, release};

const DAY: Duration = Duration::from_secs(86_400);
const PAGE: &str = include_str!("../../../docs/filters.md");

/// Every filter of the page's tables, that which holds and that which does not.
fn documented() -> Vec<String> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows = rows.filter_map(|row| row.split_once("` | "));
    let of_row = |(filter, rest): (&str, &str)| {
        let is_judged = rest.starts_with("yes |") || rest.starts_with("no |");
        is_judged.then(|| filter.to_owned())
    };
    rows.filter_map(of_row).collect()
}

/// The release of the page's examples.
fn documented_release() -> Value {
    json!({
        "issuers": ["acme"], "edition": { "region": "DE", "language": "de" }, "story": "mine",
        "headline": "Müller Robotics eröffnet größte Mine", "summary": "Lithium für Batterien",
        "topics": ["mining"], "places": ["US-NV"], "tickers": ["XNYS:ACM"],
        "body": "Acme’s first lithium mine opened near Reno. Apple and Acme mine the lithium together.",
    })
}

fn edition(region: &str, language: &str, headline: &str) -> Value {
    let mut edition = documented_release();
    edition["edition"] = json!({ "region": region, "language": language });
    edition["headline"] = json!(headline);
    edition["body"] = json!("Acme mines gold, and first of all music, in California.");
    edition
}

async fn tell(app: &TestApp, release: &Value) {
    app.submit(release).await;
    app.settle().await;
}

async fn backtest(app: &TestApp, asked: Value) -> Value {
    app.post("/v1/filters/backtest", &asked).await.expect(200)
}

/// The days on which anything would have been sent.
fn days(shown: &Value) -> BTreeMap<String, i64> {
    let days = shown["days"].as_array().unwrap().iter();
    let days = days.map(|day| {
        (
            day["day"].as_str().unwrap().to_owned(),
            day["alerts"].as_i64().unwrap(),
        )
    });
    days.filter(|(_, alerts)| *alerts > 0).collect()
}

/// What each hook was called with, by day.
fn called(app: &TestApp) -> BTreeMap<String, BTreeMap<String, i64>> {
    let mut called: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for call in app.http.calls() {
        let payload: Value = serde_json::from_slice(call.body.as_ref().unwrap()).unwrap();
        let day = payload["data"]["cleared_at"].as_str().unwrap()[..10].to_owned();
        *called.entry(call.path).or_default().entry(day).or_default() += 1;
    }
    called
}

#[tokio::test]
async fn backtest_counts_what_was_sent_for_every_documented_filter() {
    let app = TestApp::start_with(&["http.requests_per_minute=0"]).await;
    let filters = documented();
    assert!(
        filters.len() >= 35,
        "only {} filters stand on the page",
        filters.len()
    );
    for (n, filter) in filters.iter().enumerate() {
        let url = app.http.url(&format!("/ok/{n}"));
        app.subscribe(json!({ "filter": filter, "webhook": url }))
            .await;
    }
    tell(&app, &release("Acme reports a quarter")).await;
    app.advance(DAY);
    tell(&app, &documented_release()).await;
    app.advance(DAY);
    // A reader of the first edition is not told again, another one is.
    tell(&app, &edition("US", "en", "Acme opens a gold mine")).await;
    tell(&app, &release("Apple plays music in the mine of Reno")).await;
    app.advance(2 * DAY);
    tell(&app, &edition("FR", "fr", "Acme ouvre une mine")).await;

    let sent = called(&app);
    for (n, filter) in filters.iter().enumerate() {
        let shown = backtest(&app, json!({ "filter": filter, "span": "7d" })).await;

        let to_them = sent.get(&format!("/ok/{n}")).cloned().unwrap_or_default();
        assert_eq!(days(&shown), to_them, "{filter}: {shown}");
        assert_eq!(shown["alerts"], to_them.values().sum::<i64>(), "{filter}");
        assert_eq!(shown["releases"], 5, "{filter}");
    }
    let everything: i64 = sent["/ok/0"].values().sum();
    assert_eq!((filters[0].as_str(), everything), ("everything", 3));
    assert!(sent.values().any(|days| days.values().sum::<i64>() == 1));
}

#[tokio::test]
async fn every_day_of_the_span_is_listed_and_the_newest_alerts_are_told_by_clause() {
    let app = TestApp::start().await;
    tell(&app, &release("Acme opens a copper mine")).await;
    app.advance(3 * DAY);
    tell(&app, &release("Acme opens a lithium mine")).await;
    tell(&app, &release("Acme opens a gold mine")).await;
    app.advance(DAY);

    let filter = "title:(lithium OR gold OR copper) AND geo:US";
    let shown = backtest(&app, json!({ "filter": filter, "span": "3d" })).await;

    assert_eq!(
        shown["days"],
        json!([
            { "day": "2026-12-03", "alerts": 0 },
            { "day": "2026-12-04", "alerts": 2 },
            { "day": "2026-12-05", "alerts": 0 },
        ])
    );
    assert_eq!(
        (&shown["alerts"], &shown["releases"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(
        (&shown["per_day"], &shown["busiest"]["day"]),
        (&json!(0.67), &json!("2026-12-04"))
    );
    assert_eq!(
        (&shown["from"], &shown["next_before"]),
        (&json!("2026-12-03T00:00:00.000Z"), &Value::Null)
    );
    assert_eq!(shown["looked_back_to"], shown["from"]);
    let newest = &shown["examples"][0];
    assert_eq!(newest["headline"], "Acme opens a gold mine");
    assert_eq!(newest["clause"], "title:gold AND geo:US");
    assert_eq!(newest["cleared_at"], "2026-12-04T09:00:00.000Z");
    assert_eq!(shown["examples"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_is_saved_and_nothing_that_has_not_cleared_is_counted() {
    let app = TestApp::start().await;
    let mut later = release("Acme opens a lithium mine");
    later["clear_at"] = json!(app.time_in(3600));
    app.submit(&later).await;

    let shown = backtest(&app, json!({ "filter": { "words": "lithium" } })).await;

    assert_eq!(
        (&shown["alerts"], &shown["releases"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        shown["days"].as_array().unwrap().len(),
        30,
        "30 days where nobody says how many"
    );
    assert_eq!(
        (&shown["busiest"], &shown["filter"]),
        (&Value::Null, &json!("lithium"))
    );
    let all = app.get("/v1/subscriptions").await.expect(200);
    assert_eq!(all["subscriptions"], json!([]));
    app.leave_unfinished();
}

#[tokio::test]
async fn killed_releases_are_left_out() {
    let app = TestApp::start().await;
    tell(&app, &documented_release()).await;
    tell(&app, &edition("US", "en", "Acme opens a gold mine")).await;
    tell(&app, &release("Acme reports")).await;
    app.advance(DAY);
    let asked = || json!({ "filter": "everything" });
    let before = backtest(&app, asked()).await;

    let mut store = open(&app).await;
    store
        .execute("update releases set state = 'killed' where edition = 'DE/de'")
        .await
        .unwrap();
    let mine = backtest(&app, json!({ "filter": "topic:mining" })).await;

    assert_eq!(
        (&before["alerts"], &before["releases"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(backtest(&app, asked()).await["releases"], 2);
    assert_eq!(mine["examples"][0]["edition"], "US/en", "{mine}");
    assert_eq!(mine["alerts"], 1);
}

#[tokio::test]
async fn long_past_is_looked_at_in_pieces_and_each_release_once() {
    let app = TestApp::start().await;
    tell(&app, &release("Acme opens a lithium mine")).await;
    open(&app).await.execute(MANY).await.unwrap();

    let (mut releases, mut alerts, mut answers) = (0, 0, 0);
    let mut asked = json!({ "filter": "title:lithium", "span": "366d" });
    loop {
        let shown = backtest(&app, asked.clone()).await;
        answers += 1;
        releases += shown["releases"].as_i64().unwrap();
        alerts += shown["alerts"].as_i64().unwrap();
        assert!(shown["releases"].as_i64().unwrap() < 5_100, "{shown}");
        let all_is_looked_at = shown["looked_back_to"] == shown["from"];
        assert_eq!(all_is_looked_at, shown["next_before"].is_null(), "{shown}");
        if shown["next_before"].is_null() {
            break;
        }
        asked["before"] = shown["next_before"].clone();
    }

    assert!(answers > 1);
    assert_eq!((releases, alerts), (5_201, 5_201));
}

#[tokio::test]
async fn bad_span_is_refused_with_field_value_and_mend() {
    let app = TestApp::start().await;
    for span in [
        "30x",
        "0d",
        "367d",
        "-1d",
        "30",
        "",
        "d",
        "99999999999999999999d",
    ] {
        let asked = json!({ "filter": "everything", "span": span });

        let problem = app.post("/v1/filters/backtest", &asked).await;

        let problem = problem.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], "/span", "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("`{span}`")), "{detail}");
        assert!(detail.contains("`1d` to `366d`"), "{detail}");
    }
    for (asked, pointer) in [
        (json!({ "filter": "everything", "before": 0 }), "/before"),
        (json!({ "filter": "gold OR" }), "/filter"),
        (json!({ "filter": "topic:minning" }), "/filter"),
    ] {
        let problem = app.post("/v1/filters/backtest", &asked).await;
        let problem = problem.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], pointer, "{problem}");
    }
}

#[tokio::test]
async fn who_may_read_subscriptions_may_try_a_filter() {
    let app = TestApp::start().await;
    let asked = json!({ "filter": "everything" });
    let reading = app.token(&["subscriptions:read"], &[]).await;
    let none = app.token(&["releases:read"], &[]).await;
    let ask = |token: &str| {
        let ask = app.ask(http::Method::POST, "/v1/filters/backtest");
        ask.with_token(token).json(&asked).send()
    };

    ask(&reading).await.expect(200);
    ask(&none).await.expect_problem(403, "forbidden");
}

async fn open(app: &TestApp) -> SqliteConnection {
    let path = app.app.settings.store_path().unwrap();
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// The only release, told 5,200 times more, each time in a revision of its own.
const MANY: &str = "
    create temporary table n as
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 5200) select i from n;
    insert into releases (id, public_id, story_id, revision, edition, state, lane, clear_at_ms, content, content_hash,
            request_id, accepted_ms, cleared_ms)
        select r.id + n.i, 'rel_' || n.i, r.story_id, r.revision + n.i, r.edition, r.state, r.lane, r.clear_at_ms,
            r.content, r.content_hash, r.request_id, r.accepted_ms, r.cleared_ms from releases r, n;
    insert into items (seq, release_id, cleared_ms)
        select i.seq + n.i, i.release_id + n.i, i.cleared_ms from items i, n;";
