//! Alerts, batches and suppressions over the API, and lists that are read page by page.

use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::{TestApp, release};

/// All entries of a list, one a page.
async fn walk(app: &TestApp, path: &str, list: &str, cursor: &str) -> Vec<Value> {
    let (mut seen, mut next) = (Vec::new(), String::new());
    for _ in 0..50 {
        let page = app.get(&format!("{path}limit=1{next}")).await.expect(200);
        let entries = page[list].as_array().unwrap();
        assert!(entries.len() <= 1, "{page}");
        seen.extend(entries.iter().cloned());
        match page[format!("next_{cursor}")].as_str() {
            Some(at) => next = format!("&{cursor}={at}"),
            None => return seen,
        }
    }
    panic!("{path} never ends");
}

#[tokio::test]
async fn every_list_is_read_page_by_page_without_a_gap() {
    let app = TestApp::start().await;
    for slug in ["beta", "gamma"] {
        app.add_issuer(slug, slug).await;
        let person =
            json!({ "name": slug, "email": format!("{slug}@x.example"), "rights": ["editor"] });
        app.post("/v1/people", &person).await.expect(201);
        app.token(&["releases:read"], &[]).await;
        let address = json!({ "address": format!("{slug}@y.example"), "reason": "asked" });
        app.post("/v1/suppressions", &address).await.expect(201);
    }
    let third = json!({ "address": "alpha@y.example", "reason": "asked" });
    app.post("/v1/suppressions", &third).await.expect(201);

    for (path, list, name, count) in [
        ("/v1/issuers", "issuers", "slug", 3),
        ("/v1/people", "people", "id", 2),
        ("/v1/tokens", "tokens", "id", 2),
        ("/v1/suppressions", "suppressions", "address", 3),
    ] {
        let all = app.get(path).await.expect(200);
        let one_by_one = walk(&app, &format!("{path}?"), list, "after").await;
        assert_eq!(all[list], Value::Array(one_by_one.clone()), "{path}");
        let names: BTreeSet<_> = one_by_one
            .iter()
            .map(|entry| entry[name].to_string())
            .collect();
        assert_eq!(names.len(), count, "{path}: {one_by_one:?}");
        assert_eq!(all["next_after"], Value::Null, "{path}");
        app.get(&format!("{path}?limit=0"))
            .await
            .expect_problem(422, "invalid");
        app.get(&format!("{path}?page=2"))
            .await
            .expect_problem(400, "malformed");
    }
    app.get("/v1/people?after=per_x")
        .await
        .expect_problem(404, "not-found");
    app.get("/v1/tokens?after=tok_x")
        .await
        .expect_problem(404, "not-found");
    app.get("/v1/suppressions?after=x")
        .await
        .expect_problem(422, "invalid");
}

