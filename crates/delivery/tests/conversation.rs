//! Our side of SMTP against relays that behave, misbehave, and lie.

#[path = "conversation/lies.rs"]
mod lies;
#[path = "conversation/opening.rs"]
mod opening;
#[path = "conversation/scripted.rs"]
mod scripted;
#[path = "conversation/stages.rs"]
mod stages;
#[path = "conversation/tls.rs"]
mod tls;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use delivery::Stream;
use delivery::email::conversation::{
    Conversation, Credentials, Limits, RelaySettings, SmtpError, Stage, TlsMode,
};
use sinks::{Keep, SmtpMood, SmtpSink};

const BIND: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const FROM: &str = "b+1@wire.example";
const MAIL: &[u8] = b"Message-ID: <1@wire>\r\nSubject: News\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n";

fn settings(addr: SocketAddr) -> RelaySettings {
    RelaySettings {
        host: addr.ip().to_string(),
        port: addr.port(),
        tls: TlsMode::None,
        credentials: None,
        helo_name: "wire.example".to_owned(),
        tls_config: tls::distrusting(),
        limits: Limits::default(),
    }
}

/// Long enough to connect, too short for a relay that never answers.
fn impatient(addr: SocketAddr) -> RelaySettings {
    let short = Duration::from_millis(400);
    RelaySettings {
        limits: Limits {
            command: short,
            dot: short,
            ..Limits::default()
        },
        ..settings(addr)
    }
}

fn with_password(password: &str, settings: RelaySettings) -> RelaySettings {
    let credentials = Credentials {
        user: "wire".to_owned(),
        password: password.to_owned(),
    };
    RelaySettings {
        credentials: Some(credentials),
        ..settings
    }
}

fn sink() -> SmtpSink {
    SmtpSink::start_keeping(BIND, Keep::Bodies).expect("loopback can be bound")
}

async fn connect(addr: SocketAddr) -> Conversation<Stream> {
    Conversation::connect(&settings(addr))
        .await
        .expect("a relay that behaves")
}

async fn refusal(settings: &RelaySettings) -> SmtpError {
    Conversation::connect(settings)
        .await
        .expect_err("a relay that does not behave")
}

/// What sending to each recipient comes to on one connection, with pipelining and without: a mail to somebody else
/// must still go after it.
async fn check_refusal(recipient: &str, expected: fn(&SmtpError) -> bool) {
    for mood in [SmtpMood::Normal, SmtpMood::NoPipelining] {
        let sink = sink();
        sink.set_mood(mood);
        let mut relay = connect(sink.addr()).await;

        let error = relay
            .send(FROM, recipient, MAIL)
            .await
            .expect_err(recipient);
        assert!(
            expected(&error) && error.connection_usable(),
            "{recipient}, {mood:?}: {error:?}"
        );
        relay
            .send(FROM, "ok@example.org", MAIL)
            .await
            .expect("somebody else's mail");

        assert_eq!(
            (sink.count(), sink.connections()),
            (1, 1),
            "{recipient}, {mood:?}"
        );
        assert_eq!(sink.mails()[0].recipient, "ok@example.org");
    }
}

/// What sending to a recipient comes to when it ends the conversation.
async fn check_end(
    settings: fn(SocketAddr) -> RelaySettings,
    recipient: &str,
    recorded: usize,
    expected: fn(&SmtpError) -> bool,
) {
    for mood in [SmtpMood::Normal, SmtpMood::NoPipelining] {
        let sink = sink();
        sink.set_mood(mood);
        let mut relay = Conversation::connect(&settings(sink.addr()))
            .await
            .expect("a relay that behaves");

        let error = relay
            .send(FROM, recipient, MAIL)
            .await
            .expect_err(recipient);

        assert!(
            expected(&error) && !error.connection_usable(),
            "{recipient}, {mood:?}: {error:?}"
        );
        assert_eq!(
            (relay.is_usable(), sink.count()),
            (false, recorded),
            "{recipient}, {mood:?}"
        );
        let again = relay.send(FROM, "ok@example.org", MAIL).await;
        assert!(
            matches!(
                again,
                Err(SmtpError::Broken {
                    stage: Stage::Mail,
                    ..
                })
            ),
            "{again:?}"
        );
    }
}

fn refused(error: &SmtpError, at: Stage, code: u16) -> bool {
    matches!(error, SmtpError::Refused { stage, reply } if *stage == at && reply.code == code)
}

fn deferred(error: &SmtpError, at: Stage, code: u16) -> bool {
    matches!(error, SmtpError::Deferred { stage, reply } if *stage == at && reply.code == code)
}

#[tokio::test]
async fn mail_arrives_as_it_was_with_pipelining_and_without() {
    for mood in [SmtpMood::Normal, SmtpMood::NoPipelining] {
        let sink = sink();
        sink.set_mood(mood);
        let mut relay = connect(sink.addr()).await;

        for number in 0..3 {
            let reply = relay
                .send(FROM, &format!("ok-{number}@example.org"), MAIL)
                .await
                .unwrap();
            assert_eq!(
                (reply.code, reply.enhanced.unwrap().to_string()),
                (250, "2.0.0".to_owned())
            );
        }
        relay.quit().await.unwrap();

        let mails = sink.mails();
        assert_eq!(
            (mails.len(), sink.connections(), sink.ids()["1@wire"]),
            (3, 1, 3)
        );
        assert_eq!(
            (&*mails[2].from, &*mails[2].recipient),
            (FROM, "ok-2@example.org")
        );
        assert!(
            mails.iter().all(|mail| mail.raw.as_deref() == Some(MAIL)),
            "{mood:?}"
        );
    }
}

