//! Calls are believed by verifiers that others wrote: the specification's own for Python and JavaScript, libsodium, Node's and
//! OpenSSL, as the examples of docs/webhooks.md use them.

use release::model::Signing;
use serde_json::{Value, json};
use std::time::Duration;
use store::HookEdit;
use tests::{Example, Kept, TestApp, release};

const HOUR: Duration = Duration::from_secs(3600);

/// The one endpoint that was called: its id.
async fn endpoint(app: &TestApp, path: &str) -> String {
    let list = format!("/v1/endpoints?address={}", app.http.url(path));
    let shown = app.get(&list).await.expect(200);
    shown["endpoints"][0]["id"].as_str().unwrap().to_owned()
}

/// What the endpoint is called with now.
async fn call(app: &TestApp, headline: &str) -> Kept {
    app.submit(&release(headline)).await;
    app.settle().await;
    Kept::of(app.http.calls().last().unwrap())
}

async fn rotate(app: &TestApp, endpoint: &str, hours: i64) -> String {
    let path = format!("/v1/endpoints/{endpoint}/secret");
    let rotated = app.post(&path, &json!({ "hours": hours })).await;
    let rotated = rotated.expect(200);
    rotated["secret"].as_str().unwrap().to_owned()
}

/// What each of the examples says.
#[track_caller]
fn check(app: &TestApp, examples: &[Example], secret: &str, call: &Kept, believed: bool) {
    for example in examples {
        let verdict = example.believes(secret, call, app.app.clock.now_ms());
        assert_eq!(verdict, believed, "{example:?} {secret} {call:?}");
    }
}

/// Calls that are not what the wire sent.
fn forged(call: &Kept, version: &str) -> Vec<Kept> {
    let mut tampered = call.clone();
    tampered.body.extend(b" ");
    let signed = |signatures: String| Kept {
        signatures,
        ..call.clone()
    };
    let half = call.signatures.len() / 2;
    vec![
        tampered,
        Kept {
            id: format!("{}x", call.id),
            ..call.clone()
        },
        Kept {
            timestamp: (call.timestamp.parse::<i64>().unwrap() - 1).to_string(),
            ..call.clone()
        },
        signed(format!("{version},")),
        signed(String::new()),
        signed(call.signatures[..half].to_owned()),
        signed(call.signatures.replace(version, "v9")),
    ]
}

#[tokio::test]
async fn official_verifiers_believe_calls_and_nothing_else() {
    let app = TestApp::start().await;
    let hook = app.hook("/ok/ana").await;
    let secret = hook["secret"].as_str().unwrap();

    let call = call(&app, "Acme öffnet \"ein\" Werk").await;

    check(&app, &Example::BY_SECRET, secret, &call, true);
    let other = release::webhook::new_secret([7; 32]);
    check(&app, &Example::BY_SECRET, &other, &call, false);
    for forged in forged(&call, "v1") {
        check(&app, &Example::BY_SECRET, secret, &forged, false);
    }
}

#[tokio::test]
async fn official_verifiers_believe_calls_by_the_old_and_the_new_secret_while_both_hold() {
    let app = TestApp::start().await;
    let hook = app.hook("/ok/ana").await;
    let old = hook["secret"].as_str().unwrap();
    let ep = endpoint(&app, "/ok/ana").await;

    let new = rotate(&app, &ep, 24).await;
    let beside = call(&app, "Acme opens").await;
    check(&app, &Example::BY_SECRET, old, &beside, true);
    check(&app, &Example::BY_SECRET, &new, &beside, true);

    app.advance(24 * HOUR);
    let alone = call(&app, "Acme closes").await;
    check(&app, &Example::BY_SECRET, old, &alone, false);
    check(&app, &Example::BY_SECRET, &new, &alone, true);

    let newest = rotate(&app, &ep, 0).await;
    let at_once = call(&app, "Acme moves").await;
    check(&app, &Example::BY_SECRET, &new, &at_once, false);
    check(&app, &Example::BY_SECRET, &newest, &at_once, true);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_mended_by_rotating_again() {
    let app = TestApp::start().await;
    let hook = app.hook("/ok/ana").await;
    let known = hook["secret"].as_str().unwrap();
    let ep = endpoint(&app, "/ok/ana").await;

    rotate(&app, &ep, 24).await;
    let newest = rotate(&app, &ep, 24).await;
    let call = call(&app, "Acme opens").await;

    check(&app, &[Example::Python], known, &call, true);
    check(&app, &[Example::Python], &newest, &call, true);
    assert_eq!(call.signatures.split(' ').count(), 3);
}

/// The public halves, the newest first.
async fn keys(app: &TestApp) -> Vec<Value> {
    let path = "/.well-known/dateline-webhook-keys";
    let answer = app.page(path).await;
    let shown = answer.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    shown["keys"].as_array().unwrap().clone()
}

fn key(keys: &[Value], at: usize) -> &str {
    keys[at]["key"].as_str().unwrap()
}

#[tokio::test]
async fn calls_by_ed25519_are_believed_by_the_wires_public_keys_and_by_both_while_one_follows_the_other()
 {
    let app = TestApp::start().await;
    let hook = app.hook("/ok/ana").await;
    let ep = endpoint(&app, "/ok/ana").await;
    let row = app.app.store.endpoint_by_public_id(&ep).await.unwrap();
    let wish = HookEdit {
        signing: Some(Signing::Ed25519),
        ..HookEdit::default()
    };
    let row = row.unwrap();
    app.app.store.edit_hook(row.id, &wish).await.unwrap();

    let first = keys(&app).await;
    let alone = call(&app, "Acme opens").await;
    assert_eq!(first.len(), 1);
    assert!(alone.signatures.starts_with("v1a,"), "{alone:?}");
    check(&app, &Example::BY_KEY, key(&first, 0), &alone, true);
    let secret = hook["secret"].as_str().unwrap();
    check(&app, &Example::BY_SECRET, secret, &alone, false);
    for forged in forged(&alone, "v1a") {
        check(&app, &Example::BY_KEY, key(&first, 0), &forged, false);
    }

    let made = app.post("/v1/webhook-keys", &json!({})).await.expect(201);
    let both = keys(&app).await;
    let beside = call(&app, "Acme closes").await;
    assert_eq!(both[0]["key"], made["key"]);
    assert_eq!(both[1]["key"], first[0]["key"]);
    assert_eq!(both[1]["retired_at"], made["old_key_until"]);
    check(&app, &Example::BY_KEY, key(&both, 0), &beside, true);
    check(&app, &Example::BY_KEY, key(&both, 1), &beside, true);

    app.advance(168 * HOUR);
    let after = keys(&app).await;
    let last = call(&app, "Acme moves").await;
    assert_eq!(after.len(), 1);
    check(&app, &Example::BY_KEY, key(&after, 0), &last, true);
    check(&app, &Example::BY_KEY, key(&first, 0), &last, false);
}
