//! Manners towards receivers: who fails is left alone, who wishes to be is, who is slow delays nobody, and owners hear of it.

use http::Method;
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::time::Duration;
use tests::{DEADLINE, TestApp, release};

const OWNER: &str = "owner@reader.example";
const DAY_S: u64 = 86_400;

async fn pass(app: &TestApp, seconds: u64) {
    app.advance(Duration::from_secs(seconds));
    app.settle().await;
}

/// Submits so many releases and does what is due.
async fn tell(app: &TestApp, releases: usize) {
    for n in 0..releases {
        let headline = format!("Acme opens mine {n} at {}", app.time_in(0));
        app.submit(&release(&headline)).await;
    }
    app.settle().await;
}

async fn endpoint(app: &TestApp, path: &str) -> Value {
    let path = format!("/v1/endpoints?address={}", app.http.url(path));
    app.get(&path).await.expect(200)["endpoints"][0].clone()
}

async fn edit(app: &TestApp, endpoint: &Value, edit: Value) -> Value {
    let path = format!("/v1/endpoints/{}", endpoint["id"].as_str().unwrap());
    let edited = app.ask(Method::PATCH, &path).json(&edit).send().await;
    edited.expect(200)
}

/// Attempts at each delivery by webhook, and how many of them are delivered.
async fn attempts(app: &TestApp) -> (Vec<i64>, usize) {
    let ledger = app.ledger().await;
    let delivered = ledger.iter().filter(|row| row.state == "delivered");
    let count = delivered.count();
    (ledger.iter().map(|row| row.attempts).collect(), count)
}

#[tokio::test]
async fn who_fails_most_calls_is_left_alone_and_no_attempt_is_burnt() {
    let app = TestApp::start().await;
    app.hook("/status/500/dev").await;

    tell(&app, 12).await;
    let shown = endpoint(&app, "/status/500/dev").await;
    let before = attempts(&app).await.0;
    pass(&app, 29).await;
    let alone = app.http.count();
    pass(&app, 1).await;
    let tried = app.http.count();
    pass(&app, 59).await;

    assert_eq!(before.iter().sum::<i64>(), 10);
    assert_eq!(before.iter().filter(|attempts| **attempts == 0).count(), 2);
    assert_eq!(shown["stopped_until"], "2026-12-01T09:00:30.000Z");
    assert_eq!((alone, tried), (10, 11), "one call tries it");
    assert_eq!(
        app.http.count(),
        11,
        "then it is left alone for twice as long"
    );
    assert_eq!(attempts(&app).await.0.iter().sum::<i64>(), 11);
}

#[tokio::test]
async fn receiver_that_comes_back_gets_all_of_it() {
    let app = TestApp::start().await;
    app.hook("/flaky/11/dev").await;

    tell(&app, 12).await;
    for _ in 0..40 {
        pass(&app, 30).await;
    }

    let (attempts, delivered) = attempts(&app).await;
    assert_eq!(delivered, 12);
    assert_eq!(attempts.iter().sum::<i64>(), 12 + 11);
    assert_eq!(app.http.count(), 12 + 11);
    let shown = endpoint(&app, "/flaky/11/dev").await;
    assert_eq!(shown.get("failing_since"), None, "{shown}");
}

#[tokio::test]
async fn test_that_arrives_ends_the_failing() {
    let app = TestApp::start().await;
    app.hook("/flaky/1/dev").await;
    tell(&app, 1).await;
    let failing = endpoint(&app, "/flaky/1/dev").await;

    let id = failing["id"].as_str().unwrap();
    app.post(&format!("/v1/endpoints/{id}/test"), &json!({}))
        .await
        .expect(202);
    app.settle().await;

    assert_eq!(failing["failing_since"], "2026-12-01T09:00:00.000Z");
    let shown = endpoint(&app, "/flaky/1/dev").await;
    assert_eq!(shown.get("failing_since"), None, "{shown}");
    pass(&app, 10).await;
    assert_eq!(attempts(&app).await.1, 2, "the test and the release");
}

