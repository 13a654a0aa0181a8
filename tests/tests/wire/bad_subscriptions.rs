//! Bad subscriptions: an error that names the field and the mend; nothing of them is kept.

use serde_json::json;
use tests::TestApp;

#[tokio::test]
async fn bad_subscriptions_name_the_field_and_the_mend() {
    let app = TestApp::start().await;
    let hook = |url: &str| json!({ "filter": "everything", "webhook": url, "owner": "ana@reader.example" });
    let cases = [
        (
            json!({ "filter": "topic:minig", "email": "a@b.example" }),
            "/filter",
        ),
        (
            json!({ "filter": "(a AND", "email": "a@b.example" }),
            "/filter",
        ),
        (json!({ "filter": "everything", "email": "a@@b" }), "/email"),
        (json!({ "filter": "everything" }), "/email"),
        (
            json!({ "filter": "everything", "email": "a@b.example", "extent": "half" }),
            "/extent",
        ),
        (
            json!({ "filter": "everything", "email": "a@b.example", "languages": ["english language"] }),
            "/languages",
        ),
        (
            json!({ "filter": "everything", "webhook": "https://h.example/" }),
            "/owner",
        ),
        (hook("ftp://hook.example/"), "/webhook"),
        (hook("https://user:pass@hook.example/"), "/webhook"),
        (hook("not a url"), "/webhook"),
    ];

    for (subscription, pointer) in cases {
        let problem = app
            .post("/v1/subscriptions", &subscription)
            .await
            .expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], pointer, "{subscription}");
        assert!(!problem["mend"].as_str().unwrap().is_empty(), "{problem}");
    }
    let list = app.get("/v1/subscriptions").await.expect(200);
    assert_eq!(list["subscriptions"], json!([]));
}

#[tokio::test]
async fn list_of_subscriptions_is_taken_all_or_none() {
    let app = TestApp::start().await;
    let many = json!([
        { "filter": "everything", "email": "a@b.example" },
        { "filter": "topic:minig", "email": "c@d.example" },
    ]);

    let problem = app
        .post("/v1/subscriptions", &many)
        .await
        .expect_problem(422, "invalid");
    app.settle().await;

    assert_eq!(problem["pointer"], "/1/filter");
    assert_eq!(
        app.get("/v1/subscriptions").await.expect(200)["subscriptions"],
        json!([])
    );
    assert_eq!(app.smtp.count(), 0);
}

#[tokio::test]
async fn webhooks_at_private_addresses_are_refused_on_a_public_wire() {
    let app = TestApp::start_with(&["webhook.allow="]).await;
    let urls = [
        app.http.url("/ok/a"),
        "http://hook.example/".into(),
        "https://127.0.0.1/".into(),
        "https://[::1]/".into(),
        "https://[::ffff:10.0.0.1]/".into(),
        "https://169.254.169.254/latest".into(),
        "https://2130706433/".into(),
    ];

    for url in urls {
        let subscription = json!({ "filter": "everything", "webhook": url, "owner": "a@b.example", "consent": "test" });
        let problem = app
            .post("/v1/subscriptions", &subscription)
            .await
            .expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], "/webhook", "{url}");
    }
}
