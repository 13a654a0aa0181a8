//! People and their rights, by the API; limits of requests; the API's own description.

use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

#[tokio::test]
async fn people_are_added_changed_and_removed_by_operators_only() {
    let app = TestApp::start().await;
    let ana = json!({ "name": "Ana Ruiz", "email": "ana@acme.example", "rights": ["submitter"], "issuers": ["acme"] });
    let agency = app.token(&["releases:write"], &["acme"]).await;
    let by_agency = app.ask(Method::POST, "/v1/people").with_token(&agency);
    by_agency
        .json(&ana)
        .send()
        .await
        .expect_problem(403, "forbidden");

    let added = app.post("/v1/people", &ana).await.expect(201);
    let path = format!("/v1/people/{}", added["id"].as_str().unwrap());
    app.post("/v1/people", &ana)
        .await
        .expect_problem(409, "conflict");
    let change = app
        .ask(Method::PATCH, &path)
        .json(&json!({ "rights": ["approver"] }));
    let changed = change.send().await.expect(200);
    let removed = app.ask(Method::DELETE, &path).send().await;

    assert_eq!(changed["rights"], json!(["approver"]));
    assert_eq!(changed["issuers"], json!(["acme"]));
    removed.expect(204);
    assert_eq!(
        app.get("/v1/people").await.expect(200),
        json!({ "people": [], "next_after": null })
    );
    let again = app.ask(Method::DELETE, &path).send().await;
    again.expect_problem(404, "not-found");
}

#[tokio::test]
async fn person_that_cannot_be_is_refused_with_the_field() {
    let app = TestApp::start().await;
    let check = async |person: Value, pointer: &str| {
        let answer = app.post("/v1/people", &person).await;
        let problem = answer.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], pointer, "{person}");
    };
    let person = |name: &str, email: &str, rights: &[&str], issuers: &[&str]| json!({ "name": name, "email": email, "rights": rights, "issuers": issuers });

    check(person("A\nB", "a@b.example", &["editor"], &[]), "/name").await;
    check(person("A", "a@@b", &["editor"], &[]), "/email").await;
    check(person("A", "a@b.example", &[], &[]), "/rights").await;
    check(person("A", "a@b.example", &["king"], &[]), "/rights/0").await;
    check(
        person("A", "a@b.example", &["submitter"], &["nobody"]),
        "/issuers/0",
    )
    .await;
    check(person("A", "a@b.example", &["submitter"], &[]), "/issuers").await;
}

/// A session of a person with these rights, opened past the mail.
async fn session(app: &TestApp, rights: &[&str], issuers: &[&str], secret: &str) {
    let email = format!("{secret}@acme.example");
    let person = json!({ "name": "Ana", "email": email, "rights": rights, "issuers": issuers });
    app.post("/v1/people", &person).await.expect(201);
    let (store, now_ms) = (&app.app.store, app.app.clock.now_ms());
    let person = store.person_by_address(&email).await.unwrap().unwrap();
    let sign_in = store.begin_sign_in(person.id, now_ms + 1000, 5, now_ms);
    let sign_in = sign_in.await.unwrap().unwrap();
    let opened = store.open_session(sign_in, secret, now_ms + 60_000, now_ms);
    assert!(opened.await.unwrap());
}

#[tokio::test]
async fn session_may_what_its_person_may_until_it_ends() {
    let app = TestApp::start().await;
    app.add_issuer("beta", "Beta AG").await;
    session(&app, &["submitter"], &["acme"], "dls_ana").await;
    let by_ana = |method: Method, path: &str| app.ask(method, path).with_token("dls_ana");

    let me = by_ana(Method::GET, "/v1/me").send().await.expect(200);
    let of_acme = by_ana(Method::POST, "/v1/releases").json(&release("Acme opens"));
    let of_acme = of_acme.send().await.expect(202);
    let mut text = release("Beta opens");
    text["issuers"] = json!(["beta"]);
    let of_beta = by_ana(Method::POST, "/v1/releases")
        .json(&text)
        .send()
        .await;
    app.settle().await;

    assert_eq!(me["scopes"], json!(["releases:write", "releases:read"]));
    assert!(
        of_acme["submitted_by"]
            .as_str()
            .unwrap()
            .starts_with("per_")
    );
    of_beta.expect_problem(422, "findings");
    by_ana(Method::GET, "/v1/tokens")
        .send()
        .await
        .expect_problem(403, "forbidden");
    assert_eq!(
        app.mails_to("dls_ana@acme.example").len(),
        2,
        "cleared, report"
    );
    app.advance(Duration::from_secs(60));
    by_ana(Method::GET, "/v1/me")
        .send()
        .await
        .expect_problem(401, "unauthorised");
}

#[tokio::test]
async fn requests_over_the_limit_are_told_when_to_come_again() {
    let app = TestApp::start_with(&["http.requests_per_minute=3"]).await;
    let token = app.token(&["releases:read"], &[]).await;
    let ask = || app.ask(Method::GET, "/v1/me").with_token(&token).send();
    for _ in 0..3 {
        ask().await.expect(200);
    }

    let refused = ask().await;

    refused.expect_problem(429, "too-many-requests");
    let wait_s: u64 = refused.header("retry-after").parse().unwrap();
    assert!((20..=21).contains(&wait_s), "{wait_s}");
    let other = app.token(&["releases:read"], &[]).await;
    app.ask(Method::GET, "/v1/me")
        .with_token(&other)
        .send()
        .await
        .expect(200);
    app.advance(Duration::from_secs(wait_s));
    ask().await.expect(200);
    ask().await.expect_problem(429, "too-many-requests");
}

#[tokio::test]
async fn description_of_the_api_names_every_field_of_a_submission() {
    let app = TestApp::start().await;

    let ask = app.ask(Method::GET, "/v1/openapi.json").without_token();
    let document = ask.send().await.expect(200);

    assert!(
        document["openapi"].as_str().unwrap().starts_with("3.1"),
        "{}",
        document["openapi"]
    );
    let fields = document["components"]["schemas"]["Submission"]["properties"].as_object();
    let mut described: Vec<&str> = fields.unwrap().keys().map(String::as_str).collect();
    let mut known = release::lint::FIELDS.to_vec();
    described.sort_unstable();
    known.sort_unstable();
    assert_eq!(described, known);
}
