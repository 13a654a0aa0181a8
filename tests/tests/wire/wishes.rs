//! What the owner of a webhook asks for: by the API, when subscribing, and on a page.

use http::Method;
use serde_json::{Value, json};
use tests::TestApp;

const OWNER: &str = "owner@reader.example";

async fn endpoint(app: &TestApp, address: &str) -> Value {
    let list = app.get(&format!("/v1/endpoints?address={address}")).await;
    list.expect(200)["endpoints"][0].clone()
}

async fn edit(app: &TestApp, endpoint: &Value, edit: &Value) -> tests::Answer {
    let id = endpoint["id"].as_str().unwrap();
    let path = format!("/v1/endpoints/{id}");
    app.ask(Method::PATCH, &path).json(edit).send().await
}

/// What is asked for, without all else.
fn wishes(endpoint: &Value) -> Value {
    let wish = |field: &str| (field.to_owned(), endpoint[field].clone());
    ["signing", "include", "ordered", "per_minute"]
        .map(wish)
        .into_iter()
        .collect()
}

#[tokio::test]
async fn wishes_are_usual_at_first_and_changed_one_by_one() {
    let app = TestApp::start().await;
    app.hook("/ok/dev").await;
    let url = app.http.url("/ok/dev");
    let first = endpoint(&app, &url).await;

    edit(&app, &first, &json!({ "ordered": true, "per_minute": 60 }))
        .await
        .expect(200);
    let shown = edit(&app, &first, &json!({ "include": "body" }))
        .await
        .expect(200);
    let id = first["id"].as_str().unwrap();
    let held = app.get(&format!("/v1/endpoints/{id}/export")).await;

    let usual =
        json!({ "signing": "hmac", "include": "summary", "ordered": false, "per_minute": 0 });
    assert_eq!(wishes(&first), usual);
    let asked = json!({ "signing": "hmac", "include": "body", "ordered": true, "per_minute": 60 });
    assert_eq!(wishes(&shown), asked);
    assert_eq!(wishes(&endpoint(&app, &url).await), asked);
    assert_eq!(wishes(&held.expect(200)["endpoint"]), asked);
}

#[tokio::test]
async fn subscription_states_them_and_a_second_one_leaves_them() {
    let app = TestApp::start().await;
    let url = app.http.url("/ok/dev");
    let first =
        json!({ "filter": "lithium", "webhook": url, "signing": "ed25519", "per_minute": 30 });
    app.subscribe(first).await;
    app.subscribe(json!({ "filter": "cobalt", "webhook": url }))
        .await;

    let asked =
        json!({ "signing": "ed25519", "include": "summary", "ordered": false, "per_minute": 30 });
    assert_eq!(wishes(&endpoint(&app, &url).await), asked);
}

#[tokio::test]
async fn bad_wishes_and_those_for_a_mailbox_name_the_field_and_the_mend() {
    let app = TestApp::start().await;
    app.hook("/ok/dev").await;
    app.reader("ana@reader.example").await;
    let hook = endpoint(&app, &app.http.url("/ok/dev")).await;
    let mailbox = endpoint(&app, "ana@reader.example").await;
    let cases = [
        (&hook, json!({ "signing": "rsa" }), "/signing"),
        (&hook, json!({ "include": "all" }), "/include"),
        (&hook, json!({ "per_minute": -1 }), "/per_minute"),
        (&mailbox, json!({ "signing": "hmac" }), "/signing"),
        (&mailbox, json!({ "include": "body" }), "/include"),
        (&mailbox, json!({ "ordered": false }), "/ordered"),
        (&mailbox, json!({ "per_minute": 5 }), "/per_minute"),
    ];

    for (endpoint, wish, pointer) in cases {
        let refused = edit(&app, endpoint, &wish).await;
        let problem = refused.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], pointer, "{wish}");
        assert!(!problem["mend"].as_str().unwrap().is_empty(), "{problem}");
    }
    let mailed = json!({ "filter": "everything", "email": "bo@reader.example", "ordered": true });
    let refused = app.post("/v1/subscriptions", &mailed).await;
    assert_eq!(
        refused.expect_problem(422, "invalid")["pointer"],
        "/ordered"
    );
    assert_eq!(mailbox.get("per_minute"), None);
}

#[tokio::test]
async fn owner_chooses_on_the_page_of_the_webhook() {
    let app = TestApp::start().await;
    app.hook("/ok/dev").await;
    app.send_form("/alerts/manage", &[("address", OWNER)])
        .await
        .expect(200);
    app.settle().await;
    let path = app.the_mail_to(OWNER).link("/alerts/preferences/");
    let chosen = [
        ("act", "settings"),
        ("per_minute", "12"),
        ("ordered", "yes"),
        ("include", "body"),
        ("signing", "ed25519"),
    ];

    let bad = app
        .send_form(&path, &[("act", "settings"), ("per_minute", "many")])
        .await;
    app.send_form(&path, &chosen).await.expect(303);
    let page = app.page(&path).await;

    bad.expect(422);
    assert!(bad.text.contains("id=\"e-per_minute\""), "{}", bad.text);
    let asked =
        json!({ "signing": "ed25519", "include": "body", "ordered": true, "per_minute": 12 });
    assert_eq!(
        wishes(&endpoint(&app, &app.http.url("/ok/dev")).await),
        asked
    );
    for field in [
        "name=\"per_minute\" type=\"text\" value=\"12\"",
        "name=\"ordered\" value=\"yes\" checked",
        "name=\"include\" value=\"body\" checked",
        "name=\"signing\" value=\"ed25519\" checked",
    ] {
        assert!(page.text.contains(field), "{field}: {}", page.text);
    }
}
