//! Proof links: they show the release before it clears, to whoever has them, and die with it.

use super::{person, sign_in};
use http::Method;
use release::capability::Capability;
use serde_json::json;
use std::time::Duration;
use tests::{Answer, TestApp, release_at};

async fn open(app: &TestApp, path: &str) -> Answer {
    app.ask(Method::GET, path).without_token().send().await
}

async fn link_of(app: &TestApp, id: &str) -> String {
    let made = app
        .post(&format!("/v1/releases/{id}/proof"), &json!({ "hours": 2 }))
        .await
        .expect(200);
    let url = made["url"].as_str().unwrap();
    url[url.find("/proof/").unwrap()..].to_owned()
}

#[tokio::test]
async fn proof_shows_the_page_and_the_mail_until_it_expires() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let release = app
        .submit(&release_at("Secret plans", &app.time_in(86_400)))
        .await;
    let id = release["id"].as_str().unwrap();

    let made = ana
        .post(&format!("/desk/releases/{id}/proof"), &[("hours", "24")])
        .await;
    made.expect(200);
    let url = made
        .text
        .split("value=\"https://news.wire.example")
        .find_map(|rest| {
            rest.split('"')
                .next()
                .filter(|url| url.starts_with("/proof/"))
        });
    let link = url.unwrap().to_owned();
    let proof = open(&app, &link).await;

    proof.expect(200);
    for words in [
        "Proof: not released",
        "Secret plans",
        "The mail as plain text",
        "Wed, Dec 2, 2026, 09:00 UTC (UTC+00:00)",
        "SOURCE Acme Robotics, Inc.",
    ] {
        assert!(proof.text.contains(words), "{words}: {}", proof.text);
    }
    assert_eq!(proof.header("cache-control"), "no-store");
    assert!(proof.header("x-robots-tag").contains("noindex"));
    assert!(!proof.header("content-security-policy").contains("unsafe"));
    open(&app, &format!("/releases/{id}")).await.expect(404);

    app.advance(Duration::from_secs(86_400 - 1));
    open(&app, &link).await.expect(200);
    app.advance(Duration::from_secs(1));
    let expired = open(&app, &link).await;
    expired.expect(410);
    assert!(!expired.text.contains("Secret"), "{}", expired.text);
    app.settle().await;
}

#[tokio::test]
async fn proof_dies_with_its_release_and_gives_way_to_the_page() {
    let app = TestApp::start().await;
    let cancelled = app.submit(&release_at("Never", &app.time_in(60))).await;
    let cleared = app.submit(&release_at("Soon", &app.time_in(60))).await;
    let refused = app.submit(&release_at("Not so", &app.time_in(60))).await;
    let id = |release: &serde_json::Value| release["id"].as_str().unwrap().to_owned();
    let [of_cancelled, of_cleared, of_refused] = [
        link_of(&app, &id(&cancelled)).await,
        link_of(&app, &id(&cleared)).await,
        link_of(&app, &id(&refused)).await,
    ];

    app.post(
        &format!("/v1/releases/{}/cancel", id(&cancelled)),
        &json!({}),
    )
    .await
    .expect(200);
    app.post(
        &format!("/v1/releases/{}/refuse", id(&refused)),
        &json!({ "note": "no" }),
    )
    .await
    .expect(200);
    app.advance(Duration::from_secs(60));
    app.settle().await;

    for link in [of_cancelled, of_refused] {
        let gone = open(&app, &link).await;
        gone.expect(410);
        assert!(
            !gone.text.contains("Never") && !gone.text.contains("Not so"),
            "{}",
            gone.text
        );
    }
    let moved = open(&app, &of_cleared).await;
    moved.expect(303);
    assert_eq!(
        moved.header("location"),
        format!("/releases/{}", id(&cleared))
    );
}

#[tokio::test]
async fn link_that_was_changed_or_is_for_something_else_shows_nothing() {
    let app = TestApp::start().await;
    let release = app
        .submit(&release_at("Secret plans", &app.time_in(60)))
        .await;
    let link = link_of(&app, release["id"].as_str().unwrap()).await;
    let key = app.app.store.link_key().await.unwrap();

    for path in [
        link[..link.len() - 1].to_owned(),
        format!("{link}A"),
        format!("/proof/{}", key.sign(&Capability::SignIn { sign_in: 1 })),
        "/proof/x".to_owned(),
    ] {
        let answer = open(&app, &path).await;
        answer.expect(404);
        assert!(!answer.text.contains("Secret"));
    }
    let other = key.sign(&Capability::Proof {
        release_id: 4711,
        expires_ms: i64::MAX,
    });
    open(&app, &format!("/proof/{other}")).await.expect(404);
    app.leave_unfinished();
}

#[tokio::test]
async fn hostile_text_is_framed_and_runs_nothing() {
    let app = TestApp::start().await;
    let mut release = release_at("</iframe><script>alert(1)</script>\"'", &app.time_in(60));
    release["body"] = json!(
        "<script>alert(2)</script><style>body{display:none}</style><p onclick=\"alert(3)\">Text</p>"
    );
    release["body_format"] = json!("html");
    let release = app.submit(&release).await;

    let proof = open(&app, &link_of(&app, release["id"].as_str().unwrap()).await).await;

    proof.expect(200);
    for bad in [
        "<script>",
        "</iframe><script",
        "alert(2)",
        "onclick",
        "body{display:none}",
    ] {
        assert!(!proof.text.contains(bad), "{bad}: {}", proof.text);
    }
    let frames: Vec<&str> = proof
        .text
        .match_indices("<iframe")
        .map(|(at, _)| &proof.text[at..at + 20])
        .collect();
    assert_eq!(frames, ["<iframe sandbox=\"\" s"; 2]);
    assert!(!proof.text.contains("<form"), "a proof is for looking");
    app.leave_unfinished();
}
