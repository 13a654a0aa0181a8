//! Signing in and out; what opens without it: nothing.

use super::{ask_for_link, cookie_of, encoded, mailed_link, person, press, sign_in};
use http::Method;
use release::capability::Capability;
use std::time::Duration;
use tests::TestApp;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn mailed_link_shows_a_button_that_opens_the_desk() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    ask_for_link(&app, "ANA@acme.example").await.expect(200);
    let link = mailed_link(&app, "ana@acme.example", 1).await;

    // A scanner that follows the link uses nothing up.
    let looked = app.ask(Method::GET, &link).without_token().send().await;
    looked.expect(200);
    assert!(looked.text.contains("<button"), "{}", looked.text);
    assert_eq!(looked.header("set-cookie"), "");
    let opened = press(&app, &link).await;

    opened.expect(303);
    assert_eq!(opened.header("location"), "/desk");
    let cookie = opened.header("set-cookie");
    assert!(cookie.starts_with("__Host-dateline=dls_"), "{cookie}");
    for part in [
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Lax",
        "; Secure",
        "; Max-Age=43200",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let desk = app
        .ask(Method::GET, "/desk")
        .without_token()
        .header("cookie", cookie_of(&opened))
        .send()
        .await;
    desk.expect(200);
    assert!(desk.text.contains("ana"));
}

#[tokio::test]
async fn link_that_was_used_has_expired_or_is_another_kind_opens_nothing() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    ask_for_link(&app, "ana@acme.example").await.expect(200);
    let link = mailed_link(&app, "ana@acme.example", 1).await;
    press(&app, &link).await.expect(303);

    let used = press(&app, &link).await;
    used.expect(410);
    assert!(used.text.contains("used before"), "{}", used.text);
    assert_eq!(used.header("set-cookie"), "");

    ask_for_link(&app, "ana@acme.example").await.expect(200);
    let late = mailed_link(&app, "ana@acme.example", 2).await;
    app.advance(Duration::from_secs(15 * 60));
    press(&app, &late).await.expect(410);

    let key = app.app.store.link_key().await.unwrap();
    let confirm = key.sign(&Capability::Proof {
        release_id: 1,
        expires_ms: i64::MAX,
    });
    press(&app, &format!("/desk/sign-in/{confirm}"))
        .await
        .expect(404);
    press(&app, &link[..link.len() - 1]).await.expect(404);
    press(&app, "/desk/sign-in/nonsense").await.expect(404);
}

#[tokio::test]
async fn unknown_address_gets_the_same_answer_and_no_mail() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;

    let known = ask_for_link(&app, "ana@acme.example").await;
    mailed_link(&app, "ana@acme.example", 1).await;
    let unknown = ask_for_link(&app, "eve@acme.example").await;
    app.settle().await;

    assert_eq!(known.status, unknown.status);
    assert_eq!(known.text, unknown.text);
    assert_eq!(known.headers, unknown.headers);
    assert_eq!(app.smtp.mails().len(), 1);
    let malformed = ask_for_link(&app, "<script>alert(1)</script>").await;
    malformed.expect(422);
    assert!(
        !malformed.text.contains("<script>alert"),
        "{}",
        malformed.text
    );
    assert!(
        malformed.text.contains("&lt;script&gt;alert(1)"),
        "it keeps what was typed"
    );
}

#[tokio::test]
async fn a_mailbox_is_not_flooded_with_links() {
    let app = TestApp::start().await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;

    for nth in 1..=5 {
        ask_for_link(&app, "ana@acme.example").await.expect(200);
        mailed_link(&app, "ana@acme.example", nth).await;
    }
    ask_for_link(&app, "ana@acme.example").await.expect(200);
    for _ in 0..20 {
        tokio::task::yield_now().await;
        app.settle().await;
    }

    assert_eq!(app.mails_to("ana@acme.example").len(), 5);
}

#[tokio::test]
async fn without_a_session_every_page_leads_to_the_door_and_nothing_is_done() {
    let app = TestApp::start().await;
    let release = app
        .submit(&tests::release_at("Secret plans", &app.time_in(60)))
        .await;
    let id = release["id"].as_str().unwrap();

    for path in [
        "",
        "/releases/new",
        "/import",
        "/queue",
        "/calendar",
        "/releases/rel_nothing",
    ] {
        let answer = app
            .ask(Method::GET, &format!("/desk{path}"))
            .without_token()
            .send()
            .await;
        answer.expect(303);
        assert!(
            answer
                .header("location")
                .starts_with("/desk/sign-in?to=%2Fdesk"),
            "{path}"
        );
    }
    for rest in [
        "",
        "/edit",
        "/preview",
        "/review",
        "/hold",
        "/cancel",
        "/reschedule",
    ] {
        let path = format!("/desk/releases/{id}{rest}");
        let looked = app
            .ask(Method::GET, &path)
            .without_token()
            .header("cookie", "__Host-dateline=dls_wrong")
            .send()
            .await;
        looked.expect(303);
        assert!(!looked.text.contains("Secret"), "{path}");
        let posted = app
            .ask(Method::POST, &path)
            .without_token()
            .header("content-type", FORM)
            .bytes("act=submit")
            .send()
            .await;
        assert!(
            [401, 405].contains(&posted.status.as_u16()),
            "{path}: {}",
            posted.status
        );
    }
    // A token of the API is no cookie of the desk.
    let token = app.app.local_token.clone();
    let cookie = format!("__Host-dateline={token}");
    let answer = app
        .ask(Method::GET, "/desk")
        .without_token()
        .header("cookie", cookie)
        .send()
        .await;
    answer.expect(303);
    assert_eq!(
        app.get(&format!("/v1/releases/{id}")).await.json()["state"],
        "scheduled"
    );
    app.leave_unfinished();
}

