//! Texts that try to become headers or commands.

use http::Method;
use serde_json::{Value, json};
use tests::{TestApp, release};

/// Ways to end a line, with a header after it.
const ATTEMPTS: [&str; 6] = [
    "x\r\nBcc: victim@evil.example",
    "x\nBcc: victim@evil.example",
    "x\rBcc: victim@evil.example",
    "x\r\n\r\n.\r\nMAIL FROM:<a@evil.example>\r\nRCPT TO:<victim@evil.example>",
    "x\u{0}Bcc: victim@evil.example",
    "x\u{2028}Bcc: victim@evil.example",
];

/// Every mail so far has the headers of an honest one, and went to whom it should.
fn check_mails(app: &TestApp, honest: &[String]) {
    for mail in app.smtp.mails() {
        assert_eq!(mail.from, "alerts@wire.example");
        assert_eq!(mail.recipient, "ana@reader.example");
    }
    for letter in app.mails_to("ana@reader.example") {
        assert_eq!(letter.header_names(), honest);
        let head = letter.raw.split("\r\n\r\n").next().unwrap();
        assert!(!head.contains("\nBcc"), "{head}");
    }
}

async fn honest_headers(app: &TestApp) -> Vec<String> {
    app.reader("ana@reader.example").await;
    app.submit(&release("An honest release")).await;
    app.settle().await;
    app.the_mail_to("ana@reader.example").header_names()
}

#[tokio::test]
async fn line_ends_in_a_release_are_refused_with_their_place() {
    let app = TestApp::start().await;
    let honest = honest_headers(&app).await;

    for attempt in ATTEMPTS {
        for pointer in [
            "/headline",
            "/subheadline",
            "/contacts/0/name",
            "/contacts/0/email",
            "/dateline/city",
        ] {
            let mut release = release("Acme opens");
            *release.pointer_mut(pointer).unwrap() = json!(attempt);
            let answer = app.post("/v1/releases", &release).await;
            answer.expect_problem(422, "findings");
            let findings = answer.findings();
            assert!(
                findings.iter().any(|f| f.ends_with(pointer)),
                "{attempt:?} {pointer} {findings:?}"
            );
        }
    }
    app.settle().await;

    assert_eq!(app.smtp.count(), 1);
    check_mails(&app, &honest);
}

#[tokio::test]
async fn hostile_bodies_and_summaries_stay_inside_the_message() {
    let app = TestApp::start().await;
    let honest = honest_headers(&app).await;
    let mut hostile = release("Acme opens =?utf-8?q?=0D=0ABcc:_victim=40evil.example?=");
    let end = "Text\n.\nMAIL FROM:<a@evil.example>\r\n.\r\nRCPT TO:<victim@evil.example>\r\nDATA\r\n..\r\n";
    hostile["body"] = json!(end);
    hostile["summary"] = json!("A\r\n.\r\nQUIT\r\nBcc: victim@evil.example");
    hostile["boilerplate"] = json!(end);

    app.submit(&hostile).await;
    app.settle().await;

    assert_eq!(app.smtp.count(), 2);
    check_mails(&app, &honest);
}

#[tokio::test]
async fn line_ends_in_a_subscription_are_refused() {
    let app = TestApp::start().await;
    let honest = honest_headers(&app).await;
    let before = app.get("/v1/subscriptions").await.text;

    for attempt in &ATTEMPTS[..5] {
        let hook = format!("{}{attempt}", app.http.url("/ok/"));
        let bad = [
            json!({ "filter": "everything", "email": "ana@reader.example", "name": attempt }),
            json!({ "filter": "everything", "email": format!("ana@reader.example{attempt}") }),
            json!({ "filter": "everything", "email": format!("{attempt}@reader.example") }),
            json!({ "filter": "everything", "webhook": hook, "owner": "ana@reader.example" }),
            json!({ "filter": "everything", "webhook": app.http.url("/ok/a"), "owner": format!("a@b.example{attempt}") }),
            json!({ "filter": "everything", "email": "ana@reader.example", "languages": [attempt] }),
        ];
        for mut subscription in bad {
            subscription["consent"] = json!("test");
            let answer = app.post("/v1/subscriptions", &subscription).await;
            assert_eq!(answer.status, 422, "{subscription}: {}", answer.text);
        }
    }
    assert_eq!(app.get("/v1/subscriptions").await.text, before);
    check_mails(&app, &honest);
}