#[tokio::test]
async fn refused_recipient_leaves_the_connection_usable() {
    check_refusal("refuse-550-a@b", |error| refused(error, Stage::Rcpt, 550)).await;
    check_refusal("lure-550-a@b", |error| refused(error, Stage::Rcpt, 550)).await;
    check_refusal("reject-554-a@b", |error| refused(error, Stage::Dot, 554)).await;
    check_refusal("full-452-a@b", |error| deferred(error, Stage::Rcpt, 452)).await;
    check_refusal("greylist-1-a@b", |error| deferred(error, Stage::Rcpt, 451)).await;
    check_refusal("reject-451-a@b", |error| deferred(error, Stage::Dot, 451)).await;
    check_refusal("", |error| matches!(error, SmtpError::BadAddress)).await;
    check_refusal("a@b>\r\nDATA", |error| {
        matches!(error, SmtpError::BadAddress)
    })
    .await;
}

#[tokio::test]
async fn lost_connection_tells_whether_the_mail_may_have_gone() {
    check_end(settings, "drop-rcpt-a@b", 0, |error| {
        matches!(
            error,
            SmtpError::Broken {
                stage: Stage::Rcpt,
                ..
            }
        )
    })
    .await;
    check_end(settings, "drop-data-a@b", 0, |error| {
        matches!(
            error,
            SmtpError::Broken {
                stage: Stage::Data,
                ..
            }
        )
    })
    .await;
    check_end(settings, "drop-dot-a@b", 1, |error| {
        matches!(
            error,
            SmtpError::Unknown {
                stage: Stage::Dot,
                ..
            }
        )
    })
    .await;
}

#[tokio::test]
async fn silence_tells_whether_the_mail_may_have_gone() {
    check_end(impatient, "stall-rcpt-a@b", 0, |error| {
        matches!(error, SmtpError::TimedOut { stage: Stage::Rcpt })
    })
    .await;
    check_end(impatient, "stall-dot-a@b", 0, |error| {
        matches!(error, SmtpError::Unknown { stage: Stage::Dot, source } if source.kind() == ErrorKind::TimedOut)
    })
    .await;
}

#[tokio::test]
async fn message_with_bare_line_end_is_never_written() {
    let sink = sink();
    let mut relay = connect(sink.addr()).await;

    for bad in [
        "a\nb\r\n",
        "a\rb\r\n",
        "a\r\n.\n",
        "a\n.\r\nMAIL FROM:<x@y>\r\n",
    ] {
        let error = relay
            .send(FROM, "ok@example.org", bad.as_bytes())
            .await
            .unwrap_err();
        assert!(matches!(error, SmtpError::BareLineEnd) && error.connection_usable());
    }
    for from in ["a b", "a\0", "<a", "a\r\nRSET"] {
        assert!(matches!(
            relay.send(from, "ok@example.org", MAIL).await,
            Err(SmtpError::BadAddress)
        ));
    }

    relay.send("", "ok@example.org", b"").await.unwrap();
    assert_eq!(sink.count(), 1);
}

#[tokio::test]
async fn relay_that_turns_away_says_so_to_new_and_open_connections() {
    let sink = sink();
    let mut relay = connect(sink.addr()).await;
    sink.set_mood(SmtpMood::Refuse421);

    let error = relay.send(FROM, "ok@example.org", MAIL).await.unwrap_err();
    assert!(
        matches!(&error, SmtpError::Deferred { stage: Stage::Mail, reply } if reply.code == 421),
        "{error:?}"
    );
    assert!(!error.connection_usable() && !relay.is_usable());

    let error = refusal(&settings(sink.addr())).await;
    assert!(
        matches!(
            error,
            SmtpError::Deferred {
                stage: Stage::Greeting,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn cancelled_send_ends_the_conversation() {
    let sink = sink();
    let mut relay = connect(sink.addr()).await;

    let sending = relay.send(FROM, "stall-dot-a@b", MAIL);
    assert!(tokio::time::timeout(Duration::ZERO, sending).await.is_err());

    assert!(!relay.is_usable());
}

#[tokio::test]
async fn conversation_can_be_held_over_any_stream() {
    let (ours, mut theirs) = tokio::io::duplex(64);
    let sink = sink();
    let addr = sink.addr();
    tokio::spawn(async move {
        let mut stream = tokio::net::TcpStream::connect(addr)
            .await
            .expect("the sink listens");
        tokio::io::copy_bidirectional(&mut theirs, &mut stream).await
    });

    let mut relay = Conversation::over(ours, &settings(addr)).await.unwrap();
    relay.send(FROM, "ok@example.org", MAIL).await.unwrap();

    assert_eq!(sink.count(), 1);
}

#[tokio::test]
async fn conversations_run_on_any_thread() {
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }
    let sink = sink();
    let settings = settings(sink.addr());

    let mut relay = sendable(Conversation::connect(&settings)).await.unwrap();
    sendable(relay.send(FROM, "ok@example.org", MAIL))
        .await
        .unwrap();
    sendable(relay.quit()).await.unwrap();
}
