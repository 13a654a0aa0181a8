//! Drafts and dry runs: looked over, never told.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release};

/// A dry run, with the router at work beside it.
async fn trial(app: &TestApp, token: &str, release: &Value) -> Answer {
    let ask = app.ask(Method::POST, "/v1/releases?dry_run=true");
    app.answering(ask.with_token(token).json(release).send())
        .await
}

#[tokio::test]
async fn draft_is_kept_whatever_is_wrong_with_it_and_told_to_nobody() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let draft =
        json!({ "issuers": ["acme"], "headline": "Unready words", "topics": ["no-such-topic"] });

    let kept = app
        .post("/v1/releases?draft=true", &draft)
        .await
        .expect(201);
    app.settle().await;

    assert_eq!(
        (&kept["state"], &kept["edition"]),
        (&json!("draft"), &json!(""))
    );
    assert!(!kept["findings"].as_array().unwrap().is_empty());
    assert_eq!(app.http.count(), 0);
    let id = kept["id"].as_str().unwrap();
    app.get(&format!("/releases/{id}")).await.expect(404);
    let shown = app.get(&format!("/v1/releases/{id}")).await.expect(200);
    assert_eq!(shown["source"], draft);
    let refused = app
        .post(&format!("/v1/releases/{id}/submit"), &json!({}))
        .await;
    refused.expect_problem(422, "findings");
}

#[tokio::test]
async fn draft_is_mended_and_submitted_once() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let unready = json!({ "issuers": ["acme"] });
    let kept = app.post("/v1/releases?draft=true", &unready);
    let id = kept.await.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/releases/{id}");
    let put = app.ask(Method::PUT, &path).json(&release("Acme opens"));

    let changed = put.send().await.expect(200);
    let submitted = app
        .post(&format!("{path}/submit"), &json!({}))
        .await
        .expect(202);
    app.settle().await;

    assert_eq!(changed["state"], "draft");
    let findings = changed["findings"].as_array().unwrap();
    assert!(
        findings.iter().all(|f| f["severity"] == "warning"),
        "{findings:?}"
    );
    assert_eq!(
        (&submitted["id"], &submitted["state"]),
        (&json!(id), &json!("cleared"))
    );
    assert_eq!(app.http.count(), 1);
    let again = app.post(&format!("{path}/submit"), &json!({})).await;
    again.expect_problem(409, "conflict");
    let put = app.ask(Method::PUT, &path).json(&release("Other words"));
    put.send().await.expect_problem(409, "conflict");
}

#[tokio::test]
async fn draft_of_others_is_seen_by_nobody() {
    let app = TestApp::start().await;
    app.add_issuer("beta", "Beta AG").await;
    let scopes = &["releases:write", "releases:read"];
    let (acme, beta) = (
        app.token(scopes, &["acme"]).await,
        app.token(scopes, &["beta"]).await,
    );
    let ask = app
        .ask(Method::POST, "/v1/releases?draft=true")
        .with_token(&acme);
    let kept = ask
        .json(&json!({ "headline": "Hush" }))
        .send()
        .await
        .expect(201);
    let path = format!("/v1/releases/{}", kept["id"].as_str().unwrap());

    let by_beta = app.ask(Method::GET, &path).with_token(&beta).send().await;
    let by_acme = app.ask(Method::GET, &path).with_token(&acme).send().await;

    by_beta.expect_problem(404, "not-found");
    by_acme.expect(200);
}

#[tokio::test]
async fn dry_run_tells_findings_and_reach_and_stores_nothing() {
    let app = TestApp::start().await;
    for n in 0..12 {
        let (email, filter) = (format!("r{n}@reader.example"), "topic:earnings");
        app.subscribe(json!({ "filter": filter, "email": email }))
            .await;
    }
    app.hook("/ok/ana").await;
    let agency = app.token(&["releases:write"], &["acme"]).await;
    let operator = app.app.local_token.clone();

    let exact = trial(&app, &operator, &release("Acme opens"))
        .await
        .expect(200);
    let rounded = trial(&app, &agency, &release("Acme opens"))
        .await
        .expect(200);
    app.settle().await;

    let reach = &exact["releases"][0]["reach"];
    assert_eq!(
        (&reach["exact"], &reach["endpoints"]),
        (&json!(true), &json!(13))
    );
    assert_eq!(reach["channels"], json!({ "email": 12, "webhook": 1 }));
    assert_eq!(reach["topics"], json!({ "earnings": 12 }));
    let reach = &rounded["releases"][0]["reach"];
    assert_eq!(
        (&reach["exact"], &reach["endpoints"]),
        (&json!(false), &json!(10))
    );
    assert_eq!(reach["channels"], json!({ "email": 10 }));
    assert_eq!(exact["releases"][0]["content"]["headline"], "Acme opens");
    assert_eq!((app.smtp.count(), app.http.count()), (0, 0));
    let listed = app.get("/v1/releases").await.expect(200);
    assert_eq!(listed["releases"], json!([]));

    let mut bad = release("Acme opens");
    bad["topics"] = json!(["no-such-topic"]);
    trial(&app, &agency, &bad)
        .await
        .expect_problem(422, "findings");
}

#[tokio::test]
async fn one_watcher_of_a_ticker_cannot_be_found_by_dry_runs() {
    let app = TestApp::start().await;
    let agency = app.token(&["releases:write"], &["acme"]).await;
    let before = trial(&app, &agency, &release("Acme opens"))
        .await
        .expect(200);

    let watcher = json!({ "filter": "ticker:XNAS:ACME", "email": "fund@reader.example" });
    app.subscribe(watcher).await;
    let after = trial(&app, &agency, &release("Acme opens"))
        .await
        .expect(200);

    assert_eq!(
        before["releases"][0]["reach"],
        after["releases"][0]["reach"]
    );
}
