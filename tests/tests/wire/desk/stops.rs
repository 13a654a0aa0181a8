//! Hold, cancel and reschedule over the desk: asked first, and answered truly.

use super::{person, sign_in};
use std::time::Duration;
use tests::{TestApp, release_at};

async fn state(app: &TestApp, id: &str) -> String {
    let shown = app.get(&format!("/v1/releases/{id}")).await.expect(200);
    shown["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn orders_are_asked_first_and_a_look_changes_nothing() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let release = app.submit(&release_at("Plans", &app.time_in(60))).await;
    let id = release["id"].as_str().unwrap();

    for order in ["hold", "cancel", "reschedule"] {
        let asked = ana.get(&format!("/desk/releases/{id}/{order}")).await;
        asked.expect(200);
        assert!(asked.text.contains("Leave it as it is"), "{order}");
        assert_eq!(state(&app, id).await, "scheduled");
    }
    ana.get(&format!("/desk/releases/{id}/explode"))
        .await
        .expect(404);

    let held = ana.post(&format!("/desk/releases/{id}/hold"), &[]).await;
    assert!(held.header("location").ends_with("?done=held"));
    assert_eq!(state(&app, id).await, "held");
    let to = [
        ("clear_at", "2026-12-01T05:00"),
        ("zone", "America/New_York"),
    ];
    ana.post(&format!("/desk/releases/{id}/reschedule"), &to)
        .await
        .expect(303);
    assert_eq!(state(&app, id).await, "scheduled");
    let page = ana
        .get(&format!("/desk/releases/{id}?done=rescheduled"))
        .await;
    assert!(
        page.text
            .contains("Tue, Dec 1, 2026, 10:00 UTC (UTC+00:00)"),
        "{}",
        page.text
    );
    ana.post(&format!("/desk/releases/{id}/cancel"), &[])
        .await
        .expect(303);
    assert_eq!(state(&app, id).await, "cancelled");
}

#[tokio::test]
async fn too_late_says_when_it_cleared_and_how_many_were_told() {
    let app = TestApp::start().await;
    app.reader("reader@news.example").await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let release = app.submit(&release_at("Gone", &app.time_in(60))).await;
    let id = release["id"].as_str().unwrap();
    app.advance(Duration::from_secs(60));
    app.settle().await;

    for order in ["hold", "cancel", "reschedule"] {
        let fields = [("clear_at", "2027-01-01T09:00"), ("zone", "UTC")];
        let late = ana
            .post(&format!("/desk/releases/{id}/{order}"), &fields)
            .await;
        late.expect(409);
        assert!(
            late.text.contains(&format!(
                "It cleared at {}, and 1 had been told by now",
                app.time_in(0)
            )),
            "{}",
            late.text
        );
    }
    assert_eq!(state(&app, id).await, "cleared");
}

#[tokio::test]
async fn local_time_that_happens_twice_comes_back_with_both() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let ana = sign_in(&app, "ana@acme.example").await;
    let release = app.submit(&release_at("Plans", &app.time_in(60))).await;
    let path = format!(
        "/desk/releases/{}/reschedule",
        release["id"].as_str().unwrap()
    );
    let to = [
        ("clear_at", "2027-11-07T01:30"),
        ("zone", "America/New_York"),
    ];

    let asked = ana.post(&path, &to).await;

    asked.expect(422);
    for words in [
        "2027-11-07T01:30:00-04:00",
        "2027-11-07T01:30:00-05:00",
        "value=\"2027-11-07T01:30\"",
    ] {
        assert!(asked.text.contains(words), "{words}: {}", asked.text);
    }
    let answered = ana.post(&path, &[to[0], to[1], ("offset", "-05:00")]).await;
    answered.expect(303);
}
