//! Lists of addresses that must not be written to: every bad line is said, nothing is taken in part unless that was asked for.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release};

async fn import(app: &TestApp, query: &str, text: &str) -> Answer {
    let ask = app.ask(Method::POST, &format!("/v1/suppressions/import{query}"));
    ask.header("content-type", "text/csv")
        .bytes(text)
        .send()
        .await
}

async fn suppressed(app: &TestApp) -> Vec<String> {
    let list = app.get("/v1/suppressions").await.expect(200);
    let rows = list["suppressions"].as_array().unwrap().iter();
    let mut rows: Vec<String> = rows
        .map(|row| {
            format!(
                "{} {}",
                row["address"].as_str().unwrap(),
                row["reason"].as_str().unwrap()
            )
        })
        .collect();
    rows.sort();
    rows
}

const BAD: &str = "reason,address\n\
    complained,ana@reader.example\n\
    ,bo@reader.example\n\
    bounced,cy@@reader\n\
    wrote as dee@reader.example,Dee@reader.example\n\
    too,many,fields\n\
    again,ANA@reader.example\n";

#[tokio::test]
async fn every_bad_line_is_said_with_its_mend_and_nothing_is_taken() {
    let app = TestApp::start().await;

    let problem = import(&app, "", BAD).await.expect_problem(422, "bad-lines");

    let errors: Vec<(u64, &str)> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            assert!(!error["mend"].as_str().unwrap().is_empty(), "{error}");
            (
                error["line"].as_u64().unwrap(),
                error["column"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        errors,
        [(3, "reason"), (4, "address"), (5, "reason"), (6, "")]
    );
    assert!(suppressed(&app).await.is_empty());
}

#[tokio::test]
async fn good_lines_are_taken_where_that_was_asked_for_and_once() {
    let app = TestApp::start().await;
    app.reader("Ana@reader.example").await;

    let tried = import(&app, "?dry_run=true", BAD).await.expect(200);
    let nobody = suppressed(&app).await;
    let taken = import(&app, "?partial=true", BAD).await.expect(200);
    let again = import(&app, "?partial=true", BAD).await.expect(200);
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!((&tried["good"], &tried["added"]), (&json!(1), &json!(0)));
    assert!(nobody.is_empty());
    assert_eq!(
        (
            &taken["lines"],
            &taken["good"],
            &taken["added"],
            &taken["known"]
        ),
        (&json!(6), &json!(1), &json!(1), &json!(0))
    );
    assert_eq!(taken["doubled"], json!([{ "line": 7, "same_as": 2 }]));
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(1)));
    assert_eq!(suppressed(&app).await, ["ana@reader.example complained"]);
    assert_eq!(
        app.smtp.count(),
        0,
        "it is checked at the moment of sending"
    );
    let acts = app.get("/v1/audit").await.expect(200);
    let act = acts["acts"].as_array().unwrap().iter();
    let act: Vec<&Value> = act.filter(|act| act["act"] == "suppress.import").collect();
    assert_eq!(act.len(), 1, "{acts}");
    assert_eq!(act[0]["subject"], "1 addresses");
}

#[tokio::test]
async fn header_that_cannot_be_used_says_why() {
    let app = TestApp::start().await;
    for (text, part) in [
        ("", "the file is empty"),
        ("address\nana@reader.example\n", "lacks `reason`"),
        ("email,reason\nana@reader.example,x\n", "no column `email`"),
        ("address;reason\n", "separated by `;`"),
    ] {
        let problem = import(&app, "", text)
            .await
            .expect_problem(422, "bad-lines");
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(part), "{detail}");
    }
}

#[tokio::test]
async fn only_operators_import() {
    let app = TestApp::start().await;
    let other = app
        .token(&["subscriptions:write", "bounces:write"], &[])
        .await;
    let ask = app.ask(Method::POST, "/v1/suppressions/import");

    let answer = ask
        .with_token(&other)
        .bytes("address,reason\n")
        .send()
        .await;

    answer.expect_problem(403, "forbidden");
}
