//! Imports: every bad line is said, nothing is taken in part unless that was asked for.

use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Answer, TestApp, release};

async fn import(app: &TestApp, query: &str, text: &str) -> Answer {
    let ask = app.ask(Method::POST, &format!("/v1/subscriptions/import{query}"));
    ask.header("content-type", "text/csv")
        .bytes(text)
        .send()
        .await
}

async fn count(app: &TestApp) -> usize {
    let list = app.get("/v1/subscriptions?limit=500").await.expect(200);
    list["subscriptions"].as_array().unwrap().len()
}

#[tokio::test]
async fn evidence_of_consent_activates_and_all_others_are_asked() {
    let app = TestApp::start().await;
    let text = "\u{feff}filter,email,name,languages,extent,consent\r\n\
        everything,ana@reader.example,\"All, of it\",\"de, en\",link,form 2026-03-02\r\n\
        everything,ben@reader.example,,,,\r\n";

    let done = import(&app, "", text).await.expect(200);
    app.settle().await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;

    assert_eq!(
        (&done["added"], &done["active"], &done["asked"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let ana = app.the_mail_to("ana@reader.example");
    assert_eq!(ana.header("Subject"), "Acme opens");
    assert!(ana.text.contains("All, of it"), "{}", ana.text);
    let ben = app.the_mail_to("ben@reader.example");
    assert!(ben.header("Subject").starts_with("Confirm"));
}

#[tokio::test]
async fn every_bad_line_is_reported_and_nothing_is_taken() {
    let app = TestApp::start().await;
    let text = "email,webhook,owner,filter,languages,extent\n\
        ana@reader.example,,,everything,,\n\
        ana@@reader,,,topic:minig,,\n\
        ,https://user:pw@hook.example/,dev@reader.example,everything,,\n\
        ben@reader.example,,,everything,klingonese language,half\n\
        too,few\n\
        ,,,everything,,\n";

    let problem = import(&app, "", text)
        .await
        .expect_problem(422, "bad-lines");

    let errors: Vec<(u64, String)> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            assert!(!error["mend"].as_str().unwrap().is_empty(), "{error}");
            (
                error["line"].as_u64().unwrap(),
                error["column"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected = [
        (3, "filter"),
        (3, "email"),
        (4, "webhook"),
        (5, "languages"),
        (5, "languages"),
        (5, "extent"),
        (6, ""),
        (7, "email"),
    ];
    let expected: Vec<(u64, String)> = expected
        .iter()
        .map(|(line, column)| (*line, (*column).to_owned()))
        .collect();
    assert_eq!(errors, expected);
    assert_eq!(count(&app).await, 0);
}

#[tokio::test]
async fn lines_are_counted_alike_whatever_ends_them() {
    let app = TestApp::start().await;
    let text = "email,filter\nana@reader.example,everything\nbad,everything\n";

    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let problem = import(&app, "", &text)
            .await
            .expect_problem(422, "bad-lines");
        assert_eq!(problem["errors"][0]["line"], 3, "{text:?}");
    }
}

#[tokio::test]
async fn good_lines_are_taken_only_where_that_was_asked_for() {
    let app = TestApp::start().await;
    let text = "email,filter,consent\nana@reader.example,everything,x\nbad,everything,x\n";

    let dry = import(&app, "?partial=true&dry_run=true", text)
        .await
        .expect(200);
    let after_dry = count(&app).await;
    let done = import(&app, "?partial=true", text).await.expect(200);

    assert_eq!((&dry["good"], &dry["added"]), (&json!(1), &json!(0)));
    assert_eq!(dry["errors"][0]["line"], 3);
    assert_eq!(after_dry, 0);
    assert_eq!(
        (&done["added"], &done["errors"][0]["value"]),
        (&json!(1), &json!("bad"))
    );
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn doubles_in_the_file_and_in_the_store_are_told() {
    let app = TestApp::start().await;
    let text = "email,filter,consent\nana@reader.example,a AND b,x\nANA@reader.example,a b,x\n";

    let first = import(&app, "", text).await.expect(200);
    let second = import(&app, "", text).await.expect(200);

    assert_eq!(first["doubled"], json!([{ "line": 3, "same_as": 2 }]));
    assert_eq!(
        (&first["added"], &second["added"], &second["known"]),
        (&json!(1), &json!(0), &json!(1))
    );
    assert_eq!(count(&app).await, 1);
}

#[tokio::test]
async fn readers_are_asked_one_after_the_other() {
    let app = TestApp::start_with(&["signup.import_mails_per_minute=60"]).await;
    let lines: String = (0..5)
        .map(|n| format!("r{n}@reader.example,everything\n"))
        .collect();

    let done = import(&app, "", &format!("email,filter\n{lines}"))
        .await
        .expect(200);
    let mut counts = Vec::new();
    for _ in 0..8 {
        app.settle().await;
        counts.push(app.smtp.count());
        app.advance(Duration::from_secs(1));
    }

    assert_eq!(done["asked"], 5);
    assert!(
        counts[0] <= 1 && counts.windows(2).all(|pair| pair[1] - pair[0] <= 1),
        "{counts:?}"
    );
    assert_eq!(counts[7], 5, "{counts:?}");
    assert_eq!(app.status().await.oldest_due_ms, None);
}

#[tokio::test]
async fn only_an_operator_brings_consent() {
    let app = TestApp::start().await;
    let token = app.token(&["subscriptions:write"], &[]).await;
    let ask = app
        .ask(Method::POST, "/v1/subscriptions/import")
        .with_token(&token);

    let answer = ask
        .bytes("email,filter,consent\nana@reader.example,everything,said so\n")
        .send()
        .await;

    let problem = answer.expect_problem(422, "bad-lines");
    assert_eq!(problem["errors"][0]["column"], "consent");
}

#[tokio::test]
async fn files_in_other_forms_say_what_to_do() {
    let app = TestApp::start().await;
    let check = async |bytes: &[u8], part: &str| {
        let ask = app
            .ask(Method::POST, "/v1/subscriptions/import")
            .bytes(bytes);
        let problem: Value = ask.send().await.expect_problem(422, "bad-lines");
        assert!(problem["errors"].to_string().contains(part), "{problem}");
    };

    check(
        b"email;filter\na@b.example;everything\n",
        "separate by commas",
    )
    .await;
    check(
        b"email,filter,name\na@b.example,everything,M\xfcller\n",
        "UTF-8",
    )
    .await;
    check(b"a@b.example,everything\n", "no header").await;
    check(b"", "empty").await;
    check(
        b"email,filter\n\"a@b.example\r\nBcc: x@y.example\",everything\n",
        "control character",
    )
    .await;
}
