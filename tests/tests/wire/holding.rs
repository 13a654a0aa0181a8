//! Who holds a release, and who lets it go on.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release, release_at};

async fn order(app: &TestApp, token: &str, id: &str, order: &str, body: &Value) -> Answer {
    let path = format!("/v1/releases/{id}/{order}");
    let ask = app.ask(Method::POST, &path).with_token(token);
    ask.json(body).send().await
}

struct Sides {
    app: TestApp,
    agency: String,
    editor: String,
    id: String,
}

/// A release that clears in a minute, and both sides of the wire.
async fn sides() -> Sides {
    let app = TestApp::start().await;
    let write = ["releases:write", "releases:read"];
    let agency = app.token(&write, &["acme"]).await;
    let editor = app
        .token(&["releases:write", "releases:read", "releases:review"], &[])
        .await;
    let ask = app.ask(Method::POST, "/v1/releases").with_token(&agency);
    let made = ask
        .json(&release_at("Acme opens", &app.time_in(60)))
        .send()
        .await
        .expect(202);
    let id = made["id"].as_str().unwrap().to_owned();
    Sides {
        app,
        agency,
        editor,
        id,
    }
}

async fn state(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/v1/releases/{id}")).await.expect(200)
}

#[tokio::test]
async fn submitter_does_not_lift_an_editors_hold_and_is_told_who_holds_it_and_why() {
    let Sides {
        app,
        agency,
        editor,
        id,
    } = sides().await;
    let why = json!({ "note": "the figures do not add up" });
    let held = order(&app, &editor, &id, "hold", &why).await.expect(200);
    assert_eq!(held["hold"]["right"], "editor");
    assert_eq!(held["hold"]["note"], "the figures do not add up");
    let later = json!({ "clear_at": app.time_in(120) });

    let moved = order(&app, &agency, &id, "reschedule", &later).await;
    let changed = app
        .ask(Method::PUT, &format!("/v1/releases/{id}"))
        .with_token(&agency);
    let changed = changed
        .json(&release("Acme opens again"))
        .send()
        .await
        .expect(200);
    order(&app, &agency, &id, "hold", &json!({}))
        .await
        .expect(200);
    let again = order(&app, &agency, &id, "reschedule", &later).await;
    let draft = order(&app, &agency, &id, "submit", &json!({})).await;

    for refused in [moved, again] {
        let problem = refused.expect_problem(403, "forbidden");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("the figures do not add up") && detail.contains("tok_"),
            "{detail}"
        );
    }
    draft.expect_problem(409, "conflict");
    assert_eq!(changed["state"], "held");
    app.advance(std::time::Duration::from_secs(180));
    app.settle().await;
    assert_eq!(state(&app, &id).await["state"], "held");
    order(
        &app,
        &editor,
        &id,
        "reschedule",
        &json!({ "clear_at": app.time_in(0) }),
    )
    .await
    .expect(200);
    app.settle().await;
    let row = state(&app, &id).await;
    assert_eq!(
        (&row["state"], &row["hold"]),
        (&json!("cleared"), &Value::Null)
    );
}

#[tokio::test]
async fn submitter_lifts_a_hold_of_the_submitters() {
    let Sides {
        app, agency, id, ..
    } = sides().await;
    let other = app
        .token(&["releases:write", "releases:read"], &["acme"])
        .await;
    let held = order(&app, &other, &id, "hold", &json!({}))
        .await
        .expect(200);
    assert_eq!(held["hold"]["right"], "submitter");

    let moved = order(
        &app,
        &agency,
        &id,
        "reschedule",
        &json!({ "clear_at": app.time_in(60) }),
    )
    .await;

    assert_eq!(moved.expect(200)["state"], "scheduled");
}

#[tokio::test]
async fn editors_hold_over_a_submitters_takes_its_place() {
    let Sides {
        app,
        agency,
        editor,
        id,
    } = sides().await;
    order(&app, &agency, &id, "hold", &json!({}))
        .await
        .expect(200);
    order(&app, &editor, &id, "hold", &json!({ "note": "wait" }))
        .await
        .expect(200);

    let moved = order(
        &app,
        &agency,
        &id,
        "reschedule",
        &json!({ "clear_at": app.time_in(60) }),
    )
    .await;

    moved.expect_problem(403, "forbidden");
    order(&app, &agency, &id, "cancel", &json!({}))
        .await
        .expect(200);
}

#[tokio::test]
async fn hold_needs_no_body_and_no_endless_one_is_taken() {
    let Sides {
        app, agency, id, ..
    } = sides().await;
    let path = format!("/v1/releases/{id}/hold");
    let ask = || app.ask(Method::POST, &path).with_token(&agency);

    let endless = ask()
        .json(&json!({ "note": "x".repeat(2001) }))
        .send()
        .await;
    assert_eq!(endless.expect_problem(422, "invalid")["pointer"], "/note");
    let other = ask().json(&json!({ "why": "x" })).send().await;
    other.expect_problem(400, "malformed");
    assert_eq!(state(&app, &id).await["state"], "scheduled");
    ask().send().await.expect(200);
}
