//! Signing up by oneself: done in a minute, and nobody else can do it for you, or learn whether you did.

use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{TestApp, release};

const ANA: &str = "ana@reader.example";

fn mining(headline: &str) -> Value {
    let mut release = release(headline);
    release["topics"] = json!(["mining"]);
    release
}

async fn ask_for_mining(app: &TestApp, address: &str) {
    let fields = [("topics", "mining"), ("address", address), ("step", "ask")];
    app.send_form("/alerts/new", &fields).await.expect(200);
    app.settle().await;
}

#[tokio::test]
async fn stranger_signs_up_confirms_and_gets_alerts() {
    let app = TestApp::start().await;

    let form = app.page("/alerts/new?topic=mining").await;
    assert!(
        form.text.contains("value=\"mining\" checked"),
        "{}",
        form.text
    );
    ask_for_mining(&app, ANA).await;
    app.submit(&mining("Acme digs in secret")).await;
    app.settle().await;
    let path = app.the_mail_to(ANA).link("/confirm/");
    let question = app.page(&path).await;
    app.send_form(&path, &[]).await.expect(200);
    app.submit(&mining("Acme digs")).await;
    app.submit(&release("Acme bakes")).await;
    app.settle().await;

    assert!(
        question.text.contains("a***@reader.example"),
        "{}",
        question.text
    );
    assert!(
        question.text.contains("Releases about Mining"),
        "{}",
        question.text
    );
    let subjects: Vec<String> = app
        .mails_to(ANA)
        .iter()
        .map(|letter| letter.header("Subject").to_owned())
        .collect();
    assert_eq!(subjects, ["Confirm your alerts from Dateline", "Acme digs"]);
}

#[tokio::test]
async fn what_a_page_asks_for_is_kept_with_its_consent() {
    let app = TestApp::start().await;
    ask_for_mining(&app, ANA).await;
    let path = app.the_mail_to(ANA).link("/confirm/");

    app.send_form(&path, &[]).await.expect(200);

    let list = app
        .get(&format!("/v1/endpoints?address={ANA}"))
        .await
        .expect(200);
    let id = list["endpoints"][0]["id"].as_str().unwrap();
    let held = app
        .get(&format!("/v1/endpoints/{id}/export"))
        .await
        .expect(200);
    assert_eq!(
        held["subscriptions"][0]["consent"],
        "form 2026-12-01T09:00:00.000Z; confirmed 2026-12-01T09:00:00.000Z"
    );
}

#[tokio::test]
async fn answer_is_the_same_whether_or_not_an_address_is_known() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let masked = |text: &str, address: &str| text.replace(address, "ADDRESS");

    for (path, fields) in [
        ("/alerts/new", vec![("words", "lithium"), ("step", "ask")]),
        ("/alerts/manage", vec![]),
    ] {
        let mut answers = Vec::new();
        for address in [ANA, "ben@reader.example"] {
            let mut fields = fields.clone();
            fields.push(("address", address));
            let answer = app.send_form(path, &fields).await;
            answer.expect(200);
            answers.push((masked(&answer.text, address), answer.headers.clone()));
        }
        assert_eq!(answers[0], answers[1], "{path}");
    }
    app.settle().await;
}

#[tokio::test]
async fn stranger_cannot_add_to_what_a_reader_gets() {
    let app = TestApp::start().await;
    app.subscribe(json!({ "filter": "topic:mining", "email": ANA, "languages": ["de"] }))
        .await;

    let fields = [
        ("rest", "everything"),
        ("address", ANA),
        ("reads", "fr"),
        ("extent", "link"),
        ("step", "ask"),
    ];
    app.send_form("/alerts/new", &fields).await.expect(200);
    app.settle().await;
    app.submit(&release("Acme bakes")).await;
    app.settle().await;

    assert_eq!(app.mails_to(ANA).len(), 1, "the question only");
    let list = app
        .get(&format!("/v1/endpoints?address={ANA}"))
        .await
        .expect(200);
    assert_eq!(list["endpoints"][0]["languages"], json!(["de"]));
    assert_eq!(list["endpoints"][0]["extent"], "full");
}

#[tokio::test]
async fn what_was_asked_for_after_the_mail_is_not_confirmed_by_itself() {
    let app = TestApp::start().await;
    ask_for_mining(&app, ANA).await;
    let path = app.the_mail_to(ANA).link("/confirm/");

    let more = [("rest", "everything"), ("address", ANA), ("step", "ask")];
    app.send_form("/alerts/new", &more).await.expect(200);
    app.settle().await;
    let question = app.page(&path).await;
    app.send_form(&path, &[]).await.expect(200);
    app.submit(&release("Acme bakes")).await;
    app.settle().await;

    assert_eq!(
        app.mails_to(ANA).len(),
        1,
        "no second mail so soon, no alert"
    );
    assert!(
        question.text.contains("tick it if it was you"),
        "{}",
        question.text
    );
}

