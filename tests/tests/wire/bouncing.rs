//! Mail that comes back: what follows from it, and that nobody can make it up.

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, release};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

const ANA: &str = "Ana.Bell@reader.example";

/// A report by RFC 3464.
fn report(to: &str, action: &str, status: &str, said: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.reader.example\r\nTo: {to}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.reader.example\r\n\r\n\
         Final-Recipient: rfc822; {ANA}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n\r\n\
         --b--\r\n"
    )
}

/// A complaint by RFC 5965 about the mail that was sent from this address.
fn complaint(from: &str) -> String {
    format!(
        "From: <feedback@mailbox.example>\r\nTo: <complaints@wire.example>\r\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: Box/1\r\nVersion: 1\r\n\
         Original-Mail-From: <{from}>\r\n\r\n--b--\r\n"
    )
}

/// Tells the only reader of a release; gives where mail about that comes back.
async fn told(app: &TestApp, headline: &str) -> (Value, String) {
    let accepted = app.submit(&release(headline)).await;
    app.settle().await;
    let ledger = app.ledger().await;
    let last = ledger.last().unwrap();
    let store = &app.app.store;
    let alert = store.alert_stands(&last.alert).await.unwrap().unwrap();
    let endpoint = store.endpoint_by_public_id(&last.endpoint).await.unwrap();
    let key = store.link_key().await.unwrap();
    let local = key.verp(alert.id, endpoint.unwrap().id);
    (accepted, format!("{local}@wire.example"))
}

async fn bring(app: &TestApp, query: &str, message: &str) -> Answer {
    let ask = app.ask(Method::POST, &format!("/v1/bounces{query}"));
    ask.header("content-type", "message/rfc822")
        .bytes(message)
        .send()
        .await
}

async fn suppressed(app: &TestApp) -> Value {
    app.get("/v1/suppressions").await.expect(200)["suppressions"].clone()
}

#[tokio::test]
async fn hard_bounce_suppresses_the_address_and_is_told_of() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let (first, path) = told(&app, "Acme opens").await;
    let said = format!("550 5.1.1 <{ANA}> is unknown");
    let message = report(&path, "failed", "5.1.1", &said);

    let taken = bring(&app, "", &message).await.expect(200);
    let again = bring(&app, "", &message).await.expect(200);
    let (second, _) = told(&app, "Acme opens again").await;

    assert_eq!(
        (&taken["kind"], &taken["status"], &taken["followed"]),
        (&json!("hard"), &json!("5.1.1"), &json!("suppressed"))
    );
    assert_eq!(again["followed"], "nothing", "the same report came twice");
    assert_eq!(suppressed(&app).await[0]["reason"], "bounced: 5.1.1");
    assert_eq!(app.smtp.count(), 1, "nothing more is sent");
    assert_eq!(app.report(&second).await["suppressed"], 1);
    let id = first["id"].as_str().unwrap();
    let shown = app.get(&format!("/v1/releases/{id}/report")).await;
    let shown = shown.expect(200);
    assert_eq!(
        shown["bounces"],
        json!({ "hard": 1, "soft": 0, "complaints": 0 })
    );
    assert_eq!(shown["report"]["delivered"], 1, "a relay had taken it");
    assert_eq!(
        app.get("/v1/status").await.expect(200)["bounces"]["hard"],
        1
    );
    let of = taken["delivery"].as_str().unwrap();
    let trace = app.get(&format!("/v1/trace?of={of}")).await.expect(200);
    let last = trace["events"].as_array().unwrap().last().unwrap();
    assert_eq!(last["what"], "bounced");
    assert_eq!(
        last["detail"],
        "hard, 5.1.1: 550 5.1.1 <A***@reader.example> is unknown"
    );
}

#[tokio::test]
async fn third_soft_bounce_pauses_until_the_reader_goes_on() {
    let app = TestApp::start().await;
    let subscription = app.reader(ANA).await;
    let endpoint = subscription["endpoint"].as_str().unwrap();
    let mut followed = Vec::new();
    for headline in ["Acme opens", "Acme grows", "Acme moves"] {
        let (_, path) = told(&app, headline).await;
        let late = report(&path, "delayed", "4.4.1", "no answer");
        let full = report(&path, "failed", "5.2.2", "mailbox full");
        for message in [late, full] {
            let taken = bring(&app, "", &message).await.expect(200);
            followed.push(taken["followed"].as_str().unwrap().to_owned());
        }
    }

    let expect = [
        "nothing", "counted", "nothing", "counted", "nothing", "paused",
    ];
    assert_eq!(followed, expect);
    app.submit(&release("Acme waits")).await;
    app.settle().await;
    assert_eq!(app.smtp.count(), 3);
    let path = format!("/v1/endpoints/{endpoint}");
    let shown = app.get(&path).await.expect(200);
    assert_eq!(shown["state"], "paused");
    let active = app
        .ask(Method::PATCH, &path)
        .json(&json!({ "state": "active" }));
    active.send().await.expect(200);
    app.submit(&release("Acme is back")).await;
    app.settle().await;
    assert_eq!(app.smtp.count(), 4);
    assert_eq!(suppressed(&app).await, json!([]));
}

