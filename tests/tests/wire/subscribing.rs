//! Subscriptions and endpoints by API: changed, said once, everything that is wrong at once.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release};

const ANA: &str = "ana@reader.example";

async fn patch(app: &TestApp, path: &str, body: &Value) -> Answer {
    app.ask(Method::PATCH, path).json(body).send().await
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let app = TestApp::start().await;
    let bad = json!({ "filter": "(a AND", "email": "a@@b", "extent": "half", "languages": ["english language"] });

    let one = app
        .post("/v1/subscriptions", &bad)
        .await
        .expect_problem(422, "invalid");
    let many = app
        .post(
            "/v1/subscriptions",
            &json!([bad, { "filter": "topic:minig", "email": ANA }]),
        )
        .await;

    let pointers = |problem: &Value| -> Vec<String> {
        let errors = problem["errors"].as_array().unwrap().iter();
        errors
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        pointers(&one),
        ["/filter", "/email", "/languages", "/extent"]
    );
    assert_eq!(
        (&one["pointer"], &one["mend"]),
        (&one["errors"][0]["pointer"], &one["errors"][0]["mend"])
    );
    assert_eq!(pointers(&many.expect(422)).last().unwrap(), "/1/filter");
}

#[tokio::test]
async fn same_filter_for_the_same_endpoint_is_the_same_subscription() {
    let app = TestApp::start().await;
    let subscription = |filter: &str, email: &str| json!({ "filter": filter, "email": email });

    let first = app
        .post("/v1/subscriptions", &subscription("a b", ANA))
        .await
        .expect(201);
    let second = app
        .post(
            "/v1/subscriptions",
            &subscription("a AND b", "ANA@reader.example"),
        )
        .await
        .expect(200);
    let other = app
        .post("/v1/subscriptions", &subscription("a", ANA))
        .await
        .expect(201);

    assert_eq!(first["id"], second["id"]);
    assert_ne!(first["id"], other["id"]);
    app.settle().await;
}

#[tokio::test]
async fn idempotency_key_makes_repeating_harmless() {
    let app = TestApp::start().await;
    let send = async |key: &str, body: &Value| {
        let ask = app
            .ask(Method::POST, "/v1/subscriptions")
            .header("idempotency-key", key);
        ask.json(body).send().await
    };
    let hook = json!({ "filter": "everything", "webhook": app.http.url("/ok/ana"), "owner": ANA });

    let first = send("k1", &hook).await.expect(201);
    let again = send("k1", &hook).await.expect(200);
    let other = send("k1", &json!({ "filter": "a", "email": ANA })).await;

    assert_eq!(
        (&first["id"], &first["secret"]),
        (&again["id"], &again["secret"])
    );
    assert!(first["secret"].as_str().unwrap().starts_with("whsec_"));
    other.expect_problem(422, "idempotency-key-reused");
    app.settle().await;
}

#[tokio::test]
async fn given_languages_update_the_endpoint_and_absent_ones_leave_it() {
    let app = TestApp::start().await;
    let with = json!({ "filter": "a", "email": ANA, "languages": ["de"], "extent": "link" });
    let without = json!({ "filter": "b", "email": ANA });
    let other = json!({ "filter": "c", "email": ANA, "languages": ["fr", "en"] });
    let mut seen = Vec::new();

    for subscription in [with, without, other] {
        app.post("/v1/subscriptions", &subscription)
            .await
            .expect(201);
        let list = app
            .get(&format!("/v1/endpoints?address={ANA}"))
            .await
            .expect(200);
        let endpoint = &list["endpoints"][0];
        seen.push((
            endpoint["languages"].to_string(),
            endpoint["extent"].to_string(),
        ));
    }

    let expect = [
        ("[\"de\"]", "\"link\""),
        ("[\"de\"]", "\"link\""),
        ("[\"fr\",\"en\"]", "\"link\""),
    ];
    let seen: Vec<(&str, &str)> = seen.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(seen, expect);
    app.settle().await;
}

#[tokio::test]
async fn changed_filter_holds_with_the_next_alert() {
    let app = TestApp::start().await;
    let made = app
        .subscribe(json!({ "filter": "topic:mining", "email": ANA }))
        .await;
    let path = format!("/v1/subscriptions/{}", made["id"].as_str().unwrap());

    let changed = patch(
        &app,
        &path,
        &json!({ "filter": "bakes", "name": "Bakeries" }),
    )
    .await
    .expect(200);
    let bad = patch(
        &app,
        &path,
        &json!({ "filter": "topic:minig", "name": "a\nb" }),
    )
    .await;
    app.submit(&release("Acme bakes")).await;
    app.settle().await;

    assert_eq!(
        (&changed["filter"], &changed["name"]),
        (&json!("bakes"), &json!("Bakeries"))
    );
    assert_eq!(bad.expect(422)["errors"].as_array().unwrap().len(), 2);
    assert!(app.the_mail_to(ANA).text.contains("Bakeries"));
}

#[tokio::test]
async fn endpoint_is_shown_changed_paused_and_resumed() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let list = app
        .get(&format!("/v1/endpoints?address={ANA}"))
        .await
        .expect(200);
    let path = format!(
        "/v1/endpoints/{}",
        list["endpoints"][0]["id"].as_str().unwrap()
    );
    let mut told = Vec::new();

    for state in ["paused", "active"] {
        let shown = patch(
            &app,
            &path,
            &json!({ "state": state, "languages": ["de"], "extent": "link" }),
        )
        .await
        .expect(200);
        assert_eq!(
            (&shown["state"], &shown["languages"]),
            (&json!(state), &json!(["de"]))
        );
        app.submit(&release(&format!("While {state}"))).await;
        app.settle().await;
        told.push(app.smtp.count());
    }
    let bad = patch(&app, &path, &json!({ "state": "deleted" })).await;

    assert_eq!(told, [0, 1]);
    bad.expect_problem(422, "invalid");
    let shown = app.get(&path).await.expect(200);
    assert_eq!(shown["subscriptions"][0]["filter"], "everything");
}

#[tokio::test]
async fn list_goes_on_where_the_page_ended() {
    let app = TestApp::start().await;
    for n in 0..5 {
        app.reader(&format!("r{n}@reader.example")).await;
    }
    let (mut after, mut seen) = (String::new(), Vec::new());

    loop {
        let page = app
            .get(&format!("/v1/subscriptions?limit=2{after}"))
            .await
            .expect(200);
        let rows = page["subscriptions"].as_array().unwrap().clone();
        if rows.is_empty() {
            break;
        }
        seen.extend(
            rows.into_iter()
                .map(|row| row["address"].as_str().unwrap().to_owned()),
        );
        after = format!("&after={}", page["next_after"].as_str().unwrap());
    }

    let expect: Vec<String> = (0..5).map(|n| format!("r{n}@reader.example")).collect();
    assert_eq!(seen, expect);
}
