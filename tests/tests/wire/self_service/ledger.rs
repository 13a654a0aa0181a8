//! What became of each delivery, attempt by attempt.

use super::{ANA, get, hook_at, hook_of, pass, token_of};
use serde_json::{Value, json};
use tests::{TestApp, refusing, release};

#[tokio::test]
async fn attempts_are_shown_with_status_duration_and_answer() {
    let app = TestApp::start().await;
    let id = hook_at(&app, &refusing("down <b>today</b>".into()).await, ANA).await;
    let token = token_of(&app, ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    let list = async |query: &str| {
        let path = format!("/v1/endpoints/{id}/deliveries{query}");
        get(&app, &token, &path).await.expect(200)["deliveries"].clone()
    };
    let due = list("?state=due").await;
    let path = format!(
        "/v1/endpoints/{id}/deliveries/{}",
        due[0]["id"].as_str().unwrap()
    );
    let waiting = get(&app, &token, &path).await.expect(200);
    for seconds in [10, 60, 600] {
        pass(&app, seconds).await;
    }
    let dead = get(&app, &token, &path).await.expect(200);

    assert_eq!(due.as_array().map(Vec::len), Some(1));
    assert_eq!(list("?state=due").await, json!([]));
    assert_eq!(list("?state=dead").await[0]["id"], due[0]["id"]);
    assert_eq!(list("").await.as_array().map(Vec::len), Some(1));
    let shown = |shown: &Value| {
        let tries = shown["tries"].as_array().unwrap().len();
        (shown["state"].clone(), shown["attempts"].clone(), tries)
    };
    assert_eq!(shown(&waiting), (json!("due"), json!(1), 1));
    assert_eq!(waiting["next_attempt_at"], "2026-12-01T09:00:10.000Z");
    let first = &waiting["tries"][0];
    assert_eq!(
        (
            &first["attempt"],
            &first["at"],
            &first["status"],
            &first["answer"]
        ),
        (
            &json!(1),
            &json!("2026-12-01T09:00:00.000Z"),
            &json!(500),
            &json!("down <b>today</b>")
        )
    );
    assert!(
        first["duration_ms"].is_i64() && first["error"].is_string(),
        "{first}"
    );
    assert_eq!(shown(&dead), (json!("dead"), json!(4), 4));
    assert_eq!(
        (&dead["last_status"], &dead["next_attempt_at"]),
        (&json!(500), &Value::Null)
    );
}

#[tokio::test]
async fn attempt_that_succeeded_is_told_from_the_deliverys_own_row() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/flaky/1/ana", ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    pass(&app, 10).await;

    let list = app
        .get(&format!("/v1/endpoints/{id}/deliveries"))
        .await
        .expect(200);
    let path = format!(
        "/v1/endpoints/{id}/deliveries/{}",
        list["deliveries"][0]["id"].as_str().unwrap()
    );
    let shown = app.get(&path).await.expect(200);

    let tries: Vec<_> = shown["tries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["attempt"].clone(),
                one["status"].clone(),
                one["error"].is_null(),
            )
        })
        .collect();
    assert_eq!(
        tries,
        [(json!(1), json!(503), false), (json!(2), json!(204), true)]
    );
    assert_eq!(shown["tries"][1]["duration_ms"], Value::Null);
}

/// An answer is kept, and shown, up to 16 KiB.
#[tokio::test]
async fn no_more_of_an_answer_is_shown_than_is_kept() {
    let app = TestApp::start().await;
    let id = hook_at(&app, &refusing("a".repeat(40_000)).await, ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    let list = app
        .get(&format!("/v1/endpoints/{id}/deliveries"))
        .await
        .expect(200);
    let path = format!(
        "/v1/endpoints/{id}/deliveries/{}",
        list["deliveries"][0]["id"].as_str().unwrap()
    );
    let shown = app.get(&path).await.expect(200);

    assert_eq!(
        shown["tries"][0]["answer"].as_str().map(str::len),
        Some(16 * 1024)
    );
    app.leave_unfinished();
}

#[tokio::test]
async fn list_is_read_page_by_page_newest_first() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/ok/ana", ANA).await;
    let mut submitted = Vec::new();
    for n in 0..3 {
        submitted.push(app.submit(&release(&format!("Acme opens {n}"))).await["id"].clone());
        app.settle().await;
    }

    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = app
            .get(&format!("/v1/endpoints/{id}/deliveries{query}"))
            .await
            .expect(200);
        let releases = page["deliveries"].as_array().unwrap().iter();
        seen.extend(releases.map(|one| one["release"].clone()));
        match page["next_before"].as_str() {
            Some(before) => query = format!("?limit=2&before={before}"),
            None => break,
        }
    }

    submitted.reverse();
    assert_eq!(seen, submitted);
    for (query, status, kind) in [
        ("?state=lost", 422, "invalid"),
        ("?before=alr_none", 404, "not-found"),
        ("?limit=0", 422, "invalid"),
        ("/alr_none_ep_none", 404, "not-found"),
        ("/nonsense", 404, "not-found"),
    ] {
        let refused = app
            .get(&format!("/v1/endpoints/{id}/deliveries{query}"))
            .await;
        refused.expect_problem(status, kind);
    }
}
