//! `GET /v1/items`: what cleared, in order, nothing skipped, nothing early.

use http::Method;
use serde_json::json;
use std::time::Duration;
use tests::{Answer, TestApp, release, release_at};

async fn items(app: &TestApp, query: &str) -> Answer {
    let ask = app.ask(Method::GET, &format!("/v1/items?{query}"));
    ask.without_token().send().await
}

fn headlines(answer: &Answer) -> Vec<String> {
    let items = answer.json()["items"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    items
        .iter()
        .map(|item| item["headline"].as_str().unwrap_or("").to_owned())
        .collect()
}

#[tokio::test]
async fn items_come_in_order_by_a_cursor_that_skips_nothing() {
    let app = TestApp::start().await;
    for headline in ["One", "Two", "Three"] {
        app.submit(&release(headline)).await;
    }
    app.settle().await;

    let first = items(&app, "after=0&limit=2").await;
    let next = first.expect(200)["next_after"].clone();
    let second = items(&app, &format!("after={next}&limit=2")).await;
    let end = items(&app, "after=3").await;

    assert_eq!(headlines(&first), ["One", "Two"]);
    assert_eq!(headlines(&second), ["Three"]);
    assert_eq!(end.expect(200), json!({ "items": [], "next_after": 3 }));
    let item = &first.json()["items"][0];
    assert_eq!(item["seq"], 1);
    assert_eq!(
        item["issuers"],
        json!([{ "slug": "acme", "name": "Acme Robotics, Inc." }])
    );
    assert!(item["html"].as_str().unwrap().contains("<em>120</em>"));
}

#[tokio::test]
async fn waiting_reader_is_answered_as_soon_as_something_clears() {
    let app = TestApp::start().await;
    let begun = std::time::Instant::now();

    // The reader asks first, and finds nothing.
    let now = release("Now");
    let (answer, _) = tokio::join!(items(&app, "wait=20"), app.submit(&now));
    app.settle().await;

    assert_eq!(headlines(&answer), ["Now"]);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn nothing_is_an_item_before_it_clears() {
    let app = TestApp::start().await;
    app.submit(&release_at("Hush", &app.time_in(60))).await;
    app.post("/v1/releases?draft=true", &json!({ "headline": "Hush" }))
        .await
        .expect(201);

    let answer = items(&app, "after=0").await;

    assert_eq!(answer.expect(200), json!({ "items": [], "next_after": 0 }));
}

#[tokio::test]
async fn issuer_sees_reader_by_reader_whom_a_release_reached() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.hook("/ok/ben").await;
    let acme = app.token(&["releases:read"], &["acme"]).await;
    app.add_issuer("beta", "Beta AG").await;
    let beta = app.token(&["releases:read"], &["beta"]).await;
    let told = app.submit(&release("Acme opens")).await;
    app.settle().await;
    let (id, story) = (
        told["id"].as_str().unwrap(),
        told["story"].as_str().unwrap(),
    );
    let ask = |token: &str, path: String| app.ask(Method::GET, &path).with_token(token).send();

    let first = ask(&acme, format!("/v1/releases/{id}/deliveries?limit=1"))
        .await
        .expect(200);
    let after = first["next_after"].as_str().unwrap();
    let rest = ask(&acme, format!("/v1/releases/{id}/deliveries?after={after}"))
        .await
        .expect(200);
    let of_story = ask(&acme, format!("/v1/stories/{story}")).await.expect(200);

    assert_eq!(first["deliveries"][0]["address"], "a***@reader.example");
    assert_eq!(first["deliveries"][0]["state"], "delivered");
    assert_eq!(rest["deliveries"][0]["channel"], "webhook");
    assert_eq!(rest["next_after"], json!(null));
    assert_eq!(of_story["releases"][0]["id"], id);
    for path in [
        format!("/v1/releases/{id}/deliveries"),
        format!("/v1/stories/{story}"),
    ] {
        ask(&beta, path).await.expect_problem(404, "not-found");
    }
}

#[tokio::test]
async fn cursor_out_of_range_is_said_with_the_field() {
    let app = TestApp::start().await;
    let check = async |query: &str, pointer: &str| {
        let problem = items(&app, query).await.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], pointer, "{query}");
    };

    check("after=-1", "/after").await;
    check("wait=26", "/wait").await;
    check("limit=0", "/limit").await;
    check("limit=501", "/limit").await;
    items(&app, "after=soon")
        .await
        .expect_problem(400, "malformed");
    items(&app, "afterr=1")
        .await
        .expect_problem(400, "malformed");
}