#[tokio::test]
async fn what_is_not_ticked_is_dropped() {
    let app = TestApp::start().await;
    ask_for_mining(&app, ANA).await;
    let path = app.the_mail_to(ANA).link("/confirm/");
    let list = app.get("/v1/subscriptions").await.expect(200);
    let id = list["subscriptions"][0]["id"].as_str().unwrap().to_owned();

    app.send_form(&path, &[("shown", id.as_str())])
        .await
        .expect(200);

    let list = app.get("/v1/subscriptions").await.expect(200);
    assert_eq!(list["subscriptions"], json!([]));
}

#[tokio::test]
async fn address_is_asked_a_few_times_a_day_at_most() {
    let app = TestApp::start_with(&["signup.mails_per_day=2", "signup.mail_gap_s=60"]).await;
    let mut counts = Vec::new();

    for (wait_s, words) in [
        (0, "a"),
        (59, "b"),
        (1, "c"),
        (60, "d"),
        (80_000, "e"),
        (6400, "f"),
    ] {
        app.advance(Duration::from_secs(wait_s));
        let fields = [("words", words), ("address", ANA), ("step", "ask")];
        app.send_form("/alerts/new", &fields).await.expect(200);
        app.settle().await;
        counts.push(app.smtp.count());
    }

    assert_eq!(counts, [1, 1, 2, 2, 2, 3]);
}

#[tokio::test]
async fn client_may_send_so_many_forms_an_hour() {
    let set = ["signup.per_client_hour=2", "http.trusted_proxies=127.0.0.1"];
    let app = TestApp::start_with(&set).await;
    let send = async |client: &str| {
        let ask = app.ask(Method::POST, "/alerts/manage").without_token();
        let ask = ask
            .header("x-forwarded-for", client)
            .bytes("address=a%40b.example");
        ask.send().await.status.as_u16()
    };

    let one = [
        send("192.0.2.1").await,
        send("192.0.2.1").await,
        send("192.0.2.1").await,
    ];
    let other = send("192.0.2.2").await;
    app.advance(Duration::from_secs(3600));
    let later = send("192.0.2.1").await;

    assert_eq!((one, other, later), ([200, 200, 429], 200, 200));
}

#[tokio::test]
async fn nobody_chooses_their_own_address_without_a_trusted_proxy() {
    let app = TestApp::start_with(&["signup.per_client_hour=1"]).await;
    let send = async |client: &str| {
        let ask = app.ask(Method::POST, "/alerts/manage").without_token();
        let ask = ask
            .header("x-forwarded-for", client)
            .bytes("address=a%40b.example");
        ask.send().await.status.as_u16()
    };

    assert_eq!(
        (send("192.0.2.1").await, send("192.0.2.2").await),
        (200, 429)
    );
}

#[tokio::test]
async fn program_that_fills_in_the_hidden_field_changes_nothing() {
    let app = TestApp::start().await;

    let fields = [
        ("words", "lithium"),
        ("address", ANA),
        ("website", "https://x.example"),
        ("step", "ask"),
    ];
    app.send_form("/alerts/new", &fields).await.expect(200);
    app.settle().await;

    assert_eq!(app.smtp.count(), 0);
    assert_eq!(
        app.get("/v1/subscriptions").await.expect(200)["subscriptions"],
        json!([])
    );
}

#[tokio::test]
async fn form_of_another_site_changes_nothing() {
    let app = TestApp::start().await;
    ask_for_mining(&app, ANA).await;
    let confirm = app.the_mail_to(ANA).link("/confirm/");

    let fields = [
        ("words", "lithium"),
        ("address", "ben@reader.example"),
        ("step", "ask"),
    ];
    for path in [
        "/alerts/new",
        "/alerts/webhook",
        "/alerts/manage",
        confirm.as_str(),
    ] {
        app.send_form_from_elsewhere(path, &fields)
            .await
            .expect(403);
    }
    app.settle().await;

    assert_eq!(app.smtp.count(), 1);
    let list = app.get("/v1/subscriptions").await.expect(200);
    assert_eq!(list["subscriptions"][0]["endpoint_state"], "pending");
}

