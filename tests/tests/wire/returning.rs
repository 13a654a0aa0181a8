//! The listener to which a relay brings mail that came back: LMTP and SMTP, and what strangers may try there.

use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tests::{DEADLINE, TestApp, release};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn listening(app: &TestApp) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(app.app.take_returns(listener));
    address
}

/// Says everything at once, as PIPELINING allows; gives all that was answered until the other side hung up.
async fn say(to: SocketAddr, said: &str) -> String {
    let talk = async {
        let mut stream = TcpStream::connect(to).await.unwrap();
        // A listener that has heard enough closes before all of it is said.
        let _ = stream.write_all(said.as_bytes()).await;
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
        String::from_utf8(heard).unwrap()
    };
    tokio::time::timeout(DEADLINE, talk).await.unwrap()
}

/// The codes of the last lines of replies.
fn codes(heard: &str) -> Vec<&str> {
    let last = heard.lines().filter(|line| line.as_bytes()[3] == b' ');
    last.map(|line| &line[..3]).collect()
}

/// Tells one reader; gives where mail about that comes back.
async fn told(app: &TestApp, reader: &str) -> String {
    app.reader(reader).await;
    app.submit(&release(&format!("Acme tells {reader}"))).await;
    app.settle().await;
    let ledger = app.ledger().await;
    let last = ledger.last().unwrap();
    let store = &app.app.store;
    let alert = store.alert_stands(&last.alert).await.unwrap().unwrap();
    let endpoint = store.endpoint_by_public_id(&last.endpoint).await.unwrap();
    let key = store.link_key().await.unwrap();
    format!("{}@wire.example", key.verp(alert.id, endpoint.unwrap().id))
}

/// As qmail bounces, with a line that begins with a dot.
fn mail(to: &str) -> String {
    format!(
        "MAIL FROM:<>\r\nRCPT TO:<{to}>\r\nDATA\r\nFrom: MAILER-DAEMON@mx.reader.example\r\n\r\n\
         ..no mailbox here by that name (#5.1.1)\r\n.\r\n"
    )
}

async fn suppressed(app: &TestApp) -> usize {
    let list: Value = app.get("/v1/suppressions").await.expect(200);
    list["suppressions"].as_array().unwrap().len()
}

#[tokio::test]
async fn relay_brings_mail_by_lmtp_and_by_smtp() {
    let app = TestApp::start().await;
    let listener = listening(&app).await;

    for (hello, reader) in [
        ("LHLO mx", "ana@reader.example"),
        ("EHLO mx", "bo@reader.example"),
    ] {
        let path = told(&app, reader).await.to_uppercase();
        let heard = say(listener, &format!("{hello}\r\n{}QUIT\r\n", mail(&path))).await;

        let expect = ["220", "250", "250", "250", "354", "250", "221"];
        assert_eq!(codes(&heard), expect, "{heard}");
        assert!(heard.contains("250 2.0.0 suppressed"), "{heard}");
        let row = app.app.store.suppression(reader).await.unwrap();
        assert_eq!(row.unwrap().reason, "bounced: 5.1.1");
    }
}

#[tokio::test]
async fn nobody_is_suppressed_by_a_stranger() {
    let app = TestApp::start().await;
    let listener = listening(&app).await;
    let path = told(&app, "ana@reader.example").await;
    let forged = path.replacen("b+0", "b+1", 1);

    let to_forged = say(listener, &format!("LHLO x\r\n{}QUIT\r\n", mail(&forged))).await;
    let to_complaints = say(
        listener,
        &format!("LHLO x\r\n{}QUIT\r\n", mail("complaints@wire.example")),
    )
    .await;

    let codes_of_forged = codes(&to_forged);
    assert_eq!(codes_of_forged[..5], ["220", "250", "250", "550", "503"]);
    assert!(!to_forged.contains("suppressed"), "{to_forged}");
    assert!(
        to_complaints.contains("names no return path"),
        "{to_complaints}"
    );
    assert_eq!(suppressed(&app).await, 0);
}

#[tokio::test]
async fn nonsense_is_bounded_and_the_listener_lives_on() {
    let app = TestApp::start().await;
    let listener = listening(&app).await;
    let path = told(&app, "ana@reader.example").await;

    let endless_line = say(listener, &"x".repeat(100_000)).await;
    let mistakes = say(listener, &"XYZ\r\n".repeat(1000)).await;
    let begin = format!("LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<{path}>\r\nDATA\r\n");
    let too_long = say(listener, &format!("{begin}{}", "x".repeat(11 << 20))).await;
    let mut gone = TcpStream::connect(listener).await.unwrap();
    gone.write_all(begin.as_bytes()).await.unwrap();
    drop(gone);
    // Twelve conversations were more than enough; so many at once are too many.
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(TcpStream::connect(listener).await.unwrap());
    }
    let busy = say(listener, "").await;
    drop(silent);

    assert!(endless_line.len() < 100, "{endless_line}");
    assert!(
        mistakes.ends_with("421 4.7.0 too many mistakes\r\n"),
        "{mistakes}"
    );
    assert!(!too_long.contains("250 2.0.0"), "{too_long}");
    assert!(busy.starts_with("421 4.3.2"), "{busy}");
    assert_eq!(suppressed(&app).await, 0);
    let said = format!("LHLO mx\r\n{}QUIT\r\n", mail(&path));
    let lives = async {
        while !say(listener, &said).await.contains("250 2.0.0 suppressed") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, lives).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_written_down_stays_with_the_relay() {
    let app = TestApp::start().await;
    let listener = listening(&app).await;
    let path = told(&app, "ana@reader.example").await;
    app.app.store.close().await;

    let heard = say(listener, &format!("LHLO mx\r\n{}QUIT\r\n", mail(&path))).await;

    assert!(heard.contains("\r\n451 4.3.0"), "{heard}");
    assert_eq!(json!(codes(&heard)).as_array().unwrap().len(), 7);
}
