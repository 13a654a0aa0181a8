//! Secrets and keys that sign calls are changed by whom they belong to, shown once, and never told by a log or a list.

use http::Method;
use release::model::Signing;
use serde_json::{Value, json};
use store::HookEdit;
use tests::{TestApp, release};

const OWNER: &str = "owner@reader.example";

/// A webhook at this path of the sink: its endpoint's id, and its secret.
async fn hook(app: &TestApp, path: &str) -> (String, String) {
    let hook = app.hook(path).await;
    let id = hook["id"].as_str().unwrap();
    let shown = app
        .get(&format!("/v1/subscriptions/{id}"))
        .await
        .expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&shown["endpoint"]), text(&hook["secret"]))
}

fn signatures(app: &TestApp) -> usize {
    let calls = app.http.calls();
    let header = calls.last().unwrap().header("webhook-signature").unwrap();
    header.split(' ').count()
}

/// The page of the owner's webhook.
async fn preferences(app: &TestApp) -> String {
    let fields = [("address", OWNER)];
    app.send_form("/alerts/manage", &fields).await.expect(200);
    app.settle().await;
    app.the_mail_to(OWNER).link("/alerts/preferences/")
}

#[tokio::test]
async fn rotation_answers_the_secret_once_and_the_audit_log_tells_of_it_without() {
    let app = TestApp::start().await;
    let (ep, old) = hook(&app, "/ok/ana").await;
    let path = format!("/v1/endpoints/{ep}/secret");

    let rotated = app.post(&path, &json!({})).await.expect(200);

    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(new, old);
    assert_eq!(
        rotated,
        json!({ "endpoint": ep, "secret": new, "old_secret_until": app.time_in(24 * 3600) })
    );
    for path in [
        format!("/v1/endpoints/{ep}"),
        format!("/v1/endpoints/{ep}/export"),
        "/v1/audit".to_owned(),
    ] {
        let shown = app.get(&path).await;
        shown.expect(200);
        for secret in [new, &old] {
            assert!(!shown.text.contains(secret), "{path}: {}", shown.text);
        }
    }
    let acts = app.get("/v1/audit").await.expect(200);
    let act = acts["acts"].as_array().unwrap().iter();
    let mut act = act.filter(|act| act["act"] == "secret.rotate");
    assert_eq!(act.next().unwrap()["subject"], ep);
}

#[tokio::test]
async fn rotation_is_refused_with_the_field_or_the_reason() {
    let app = TestApp::start().await;
    let (ep, _) = hook(&app, "/ok/ana").await;
    let path = format!("/v1/endpoints/{ep}/secret");
    app.reader("ana@reader.example").await;
    let list = app.get("/v1/endpoints?address=ana@reader.example").await;
    let mailbox = list.expect(200)["endpoints"][0]["id"].clone();
    let mailbox = mailbox.as_str().unwrap();

    for hours in [-1, 169] {
        let refused = app.post(&path, &json!({ "hours": hours })).await;
        let problem = refused.expect_problem(422, "invalid");
        assert!(problem.to_string().contains("/hours"), "{problem}");
        assert!(
            problem.to_string().contains("0 (at once) to 168"),
            "{problem}"
        );
    }
    let of_mail = app
        .post(&format!("/v1/endpoints/{mailbox}/secret"), &json!({}))
        .await;
    let problem = of_mail.expect_problem(409, "conflict");
    assert!(problem["detail"].as_str().unwrap().contains("is a mailbox"));
    app.post("/v1/endpoints/ep_nobody/secret", &json!({}))
        .await
        .expect_problem(404, "not-found");
    let reads = app.token(&["subscriptions:read"], &[]).await;
    let writes = app.token(&["subscriptions:write"], &[]).await;
    for (token, path, status) in [
        (&reads, path.as_str(), 403),
        (&writes, path.as_str(), 200),
        (&writes, "/v1/webhook-keys", 403),
    ] {
        let ask = app.ask(Method::POST, path).with_token(token);
        ask.json(&json!({})).send().await.expect(status);
    }
    let refused = app.post("/v1/webhook-keys", &json!({ "hours": 721 })).await;
    refused.expect_problem(422, "invalid");
}

#[tokio::test]
async fn a_request_that_is_repeated_shows_the_secret_that_it_made_and_none_that_came_after() {
    let app = TestApp::start().await;
    let url = app.http.url("/ok/ana");
    let add =
        json!({ "filter": "everything", "webhook": url, "owner": OWNER, "consent": "a test" });
    let send = async || {
        let ask = app.ask(Method::POST, "/v1/subscriptions").json(&add);
        ask.header("idempotency-key", "one").send().await.json()
    };

    let made = send().await;
    let again = send().await;
    let path = format!(
        "/v1/endpoints/{}/secret",
        made["endpoint"].as_str().unwrap()
    );
    app.post(&path, &json!({})).await.expect(200);
    let after = send().await;

    assert!(made["secret"].is_string(), "{made}");
    assert_eq!(again["secret"], made["secret"]);
    assert_eq!(after["id"], made["id"]);
    assert!(after.get("secret").is_none(), "{after}");
}

#[tokio::test]
async fn the_owner_makes_a_new_secret_on_the_page_and_sees_it_once() {
    let app = TestApp::start().await;
    let (_, old) = hook(&app, "/ok/ana").await;
    let page = preferences(&app).await;

    let before = app.page(&page).await;
    let rotated = app.send_form(&page, &[("act", "rotate")]).await;
    let after = app.page(&page).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let beside = signatures(&app);
    let replaced = app.send_form(&page, &[("act", "replace")]).await;
    app.submit(&release("Acme closes")).await;
    app.settle().await;

    assert!(
        before.text.contains("has not been changed since"),
        "{}",
        before.text
    );
    for shown in [&rotated, &replaced] {
        shown.expect(200);
        assert_eq!(shown.text.matches("whsec_").count(), 1);
        assert!(!shown.text.contains(&old));
    }
    assert!(!after.text.contains("whsec_"));
    assert!(
        after.text.contains("A secret, last changed on"),
        "{}",
        after.text
    );
    assert!(after.text.contains("The one before it holds until"));
    assert_eq!((beside, signatures(&app)), (2, 1));
}

#[tokio::test]
async fn page_of_a_webhook_signed_by_the_wires_key_names_the_keys_and_no_secret() {
    let app = TestApp::start().await;
    let (ep, _) = hook(&app, "/ok/ana").await;
    let row = app.app.store.endpoint_by_public_id(&ep).await.unwrap();
    let wish = HookEdit {
        signing: Some(Signing::Ed25519),
        ..HookEdit::default()
    };
    let id = row.unwrap().id;
    app.app.store.edit_hook(id, &wish).await.unwrap();

    let shown = app.page(&preferences(&app).await).await;

    shown.expect(200);
    let link = "href=\"/.well-known/dateline-webhook-keys\"";
    assert!(shown.text.contains(link), "{}", shown.text);
    assert!(!shown.text.contains("Make a new secret"), "{}", shown.text);
}

#[tokio::test]
async fn a_mailbox_has_no_secret_on_its_page_and_none_to_make() {
    let app = TestApp::start().await;
    app.reader(OWNER).await;
    let page = preferences(&app).await;

    let shown = app.page(&page).await;
    let pressed = app.send_form(&page, &[("act", "rotate")]).await;

    shown.expect(200);
    assert!(!shown.text.contains("secret"), "{}", shown.text);
    pressed.expect(303);
    assert!(pressed.header("location").ends_with("?done=nothing"));
}
