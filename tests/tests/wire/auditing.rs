//! Who did what to the wire can be read afterwards.

use http::Method;
use serde_json::{Value, json};
use tests::{TestApp, release};

/// All acts, the oldest first.
async fn acts(app: &TestApp) -> Vec<Value> {
    let shown = app.get("/v1/audit?limit=500").await.expect(200);
    let mut acts = shown["acts"].as_array().unwrap().clone();
    acts.reverse();
    acts
}

/// An act with `what`, by the request of that name.
async fn act(app: &TestApp, token: &str, what: (Method, &str), body: Value) -> Value {
    let (method, path) = what;
    let ask = app.ask(method, path).with_token(token).json(&body);
    let answer = ask.header("x-request-id", "req_mine").send().await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json()
}

async fn endpoint(app: &TestApp, address: &str) -> String {
    let path = format!("/v1/endpoints?address={address}");
    let shown = app.get(&path).await.expect(200);
    shown["endpoints"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_act_of_an_operator_leaves_who_did_what_to_what() {
    let app = TestApp::start().await;
    let token = app.token(&["operator"], &[]).await;
    let by = acts(&app).await[1]["subject"].clone();
    app.reader("ana.bell@reader.example").await;
    app.hook("/ok/ben").await;
    let ep = endpoint(&app, "ana.bell@reader.example").await;
    let hook = endpoint(&app, &app.http.url("/ok/ben")).await;
    app.settle().await;
    let before = acts(&app).await.len();
    let post = |path| (Method::POST, path);
    let run = async |what, body| act(&app, &token, what, body).await;

    let made = run(
        post("/v1/tokens"),
        json!({ "name": "agency", "scopes": ["flash"] }),
    )
    .await;
    let tok = made["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/tokens/{tok}");
    run((Method::DELETE, &path), json!(null)).await;
    let person = json!({ "name": "Bo", "email": "bo@acme.example", "rights": ["approver"], "issuers": ["acme"] });
    let per = run(post("/v1/people"), person).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/people/{per}");
    run((Method::PATCH, &path), json!({ "rights": ["submitter"] })).await;
    run((Method::DELETE, &path), json!(null)).await;
    run(
        post("/v1/issuers"),
        json!({ "slug": "borealis", "name": "Borealis" }),
    )
    .await;
    run(
        (Method::PATCH, "/v1/issuers/borealis"),
        json!({ "approval": "required" }),
    )
    .await;
    run(
        post("/v1/suppressions"),
        json!({ "address": "cy@reader.example", "reason": "asked" }),
    )
    .await;
    run(
        post("/v1/suppressions/lift"),
        json!({ "address": "cy@reader.example" }),
    )
    .await;
    run(post("/v1/deliveries/replay"), json!({ "endpoint": ep })).await;
    run(
        post("/v1/halts"),
        json!({ "channel": "email", "note": "a loop" }),
    )
    .await;
    run(
        post("/v1/halts/resume"),
        json!({ "channel": "email", "note": "mended" }),
    )
    .await;
    let path = format!("/v1/endpoints/{ep}/export");
    run((Method::GET, &path), json!(null)).await;
    let path = format!("/v1/endpoints/{ep}/erase");
    run(post(&path), json!({})).await;
    run(
        post("/v1/endpoints/erase"),
        json!({ "owner": "owner@reader.example" }),
    )
    .await;

    let acts = acts(&app).await.split_off(before);
    let line = |act: &Value| {
        let text = |field: &str| act[field].as_str().unwrap().to_owned();
        [text("act"), text("subject"), text("note")].join(" | ")
    };
    let lines: Vec<String> = acts.iter().map(line).collect();
    let expected = [
        format!("token.add | {tok} | agency (flash)"),
        format!("token.revoke | {tok} | "),
        format!("person.add | {per} | approver for acme"),
        format!("person.change | {per} | submitter for acme"),
        format!("person.remove | {per} | "),
        "issuer.add | borealis | Borealis: review none, approval none".to_owned(),
        "issuer.change | borealis | Borealis: review none, approval required".to_owned(),
        "suppress | c***@reader.example | asked".to_owned(),
        "suppress.lift | c***@reader.example | ".to_owned(),
        format!("replay | {ep} | 0 deliveries, 0 poisoned batches"),
        "halt | channel email | a loop".to_owned(),
        "resume | channel email | mended".to_owned(),
        format!("export | {ep} | "),
        format!("erase | {ep} | "),
        format!("erase | {hook} | "),
    ];
    assert_eq!(lines, expected);
    for act in &acts {
        assert_eq!(
            [&act["by"], &act["request"], &act["at"]],
            [&by, &json!("req_mine"), &json!("2026-12-01T09:00:00.000Z")]
        );
    }
    let all = Value::from(acts).to_string();
    assert!(!all.contains("ana.bell") && !all.contains("cy@"), "{all}");
}

#[tokio::test]
async fn what_changed_nothing_leaves_nothing() {
    let app = TestApp::start().await;
    let before = acts(&app).await.len();

    let unknown = app
        .ask(Method::DELETE, "/v1/tokens/tok_nobody")
        .send()
        .await;
    unknown.expect_problem(404, "not-found");
    let lift = json!({ "address": "cy@reader.example" });
    let lifted = app.post("/v1/suppressions/lift", &lift).await;
    lifted.expect_problem(404, "not-found");
    let again = json!({ "slug": "acme", "name": "Acme" });
    let twice = app.post("/v1/issuers", &again).await;
    twice.expect_problem(409, "conflict");
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!(
        acts(&app).await.len(),
        before,
        "releases have their own history"
    );
}

#[tokio::test]
async fn acts_are_read_page_by_page() {
    let app = TestApp::start().await;
    for slug in ["a", "b", "c", "d"] {
        app.add_issuer(slug, "An issuer").await;
    }

    let (mut path, mut subjects) = ("/v1/audit?limit=2".to_owned(), Vec::new());
    loop {
        let page = app.get(&path).await.expect(200);
        let acts = page["acts"].as_array().unwrap();
        subjects.extend(
            acts.iter()
                .map(|act| act["subject"].as_str().unwrap().to_owned()),
        );
        let Some(before) = page["next_before"].as_i64() else {
            break;
        };
        path = format!("/v1/audit?limit=2&before={before}");
    }

    assert_eq!(subjects, ["d", "c", "b", "a", "acme"]);
    let long = app.get("/v1/audit?limit=501").await;
    long.expect_problem(422, "invalid");
}
