//! Trouble at each point of the conversation, and relays that are slow.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use delivery::email::conversation::{Conversation, Limits, RelaySettings, SmtpError, Stage};
use sinks::{SmtpMood, SmtpStage, Trouble};

use crate::scripted::Scripted;
use crate::{FROM, MAIL, connect, impatient, settings, sink};

/// Every point, by our name and by the sink's.
const STAGES: [(Stage, SmtpStage); 6] = [
    (Stage::Greeting, SmtpStage::Greeting),
    (Stage::Hello, SmtpStage::Hello),
    (Stage::Mail, SmtpStage::Mail),
    (Stage::Rcpt, SmtpStage::Rcpt),
    (Stage::Data, SmtpStage::Data),
    (Stage::Dot, SmtpStage::Dot),
];

/// What a mail comes to where the relay makes this trouble at each point.
async fn check(trouble: Trouble, expected: fn(&SmtpError, Stage) -> bool) {
    for (stage, at) in STAGES {
        let sink = sink();
        sink.set_mood(SmtpMood::At(at, trouble));

        let error = match Conversation::connect(&impatient(sink.addr())).await {
            Err(error) => error,
            Ok(mut relay) => {
                let sent = relay.send(FROM, "ok@example.org", MAIL).await;
                let error = sent.expect_err("there is trouble");
                assert_eq!(relay.is_usable(), error.connection_usable(), "{error:?}");
                error
            }
        };

        assert!(expected(&error, stage), "{trouble:?} at {stage}: {error:?}");
        assert_eq!(sink.count(), 0);
    }
}

#[tokio::test]
async fn disconnecting_is_told_by_where_and_whether_the_mail_may_have_gone() {
    check(Trouble::Close, |error, wanted| match error {
        SmtpError::Broken { stage, .. } => *stage == wanted,
        SmtpError::Unknown { .. } => wanted == Stage::Dot,
        _ => false,
    })
    .await;
}

#[tokio::test]
async fn silence_is_told_by_where_and_whether_the_mail_may_have_gone() {
    check(Trouble::Silence, |error, wanted| match error {
        SmtpError::TimedOut { stage } => *stage == wanted,
        SmtpError::Unknown { source, .. } => {
            wanted == Stage::Dot && source.kind() == ErrorKind::TimedOut
        }
        _ => false,
    })
    .await;
}

#[tokio::test]
async fn later_and_never_are_told_by_where() {
    for code in [421, 451] {
        check(
            Trouble::Reply(code),
            |error, wanted| matches!(error, SmtpError::Deferred { stage, .. } if *stage == wanted),
        )
        .await;
    }
    check(
        Trouble::Reply(550),
        |error, wanted| matches!(error, SmtpError::Refused { stage, .. } if *stage == wanted),
    )
    .await;
}

#[tokio::test]
async fn relay_that_hangs_up_amid_the_message_has_not_taken_it() {
    let sink = sink();
    let mut relay = connect(sink.addr()).await;
    sink.set_mood(SmtpMood::At(SmtpStage::Message, Trouble::Close));
    // More than sockets hold, so that its end is still ours.
    let long = b"0123456789\r\n".repeat(4 << 20);

    let error = relay.send(FROM, "ok@example.org", &long).await.unwrap_err();

    assert!(
        matches!(
            error,
            SmtpError::Broken {
                stage: Stage::Dot,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!((relay.is_usable(), sink.count()), (false, 0));
}

#[tokio::test]
async fn slow_relay_is_waited_for_reply_by_reply() {
    let sink = sink();
    let mut relay = Conversation::connect(&RelaySettings {
        limits: Limits {
            command: Duration::from_secs(2),
            dot: Duration::from_secs(2),
            ..Limits::default()
        },
        ..settings(sink.addr())
    })
    .await
    .unwrap();
    sink.set_mood(SmtpMood::Slow(Duration::from_millis(700)));

    // Four replies take longer than the time for each.
    let begun = Instant::now();
    relay.send(FROM, "ok@example.org", MAIL).await.unwrap();
    assert!(begun.elapsed() > Duration::from_secs(2));

    sink.set_mood(SmtpMood::Slow(Duration::from_secs(4)));
    let error = relay.send(FROM, "ok@example.org", MAIL).await.unwrap_err();
    assert!(
        matches!(error, SmtpError::TimedOut { stage: Stage::Mail }),
        "{error:?}"
    );
}

#[tokio::test]
async fn relay_that_asks_is_told_how_large_a_mail_is() {
    let relay = Scripted::start(
        "220 relay\r\n",
        &[
            ("EHLO wire.example\r\n", "250-relay\r\n250 SIZE 10\r\n"),
            (
                "MAIL FROM:<b+1@wire.example> SIZE=14\r\n",
                "552 5.3.4 too long\r\n",
            ),
        ],
    )
    .await;
    let mut conversation = connect(relay.addr).await;

    let error = conversation
        .send(FROM, "a@b", b"fourteen bytes")
        .await
        .unwrap_err();

    assert!(
        matches!(
            &error,
            SmtpError::Refused {
                stage: Stage::Mail,
                ..
            }
        ),
        "{error:?}"
    );
}
