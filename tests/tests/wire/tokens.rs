//! Who may do what.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release, release_at};

async fn submit(app: &TestApp, token: &str, release: &Value) -> Answer {
    let ask = app.ask(Method::POST, "/v1/releases").with_token(token);
    ask.json(release).send().await
}

async fn get(app: &TestApp, token: &str, path: &str) -> Answer {
    app.ask(Method::GET, path).with_token(token).send().await
}

#[tokio::test]
async fn nobody_gets_in_without_a_token() {
    let app = TestApp::start().await;
    let id = app.submit(&release_at("Soon", &app.time_in(60))).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let paths = [
        (Method::GET, "/v1/releases".to_owned()),
        (Method::POST, "/v1/releases".to_owned()),
        (Method::GET, format!("/v1/releases/{id}")),
        (Method::GET, format!("/v1/releases/{id}/report")),
        (Method::POST, format!("/v1/releases/{id}/hold")),
        (Method::POST, format!("/v1/releases/{id}/cancel")),
        (Method::POST, format!("/v1/releases/{id}/reschedule")),
        (Method::GET, "/v1/deliveries/dead".to_owned()),
        (Method::POST, "/v1/deliveries/replay".to_owned()),
        (Method::GET, "/v1/subscriptions".to_owned()),
        (Method::POST, "/v1/subscriptions".to_owned()),
        (Method::POST, "/v1/issuers".to_owned()),
        (Method::GET, "/v1/tokens".to_owned()),
        (Method::POST, "/v1/tokens".to_owned()),
        (Method::DELETE, "/v1/tokens/tok_1".to_owned()),
        (Method::GET, "/v1/status".to_owned()),
        (Method::GET, "/v1/tail".to_owned()),
        (Method::GET, "/metrics".to_owned()),
    ];

    for (method, path) in paths {
        let nobody = app
            .ask(method.clone(), &path)
            .without_token()
            .json(&json!({}))
            .send()
            .await;
        let stranger = app
            .ask(method, &path)
            .with_token("dl_guess")
            .json(&json!({}))
            .send()
            .await;
        nobody.expect_problem(401, "unauthorised");
        stranger.expect_problem(401, "unauthorised");
        assert_eq!(nobody.header("www-authenticate"), "Bearer", "{path}");
    }
    let shown = app.get(&format!("/v1/releases/{id}")).await.expect(200);
    assert_eq!(shown["state"], "scheduled");
}

#[tokio::test]
async fn token_does_what_its_scopes_say_and_no_more() {
    let app = TestApp::start().await;
    let writer = app.token(&["releases:write"], &[]).await;
    let reader = app
        .token(&["releases:read", "subscriptions:read"], &[])
        .await;

    let by_reader = submit(&app, &reader, &release("Acme opens")).await;
    let by_writer = submit(&app, &writer, &release("Acme opens")).await;
    app.settle().await;

    by_writer.expect(202);
    let problem = by_reader.expect_problem(403, "forbidden");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("releases:write")
    );
    get(&app, &reader, "/v1/releases").await.expect(200);
    get(&app, &writer, "/v1/releases")
        .await
        .expect_problem(403, "forbidden");
    for path in [
        "/v1/tokens",
        "/v1/status",
        "/v1/deliveries/dead",
        "/v1/tail",
    ] {
        get(&app, &reader, path)
            .await
            .expect_problem(403, "forbidden");
    }
    let subscription = json!({ "filter": "everything", "email": "a@b.example" });
    let ask = app
        .ask(Method::POST, "/v1/subscriptions")
        .with_token(&reader);
    ask.json(&subscription)
        .send()
        .await
        .expect_problem(403, "forbidden");
    let grab = json!({ "name": "mine", "scopes": ["operator"] });
    let ask = app.ask(Method::POST, "/v1/tokens").with_token(&writer);
    ask.json(&grab)
        .send()
        .await
        .expect_problem(403, "forbidden");
}

