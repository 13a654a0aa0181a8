//! What has changed since somebody spoke about a text, word by word.

use super::{Seat, person, sign_in};
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release};

/// A release of an agency's that awaits an editor: its id, and the agency's token.
async fn awaiting(app: &TestApp) -> (String, String) {
    app.ask(Method::PATCH, "/v1/issuers/acme")
        .json(&json!({ "review": "always" }))
        .send()
        .await
        .expect(200);
    person(app, "ed@wire.example", &["editor"], &[]).await;
    let write = ["releases:write", "releases:read"];
    let agency = app.token(&write, &["acme"]).await;
    let ask = app.ask(Method::POST, "/v1/releases").with_token(&agency);
    let made = ask.json(&release("Acme opens")).send().await.expect(202);
    (made["id"].as_str().unwrap().to_owned(), agency)
}

async fn change(app: &TestApp, agency: &str, id: &str, people: &str) {
    let mut text = release("Acme opens");
    let body = text["body"].as_str().unwrap().replace("120", people);
    text["body"] = json!(body);
    let ask = app.ask(Method::PUT, &format!("/v1/releases/{id}"));
    ask.with_token(agency).json(&text).send().await.expect(200);
}

async fn review(seat: &Seat<'_>, id: &str) -> Answer {
    let page = seat.get(&format!("/desk/releases/{id}/review")).await;
    page.expect(200);
    page
}

const GONE: &str = "<del><span class=\"sr\">[gone: </span>120<span class=\"sr\">] </span></del>";

fn came(word: &str) -> String {
    format!("<ins><span class=\"sr\">[new: </span>{word}<span class=\"sr\">] </span></ins>")
}

#[tokio::test]
async fn editor_sees_what_changed_since_the_query_word_by_word() {
    let app = TestApp::start().await;
    let (id, agency) = awaiting(&app).await;
    let ed = sign_in(&app, "ed@wire.example").await;
    assert!(!review(&ed, &id).await.text.contains("What has changed"));
    let say = [("act", "query"), ("note", "How many people?")];
    ed.post(&format!("/desk/releases/{id}/review"), &say)
        .await
        .expect(303);
    assert!(!review(&ed, &id).await.text.contains("What has changed"));

    change(&app, &agency, &id, "125").await;
    change(&app, &agency, &id, "130").await;

    let page = review(&ed, &id).await.text;
    assert!(page.contains("since ed asked about it"), "{page}");
    assert!(
        page.contains(&format!("It employs *{GONE}{}* people", came("130"))),
        "{page}"
    );
    assert!(!page.contains("125"), "nobody spoke about that text");
    app.settle().await;
}

#[tokio::test]
async fn editor_sees_what_changed_since_it_was_first_submitted_or_approved() {
    let app = TestApp::start().await;
    let (id, agency) = awaiting(&app).await;
    let ed = sign_in(&app, "ed@wire.example").await;

    change(&app, &agency, &id, "<b>130</b>").await;

    let page = review(&ed, &id).await.text;
    assert!(page.contains("submitted it"), "{page}");
    assert!(page.contains(GONE) && page.contains("&lt;b"), "{page}");
    let hash = super::value_of(&page, "content_hash");
    let say = [("act", "approve"), ("content_hash", &*hash)];
    app.ask(Method::PATCH, "/v1/issuers/acme")
        .json(&json!({ "approval": "required" }))
        .send()
        .await
        .expect(200);
    change(&app, &agency, &id, "140").await;
    // Of a text that was read and has changed, the approval does not hold.
    ed.post(&format!("/desk/releases/{id}/review"), &say)
        .await
        .expect(409);
    let hash = super::value_of(&review(&ed, &id).await.text, "content_hash");
    let say = [("act", "approve"), ("content_hash", &*hash)];
    ed.post(&format!("/desk/releases/{id}/review"), &say)
        .await
        .expect(303);
    change(&app, &agency, &id, "150").await;
    let page = review(&ed, &id).await.text;
    assert!(page.contains("since ed approved it"), "{page}");
    assert!(
        page.contains(&format!(
            "140<span class=\"sr\">] </span></del>{}",
            came("150")
        )),
        "{page}"
    );
    app.settle().await;
}

#[tokio::test]
async fn texts_that_were_read_are_shown_to_those_who_see_the_release() {
    let app = TestApp::start().await;
    app.add_issuer("beta", "Beta plc").await;
    let (id, agency) = awaiting(&app).await;
    let other = app.token(&["releases:read"], &["beta"]).await;
    change(&app, &agency, &id, "130").await;
    let history = app
        .get(&format!("/v1/releases/{id}/history"))
        .await
        .expect(200);
    let first = &history["events"][0];
    assert_eq!(first["act"], "submitted");
    let path = format!(
        "/v1/releases/{id}/texts/{}",
        first["content_hash"].as_str().unwrap()
    );
    let get =
        async |token: &str, path: &str| app.ask(Method::GET, path).with_token(token).send().await;

    let text = get(&agency, &path).await.expect(200);
    let body: &Value = &text["content"]["body"];
    assert!(body.to_string().contains("*120*"), "{text}");
    get(&other, &path).await.expect_problem(404, "not-found");
    for unknown in ["0ld", "%FF"] {
        let path = format!("/v1/releases/{id}/texts/{unknown}");
        get(&agency, &path).await.expect_problem(404, "not-found");
    }
    app.settle().await;
}
