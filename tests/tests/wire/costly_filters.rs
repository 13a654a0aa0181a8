//! Filters that would take too much from others: refused at every door, with limit, figure and mend. Broad ones are taken.

use serde_json::json;
use tests::TestApp;

/// So many common words beside as many others.
fn hostile(count: usize) -> String {
    let word = |n: usize, tail: &str| {
        let letter = |n: usize| char::from(b'b' + (n % 20) as u8);
        format!("{}{}x{tail}", letter(n), letter(n / 20))
    };
    let all = |tail| -> Vec<String> { (0..count).map(|n| word(n, tail)).collect() };
    format!(
        "({}) NOT ({})",
        all("").join(" OR "),
        all("yyyyyyy").join(" OR ")
    )
}

/// That it is refused for what it takes, in words for people.
#[track_caller]
fn check(said: &str) {
    for part in [
        "would take about",
        "steps a release, at most 1024 are allowed",
        "join it with AND",
    ] {
        assert!(said.contains(part), "no `{part}` in {said}");
    }
}

#[tokio::test]
async fn filter_that_slows_others_is_refused_at_every_door() {
    let app = TestApp::start().await;
    let filter = hostile(100);
    let cheap = app
        .subscribe(json!({ "filter": hostile(40), "email": "ben@reader.example" }))
        .await;
    let id = cheap["id"].as_str().unwrap();

    let add = json!({ "filter": filter, "email": "ana@reader.example" });
    let added = app.post("/v1/subscriptions", &add).await;
    let change = app.ask(http::Method::PATCH, &format!("/v1/subscriptions/{id}"));
    let changed = change.json(&json!({ "filter": filter })).send().await;
    let read = app
        .post("/v1/filters/read", &json!({ "filter": filter }))
        .await;
    let tried = app
        .post("/v1/filters/backtest", &json!({ "filter": filter }))
        .await;
    let csv = format!("email,filter\nana@reader.example,{filter}\n");
    let import = app.ask(http::Method::POST, "/v1/subscriptions/import");
    let imported = import
        .header("content-type", "text/csv")
        .bytes(csv)
        .send()
        .await;
    let fields = [
        ("rest", &*filter),
        ("address", "ana@reader.example"),
        ("step", "ask"),
    ];
    let form = app.send_form("/alerts/new", &fields).await;

    for answer in [added, changed, read, tried] {
        let problem = answer.expect_problem(422, "invalid");
        assert_eq!(problem["pointer"], "/filter", "{problem}");
        check(problem["detail"].as_str().unwrap());
    }
    let problem = imported.expect_problem(422, "bad-lines");
    let error = &problem["errors"][0];
    assert_eq!(
        (&error["line"], &error["column"]),
        (&json!(2), &json!("filter")),
        "{error}"
    );
    check(&error.to_string());
    assert_eq!(form.status, 422, "{}", form.text);
    check(&form.text);
    let list = app.get("/v1/subscriptions").await.expect(200);
    let all = list["subscriptions"].as_array().unwrap();
    assert_eq!(all.len(), 1, "{list}");
    assert_eq!(all[0]["filter"], cheap["filter"]);
}

#[tokio::test]
async fn broad_filters_are_taken_and_their_steps_told() {
    let app = TestApp::start().await;

    for filter in ["everything", "topic:mining", "everything NOT geo:US"] {
        app.subscribe(json!({ "filter": filter, "email": "ana@reader.example" }))
            .await;
    }
    let read = json!({ "filter": hostile(40) });
    let read = app.post("/v1/filters/read", &read).await.expect(200);

    let steps = read["steps"].as_i64().unwrap();
    assert_eq!(read["most_steps"], 1024);
    assert!((400..1024).contains(&steps), "{steps}");
}
