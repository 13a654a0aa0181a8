//! Forms that no page of this session made are refused.

use super::{encoded, led_to, person, release_fields, sign_in};
use http::Method;
use serde_json::json;
use tests::{TestApp, release_at};

#[tokio::test]
async fn order_without_the_sessions_own_token_is_refused() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    person(&app, "ben@acme.example", &["submitter"], &["acme"]).await;
    let (ana, ben) = (
        sign_in(&app, "ana@acme.example").await,
        sign_in(&app, "ben@acme.example").await,
    );
    let release = app.submit(&release_at("Plans", &app.time_in(60))).await;
    let id = release["id"].as_str().unwrap();
    let of_ben = ben.token().await;

    for order in ["hold", "cancel", "reschedule", "proof", "edition", "review"] {
        let path = format!("/desk/releases/{id}/{order}");
        for token in ["", "AAAAAAAAAAAAAAAAAAAAAA", of_ben.as_str()] {
            ana.post_as_is(&path, &[("form", token)], &[])
                .await
                .expect(403);
        }
        ana.post_as_is(&path, &[], &[]).await.expect(403);
    }
    for path in [
        "/desk/sign-out",
        "/desk/zone",
        "/desk/together",
        "/desk/lint",
    ] {
        ana.post_as_is(path, &[("form", &of_ben)], &[])
            .await
            .expect(403);
    }

    assert_eq!(
        app.get(&format!("/v1/releases/{id}")).await.json()["state"],
        "scheduled"
    );
    ana.get("/desk").await.expect(200);
    app.leave_unfinished();
}

#[tokio::test]
async fn form_that_another_site_sends_is_refused_even_with_the_token() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let release = app.submit(&release_at("Plans", &app.time_in(60))).await;
    let path = format!("/desk/releases/{}/hold", release["id"].as_str().unwrap());
    let token = ana.token().await;

    for header in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        ana.post_as_is(&path, &[("form", &token)], &[header])
            .await
            .expect(403);
    }
    let door = app
        .ask(Method::POST, "/desk/sign-in")
        .without_token()
        .header("origin", "https://evil.example");
    door.bytes(encoded(&[("email", "ana@acme.example")]))
        .send()
        .await
        .expect(403);
    let own = [
        ("origin", "https://news.wire.example"),
        ("sec-fetch-site", "same-origin"),
    ];
    ana.post_as_is(&path, &[("form", &token)], &own)
        .await
        .expect(303);
}

#[tokio::test]
async fn text_typed_in_an_ended_session_comes_back_and_is_not_stored() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let mut fields = release_fields("Acme keeps what was typed");
    fields.extend([("form", "of-another-session"), ("act", "submit")]);

    let answer = ana.post_as_is("/desk/releases/new", &fields, &[]).await;

    answer.expect(403);
    assert!(answer.text.contains("Acme keeps what was typed"));
    assert!(answer.text.contains("opened a plant in Austin"));
    assert_eq!(app.get("/v1/releases").await.json()["releases"], json!([]));
}

#[tokio::test]
async fn button_pressed_twice_makes_one_release() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let key = super::value_of(&ana.get("/desk/releases/new").await.text, "key");
    let mut fields = release_fields("Acme opens a plant");
    fields.extend([("key", key.as_str()), ("act", "submit")]);

    let first = ana.post("/desk/releases/new", &fields).await;
    let second = ana.post("/desk/releases/new", &fields).await;

    assert_eq!(led_to(&first), led_to(&second));
    assert_eq!(
        app.get("/v1/releases").await.json()["releases"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    app.settle().await;
}

#[tokio::test]
async fn releases_of_another_issuer_answer_like_those_that_never_existed() {
    let app = TestApp::start().await;
    app.add_issuer("rival", "Rival Corp.").await;
    person(
        &app,
        "eve@rival.example",
        &["submitter", "approver"],
        &["rival"],
    )
    .await;
    let eve = sign_in(&app, "eve@rival.example").await;
    let release = app
        .submit(&release_at("Plans of Acme", &app.time_in(60)))
        .await;
    let id = release["id"].as_str().unwrap();

    for rest in [
        "",
        "/edit",
        "/preview",
        "/review",
        "/hold",
        "/cancel",
        "/reschedule",
    ] {
        let foreign = eve.get(&format!("/desk/releases/{id}{rest}")).await;
        let none = eve
            .get(&format!("/desk/releases/rel_00000000000000{rest}"))
            .await;
        foreign.expect(404);
        assert_eq!(foreign.text, none.text, "{rest}");
    }
    for order in [
        "edit",
        "hold",
        "cancel",
        "reschedule",
        "proof",
        "edition",
        "review",
    ] {
        let fields = [
            ("act", "approve"),
            ("clear_at", "2027-01-01T09:00"),
            ("zone", "UTC"),
            ("hours", "1"),
        ];
        eve.post(&format!("/desk/releases/{id}/{order}"), &fields)
            .await
            .expect(404);
    }
    for page in ["/desk", "/desk/queue", "/desk/calendar?month=2026-12"] {
        let answer = eve.get(page).await;
        answer.expect(200);
        assert!(
            !answer.text.contains("Plans of Acme") && !answer.text.contains(id),
            "{page}"
        );
    }
    let speaking_for_acme = eve
        .post(
            "/desk/releases/new",
            &[release_fields("Forged"), vec![("act", "submit")]].concat(),
        )
        .await;
    speaking_for_acme.expect(422);
    assert!(
        speaking_for_acme
            .text
            .contains("you may not speak for `acme`")
    );
    assert_eq!(
        app.get(&format!("/v1/releases/{id}")).await.json()["state"],
        "scheduled"
    );
    app.leave_unfinished();
}
