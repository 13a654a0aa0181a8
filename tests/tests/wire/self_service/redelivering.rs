//! Sent again by its owner: with the same id, counted once.

use super::{ANA, ask, hook_of, pass, text, token_of};
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release};

async fn redeliver(app: &TestApp, token: &str, id: &str, body: Value) -> Answer {
    let path = format!("/v1/endpoints/{id}/redeliver");
    ask(app, token, Method::POST, &path, &body).await
}

async fn newest(app: &TestApp, id: &str) -> Value {
    let list = app.get(&format!("/v1/endpoints/{id}/deliveries")).await;
    list.expect(200)["deliveries"][0].clone()
}

#[tokio::test]
async fn all_that_failed_is_sent_again_with_the_same_id() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/flaky/4/ana", ANA).await;
    let token = token_of(&app, ANA).await;
    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    for seconds in [10, 60, 600] {
        pass(&app, seconds).await;
    }
    assert_eq!(app.report(&accepted).await["dead"], 1);

    let again = redeliver(&app, &token, &id, json!({ "failed": true }))
        .await
        .expect(200);
    // A receiver that said 503 is left alone for some seconds.
    pass(&app, 10).await;
    let nothing = redeliver(&app, &token, &id, json!({ "failed": true }))
        .await
        .expect(200);

    assert_eq!(again, json!({ "redelivered": 1, "next_before": null }));
    assert_eq!(nothing["redelivered"], 0);
    let calls = app.http.calls();
    assert_eq!(calls.len(), 5);
    assert!(
        calls
            .iter()
            .all(|call| call.webhook_id == calls[0].webhook_id)
    );
    let report = app.report(&accepted).await;
    let counts = ["matched", "delivered", "dead", "due"].map(|name| report[name].as_i64().unwrap());
    assert_eq!(counts, [1, 1, 0, 0]);
    let audit = app.get("/v1/audit?limit=1").await.expect(200);
    assert!(audit.to_string().contains("redeliver"), "{audit}");
}

#[tokio::test]
async fn delivered_one_that_is_sent_again_is_counted_once() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/ok/ana", ANA).await;
    app.hook("/ok/bo").await;
    let token = token_of(&app, ANA).await;
    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    let before = app.report(&accepted).await;
    let delivery = text(&newest(&app, &id).await["id"]);

    pass(&app, 3600).await;
    let again = redeliver(&app, &token, &id, json!({ "delivery": delivery })).await;
    let meanwhile = redeliver(&app, &token, &id, json!({ "delivery": delivery })).await;
    app.settle().await;

    assert_eq!(again.expect(200)["redelivered"], 1);
    meanwhile.expect_problem(409, "conflict");
    let to = app
        .http
        .calls()
        .into_iter()
        .filter(|call| call.webhook_id == delivery);
    assert_eq!(to.count(), 2);
    let after = app.report(&accepted).await;
    for name in ["matched", "delivered", "dead", "suppressed", "due"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    // A report tells when readers heard of it first.
    assert!(before["p99_ms"].is_number(), "{before}");
    assert_eq!(after["p99_ms"], before["p99_ms"]);
    let shown = app
        .get(&format!("/v1/endpoints/{id}/deliveries/{delivery}"))
        .await
        .expect(200);
    assert_eq!(shown["tries"].as_array().map(Vec::len), Some(2));
    let trace = app
        .get(&format!("/v1/trace?of={delivery}"))
        .await
        .expect(200);
    let told: Vec<_> = trace["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["what"].clone())
        .collect();
    assert_eq!(told, ["planned", "delivered", "delivered"]);
}

/// What the receiver does to a second copy changes nothing for the issuer.
#[tokio::test]
async fn delivered_one_that_fails_when_sent_again_stays_delivered() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/ok/ana", ANA).await;
    let token = token_of(&app, ANA).await;
    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    let delivery = text(&newest(&app, &id).await["id"]);
    let subscriptions = app.get("/v1/subscriptions").await.expect(200);
    let subscription = text(&subscriptions["subscriptions"][0]["id"]);

    redeliver(&app, &token, &id, json!({ "delivery": delivery }))
        .await
        .expect(200);
    let path = format!("/v1/subscriptions/{subscription}");
    ask(&app, &token, Method::DELETE, &path, &json!({}))
        .await
        .expect(204);
    app.settle().await;

    assert_eq!(app.http.count(), 1);
    let shown = newest(&app, &id).await;
    assert_eq!(
        (&shown["state"], &shown["last_error"]),
        (&json!("delivered"), &json!("unsubscribed"))
    );
    let report = app.report(&accepted).await;
    assert_eq!(
        (&report["delivered"], &report["suppressed"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn those_of_a_time_are_sent_again() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/ok/ana", ANA).await;
    let token = token_of(&app, ANA).await;
    for headline in ["Acme digs", "Acme drills", "Acme hires"] {
        app.submit(&release(headline)).await;
        pass(&app, 3600).await;
    }
    let first = newest(&app, &id).await["id"].clone();

    let range = json!({ "since": "2026-12-01T10:00:00Z", "until": "2026-12-01T11:00:00Z" });
    let again = redeliver(&app, &token, &id, range).await.expect(200);
    app.settle().await;

    assert_eq!(again["redelivered"], 1);
    let taken = app.http.ids();
    let twice: Vec<_> = taken.values().filter(|times| **times == 2).collect();
    assert_eq!((taken.len(), twice.len()), (3, 1));
    assert_eq!(taken[first.as_str().unwrap()], 1);
}

#[tokio::test]
async fn what_cannot_be_sent_again_is_refused_with_the_mend() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/ok/ana", ANA).await;
    let mail = text(&app.reader(ANA).await["endpoint"]);
    let token = token_of(&app, ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let delivery = newest(&app, &id).await["id"].clone();
    app.post(&format!("/v1/endpoints/{id}/test"), &json!({}))
        .await
        .expect(202);
    app.settle().await;
    let test = newest(&app, &id).await["id"].clone();

    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "failed": false }), ""),
        (json!({ "delivery": delivery, "failed": true }), "/delivery"),
        (json!({ "since": "yesterday" }), "/since"),
        (json!({ "until": "12:00" }), "/until"),
        (
            json!({ "since": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z" }),
            "/until",
        ),
    ] {
        let refused = redeliver(&app, &token, &id, body.clone()).await;
        assert_eq!(
            refused.expect_problem(422, "invalid")["pointer"],
            pointer,
            "{body}"
        );
    }
    let one = json!({ "delivery": test });
    redeliver(&app, &token, &id, one)
        .await
        .expect_problem(409, "conflict");
    let unknown = json!({ "delivery": "alr_none_ep_none" });
    redeliver(&app, &token, &id, unknown)
        .await
        .expect_problem(404, "not-found");
    let failed = json!({ "failed": true });
    redeliver(&app, &token, &mail, failed.clone())
        .await
        .expect_problem(409, "conflict");
    let path = format!("/v1/endpoints/{id}");
    ask(
        &app,
        &token,
        Method::PATCH,
        &path,
        &json!({ "state": "paused" }),
    )
    .await
    .expect(200);
    redeliver(&app, &token, &id, failed)
        .await
        .expect_problem(409, "conflict");
}