#[tokio::test]
async fn complaint_names_its_mail_itself() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let (_, path) = told(&app, "Acme opens").await;

    let query = "?recipient=complaints@wire.example";
    let taken = bring(&app, query, &complaint(&path)).await.expect(200);

    assert_eq!(
        (&taken["kind"], &taken["status"], &taken["followed"]),
        (&json!("complaint"), &Value::Null, &json!("suppressed"))
    );
    assert_eq!(suppressed(&app).await[0]["reason"], "complained");
}

/// The Message-ID of a delivery stands in reports for issuers: it is no proof.
#[tokio::test]
async fn what_nobody_signed_suppresses_nobody() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let (_, path) = told(&app, "Acme opens").await;
    let message_id = app.smtp.mails()[0].message_id.clone();
    let mut forged = path.clone().into_bytes();
    forged[9] = if forged[9] == b'0' { b'1' } else { b'0' };
    let forged = String::from_utf8(forged).unwrap();
    let only_id = format!("Message-ID: <{message_id}>\r\n");

    for to in [forged.as_str(), "alerts@wire.example"] {
        for prefix in ["", &only_id] {
            let message = format!("{prefix}{}", report(to, "failed", "5.1.1", &only_id));
            let query = format!("?recipient={}", to.replace('+', "%2B"));
            for query in ["", &query] {
                let problem = bring(&app, query, &message).await;
                let problem = problem.expect_problem(422, "invalid");
                assert_eq!(problem["pointer"], "/recipient");
            }
        }
    }
    assert_eq!(suppressed(&app).await, json!([]));
}

#[tokio::test]
async fn bounces_have_a_scope_of_their_own() {
    let app = TestApp::start().await;
    app.reader(ANA).await;
    let (_, path) = told(&app, "Acme opens").await;
    let relay = app.token(&["bounces:write"], &[]).await;
    let other = app
        .token(&["subscriptions:write", "releases:write"], &[])
        .await;
    let message = report(&path, "failed", "5.1.1", "");
    let bring = |token: &str| {
        let ask = app.ask(Method::POST, "/v1/bounces").with_token(token);
        ask.bytes(message.clone()).send()
    };

    bring(&other).await.expect_problem(403, "forbidden");
    bring(&relay).await.expect(200);
    let list = app.ask(Method::GET, "/v1/suppressions").with_token(&relay);
    list.send().await.expect_problem(403, "forbidden");
}

/// A relay that knows no recipient.
async fn strict_relay() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                stream.write_all(b"220 relay\r\n").await?;
                let mut line = String::new();
                while stream.read_line(&mut line).await? > 0 {
                    let reply: &[u8] = match line.get(..4) {
                        Some("RCPT") => b"550 5.1.1 no such user\r\n",
                        Some("DATA") => b"503 5.5.1 nobody to send it to\r\n",
                        _ => b"250 fine\r\n",
                    };
                    stream.write_all(reply).await?;
                    line.clear();
                }
                Ok::<_, std::io::Error>(())
            });
        }
    });
    format!("mail.relay=smtp://{address}")
}

#[tokio::test]
async fn mailbox_that_a_relay_does_not_know_bounces_at_once() {
    let relay = strict_relay().await;
    let app = TestApp::start_with(&[&relay]).await;
    app.reader(ANA).await;

    let (first, _) = told(&app, "Acme opens").await;
    let (second, _) = told(&app, "Acme opens again").await;

    assert_eq!(app.report(&first).await["dead"], 1);
    assert_eq!(app.report(&second).await["suppressed"], 1);
    assert_eq!(suppressed(&app).await[0]["reason"], "bounced: 5.1.1");
}

/// The sink refuses for reasons of its own: such mail is dead, and its reader none the worse.
#[tokio::test]
async fn mail_that_a_relay_refuses_for_another_reason_counts_against_nobody() {
    let app = TestApp::start().await;
    app.reader("refuse-550-ana@reader.example").await;

    let mut dead = 0;
    for headline in ["Acme opens", "Acme grows", "Acme moves", "Acme stays"] {
        let (accepted, _) = told(&app, headline).await;
        dead += app.report(&accepted).await["dead"].as_i64().unwrap();
    }

    assert_eq!(dead, 4);
    assert_eq!(suppressed(&app).await, json!([]));
}