#[tokio::test]
async fn line_ends_in_a_filter_are_refused_or_become_spaces() {
    let app = TestApp::start().await;
    let honest = honest_headers(&app).await;

    for attempt in ATTEMPTS {
        for filter in [
            format!("plant OR \"{attempt}\""),
            format!("plant OR {attempt}"),
        ] {
            let subscription =
                json!({ "filter": filter, "email": "ana@reader.example", "consent": "test" });
            let answer = app.post("/v1/subscriptions", &subscription).await;
            assert!(
                [200, 201, 422].contains(&answer.status.as_u16()),
                "{filter:?}: {}",
                answer.text
            );
        }
    }
    app.submit(&release("Acme opens a plant")).await;
    app.settle().await;

    check_mails(&app, &honest);
}

#[tokio::test]
async fn names_of_issuers_are_one_line() {
    let app = TestApp::start().await;

    for attempt in &ATTEMPTS[..5] {
        let issuer = json!({ "slug": "evil", "name": attempt });
        app.post("/v1/issuers", &issuer)
            .await
            .expect_problem(422, "invalid");
    }
}

#[tokio::test]
async fn hostile_request_ids_are_replaced_and_hostile_keys_are_refused() {
    let app = TestApp::start().await;
    let honest = honest_headers(&app).await;
    let values: [&[u8]; 4] = [
        b"a b; drop",
        b"\xff\xfe",
        "x".repeat(2000).leak().as_bytes(),
        b"<script>",
    ];

    for value in values {
        let ask = app
            .ask(Method::POST, "/v1/releases")
            .header("x-request-id", value);
        let answer = ask.json(&release("Acme opens")).send().await;
        answer.expect(202);
        let id = answer.header("x-request-id");
        assert!(id.starts_with("req_") && id.len() == 20, "{id}");
    }
    for key in [
        b"".as_slice(),
        b"\xff\xfe",
        "k".repeat(256).leak().as_bytes(),
    ] {
        let ask = app
            .ask(Method::POST, "/v1/releases")
            .header("idempotency-key", key);
        ask.json(&release("Acme opens"))
            .send()
            .await
            .expect_problem(400, "malformed");
    }
    app.settle().await;

    assert_eq!(app.smtp.count(), 5);
    check_mails(&app, &honest);
}

#[tokio::test]
async fn markup_of_a_release_is_harmless_on_its_page() {
    let app = TestApp::start().await;
    let mut hostile = release("<script>alert(1)</script> & \"quotes\"");
    hostile["body"] = json!(
        "<p onclick=\"x()\">Hi<script>alert(2)</script><img src=x onerror=alert(3)></p> [a](javascript:alert(4))"
    );
    hostile["contacts"][0]["name"] = json!("<b>Ana</b>");
    hostile["links"] =
        json!([{ "url": "https://acme.example/?a=\"><script>", "title": "<i>t</i>" }]);

    let accepted: Value = app.post("/v1/releases", &hostile).await.json();
    app.settle().await;

    if let Some(id) = accepted["id"].as_str() {
        let page = app.get(&format!("/releases/{id}")).await;
        page.expect(200);
        // The frame's own: one data block, one file.
        let text = page
            .text
            .replacen("<script type=\"application/ld+json\">", "", 1)
            .replacen("<script src=\"/assets/", "", 1);
        for bad in [
            "<script",
            "onclick",
            "onerror",
            "href=\"javascript:",
            "<b>Ana",
            "<i>t",
        ] {
            assert!(!text.contains(bad), "{bad}: {text}");
        }
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'none'")
        );
    }
}
