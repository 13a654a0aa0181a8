//! Sending that is stopped by hand: at once, and without loss.

use crate::leftovers::{audience, check_told_once};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{DEADLINE, TestApp, release};

async fn halt(app: &TestApp, what: Value) -> Value {
    app.post("/v1/halts", &what).await.expect(201)
}

async fn resume(app: &TestApp, what: Value) -> Value {
    app.post("/v1/halts/resume", &what).await.expect(200)
}

async fn status(app: &TestApp) -> Value {
    app.get("/v1/status").await.expect(200)
}

/// Moves on by hours, with all that falls due on the way.
async fn hours_pass(app: &TestApp) {
    for _ in 0..20 {
        app.advance(Duration::from_secs(600));
        app.settle().await;
    }
}

#[tokio::test]
async fn what_is_halted_waits_for_hours_and_then_is_told_once() {
    let app = TestApp::start().await;
    audience(&app).await;
    let note = json!({ "all": true, "note": "a loop in the feed" });
    halt(&app, note).await;

    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    hours_pass(&app).await;

    assert_eq!(app.taken().len(), 0);
    let items = app.get("/v1/items").await.expect(200);
    assert_eq!(items["items"].as_array().unwrap().len(), 1, "it cleared");
    let shown = status(&app).await;
    assert_eq!(
        [&shown["verdict"], &shown["halted"], &shown["dead"]],
        [&json!("HALTED"), &json!(4), &json!(0)]
    );
    assert_eq!(
        shown["why"],
        "sending is stopped by hand: all since 2026-12-01T09:00:00.000Z (a loop in the feed); 4 deliveries wait; \
         `dateline resume` lets it go on"
    );
    assert_eq!(app.get("/readyz").await.status, 200, "it can be resumed");

    let left = resume(&app, json!({ "all": true })).await;
    app.settle().await;

    assert_eq!(left["halts"], json!([]));
    check_told_once(&app, &accepted).await;
    let shown = status(&app).await;
    assert_eq!(
        [&shown["verdict"], &shown["halted"]],
        [&json!("OK"), &json!(0)]
    );
}

#[tokio::test]
async fn retry_that_falls_due_while_halted_waits_too() {
    let app = TestApp::start().await;
    app.hook("/flaky/1/ana").await;
    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    assert_eq!(app.status().await.retrying, 1);
    halt(&app, json!({ "channel": "webhook" })).await;

    hours_pass(&app).await;
    let before = app.http.ids().len();
    let attempts = app.report(&accepted).await["due"].clone();
    resume(&app, json!({ "channel": "webhook" })).await;
    app.settle().await;

    assert_eq!((before, attempts), (0, json!(1)));
    assert_eq!(app.report(&accepted).await["delivered"], 1);
    assert_eq!(app.status().await.poisoned, 0);
}

#[tokio::test]
async fn halted_channel_leaves_the_other_alone() {
    let app = TestApp::start().await;
    audience(&app).await;
    halt(&app, json!({ "channel": "email" })).await;

    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!((app.smtp.ids().len(), app.http.ids().len()), (0, 2));
    resume(&app, json!({ "channel": "email" })).await;
    app.settle().await;
    check_told_once(&app, &accepted).await;
}

#[tokio::test]
async fn halted_issuer_leaves_the_others_alone() {
    let app = TestApp::start().await;
    app.add_issuer("acme-robots", "Acme Robots").await;
    audience(&app).await;
    halt(&app, json!({ "issuer": "acme" })).await;

    let accepted = app.submit(&release("Acme opens")).await;
    let mut other = release("Acme Robots grows");
    other["issuers"] = json!(["acme-robots"]);
    let told = app.submit(&other).await;
    hours_pass(&app).await;

    assert_eq!(app.report(&told).await["delivered"], 4);
    assert_eq!(app.report(&accepted).await["delivered"], 0);
    resume(&app, json!({ "issuer": "acme" })).await;
    app.settle().await;
    assert_eq!(app.report(&accepted).await["delivered"], 4);
    assert_eq!(app.taken().into_values().collect::<Vec<_>>(), [1; 8]);
}

#[tokio::test]
async fn flash_is_halted_too() {
    let app = TestApp::start().await;
    audience(&app).await;
    halt(&app, json!({ "all": true })).await;
    let mut flash = release("Acme recalls");
    flash["lane"] = json!("flash");

    let accepted = app.submit(&flash).await;
    app.settle().await;

    assert_eq!(accepted["lane"], "flash");
    assert_eq!(app.taken().len(), 0);
    resume(&app, json!({ "all": true })).await;
    app.settle().await;
    check_told_once(&app, &accepted).await;
}

