//! The same on the page that a mailed link opens.

use super::{ANA, get, hook_at, hook_of, pass};
use tests::{TestApp, refusing, release};

/// The path of the page of the only webhook, as mailed.
async fn page_of(app: &TestApp) -> String {
    let asked = [("address", ANA)];
    app.send_form("/alerts/manage", &asked).await.expect(200);
    app.settle().await;
    let letters = app.mails_to(ANA);
    letters.last().unwrap().link("/alerts/preferences/")
}

/// The first link of a page that holds this.
fn link(page: &str, part: &str) -> String {
    let found = page.split('"').find(|link| link.contains(part));
    found.expect("the page has the link").to_owned()
}

async fn press(app: &TestApp, path: &str, act: &str) -> String {
    let answer = app.send_form(path, &[("act", act)]).await;
    answer.expect(303);
    answer.header("location").to_owned()
}

#[tokio::test]
async fn attempts_are_shown_and_what_a_receiver_says_is_text() {
    let app = TestApp::start().await;
    let words = "<script>alert(1)</script> & so on";
    hook_at(&app, &refusing(words.into()).await, ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let path = page_of(&app).await;

    let page = app.page(&path).await.text;
    let one = app.page(&link(&page, "/delivery/")).await.text;

    assert!(
        one.contains("Acme opens") && one.contains("On its way"),
        "{one}"
    );
    assert!(
        one.contains("<strong>answered 500 Internal Server Error</strong>, after "),
        "{one}"
    );
    assert!(
        one.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on"),
        "{one}"
    );
    assert!(!one.contains("<script>alert"), "{one}");
    assert!(!one.contains("Send again"), "it is on its way: {one}");
    app.leave_unfinished();
}

#[tokio::test]
async fn owner_sends_again_one_and_all_that_failed() {
    let app = TestApp::start().await;
    hook_of(&app, "/flaky/4/ana", ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    for seconds in [10, 60, 600] {
        pass(&app, seconds).await;
    }
    let path = page_of(&app).await;
    let page = app.page(&path).await.text;
    assert!(page.contains("Send all failed again"), "{page}");

    let all = press(&app, &path, "failed-again").await;
    // A receiver that said 503 is left alone for some seconds.
    pass(&app, 10).await;
    let nothing = press(&app, &path, "failed-again").await;
    let page = app.page(&path).await.text;
    let delivery = link(&page, "/delivery/");
    let one = app.send_form(&delivery, &[]).await;
    app.settle().await;

    assert!(all.ends_with("done=failed-again"), "{all}");
    assert!(nothing.ends_with("done=nothing"), "{nothing}");
    assert!(!page.contains("Send all failed again"), "{page}");
    one.expect(303);
    assert!(one.header("location").ends_with("done=again"));
    assert_eq!(app.http.count(), 6);
    let shown = app.page(&delivery).await.text;
    assert!(shown.contains("Delivered"), "{shown}");
    assert_eq!(shown.matches("answered ").count(), 6, "{shown}");
}

#[tokio::test]
async fn owner_lets_it_finish_and_pauses() {
    let app = TestApp::start().await;
    hook_of(&app, "/flaky/1/ana", ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    let path = page_of(&app).await;

    press(&app, &path, "drain").await;
    let page = app.page(&path).await.text;
    app.submit(&release("Acme hires")).await;
    pass(&app, 10).await;
    press(&app, &path, "resume-all").await;

    assert!(page.contains("what was due by then still leaves"), "{page}");
    assert!(page.contains("Pause at once"), "{page}");
    assert_eq!(app.http.count(), 2);
}

#[tokio::test]
async fn token_is_shown_once_and_revoked_where_it_was_made() {
    let app = TestApp::start().await;
    let id = hook_of(&app, "/ok/ana", ANA).await;
    let path = page_of(&app).await;

    let fields = [("act", "make-token"), ("name", "the <b>bot</b>")];
    let made = app.send_form(&path, &fields).await;
    made.expect(200);
    let token = made.text.split("<code>").nth(1).unwrap();
    let token = token.split('<').next().unwrap().to_owned();
    let own = format!("/v1/endpoints/{id}");
    get(&app, &token, &own).await.expect(200);
    let page = app.page(&path).await.text;
    let public_id = page
        .split('"')
        .find(|part| part.starts_with("tok_"))
        .unwrap();
    let revoke = [("act", "revoke-token"), ("token", public_id)];
    app.send_form(&path, &revoke).await.expect(303);

    assert!(page.contains("the &lt;b&gt;bot&lt;/b&gt;"), "{page}");
    assert!(!page.contains(&token));
    get(&app, &token, &own)
        .await
        .expect_problem(401, "unauthorised");
    assert!(!app.page(&path).await.text.contains("tok_"));
}

#[tokio::test]
async fn nobody_revokes_anothers_token_or_has_too_many() {
    let app = TestApp::start().await;
    hook_of(&app, "/ok/ana", ANA).await;
    let operators = app.get("/v1/tokens").await.expect(200);
    app.token(&["releases:read"], &[]).await;
    let other = app.get("/v1/tokens").await.expect(200)["tokens"][0]["id"].clone();
    let path = page_of(&app).await;

    let revoke = [("act", "revoke-token"), ("token", other.as_str().unwrap())];
    let revoked = app.send_form(&path, &revoke).await;
    for _ in 0..20 {
        app.send_form(&path, &[("act", "make-token")])
            .await
            .expect(200);
    }
    let many = app.send_form(&path, &[("act", "make-token")]).await;

    assert_eq!(operators["tokens"].as_array().map(Vec::len), Some(0));
    assert!(revoked.header("location").ends_with("done=nothing"));
    many.expect(303);
    assert!(many.header("location").ends_with("done=many-tokens"));
    let tokens = app.get("/v1/tokens").await.expect(200);
    assert_eq!(tokens["tokens"][0]["revoked_at"], serde_json::Value::Null);
}

/// A delivery of somebody else is not found by the link of one's own page.
#[tokio::test]
async fn link_opens_ones_own_deliveries_only() {
    let app = TestApp::start().await;
    let own = hook_of(&app, "/ok/ana", ANA).await;
    app.submit(&release("Acme opens")).await;
    app.settle().await;
    app.ask(http::Method::PATCH, &format!("/v1/endpoints/{own}"))
        .json(&serde_json::json!({ "state": "paused" }))
        .send()
        .await
        .expect(200);
    hook_of(&app, "/ok/bo", "bo@reader.example").await;
    app.submit(&release("Acme hires")).await;
    app.settle().await;
    let path = page_of(&app).await;
    let alert = app.ledger().await.last().unwrap().alert.clone();

    let foreign = app.page(&format!("{path}/delivery/{alert}")).await;
    let sent = app
        .send_form(&format!("{path}/delivery/{alert}"), &[])
        .await;

    foreign.expect(404);
    sent.expect(404);
}
