//! Why a reader is told of a release, or is not, and filters by themselves.

use serde_json::{Value, json};
use tests::{TestApp, release};

/// A release on earnings in the US (Texas) with a word of its own in its headline.
async fn told(app: &TestApp) -> Value {
    let accepted = app.submit(&release("Acme opens a lithium mine")).await;
    app.settle().await;
    accepted
}

fn path(release: &Value, subscription: &Value) -> String {
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    format!("/v1/releases/{}/matches/{}", id(release), id(subscription))
}

#[tokio::test]
async fn match_is_explained_by_clause_and_place() {
    let app = TestApp::start().await;
    let filter = "(gold OR title:lithium) AND NOT lang:de";
    let subscription = app
        .subscribe(json!({ "filter": filter, "email": "ana@reader.example" }))
        .await;
    let accepted = told(&app).await;

    let shown = app.get(&path(&accepted, &subscription)).await.expect(200);

    assert_eq!(shown["matches"], true);
    assert_eq!(shown["clause"], "title:lithium AND NOT lang:de");
    assert_eq!(shown["decisive"], json!(["title:lithium", "NOT lang:de"]));
    assert_eq!(
        shown["highlights"],
        json!([{ "section": "headline", "from": 13, "to": 20 }])
    );
    let letter = app.the_mail_to("ana@reader.example");
    assert!(
        letter.text.contains("(title:lithium AND NOT lang:de)"),
        "{}",
        letter.text
    );
}

#[tokio::test]
async fn what_does_not_match_names_the_clause_that_failed() {
    let app = TestApp::start().await;
    let subscription = app
        .subscribe(
            json!({ "filter": "lithium AND gold AND lang:de", "email": "ana@reader.example" }),
        )
        .await;
    let accepted = told(&app).await;

    let shown = app.get(&path(&accepted, &subscription)).await.expect(200);

    assert_eq!(
        (&shown["matches"], &shown["clause"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(shown["decisive"], json!(["gold", "lang:de"]));
    assert_eq!(
        shown["explanation"]["parts"][1]["why_not"],
        "the release has no word `gold`"
    );
    assert_eq!(shown["highlights"], json!([]));
}

#[tokio::test]
async fn what_has_not_cleared_is_explained_to_operators_alone() {
    let app = TestApp::start().await;
    let subscription = app
        .subscribe(json!({ "filter": "lithium", "email": "ana@reader.example" }))
        .await;
    let mut later = release("Acme opens a lithium mine");
    later["clear_at"] = json!(app.time_in(3600));
    let accepted = app.submit(&later).await;
    let path = path(&accepted, &subscription);
    let reading = app.token(&["subscriptions:read"], &[]).await;
    let none = app.token(&["releases:read"], &[]).await;

    assert_eq!(app.get(&path).await.expect(200)["matches"], true);
    let ask = app.ask(http::Method::GET, &path).with_token(&reading);
    ask.send().await.expect_problem(404, "not-found");
    let ask = app.ask(http::Method::GET, &path).with_token(&none);
    ask.send().await.expect_problem(403, "forbidden");
    app.leave_unfinished();
}

#[tokio::test]
async fn filters_are_taken_as_trees_and_given_in_both_forms() {
    let app = TestApp::start().await;
    let tree = json!({ "all": [{ "topic": "mining" }, { "not": { "words": "gold price", "in": "title" } }] });

    let added = app
        .subscribe(json!({ "filter": tree, "email": "ana@reader.example" }))
        .await;
    let read = app
        .post("/v1/filters/read", &json!({ "filter": added["filter"] }))
        .await
        .expect(200);

    assert_eq!(added["filter"], "topic:mining AND NOT title:\"gold price\"");
    assert_eq!((&read["tree"], &read["filter"]), (&tree, &added["filter"]));
    let wrong = json!({ "filter": { "any": [{ "geo": 5 }] } });
    let problem = app.post("/v1/filters/read", &wrong).await.json();
    assert_eq!(
        problem["errors"][0]["pointer"], "/filter/any/0/geo",
        "{problem}"
    );
    let unknown = json!({ "filter": "topic:minning" });
    let problem = app.post("/v1/filters/read", &unknown).await.json();
    assert!(
        problem["errors"][0]["mend"]
            .as_str()
            .unwrap()
            .contains("topic:mining"),
        "{problem}"
    );
}

#[tokio::test]
async fn queries_of_other_services_are_translated_with_what_is_lost() {
    let app = TestApp::start().await;
    let query = json!({ "from": "factiva", "query": "hd=gold and mine adj5 nevada and co=abc" });

    let shown = app.post("/v1/filters/import", &query).await.expect(200);

    assert_eq!(shown["filter"], "title:gold AND mine ONEAR/4 nevada");
    assert_eq!(shown["translated"].as_array().unwrap().len(), 2);
    assert_eq!(shown["lost"][0]["text"], "co=abc");
    let query = json!({ "from": "elsewhere", "query": "x" });
    app.post("/v1/filters/import", &query)
        .await
        .expect_problem(422, "invalid");
}
