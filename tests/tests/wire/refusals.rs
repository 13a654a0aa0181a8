//! Bad input: an error that names the place and the mend.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release};

async fn submit(app: &TestApp, body: impl Into<Vec<u8>>) -> Answer {
    app.ask(Method::POST, "/v1/releases")
        .bytes(body)
        .send()
        .await
}

#[track_caller]
fn check_detail(problem: &Value, words: &[&str]) {
    let detail = problem["detail"].as_str().unwrap_or("");
    for word in words {
        assert!(detail.contains(word), "`{word}` is not in: {detail}");
    }
}

#[tokio::test]
async fn malformed_submissions_name_the_place() {
    let app = TestApp::start().await;
    let cases: [(&[u8], &[&str]); 7] = [
        (
            b"{\"headline\": \"x\",\n  \"body\" 1}",
            &["line 2", "column"],
        ),
        (
            b"{\"headline\": \"\xff\"}",
            &["UTF-8", "offset 14", "line 1"],
        ),
        (b"[1, 2]", &["a number", "object"]),
        (b"", &["front matter", "---"]),
        (b"just text", &["front matter"]),
        (b"---\nheadline: x\n", &["line 1", "---"]),
        (b"---\nheadline: [x\n---\nbody", &["front matter at line"]),
    ];

    for (body, words) in cases {
        let problem = submit(&app, body).await.expect_problem(400, "malformed");
        check_detail(&problem, words);
    }
}

#[tokio::test]
async fn unknown_fields_name_the_nearest() {
    let app = TestApp::start().await;
    let mut misspelt = release("Acme opens");
    misspelt["headlin"] = json!("x");
    misspelt["contacts"][0]["mail"] = json!("x@y.example");

    let answer = app.post("/v1/releases", &misspelt).await;

    let problem = answer.expect_problem(422, "findings");
    assert_eq!(
        answer.findings(),
        ["unknown-field /headlin", "unknown-field /contacts/0/mail"]
    );
    assert_eq!(problem["findings"][0]["mend"], "did you mean `headline`?");
}

#[tokio::test]
async fn everything_wrong_is_said_in_one_pass() {
    let app = TestApp::start().await;
    let bad = json!({
        "issuers": ["nobody"], "edition": { "region": "XX", "language": "english" }, "headline": "",
        "topics": ["artifical-inteligence"], "clear_at": "tomorrow", "contacts": [{ "name": "A", "email": "a@@b" }],
    });

    let answer = app.post("/v1/releases", &bad).await;

    answer.expect_problem(422, "findings");
    let findings = answer.findings();
    for pointer in [
        "/edition/region",
        "/edition/language",
        "/headline",
        "/topics/0",
        "/clear_at",
        "/contacts/0/email",
        "/body",
    ] {
        assert!(
            findings.iter().any(|f| f.ends_with(&format!(" {pointer}"))),
            "{pointer}: {findings:?}"
        );
    }
    for finding in answer.json()["findings"].as_array().unwrap() {
        for field in ["code", "severity", "message", "mend"] {
            assert!(!finding[field].as_str().unwrap().is_empty(), "{finding}");
        }
    }
}

#[tokio::test]
async fn clear_times_that_do_not_exist_or_happen_twice_are_refused_with_candidates() {
    let app = TestApp::start().await;
    let cases = [
        (
            "2027-03-14T02:30:00",
            Some("America/New_York"),
            "2027-03-14T03:30:00-04:00",
        ),
        (
            "2027-11-07T01:30:00",
            Some("America/New_York"),
            "2027-11-07T01:30:00-05:00",
        ),
        (
            "2027-11-07T01:30:00",
            Some("America/Nowhere"),
            "America/New_York",
        ),
        ("2027-11-07T01:30:00", None, "zone"),
        ("2027-13-01T00:00:00Z", None, "2026-12-01"),
    ];

    for (at, zone, mend) in cases {
        let mut bad = release("Acme opens");
        bad["clear_at"] = json!(at);
        bad["zone"] = json!(zone);
        let answer = app.post("/v1/releases", &bad).await;
        let problem = answer.expect_problem(422, "findings");
        assert!(
            problem["findings"].to_string().contains(mend),
            "{at} {zone:?}: {problem}"
        );

        let accepted = app
            .submit(&tests::release_at("Later", &app.time_in(60)))
            .await;
        let path = format!(
            "/v1/releases/{}/reschedule",
            accepted["id"].as_str().unwrap()
        );
        let mut to = json!({ "clear_at": at });
        to["zone"] = json!(zone);
        let problem = app.post(&path, &to).await.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], "/clear_at");
        assert!(!problem["mend"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn body_that_is_too_large_is_a_problem_too() {
    let app = TestApp::start_with(&["http.max_body_bytes=4096"]).await;
    let huge = json!({ "filter": "x".repeat(5000) });

    for path in [
        "/v1/releases",
        "/v1/subscriptions",
        "/v1/issuers",
        "/v1/tokens",
    ] {
        let answer = app.post(path, &huge).await;
        assert_eq!(answer.status, 413, "{path}: {}", answer.text);
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{path}"
        );
        check_detail(&answer.json(), &["http.max_body_bytes"]);
    }
}

#[tokio::test]
async fn bad_requests_elsewhere_are_problems() {
    let app = TestApp::start().await;
    let posts = [
        "/v1/subscriptions",
        "/v1/issuers",
        "/v1/tokens",
        "/v1/deliveries/replay",
    ];
    for path in posts {
        for body in [b"{".as_slice(), b"\xff", b"", b"{\"unknown\": 1}"] {
            let ask = app
                .ask(Method::POST, path)
                .header("content-type", "application/json");
            ask.bytes(body)
                .send()
                .await
                .expect_problem(400, "malformed");
        }
    }
    for path in [
        "/v1/releases?limit=many",
        "/v1/releases?bfore=x",
        "/v1/subscriptions?limit=1.5",
    ] {
        app.get(path).await.expect_problem(400, "malformed");
    }
    for path in [
        "/v1/nothing",
        "/v1/releases/rel_x",
        "/v1/releases?before=rel_x",
        "/v1/subscriptions/sub_x",
    ] {
        app.get(path).await.expect_problem(404, "not-found");
    }
}

#[tokio::test]
async fn method_that_cannot_be_is_a_problem() {
    let app = TestApp::start().await;

    let method = app.ask(Method::PUT, "/v1/releases").send().await;

    assert_eq!(method.status, 405);
    let content_type = method.header("content-type");
    assert_eq!(content_type, "application/problem+json");
}