#[tokio::test]
async fn release_of_another_issuer_looks_like_none() {
    let app = TestApp::start().await;
    app.add_issuer("bolt", "Bolt GmbH").await;
    let scopes = ["releases:read", "releases:write"];
    let bolt = app.token(&scopes, &["bolt"]).await;
    let foreign = app
        .submit(&release_at("Not for Bolt", &app.time_in(60)))
        .await;
    let path = format!("/v1/releases/{}", foreign["id"].as_str().unwrap());

    let shown = get(&app, &bolt, &path).await;
    let unknown = get(&app, &bolt, "/v1/releases/rel_0000000000000000").await;
    let cancel = app
        .ask(Method::POST, &format!("{path}/cancel"))
        .with_token(&bolt)
        .send()
        .await;
    let spoken = submit(&app, &bolt, &release("For Acme")).await;

    shown.expect_problem(404, "not-found");
    unknown.expect_problem(404, "not-found");
    cancel.expect_problem(404, "not-found");
    get(&app, &bolt, &format!("{path}/report"))
        .await
        .expect_problem(404, "not-found");
    spoken.expect_problem(422, "findings");
    assert_eq!(spoken.findings(), ["issuer-forbidden /issuers/0"]);
    assert!(
        !get(&app, &bolt, "/v1/releases")
            .await
            .text
            .contains(foreign["id"].as_str().unwrap())
    );
    app.leave_unfinished();
}

#[tokio::test]
async fn list_of_an_issuer_can_be_paged_past_the_releases_of_others() {
    let app = TestApp::start().await;
    app.add_issuer("bolt", "Bolt GmbH").await;
    let bolt = app
        .token(&["releases:read", "releases:write"], &["bolt"])
        .await;
    let mut own = Vec::new();
    for number in 0..3 {
        let mut release = release(&format!("Bolt {number}"));
        release["issuers"] = json!(["bolt"]);
        own.push(submit(&app, &bolt, &release).await.expect(202)["id"].clone());
        app.submit(&release_at("Not for Bolt", &app.time_in(60)))
            .await;
    }
    app.settle().await;

    let mut seen = Vec::new();
    let mut path = "/v1/releases?limit=1".to_owned();
    for _ in 0..10 {
        let page = get(&app, &bolt, &path).await.expect(200);
        seen.extend(
            page["releases"]
                .as_array()
                .unwrap()
                .iter()
                .map(|release| release["id"].clone()),
        );
        let Some(next) = page["next_before"].as_str() else {
            break;
        };
        path = format!("/v1/releases?limit=1&before={next}");
    }

    own.reverse();
    assert_eq!(seen, own);
}

#[tokio::test]
async fn findings_that_need_rights_come_in_the_same_pass_as_the_others() {
    let app = TestApp::start().await;
    let plain = app.token(&["releases:write"], &["acme"]).await;
    let mut bad = release("Acme recalls");
    bad["issuers"] = json!(["acme", "nobody"]);
    bad["lane"] = json!("flash");
    bad["topics"] = json!(["minning"]);

    let refused = submit(&app, &plain, &bad).await;

    let mut found = refused.findings();
    found.sort();
    let expected = [
        "issuer-unknown /issuers/1",
        "lane-forbidden /lane",
        "unknown-topic /topics/0",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn tail_refuses_a_filter_that_nothing_can_pass() {
    let app = TestApp::start().await;

    for query in ["channel=fax", "outcome=lost", "worker=stoker", "level=loud"] {
        let refused = app.get(&format!("/v1/tail?{query}")).await;
        refused.expect_problem(422, "invalid");
    }
}

#[tokio::test]
async fn flash_lane_needs_its_scope() {
    let app = TestApp::start().await;
    let plain = app.token(&["releases:write", "operator"], &[]).await;
    let flash = app.token(&["releases:write", "flash"], &[]).await;
    let mut urgent = release("Acme recalls");
    urgent["lane"] = json!("flash");

    let refused = submit(&app, &plain, &urgent).await;
    let accepted = submit(&app, &flash, &urgent).await;
    app.settle().await;

    refused.expect_problem(422, "findings");
    assert!(
        refused
            .findings()
            .contains(&"lane-forbidden /lane".to_owned())
    );
    assert_eq!(accepted.expect(202)["lane"], "flash");
}

#[tokio::test]
async fn revoked_token_is_unknown_at_once() {
    let app = TestApp::start().await;
    let token = json!({ "name": "t", "scopes": ["releases:read"] });
    let made = app.post("/v1/tokens", &token).await.expect(201);
    let secret = made["token"].as_str().unwrap();
    get(&app, secret, "/v1/releases").await.expect(200);

    let path = format!("/v1/tokens/{}", made["id"].as_str().unwrap());
    app.ask(Method::DELETE, &path).send().await.expect(204);

    get(&app, secret, "/v1/releases")
        .await
        .expect_problem(401, "unauthorised");
    assert!(!app.get("/v1/tokens").await.text.contains(secret));
}
