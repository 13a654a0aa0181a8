//! Hold, cancel and reschedule, before the clear time and too late.

use serde_json::{Value, json};
use std::time::Duration;
use tests::{Answer, TestApp, release_at};

async fn order(app: &TestApp, release: &Value, order: &str, body: &Value) -> Answer {
    let id = release["id"].as_str().unwrap();
    app.post(&format!("/v1/releases/{id}/{order}"), body).await
}

async fn state(app: &TestApp, release: &Value) -> Value {
    let id = release["id"].as_str().unwrap();
    app.get(&format!("/v1/releases/{id}")).await.expect(200)["state"].clone()
}

async fn pass_a_minute(app: &TestApp) {
    app.advance(Duration::from_secs(60));
    app.settle().await;
}

#[tokio::test]
async fn cancelled_release_never_leaves() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let release = app.submit(&release_at("Never", &app.time_in(60))).await;

    let cancelled = order(&app, &release, "cancel", &json!({}))
        .await
        .expect(200);
    pass_a_minute(&app).await;

    assert_eq!(
        (&cancelled["told"], &cancelled["state"]),
        (&json!(0), &json!("cancelled"))
    );
    assert_eq!(app.http.count(), 0);
    let id = release["id"].as_str().unwrap();
    app.get(&format!("/releases/{id}")).await.expect(404);
    order(&app, &release, "cancel", &json!({}))
        .await
        .expect_problem(409, "conflict");
    let again = order(
        &app,
        &release,
        "reschedule",
        &json!({ "clear_at": app.time_in(60) }),
    )
    .await;
    again.expect_problem(409, "conflict");
}

#[tokio::test]
async fn held_release_leaves_only_after_it_is_rescheduled() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let release = app.submit(&release_at("Later", &app.time_in(60))).await;

    let held = order(&app, &release, "hold", &json!({})).await.expect(200);
    pass_a_minute(&app).await;

    assert_eq!((&held["told"], &held["state"]), (&json!(0), &json!("held")));
    assert_eq!(app.http.count(), 0);

    let moved = order(
        &app,
        &release,
        "reschedule",
        &json!({ "clear_at": app.time_in(60) }),
    )
    .await;
    moved.expect(200);
    app.settle().await;
    assert_eq!(app.http.count(), 0);
    pass_a_minute(&app).await;
    assert_eq!(app.http.count(), 1);
    assert_eq!(state(&app, &release).await, "cleared");
}

#[tokio::test]
async fn rescheduled_release_leaves_at_its_new_time_only() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let release = app.submit(&release_at("Later", &app.time_in(60))).await;

    let to = json!({ "clear_at": app.time_in(120) });
    let moved = order(&app, &release, "reschedule", &to).await.expect(200);
    pass_a_minute(&app).await;

    assert_eq!(moved["clear_at"], app.time_in(60));
    assert_eq!(app.http.count(), 0);
    pass_a_minute(&app).await;
    assert_eq!(app.http.count(), 1);
}

#[tokio::test]
async fn after_the_clear_time_every_order_says_when_it_cleared_and_who_was_told() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    app.reader("ana@reader.example").await;
    let release = app.submit(&release_at("Gone", &app.time_in(60))).await;
    pass_a_minute(&app).await;

    for name in ["hold", "cancel", "reschedule"] {
        let body = match name {
            "reschedule" => json!({ "clear_at": app.time_in(60) }),
            _ => json!({}),
        };
        let problem = order(&app, &release, name, &body)
            .await
            .expect_problem(409, "already-cleared");
        assert_eq!(problem["cleared_at"], app.time_in(0), "{name}");
        assert_eq!(problem["told"], 2, "{name}");
    }
    assert_eq!(state(&app, &release).await, "cleared");
}

async fn look(app: &TestApp, times: usize) {
    for _ in 0..times {
        app.status().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancel_racing_the_clear_time_wins_or_loses_whole() {
    let app = TestApp::start().await;
    app.hook("/ok/ana").await;
    let (mut stopped, mut cleared) = (0, 0);

    for round in 0..60 {
        let release = app
            .submit(&release_at(&format!("Race {round}"), &app.time_in(1)))
            .await;
        app.advance(Duration::from_secs(1));
        let before = app.http.count();
        // Reads before the one or the other, so that the cancel comes before, during and after the clearing.
        let reads = |more: bool| if more { round / 2 % 4 } else { 0 };
        let sweeping = async {
            look(&app, reads(round % 2 == 0)).await;
            app.app.sweep.step().await
        };
        let cancelling = async {
            look(&app, reads(round % 2 == 1)).await;
            order(&app, &release, "cancel", &json!({})).await
        };
        let (swept, answer) = tokio::join!(sweeping, cancelling);
        swept.unwrap();
        app.settle().await;

        let told = app.http.count() - before;
        match answer.status.as_u16() {
            200 => {
                stopped += 1;
                assert_eq!(answer.json()["told"], 0);
                assert_eq!((told, state(&app, &release).await), (0, json!("cancelled")));
            }
            _ => {
                cleared += 1;
                answer.expect_problem(409, "already-cleared");
                assert_eq!((told, state(&app, &release).await), (1, json!("cleared")));
            }
        }
    }

    println!("{stopped} cancelled, {cleared} cleared");
    assert!(
        stopped > 0 && cleared > 0,
        "a race that one side always wins tests nothing"
    );
    assert_eq!(app.http.count(), cleared);
}