#[tokio::test]
async fn door_leads_back_to_the_page_that_was_wanted_and_to_no_other_site() {
    let app = TestApp::start().await;
    person(&app, "ed@wire.example", &["editor"], &[]).await;
    let check = async |wanted: &str, nth: usize, expect: &str| {
        let query = encoded(&[("to", wanted)]);
        let door = app
            .ask(Method::GET, &format!("/desk/sign-in?{query}"))
            .without_token()
            .send()
            .await;
        ask_for_link(&app, "ed@wire.example").await.expect(200);
        let link = mailed_link(&app, "ed@wire.example", nth).await;
        let opened = app
            .ask(Method::POST, &link)
            .without_token()
            .header("cookie", cookie_of(&door))
            .send()
            .await;
        opened.expect(303);
        assert_eq!(opened.header("location"), expect, "{wanted}");
    };

    check(
        "/desk/calendar?month=2026-12",
        1,
        "/desk/calendar?month=2026-12",
    )
    .await;
    check("https://evil.example/desk", 2, "/desk").await;
    check("//evil.example/desk", 3, "/desk").await;
    check("/releases", 4, "/desk").await;
}

#[tokio::test]
async fn session_ends_by_signing_out_by_time_and_with_its_person() {
    let app = TestApp::start().await;
    let ana = person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    person(&app, "ben@acme.example", &["submitter"], &["acme"]).await;
    let (out, removed) = (
        sign_in(&app, "ben@acme.example").await,
        sign_in(&app, "ana@acme.example").await,
    );

    let answer = out.post("/desk/sign-out", &[]).await;
    answer.expect(303);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    out.get("/desk").await.expect(303);

    removed.get("/desk").await.expect(200);
    app.ask(Method::DELETE, &format!("/v1/people/{ana}"))
        .send()
        .await
        .expect(204);
    removed.get("/desk").await.expect(303);

    let late = sign_in(&app, "ben@acme.example").await;
    app.advance(Duration::from_secs(12 * 3600));
    late.get("/desk").await.expect(303);
}

#[tokio::test]
async fn pages_of_the_desk_are_kept_nowhere_and_framed_by_nobody() {
    let app = TestApp::start().await;
    person(&app, "ed@wire.example", &["editor"], &[]).await;
    let seat = sign_in(&app, "ed@wire.example").await;
    let door = app
        .ask(Method::GET, "/desk/sign-in")
        .without_token()
        .send()
        .await;

    for answer in [
        door,
        seat.get("/desk").await,
        seat.get("/desk/releases/rel_x").await,
        seat.get("/desk/import").await,
    ] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert!(answer.header("x-robots-tag").contains("noindex"));
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(
            !answer.text.contains("<style") && !answer.text.contains(" style="),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn client_may_ask_for_so_many_links_an_hour_and_keeps_what_it_typed() {
    let set = ["signup.per_client_hour=2", "http.trusted_proxies=127.0.0.1"];
    let app = TestApp::start_with(&set).await;
    person(&app, "ana@acme.example", &["submitter"], &["acme"]).await;
    let send = async |client: &str, email: &str| {
        let ask = app.ask(Method::POST, "/desk/sign-in").without_token();
        let ask = ask.header("content-type", FORM);
        let ask = ask.header("x-forwarded-for", client);
        ask.bytes(encoded(&[("email", email)])).send().await
    };

    send("192.0.2.1", "guess@acme.example").await.expect(200);
    // What is no address counts too.
    send("192.0.2.1", "guess").await.expect(422);
    app.advance(Duration::from_secs(600));
    let refused = send("192.0.2.1", "ana@acme.example").await;
    let other = send("192.0.2.2", "ana@acme.example").await;
    app.advance(Duration::from_secs(3000));
    let later = send("192.0.2.1", "ana@acme.example").await;

    refused.expect(429);
    assert_eq!(refused.header("retry-after"), "3001");
    assert!(
        refused.text.contains("value=\"ana@acme.example\""),
        "{}",
        refused.text
    );
    assert!(
        refused.text.contains("Try again in 50 min"),
        "{}",
        refused.text
    );
    other.expect(200);
    later.expect(200);
    mailed_link(&app, "ana@acme.example", 2).await;
    assert_eq!(app.mails_to("ana@acme.example").len(), 2);
}
