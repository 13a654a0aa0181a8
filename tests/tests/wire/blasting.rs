//! The blast guard: what would reach far more than usual waits for an operator's word, and is then told once, or to nobody.

use crate::leftovers::check_told_once;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

/// A guard that lets 2 readers pass, and three times the usual.
const GUARD: [&str; 2] = ["blast.factor=3", "blast.at_least=2"];

async fn wire(readers: usize) -> TestApp {
    let app = TestApp::start_with(&GUARD).await;
    more_readers(&app, 0, readers).await;
    app
}

async fn more_readers(app: &TestApp, from: usize, to: usize) {
    for n in from..to {
        match n % 2 {
            0 => app.reader(&format!("r{n}@reader.example")).await,
            _ => app.hook(&format!("/ok/r{n}")).await,
        };
    }
}

async fn asking(app: &TestApp) -> Vec<Value> {
    let shown = app.get("/v1/blasts").await.expect(200);
    shown["blasts"].as_array().unwrap().clone()
}

async fn say(app: &TestApp, id: &Value, word: &str) -> Value {
    let path = format!("/v1/blasts/{}/{word}", id.as_str().unwrap());
    app.post(&path, &json!({ "note": "as meant" }))
        .await
        .expect(200)
}

#[tokio::test]
async fn reach_far_above_the_usual_waits_for_a_word_and_is_told_once() {
    let app = wire(4).await;

    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    app.advance(Duration::from_secs(7200));
    app.settle().await;

    assert_eq!(app.taken().len(), 0);
    let items = app.get("/v1/items").await.expect(200);
    assert_eq!(
        items["items"].as_array().unwrap().len(),
        1,
        "it is published"
    );
    let [blast] = asking(&app).await.try_into().unwrap();
    let path = format!("/v1/releases/{}/report", accepted["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.expect(200)["waits_for_word"], true);
    assert_eq!([&blast["reach"], &blast["usual"]], [&json!(4), &json!(0)]);
    assert_eq!(blast["releases"][0]["id"], accepted["id"]);
    let shown = app.get("/v1/status").await.expect(200);
    assert_eq!(
        [&shown["verdict"], &shown["why"]],
        [
            &json!("ASKS"),
            &json!(format!(
                "{} would be told to 4, usually at most 0 are, and has waited for a word for 2 h: `dateline blast`",
                blast["alert"].as_str().unwrap()
            ))
        ]
    );
    assert_eq!(app.get("/readyz").await.status, 200);
    let metrics = app.get("/metrics").await;
    assert!(
        metrics.text.contains("dateline_blasts 1"),
        "{}",
        metrics.text
    );

    let said = say(&app, &accepted["id"], "go").await;
    app.settle().await;

    assert_eq!(
        [&said["word"], &said["by"]],
        [&json!("go"), &json!("local")]
    );
    check_told_once(&app, &accepted).await;
    assert!(asking(&app).await.is_empty());
    assert_eq!(app.get(&path).await.expect(200)["waits_for_word"], false);
    let audit = app.get("/v1/audit?limit=1").await.expect(200);
    assert_eq!(audit["acts"][0]["act"], "blast.go");
    assert_eq!(audit["acts"][0]["subject"], blast["alert"]);
    let id = accepted["id"].as_str().unwrap();
    let history = app.get(&format!("/v1/releases/{id}/history")).await;
    let history = history.expect(200).to_string();
    assert!(
        history.contains("4 would be told, far more than usual: an operator is asked first"),
        "{history}"
    );
}

#[tokio::test]
async fn usual_grows_with_what_was_told() {
    let app = wire(2).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    more_readers(&app, 2, 6).await;

    let thrice = app.submit(&release("Acme grows")).await;
    app.settle().await;
    assert_eq!(
        app.report(&thrice).await["delivered"],
        6,
        "three times the usual goes"
    );

    more_readers(&app, 6, 19).await;
    let beyond = app.submit(&release("Acme sells")).await;
    app.settle().await;

    let [blast] = asking(&app).await.try_into().unwrap();
    assert_eq!([&blast["reach"], &blast["usual"]], [&json!(19), &json!(6)]);
    assert_eq!(app.report(&beyond).await["delivered"], 0);
    say(&app, &blast["alert"], "stop").await;
}

#[tokio::test]
async fn what_is_stopped_is_told_to_nobody_until_it_is_let_go() {
    let app = wire(4).await;
    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;

    let said = say(&app, &accepted["id"], "stop").await;
    app.advance(Duration::from_secs(86_400));
    app.settle().await;

    assert_eq!(said["word"], "stop");
    assert_eq!(app.taken().len(), 0);
    assert_eq!(app.get("/v1/status").await.expect(200)["verdict"], "OK");
    let path = format!("/v1/blasts/{}/stop", said["alert"].as_str().unwrap());
    let twice = app.post(&path, &json!({})).await.expect(409);
    assert_eq!(twice["detail"], "local has said `stop` before");

    say(&app, &accepted["id"], "go").await;
    app.settle().await;
    check_told_once(&app, &accepted).await;
    let path = format!("/v1/blasts/{}/stop", said["alert"].as_str().unwrap());
    let late = app.post(&path, &json!({})).await.expect(409);
    assert!(
        late["detail"].as_str().unwrap().contains("/v1/halts"),
        "{late}"
    );
}

#[tokio::test]
async fn edition_of_a_stopped_story_is_asked_about_however_few_it_reaches() {
    let app = wire(2).await;
    let leaves = [
        app.reader("c@reader.example").await,
        app.reader("d@reader.example").await,
    ];
    let mut first = release("Acme opens");
    first["story"] = json!("opening");
    let first = app.submit(&first).await;
    app.settle().await;
    say(&app, &first["id"], "stop").await;
    for reader in leaves {
        let path = format!("/v1/subscriptions/{}", reader["id"].as_str().unwrap());
        assert_eq!(app.ask(Method::DELETE, &path).send().await.status, 204);
    }

    let mut second = release("Acme abre");
    second["story"] = json!("opening");
    second["edition"] = json!({ "region": "US", "language": "es" });
    app.submit(&second).await;
    app.settle().await;

    assert_eq!(app.taken().len(), 0);
    let [blast] = asking(&app).await.try_into().unwrap();
    assert_eq!(blast["reach"], 2, "which would go by itself");
    say(&app, &first["id"], "go").await;
    app.settle().await;
    assert_eq!(app.taken().into_values().collect::<Vec<_>>(), [1; 2]);
}

#[tokio::test]
async fn word_is_for_what_was_asked_and_not_for_an_edition_that_joins() {
    let app = wire(4).await;
    let mut first = release("Acme opens");
    first["story"] = json!("opening");
    let first = app.submit(&first).await;
    app.settle().await;
    say(&app, &first["id"], "go").await;
    app.settle().await;
    more_readers(&app, 4, 7).await;

    let mut second = release("Acme abre");
    second["story"] = json!("opening");
    second["edition"] = json!({ "region": "US", "language": "es" });
    app.submit(&second).await;
    app.settle().await;

    let [blast] = asking(&app).await.try_into().unwrap();
    assert_eq!([&blast["reach"], &blast["usual"]], [&json!(3), &json!(0)]);
    say(&app, &first["id"], "go").await;
    app.settle().await;
    assert_eq!(app.taken().into_values().collect::<Vec<_>>(), [1; 7]);
}

#[tokio::test]
async fn flash_is_asked_about_too() {
    let app = wire(4).await;
    let token = app.token(&["releases:write", "flash"], &["acme"]).await;
    let mut flash = release("Acme opens");
    flash["lane"] = json!("flash");

    let ask = app
        .ask(Method::POST, "/v1/releases")
        .with_token(&token)
        .json(&flash);
    ask.send().await.expect(202);
    app.settle().await;

    let [blast] = asking(&app).await.try_into().unwrap();
    assert_eq!(app.taken().len(), 0);
    say(&app, &blast["alert"], "stop").await;
}

#[tokio::test]
async fn guard_of_factor_0_asks_about_nothing() {
    let app = TestApp::start_with(&["blast.factor=0", "blast.at_least=0"]).await;
    more_readers(&app, 0, 4).await;

    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert!(asking(&app).await.is_empty());
    check_told_once(&app, &accepted).await;
}

#[tokio::test]
async fn only_operators_say_a_word() {
    let app = wire(4).await;
    let accepted = app.submit(&release("Acme opens")).await;
    app.settle().await;
    let token = app.token(&["releases:write", "releases:review"], &[]).await;

    let path = format!("/v1/blasts/{}/go", accepted["id"].as_str().unwrap());
    let body = json!({});
    let refused = app.ask(Method::POST, &path).with_token(&token).json(&body);
    let unknown = app.post("/v1/blasts/rel_0000000000000000/go", &body);

    refused.send().await.expect(403);
    unknown.await.expect(404);
    say(&app, &accepted["id"], "stop").await;
}
