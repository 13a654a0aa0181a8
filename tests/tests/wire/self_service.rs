//! What owners of webhooks do by themselves: with a token of their own, and on the page that a mailed link opens.

mod draining;
mod ledger;
mod pages;
mod redelivering;
mod tokens;

use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Answer, TestApp};

const ANA: &str = "ana@reader.example";

/// A webhook of an owner's at this path of the sink, to everything: its endpoint's id.
async fn hook_of(app: &TestApp, path: &str, owner: &str) -> String {
    hook_at(app, &app.http.url(path), owner).await
}

async fn hook_at(app: &TestApp, url: &str, owner: &str) -> String {
    let hook = json!({ "filter": "everything", "webhook": url, "owner": owner });
    text(&app.subscribe(hook).await["endpoint"])
}

/// A token of a subscriber's, as an operator makes one.
async fn token_of(app: &TestApp, owner: &str) -> String {
    let token = json!({ "name": "a program", "owner": owner });
    text(&app.post("/v1/tokens", &token).await.expect(201)["token"])
}

/// A request as a subscriber.
async fn ask(app: &TestApp, token: &str, method: Method, path: &str, body: &Value) -> Answer {
    app.ask(method, path)
        .with_token(token)
        .json(body)
        .send()
        .await
}

async fn get(app: &TestApp, token: &str, path: &str) -> Answer {
    app.ask(Method::GET, path).with_token(token).send().await
}

async fn pass(app: &TestApp, seconds: u64) {
    app.advance(Duration::from_secs(seconds));
    app.settle().await;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