/// A digest without the halted news would never tell of it: the whole mail waits, and those of others leave.
#[tokio::test]
async fn digest_with_halted_news_waits_whole() {
    let app = TestApp::start().await;
    app.add_issuer("borealis", "Borealis Wind").await;
    let hourly = |email, filter| json!({ "filter": filter, "email": email, "frequency": "hourly" });
    let (ana, ben) = ("ana@reader.example", "ben@reader.example");
    app.subscribe(hourly(ana, "everything")).await;
    app.subscribe(hourly(ben, "source:borealis")).await;
    app.submit(&release("Acme opens")).await;
    let mut other = release("Borealis Wind grows");
    other["issuers"] = json!(["borealis"]);
    app.submit(&other).await;
    app.settle().await;
    halt(&app, json!({ "issuer": "acme" })).await;

    hours_pass(&app).await;
    let during = (app.mails_to(ana).len(), app.mails_to(ben).len());
    resume(&app, json!({ "issuer": "acme" })).await;
    app.settle().await;

    assert_eq!(during, (0, 1));
    let mail = app.the_mail_to(ana);
    assert!(mail.text.contains("Acme opens") && mail.text.contains("Borealis Wind grows"));
    assert_eq!(app.mails_to(ben).len(), 1);
    assert_eq!(app.status().await.poisoned, 0);
}

/// A worker with one slot for regular news has sent a few of twenty slow calls when it is halted by another process, which
/// told nobody: what waits for the slot is not sent, and the batch is given back whole.
#[tokio::test]
async fn what_waits_for_its_slot_is_halted_within_a_second() {
    let app =
        TestApp::start_with(&["webhook.connections=2", "webhook.in_flight_per_endpoint=2"]).await;
    for reader in 0..20 {
        app.hook(&format!("/slow/200/{reader}")).await;
    }
    app.settle().await;
    let accepted = app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());
    let worker = app.app.webhook.clone();
    let running = tokio::spawn(async move { worker.run().await });
    app.http.wait_for_ids(1, DEADLINE).await.unwrap();

    let act = store::NewAct {
        at_ms: app.app.clock.now_ms(),
        actor: "local",
        act: "halt",
        subject: "all",
        note: "",
        request_id: "req_elsewhere",
    };
    let halted = app.app.store.halt(&store::Halted::All, "", act).await;
    assert!(halted.unwrap());
    let given_back = async {
        while app
            .app
            .store
            .batch_stands(1)
            .await
            .unwrap()
            .unwrap()
            .lease_until_ms
            > 0
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, given_back).await.unwrap();
    let before = app.http.ids().len();
    app.advance(Duration::from_secs(60));
    app.app.sweep.step().await.unwrap();
    resume(&app, json!({ "all": true })).await;
    app.app.sweep.step().await.unwrap();
    app.http.wait_for_ids(20, DEADLINE).await.unwrap();
    app.app.stop.cancel();
    running.await.unwrap();

    assert!(
        before < 15,
        "{before} were sent: at most 5 a second leave by one slot"
    );
    assert!(app.http.ids().into_values().all(|times| times == 1));
    assert_eq!(app.report(&accepted).await["delivered"], 20);
}

#[tokio::test]
async fn halts_are_for_operators_and_refused_with_the_mend() {
    let app = TestApp::start().await;
    let reader = app.token(&["releases:read", "releases:write"], &[]).await;
    for (method, path) in [
        (Method::GET, "/v1/halts"),
        (Method::POST, "/v1/halts"),
        (Method::POST, "/v1/halts/resume"),
        (Method::GET, "/v1/audit"),
    ] {
        let ask = app.ask(method, path).json(&json!({ "all": true }));
        ask.with_token(&reader)
            .send()
            .await
            .expect_problem(403, "forbidden");
    }
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "all": true, "channel": "email" }), ""),
        (json!({ "channel": "fax" }), "/channel"),
        (json!({ "all": true, "note": "x".repeat(2001) }), "/note"),
    ] {
        let problem = app.post("/v1/halts", &body).await;
        let problem = problem.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], pointer, "{body}");
    }
    let unknown = app.post("/v1/halts", &json!({ "issuer": "nobody" })).await;
    unknown.expect_problem(404, "not-found");
    let idle = app.post("/v1/halts/resume", &json!({ "all": true })).await;
    idle.expect_problem(404, "not-found");

    let halts = app.get("/v1/halts").await.expect(200);
    assert_eq!(halts["halts"], json!([]), "nothing was halted by that");
}

#[tokio::test]
async fn second_halt_keeps_the_note_of_the_first() {
    let app = TestApp::start().await;
    let first = halt(&app, json!({ "issuer": "acme", "note": "one" })).await;
    let again = json!({ "issuer": "acme", "note": "two" });

    let second = app.post("/v1/halts", &again).await.expect(200);

    assert_eq!(first, second);
    assert_eq!(
        first,
        json!({ "kind": "issuer", "name": "acme", "note": "one", "by": "local", "since": "2026-12-01T09:00:00.000Z" })
    );
    let listed = app.get("/v1/halts").await.expect(200);
    assert_eq!(listed["halts"], json!([first]));
}