#[tokio::test]
async fn bad_forms_keep_what_was_typed_and_name_field_and_mend() {
    let app = TestApp::start().await;
    let check = async |fields: &[(&str, &str)], field: &str, part: &str| {
        let mut all = vec![("step", "ask")];
        all.extend(fields);
        let answer = app.send_form("/alerts/new", &all).await;
        answer.expect(422);
        assert!(
            answer.text.contains(&format!("href=\"#f-{field}\"")),
            "{fields:?}: {}",
            answer.text
        );
        assert!(
            answer.text.contains(&format!("id=\"e-{field}\"")),
            "{fields:?}: {}",
            answer.text
        );
        assert!(answer.text.contains(part), "{fields:?}: {}", answer.text);
        answer.text
    };

    let kept = check(
        &[("words", "lithium"), ("address", "ana@@x")],
        "address",
        "name@example.com",
    )
    .await;
    assert!(kept.contains("value=\"lithium\"") && kept.contains("value=\"ana@@x\""));
    check(&[("address", ANA)], "find", "Say what you want").await;
    check(&[("find", "minig"), ("address", ANA)], "find", "Mining").await;
    check(
        &[("topics", "no-such"), ("address", ANA)],
        "find",
        "no such topic",
    )
    .await;
    check(
        &[("sources", "Nobody Inc."), ("address", ANA)],
        "sources",
        "no such issuer",
    )
    .await;
    check(
        &[("words", "x"), ("places", "Atlantis"), ("address", ANA)],
        "places",
        "Atlantis",
    )
    .await;
    check(
        &[
            ("words", "x"),
            ("languages", "xx-123456789"),
            ("address", ANA),
        ],
        "languages",
        "xx-",
    )
    .await;
    check(
        &[
            ("words", "x"),
            ("reads", "english language"),
            ("address", ANA),
        ],
        "reads",
        "language",
    )
    .await;
    check(&[("rest", "(a AND"), ("address", ANA)], "rest", "(a AND").await;
    check(&[("rest", "NOT a"), ("address", ANA)], "rest", "absent").await;
    check(
        &[("rest", &"a ".repeat(5000)), ("address", ANA)],
        "rest",
        "at most",
    )
    .await;
    check(
        &[
            ("words", "x"),
            ("address", "a@b.example\r\nBcc: c@d.example"),
        ],
        "address",
        "control character",
    )
    .await;
    check(
        &[("words", "x"), ("address", "a@b\0.example")],
        "address",
        "control character",
    )
    .await;
    let many = "a@b.example,".repeat(1000);
    check(&[("words", "x"), ("address", &many)], "address", "before @").await;
    app.settle().await;
    assert_eq!(app.smtp.count(), 0);
}

#[tokio::test]
async fn names_of_issuers_with_commas_and_of_topics_are_taken_at_their_word() {
    let app = TestApp::start().await;

    let fields = [
        ("sources", "Acme Robotics, Inc."),
        ("find", "mining"),
        ("address", ANA),
        ("step", "ask"),
    ];
    let answer = app.send_form("/alerts/new", &fields).await;

    answer.expect(200);
    assert!(
        answer.text.contains("topic:mining AND source:acme"),
        "{}",
        answer.text
    );
    app.settle().await;
}

#[tokio::test]
async fn hostile_text_is_shown_as_text() {
    let app = TestApp::start().await;
    let script = "\"><script>alert(1)</script>";

    let query = "/alerts/new?filter=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let linked = app.page(query).await;
    let fields = [
        ("words", script),
        ("address", script),
        ("find", script),
        ("step", "ask"),
    ];
    let typed = app.send_form("/alerts/new", &fields).await;

    for page in [linked, typed] {
        assert!(!page.text.contains("<script>alert"), "{}", page.text);
    }
}

#[tokio::test]
async fn strangers_words_do_not_leave_in_our_mail() {
    let app = TestApp::start().await;

    let fields = [
        ("words", "buy at www.evil.example"),
        ("address", ANA),
        ("step", "ask"),
    ];
    app.send_form("/alerts/new", &fields).await.expect(200);
    app.settle().await;

    let letter = app.the_mail_to(ANA);
    assert!(!letter.raw.contains("evil"), "{}", letter.text);
}

#[tokio::test]
async fn homograph_domain_is_written_as_it_is() {
    let app = TestApp::start().await;

    let fields = [
        ("words", "x"),
        ("address", "ana@\u{440}aypal.example"),
        ("step", "ask"),
    ];
    let answer = app.send_form("/alerts/new", &fields).await;
    app.settle().await;

    answer.expect(200);
    assert!(
        answer.text.contains("ana@xn--aypal-uye.example"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn form_larger_than_any_form_is_refused() {
    let app = TestApp::start().await;

    let huge = "x".repeat(10 << 20);
    let answer = app.send_form("/alerts/new", &[("words", &huge)]).await;

    answer.expect(413);
}

#[tokio::test]
async fn what_is_not_out_yet_is_not_told_by_the_form() {
    let app = TestApp::start().await;
    let mut secret = mining("Acme will dig");
    secret["clear_at"] = json!(app.time_in(3600));
    let secret = app.submit(&secret).await;
    let out = app.submit(&mining("Acme digs")).await;
    app.settle().await;
    let form = async |release: &Value| {
        let id = release["id"].as_str().unwrap().to_owned();
        app.page(&format!("/alerts/new?release={id}")).await.text
    };

    assert!(form(&out).await.contains("value=\"mining\" checked"));
    assert!(!form(&secret).await.contains("value=\"mining\" checked"));
    app.leave_unfinished();
}