#[tokio::test]
async fn alert_of_a_release_shows_its_batches_and_their_counts() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    app.hook("/ok/ana").await;
    let made = app.submit(&release("Acme opens")).await;
    app.settle().await;
    let id = made["id"].as_str().unwrap();

    let alerts = walk(
        &app,
        &format!("/v1/alerts?release={id}&"),
        "alerts",
        "before",
    )
    .await;

    assert_eq!(alerts.len(), 1);
    let alert = &alerts[0];
    assert_eq!(
        (
            &alert["kind"],
            &alert["state"],
            &alert["matched"],
            &alert["batches"]
        ),
        (&json!("story"), &json!("routed"), &json!(2), &json!(2))
    );
    assert_eq!(alert["counts"]["delivered"], 2);
    assert_eq!(alert["story"], made["story"]);
    let path = format!("/v1/alerts/{}", alert["id"].as_str().unwrap());
    assert_eq!(&app.get(&path).await.expect(200), alert);
    let batches = walk(&app, &format!("{path}/batches?"), "batches", "after").await;
    let channels: BTreeSet<_> = batches
        .iter()
        .map(|batch| batch["channel"].to_string())
        .collect();
    assert_eq!(channels.len(), 2, "{batches:?}");
    for batch in &batches {
        assert_eq!(
            (&batch["state"], &batch["release"]),
            (&json!("done"), &made["id"])
        );
        assert_eq!(
            (&batch["total"], &batch["counts"]["delivered"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(batch["lease"], Value::Null, "done");
        let one = app
            .get(&format!("/v1/batches/{}", batch["id"]))
            .await
            .expect(200);
        assert_eq!(&one, batch);
    }
}

#[tokio::test]
async fn batch_that_nobody_finishes_is_shown_with_its_lease_and_then_poisoned() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    let made = app.submit(&release("Acme opens")).await;
    assert!(app.app.router.step().await.unwrap());
    let alert = app
        .get(&format!(
            "/v1/alerts?release={}",
            made["id"].as_str().unwrap()
        ))
        .await;
    let alert = alert.expect(200)["alerts"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let batch = async || {
        app.get(&format!("/v1/alerts/{alert}/batches"))
            .await
            .expect(200)["batches"][0]
            .clone()
    };
    let id = batch().await["id"].as_i64().unwrap();
    let claim = async |n: i64| {
        let now_ms = app.app.clock.now_ms() + n * 100;
        app.app
            .store
            .claim_batch(id, "w1", now_ms + 50, now_ms, 2)
            .await
            .unwrap()
    };

    claim(0).await;
    let leased = batch().await;
    claim(1).await;
    claim(2).await;

    assert_eq!(
        (&leased["lease"]["worker"], &leased["state"]),
        (&json!("w1"), &json!("open"))
    );
    let poisoned = batch().await;
    assert_eq!(
        (&poisoned["state"], &poisoned["lease"]),
        (&json!("poisoned"), &Value::Null)
    );
    app.leave_unfinished();
}

#[tokio::test]
async fn alerts_are_seen_by_whoever_may_see_the_release_and_no_others() {
    let app = TestApp::start().await;
    app.add_issuer("beta", "Beta plc").await;
    app.reader("ana@reader.example").await;
    let made = app.submit(&release("Acme opens")).await;
    app.settle().await;
    let id = made["id"].as_str().unwrap();
    let own = app.token(&["releases:read"], &["acme"]).await;
    let other = app.token(&["releases:read"], &["beta"]).await;
    let reader = app.token(&["subscriptions:read"], &[]).await;
    let get =
        async |token: &str, path: &str| app.ask(Method::GET, path).with_token(token).send().await;
    let of_release = format!("/v1/alerts?release={id}");
    let alert = get(&own, &of_release).await.expect(200)["alerts"][0]["id"].clone();
    let alert = format!("/v1/alerts/{}", alert.as_str().unwrap());
    let batches = format!("{alert}/batches");
    let batch = get(&own, &batches).await.expect(200)["batches"][0]["id"].clone();
    let batch = format!("/v1/batches/{batch}");

    for path in [&of_release, &alert, &batches, &batch] {
        get(&own, path).await.expect(200);
        get(&other, path).await.expect_problem(404, "not-found");
        get(&reader, path).await.expect_problem(403, "forbidden");
    }
    get(&own, "/v1/alerts")
        .await
        .expect_problem(403, "forbidden");
    let all = app.get("/v1/alerts").await.expect(200);
    assert!(!all["alerts"].as_array().unwrap().is_empty());
    for path in [
        "/v1/alerts/alr_x",
        "/v1/batches/99999",
        "/v1/batches/x",
        "/v1/alerts?before=alr_x",
    ] {
        app.get(path).await.expect_problem(404, "not-found");
    }
}

#[tokio::test]
async fn suppressed_address_is_not_written_to_until_it_is_lifted() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    let body = json!({ "address": "Ana@Reader.example", "reason": "complained" });
    app.post("/v1/suppressions", &body).await.expect(201);
    let again = json!({ "address": "ana@reader.example", "reason": "bounced" });
    let again = app.post("/v1/suppressions", &again).await.expect(200);
    assert_eq!(again["reason"], "complained");

    app.submit(&release("Acme opens")).await;
    app.settle().await;
    assert_eq!(app.smtp.count(), 0);

    let lift = json!({ "address": "ana@reader.example" });
    app.post("/v1/suppressions/lift", &lift).await.expect(204);
    app.post("/v1/suppressions/lift", &lift)
        .await
        .expect_problem(404, "not-found");
    app.submit(&release("Acme closes")).await;
    app.settle().await;
    assert_eq!(app.smtp.count(), 1);
}

#[tokio::test]
async fn erased_address_stays_suppressed_and_is_answered_like_one_never_known() {
    let app = TestApp::start().await;
    app.reader("ana@reader.example").await;
    let body = json!({ "address": "ana@reader.example", "reason": "complained" });
    app.post("/v1/suppressions", &body).await.expect(201);
    app.post(
        "/v1/endpoints/erase",
        &json!({ "owner": "ana@reader.example" }),
    )
    .await
    .expect(200);

    let lift = async |address: &str| {
        let answer = app
            .post("/v1/suppressions/lift", &json!({ "address": address }))
            .await;
        answer.expect_problem(404, "not-found")["detail"]
            .to_string()
            .replace(address, "")
    };
    assert_eq!(
        lift("ana@reader.example").await,
        lift("zoe@reader.example").await
    );
    let listed = app.get("/v1/suppressions").await;
    assert!(!listed.text.contains("ana@"), "{}", listed.text);
    assert_eq!(listed.json()["suppressions"][0]["reason"], "complained");
    app.reader("ana@reader.example").await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    assert_eq!(app.smtp.count(), 0);
}

#[tokio::test]
async fn suppressions_tell_a_stranger_nothing() {
    let app = TestApp::start().await;
    let body = json!({ "address": "ana@reader.example", "reason": "complained" });
    app.post("/v1/suppressions", &body).await.expect(201);
    let scopes = [
        "releases:write",
        "releases:read",
        "releases:review",
        "subscriptions:write",
        "subscriptions:read",
        "metrics:read",
    ];
    let stranger = app.token(&scopes, &[]).await;

    for address in ["ana@reader.example", "zoe@reader.example"] {
        let body = json!({ "address": address, "reason": "x" });
        for (path, body) in [
            ("/v1/suppressions", body),
            ("/v1/suppressions/lift", json!({ "address": address })),
        ] {
            let ask = app
                .ask(Method::POST, path)
                .with_token(&stranger)
                .json(&body);
            let problem = ask.send().await.expect_problem(403, "forbidden");
            assert_eq!(problem["detail"], "this needs the scope `operator`");
        }
    }
    let list = app
        .ask(Method::GET, "/v1/suppressions")
        .with_token(&stranger);
    list.send().await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn reason_that_would_outlive_the_address_does_not_repeat_it() {
    let app = TestApp::start().await;
    for reason in ["", "  ", "a\nb", "Ana@Reader.example complained"] {
        let body = json!({ "address": "ana@reader.example", "reason": reason });
        let problem = app
            .post("/v1/suppressions", &body)
            .await
            .expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], "/reason", "{reason:?}");
    }
    let body = json!({ "address": "ana", "reason": "x" });
    let problem = app
        .post("/v1/suppressions", &body)
        .await
        .expect_problem(422, "invalid");
    assert_eq!(problem["pointer"], "/address");
}