#[tokio::test]
async fn wish_to_be_left_alone_holds_for_all_that_goes_there() {
    let app = TestApp::start().await;
    app.hook("/status/429/dev?retry_after=120").await;
    app.hook("/ok/other").await;

    tell(&app, 3).await;
    let first = app.http.count();
    pass(&app, 119).await;
    let alone = app.http.count();
    pass(&app, 1).await;

    assert_eq!((first, alone), (4, 4), "three to the other, one to it");
    assert_eq!(app.http.count(), 5);
}

#[tokio::test]
async fn calls_beyond_those_of_a_minute_wait_for_their_turn() {
    let app = TestApp::start().await;
    app.hook("/ok/dev").await;
    let hook = endpoint(&app, "/ok/dev").await;
    edit(&app, &hook, json!({ "per_minute": 6 })).await;

    tell(&app, 3).await;
    let at_once = app.http.count();
    pass(&app, 9).await;
    let early = app.http.count();
    pass(&app, 1).await;
    let second = app.http.count();
    pass(&app, 10).await;

    assert_eq!((at_once, early, second, app.http.count()), (1, 1, 2, 3));
    assert_eq!(attempts(&app).await, (vec![1, 1, 1], 3));
}

#[tokio::test]
async fn wires_own_limit_of_a_minute_holds_for_everybody() {
    let app = TestApp::start_with(&["webhook.per_minute=6"]).await;
    app.hook("/ok/dev").await;

    tell(&app, 2).await;

    assert_eq!(app.http.count(), 1);
    pass(&app, 10).await;
    assert_eq!(app.http.count(), 2);
}

/// The only release, told anew in a revision of its own that clears now.
const REVISION: &str = "
    update stories set revision = 1;
    insert into releases (id, public_id, story_id, revision, edition, state, lane, clear_at_ms, content, content_hash,
            request_id, accepted_ms)
        select id + 1, 'rel_second', story_id, 1, edition, 'scheduled', lane, clear_at_ms, content, content_hash, request_id,
            accepted_ms from releases;";

async fn revise(app: &TestApp) {
    let path = app.app.settings.store_path().unwrap();
    let options = SqliteConnectOptions::new().filename(path);
    let mut store = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(REVISION).execute(&mut store).await.unwrap();
    store.close().await.unwrap();
}

/// Which revisions the sink took, in order.
fn revisions(app: &TestApp) -> Vec<i64> {
    let revision = |call: &sinks::ReceivedCall| {
        let body: Value = serde_json::from_slice(call.body.as_ref().unwrap()).unwrap();
        body["data"]["revision"].as_i64().unwrap()
    };
    app.http.calls().iter().map(revision).collect()
}

#[tokio::test]
async fn revision_is_told_in_order_after_the_call_that_is_on_its_way() {
    let app = TestApp::start().await;
    app.hook("/slow/1500/dev").await;
    let hook = endpoint(&app, "/slow/1500/dev").await;
    edit(&app, &hook, json!({ "ordered": true })).await;
    app.submit(&release("Acme opens")).await;
    assert!(app.app.sweep.step().await.is_ok());
    assert!(app.app.router.step().await.unwrap());
    let worker = app.app.webhook.clone();
    let first = tokio::spawn(async move { worker.step().await });
    app.http.wait_for(1, DEADLINE).await.unwrap();

    revise(&app).await;
    app.settle().await;
    let waiting = app.http.count();
    first.await.unwrap().unwrap();
    pass(&app, 1).await;

    assert_eq!(waiting, 1, "the second waits");
    assert_eq!(revisions(&app), [0, 1]);
    assert_eq!(attempts(&app).await, (vec![1, 1], 2));
}

#[tokio::test]
async fn revision_does_not_wait_for_a_retry_that_will_never_leave() {
    let app = TestApp::start().await;
    app.hook("/flaky/1/dev").await;
    let hook = endpoint(&app, "/flaky/1/dev").await;
    edit(&app, &hook, json!({ "ordered": true })).await;
    tell(&app, 1).await;

    revise(&app).await;
    pass(&app, 5).await;
    pass(&app, 1).await;

    assert_eq!(revisions(&app), [0, 1]);
    let states: Vec<_> = app
        .ledger()
        .await
        .into_iter()
        .map(|row| row.state)
        .collect();
    assert_eq!(states, ["superseded", "delivered"]);
}

