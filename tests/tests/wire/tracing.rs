//! What happened to an address, a delivery, a release: told in order, and masked.

use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

async fn trace(app: &TestApp, of: &str) -> Value {
    app.get(&format!("/v1/trace?of={of}")).await.expect(200)
}

/// Each event as `what: detail`.
fn lines(trace: &Value) -> Vec<String> {
    let events = trace["events"].as_array().unwrap().iter();
    let text = |event: &Value, field: &str| event[field].as_str().unwrap().to_owned();
    events
        .map(|event| format!("{}: {}", text(event, "what"), text(event, "detail")))
        .collect()
}

fn whats(trace: &Value) -> Vec<&str> {
    let events = trace["events"].as_array().unwrap().iter();
    events
        .map(|event| event["what"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn address_is_traced_from_its_subscription_to_the_second_attempt() {
    let app = TestApp::start().await;
    let ana = "greylist-1-ana@reader.example";
    let subscription = app.reader(ana).await;
    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    let waiting = trace(&app, ana).await;
    app.advance(Duration::from_secs(10));
    app.settle().await;

    let told = trace(&app, ana).await;

    assert_eq!(
        whats(&waiting),
        ["added", "subscribed", "planned", "failed", "waits"]
    );
    assert_eq!(
        lines(&waiting)[4],
        "waits: for its next attempt, at 2026-12-01T09:00:10.000Z"
    );
    assert_eq!(
        whats(&told),
        ["added", "subscribed", "planned", "failed", "delivered"]
    );
    let lines = lines(&told);
    let sub = subscription["id"].as_str().unwrap();
    assert!(
        lines[0].ends_with(": email at g***@reader.example, active now"),
        "{lines:?}"
    );
    assert_eq!(
        lines[1],
        format!("subscribed: {sub}, active now: everything")
    );
    assert_eq!(lines[2], "planned: story, by now in batch 2, round 1");
    assert!(
        lines[3].starts_with("failed: attempt 1, after "),
        "{lines:?}"
    );
    assert!(lines[3].contains("451"), "{lines:?}");
    assert_eq!(lines[4], "delivered: attempt 2, status 250");
    let last = &told["events"][4];
    assert_eq!(last["at"], "2026-12-01T09:00:10.000Z");
    assert_eq!(last["release"], accepted["id"]);
    assert!(!told.to_string().contains("ana@"), "{told}");
}

#[tokio::test]
async fn delivery_is_traced_by_the_id_that_its_receiver_has() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.hook("/ok/ben").await;
    app.settle().await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let mail = app.the_mail_to("ana@reader.example");
    let message_id = mail.header("Message-ID").to_owned();
    let webhook_id = app.http.ids().into_keys().find(|id| id.contains("_ep_"));

    let by_mail = trace(&app, &message_id.replace('<', "%3C").replace('>', "%3E")).await;
    let by_hook = trace(&app, &webhook_id.clone().unwrap()).await;

    assert_eq!(
        [&by_mail["kind"], &by_hook["kind"]],
        ["delivery", "delivery"]
    );
    assert_eq!(whats(&by_mail), ["planned", "delivered"]);
    assert_eq!(whats(&by_hook), ["planned", "delivered"]);
    assert_eq!(
        lines(&by_mail)[0],
        "planned: story, in batch 1, to email at a***@reader.example"
    );
    assert_eq!(by_hook["events"][1]["delivery"], json!(webhook_id));
}

#[tokio::test]
async fn what_a_digest_told_and_what_a_halt_stops_is_traced() {
    let app = TestApp::start().await;
    let (ana, ben) = ("ana@reader.example", "ben@reader.example");
    app.subscribe(json!({ "filter": "everything", "email": ana, "frequency": "hourly" }))
        .await;
    app.reader(ben).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let before = trace(&app, ana).await;
    app.advance(Duration::from_secs(3600));
    app.settle().await;
    let after = trace(&app, ana).await;
    let halt = json!({ "all": true });
    app.post("/v1/halts", &halt).await.expect(201);
    app.submit(&release("Acme grows")).await;
    app.settle().await;

    let halted = trace(&app, ben).await;

    assert_eq!(
        lines(&before).last().unwrap(),
        "waits: for a digest (hourly), at 2026-12-01T10:00:00.000Z"
    );
    assert_eq!(
        whats(&after),
        [
            "added",
            "subscribed",
            "planned",
            "planned",
            "delivered",
            "digested",
            "delivered"
        ]
    );
    let digest = after["events"][4]["delivery"].as_str().unwrap();
    let told = &lines(&after)[5];
    let alert = digest.split("_ep_").next().unwrap();
    assert_eq!(
        told,
        &format!("digested: told by the digest {alert} (hourly)")
    );
    let last = lines(&halted).pop().unwrap();
    assert!(
        last.starts_with("waits: in batch ") && last.contains("halted by an operator"),
        "{last}"
    );
    app.post("/v1/halts/resume", &halt).await.expect(200);
    app.settle().await;
}

#[tokio::test]
async fn release_is_traced_through_its_hold_to_its_batches() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.hook("/ok/ben").await;
    app.settle().await;
    let mut later = release("Acme opens");
    later["clear_at"] = json!(app.time_in(60));
    let id = app.submit(&later).await["id"].as_str().unwrap().to_owned();
    let hold = json!({ "note": "the figures" });
    app.post(&format!("/v1/releases/{id}/hold"), &hold)
        .await
        .expect(200);
    app.advance(Duration::from_secs(120));
    let move_on = json!({ "clear_at": app.time_in(60) });
    app.post(&format!("/v1/releases/{id}/reschedule"), &move_on)
        .await
        .expect(200);
    app.advance(Duration::from_secs(60));
    app.settle().await;

    let trace = trace(&app, &id).await;

    assert_eq!(
        whats(&trace),
        [
            "accepted", "act", "act", "cleared", "alert", "batch", "batch"
        ]
    );
    let lines = lines(&trace);
    assert!(
        lines[0].starts_with("accepted: by local, request req_"),
        "{lines:?}"
    );
    assert_eq!(lines[1], "act: held by local: the figures");
    assert!(
        lines[2].starts_with("act: rescheduled by local: "),
        "{lines:?}"
    );
    assert_eq!(lines[3], "cleared: as item 1");
    assert!(
        lines[4].ends_with(" is routed, 2 endpoints of all editions"),
        "{lines:?}"
    );
    assert!(
        lines[5].contains(" by email, round 0, is done: of 1 1 delivered, 0 dead"),
        "{lines:?}"
    );
    assert_eq!(trace["events"][3]["at"], "2026-12-01T09:03:00.000Z");
}

#[tokio::test]
async fn whole_addresses_are_shown_to_those_who_say_so_and_that_is_kept() {
    let app = TestApp::start().await;
    let ana = "refuse-550-Ana@reader.example";
    app.reader(ana).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    let masked = trace(&app, ana).await;
    let acts = app.get("/v1/audit").await.expect(200);
    let whole = app.get(&format!("/v1/trace?of={ana}&full=true")).await;
    let after = app.get("/v1/audit").await.expect(200);

    assert!(
        !masked.to_string().to_lowercase().contains("550-ana@"),
        "{masked}"
    );
    assert!(whole.expect(200).to_string().contains(ana));
    assert_eq!(acts["acts"][0]["act"], "issuer.add", "masked is no act");
    let act = &after["acts"][0];
    assert_eq!(act["act"], "trace");
    assert!(act["subject"].as_str().unwrap().starts_with("ep_"), "{act}");
}

/// Many a relay repeats the address that it refuses.
#[tokio::test]
async fn address_is_masked_in_the_words_of_its_receiver() {
    let app = TestApp::start().await;
    let ana = "Ana.Bell@reader.example";
    app.reader(ana).await;
    app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());
    let store = &app.app.store;
    let now_ms = app.app.clock.now_ms();
    let claim = store.claim_batch(1, "w", now_ms + 60_000, now_ms, 20).await;
    let Ok(store::Claim::Ours(batch)) = claim else {
        panic!("{claim:?}")
    };
    let refused = store::Outcome {
        endpoint_id: batch.first_endpoint_id,
        verdict: store::Verdict::Dead {
            error: format!("550 no mailbox {ana}"),
        },
        attempt: 1,
        status: Some(550),
        answer: format!("<{}> is unknown", ana.to_lowercase()),
        at_ms: now_ms,
        duration_ms: 7,
        latency_ms: 7,
        health: None,
        left_out: Vec::new(),
    };
    store.record_outcomes(&batch, &[refused]).await.unwrap();

    let told = lines(&trace(&app, ana).await);

    assert_eq!(
        told[3..],
        [
            "failed: attempt 1, after 7 ms: 550 no mailbox A***@reader.example; it said: <A***@reader.example> is unknown",
            "dead: 550 no mailbox A***@reader.example",
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_traced_is_refused_with_the_mend() {
    let app = TestApp::start().await;
    let reader = app.token(&["releases:read"], &[]).await;
    let ask = app
        .ask(Method::GET, "/v1/trace?of=rel_a")
        .with_token(&reader);

    ask.send().await.expect_problem(403, "forbidden");
    for nobody in [
        "ana@reader.example",
        "rel_nobody",
        "ep_nobody",
        "alr_a_ep_b",
    ] {
        let answer = app.get(&format!("/v1/trace?of={nobody}")).await;
        answer.expect_problem(404, "not-found");
    }
    let problem = app
        .get("/v1/trace?of=acme")
        .await
        .expect_problem(422, "invalid");
    assert_eq!(problem["pointer"], "/of");
}
