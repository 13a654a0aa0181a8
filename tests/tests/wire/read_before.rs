//! Changes that are bound to what was read: an ETag with each look, and If-Match with the change.

use crate::desk::{person, sign_in, value_of};
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release, release_at};

async fn put(app: &TestApp, token: &str, id: &str, tags: &[&str], release: &Value) -> Answer {
    let path = format!("/v1/releases/{id}");
    let ask = app.ask(Method::PUT, &path).with_token(token).json(release);
    let ask = tags
        .iter()
        .fold(ask, |ask, tag| ask.header("if-match", *tag));
    ask.send().await
}

async fn look(app: &TestApp, id: &str) -> Answer {
    let shown = app.get(&format!("/v1/releases/{id}")).await;
    shown.expect(200);
    shown
}

/// A release that clears in a minute: its id.
async fn underway(app: &TestApp) -> String {
    let made = app.submit(&text(app, "Acme opens")).await;
    made["id"].as_str().unwrap().to_owned()
}

fn text(app: &TestApp, headline: &str) -> Value {
    release_at(headline, &app.time_in(60))
}

/// A draft: its id.
async fn draft(app: &TestApp) -> String {
    let release = release("Acme opens");
    let made = app.post("/v1/releases?draft=true", &release).await;
    made.expect(201)["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn change_of_another_text_than_was_read_says_who_changed_it_and_when() {
    let app = TestApp::start().await;
    let mine = app.token(&["releases:write", "releases:read"], &[]).await;
    let id = underway(&app).await;
    let read = look(&app, &id).await;
    let tag = read.header("etag").to_owned();
    assert_eq!(
        tag,
        format!("\"{}\"", read.json()["content_hash"].as_str().unwrap())
    );
    person(&app, "ben@acme.example", &["submitter"], &["acme"]).await;
    let ben = sign_in(&app, "ben@acme.example").await;
    let session = ben.cookie.split('=').nth(1).unwrap();
    app.advance(std::time::Duration::from_secs(5));
    put(&app, session, &id, &[&tag], &text(&app, "Acme opens two"))
        .await
        .expect(200);
    app.advance(std::time::Duration::from_secs(5));

    let late = put(&app, &mine, &id, &[&tag], &text(&app, "Acme opens three")).await;

    let problem = late.expect_problem(412, "changed");
    let now = look(&app, &id).await;
    assert_eq!(now.json()["headline"], "Acme opens two");
    let by = problem["changed_by"].as_str().unwrap();
    assert!(by.starts_with("ben (per_"), "{by}");
    assert_eq!(problem["changed_at"], app.time_in(-5));
    assert_eq!(problem["etag"], now.header("etag"));
    let tags = ["\"0ld\", W/\"weak\"", now.header("etag")];
    let again = put(&app, &mine, &id, &tags, &text(&app, "Acme opens three")).await;
    again.expect(200);
    assert_eq!(again.header("etag"), look(&app, &id).await.header("etag"));
    app.leave_unfinished();
}

#[tokio::test]
async fn without_if_match_a_text_is_replaced_whatever_it_is() {
    let app = TestApp::start().await;
    let token = app.token(&["releases:write", "releases:read"], &[]).await;
    let id = underway(&app).await;

    put(&app, &token, &id, &[], &text(&app, "Acme opens two"))
        .await
        .expect(200);
    put(&app, &token, &id, &["*"], &text(&app, "Acme opens three"))
        .await
        .expect(200);

    assert_eq!(look(&app, &id).await.json()["headline"], "Acme opens three");
    let weak = format!("W/{}", look(&app, &id).await.header("etag"));
    let never = put(&app, &token, &id, &[&weak], &text(&app, "Acme opens four")).await;
    never.expect_problem(412, "changed");
    for bad in ["", "abc", "\"", "*, abc"] {
        let refused = put(&app, &token, &id, &[bad], &text(&app, "Acme opens four")).await;
        refused.expect_problem(400, "malformed");
    }
}

#[tokio::test]
async fn drafts_have_a_tag_of_their_own_and_lose_nothing_either() {
    let app = TestApp::start().await;
    let token = app.token(&["releases:write", "releases:read"], &[]).await;
    let id = draft(&app).await;
    let tag = look(&app, &id).await.header("etag").to_owned();
    assert!(tag.len() > 10, "{tag}");

    put(&app, &token, &id, &[&tag], &text(&app, "Acme opens two"))
        .await
        .expect(200);
    let late = put(&app, &token, &id, &[&tag], &text(&app, "Acme opens three")).await;

    late.expect_problem(412, "changed");
    assert_eq!(look(&app, &id).await.json()["headline"], "Acme opens two");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_changes_of_one_text_at_once_one_stands() {
    let app = TestApp::start().await;
    let token = app.token(&["releases:write", "releases:read"], &[]).await;
    let id = underway(&app).await;

    for n in 0..10 {
        let tag = look(&app, &id).await.header("etag").to_owned();
        let texts = [
            text(&app, &format!("Acme opens {n}")),
            text(&app, &format!("Acme closes {n}")),
        ];

        let tags = [tag.as_str()];
        let (one, other) = tokio::join!(
            put(&app, &token, &id, &tags, &texts[0]),
            put(&app, &token, &id, &tags, &texts[1])
        );

        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
    }
}

#[tokio::test]
async fn desk_shows_what_the_other_wrote_beside_what_was_typed() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let id = draft(&app).await;
    let path = format!("/desk/releases/{id}/edit");
    let read = value_of(&ana.get(&path).await.text, "read");
    put(
        &app,
        &app.app.local_token,
        &id,
        &[],
        &release("Theirs, on a mine"),
    )
    .await
    .expect(200);
    let mut fields = crate::desk::release_fields("Mine, on a plant");
    fields.extend([("read", &*read), ("act", "save")]);

    let late = ana.post(&path, &fields).await;

    late.expect(412);
    for words in [
        "an operator on the wire",
        "Theirs, on a mine",
        "value=\"Mine, on a plant\"",
        "What differs",
    ] {
        assert!(late.text.contains(words), "{words}: {}", late.text);
    }
    assert_eq!(
        look(&app, &id).await.json()["headline"],
        "Theirs, on a mine"
    );
    // Once seen, the same button overwrites it.
    let seen = value_of(&late.text, "read");
    fields.retain(|(name, _)| *name != "read");
    fields.push(("read", &*seen));
    ana.post(&path, &fields).await.expect(303);
    assert_eq!(look(&app, &id).await.json()["headline"], "Mine, on a plant");
}

#[tokio::test]
async fn draft_refused_at_the_desk_is_submitted_with_the_next_press() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let unready = json!({ "issuers": ["acme"] });
    let kept = app.post("/v1/releases?draft=true", &unready).await;
    let id = kept.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/desk/releases/{id}/edit");
    let read = value_of(&ana.get(&path).await.text, "read");
    let mut fields = crate::desk::release_fields("Acme opens");
    fields.retain(|(name, _)| *name != "body");
    fields.extend([("read", &*read), ("act", "submit")]);

    let refused = ana.post(&path, &fields).await;
    refused.expect(422);
    let read = value_of(&refused.text, "read");
    fields.retain(|(name, _)| *name != "read");
    fields.extend([
        ("read", &*read),
        ("body", "Acme Robotics today opened a plant."),
    ]);

    let done = ana.post(&path, &fields).await;
    assert_eq!(crate::desk::led_to(&done), id);
    app.settle().await;
    assert_eq!(look(&app, &id).await.json()["state"], "cleared");
}