#[tokio::test]
async fn owner_hears_once_that_the_webhook_stalls() {
    let app = TestApp::start().await;
    app.hook("/status/500/dev").await;

    tell(&app, 1).await;
    pass(&app, 3599).await;
    let early = app.mails_to(OWNER).len();
    tell(&app, 1).await;
    pass(&app, 1).await;
    tell(&app, 1).await;
    pass(&app, 60).await;
    tell(&app, 1).await;

    assert_eq!(early, 0);
    let mail = app.the_mail_to(OWNER);
    assert_eq!(
        mail.header("Subject"),
        "Your webhook at Dateline does not take calls"
    );
    assert!(mail.text.contains("2026-12-01T09:00:00"), "{}", mail.text);
    let page = app.page(&mail.link("/alerts/preferences/")).await;
    assert!(page.text.contains("failed since"), "{}", page.text);
}

#[tokio::test]
async fn endpoint_that_fails_for_five_days_is_taken_out_of_use_and_its_owner_told_the_way_back() {
    let app = TestApp::start().await;
    app.hook("/status/500/dev").await;
    tell(&app, 1).await;
    pass(&app, 5 * DAY_S - 1).await;
    tell(&app, 1).await;
    let before = endpoint(&app, "/status/500/dev").await;
    pass(&app, 700).await;
    let disabled = endpoint(&app, "/status/500/dev").await;
    let calls = app.http.count();

    tell(&app, 1).await;
    let quiet = app.http.count() - calls;
    let mails = app.mails_to(OWNER);
    let mail = mails.last().unwrap();
    let link = mail.link("/alerts/preferences/");
    let page = app.page(&link).await;
    app.send_form(&link, &[("act", "resume-all")])
        .await
        .expect(303);
    let back = endpoint(&app, "/status/500/dev").await;
    tell(&app, 1).await;

    assert_eq!(
        (&before["state"], &disabled["state"]),
        (&json!("active"), &json!("disabled"))
    );
    assert_eq!(
        mail.header("Subject"),
        "Your webhook at Dateline was taken out of use"
    );
    assert!(page.text.contains("Resume everything"), "{}", page.text);
    assert!(page.text.contains("failed since"), "{}", page.text);
    assert_eq!(quiet, 0);
    assert_eq!(back["state"], "active");
    assert!(app.http.count() > calls, "it is called again");
    assert_eq!(endpoint(&app, "/status/500/dev").await["state"], "active");
}

#[tokio::test]
async fn owner_of_a_webhook_that_is_gone_is_told_and_may_take_it_up_again() {
    let app = TestApp::start().await;
    app.hook("/status/410/dev").await;

    tell(&app, 1).await;
    let gone = endpoint(&app, "/status/410/dev").await;
    tell(&app, 1).await;
    let back = edit(&app, &gone, json!({ "state": "active" })).await;

    assert_eq!((&gone["state"], app.http.count()), (&json!("disabled"), 1));
    let mail = app.the_mail_to(OWNER);
    assert!(mail.text.contains("410"), "{}", mail.text);
    assert_eq!(back["state"], "active");
}

#[tokio::test]
async fn receivers_that_hang_give_their_slots_to_the_others() {
    let app = TestApp::start_with(&[
        "webhook.total_timeout_ms=300000",
        "webhook.connections=5",
        "webhook.in_flight_per_endpoint=2",
    ])
    .await;
    // As many as there are slots for regular news, and before all others.
    for reader in 0..4 {
        app.hook(&format!("/stall/{reader}")).await;
    }
    for reader in 0..76 {
        app.hook(&format!("/ok/{reader}")).await;
    }
    app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());

    let worker = app.app.webhook.clone();
    let sending = tokio::spawn(async move { worker.step().await });
    app.http.wait_for_ids(76, DEADLINE).await.unwrap();

    // They would hang for longer than a test may take.
    assert!(!sending.is_finished());
    sending.abort();
    app.leave_unfinished();
}
