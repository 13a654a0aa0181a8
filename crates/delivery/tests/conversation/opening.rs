//! Greeting, TLS and authentication.

use delivery::email::conversation::{
    Conversation, RelaySettings, ReplyFault, SmtpError, Stage, TlsMode,
};
use sinks::SmtpMood;

use crate::scripted::Scripted;
use crate::tls::{self, Begin};
use crate::{FROM, MAIL, connect, impatient, refusal, settings, sink, with_password};

#[tokio::test]
async fn relay_that_does_not_greet_properly_is_left() {
    let sink = sink();
    sink.set_mood(SmtpMood::Mute);
    assert!(matches!(
        refusal(&impatient(sink.addr())).await,
        SmtpError::TimedOut {
            stage: Stage::Greeting
        }
    ));

    sink.set_mood(SmtpMood::LongReplies);
    let error = refusal(&settings(sink.addr())).await;
    assert!(
        matches!(
            error,
            SmtpError::Protocol {
                stage: Stage::Greeting,
                source: ReplyFault::TooLong
            }
        ),
        "{error:?}"
    );

    sink.stop().await;
    assert!(matches!(
        refusal(&settings(sink.addr())).await,
        SmtpError::Broken {
            stage: Stage::Connect,
            ..
        }
    ));
}

#[tokio::test]
async fn password_is_accepted_or_refused() {
    let sink = sink();

    let mut relay = Conversation::connect(&with_password("right", settings(sink.addr())))
        .await
        .unwrap();
    relay.send(FROM, "ok@example.org", MAIL).await.unwrap();

    let error = refusal(&with_password("wrong", settings(sink.addr()))).await;
    assert!(
        matches!(&error, SmtpError::Refused { stage: Stage::Auth, reply } if reply.code == 535),
        "{error:?}"
    );
}

#[tokio::test]
async fn login_is_spoken_where_plain_is_not() {
    let relay = Scripted::start(
        "220 relay\r\n",
        &[
            ("EHLO wire.example\r\n", "250-relay\r\n250 AUTH LOGIN\r\n"),
            ("AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n"),
            ("d2lyZQ==\r\n", "334 UGFzc3dvcmQ6\r\n"),
            ("c2VjcmV0\r\n", "235 welcome\r\n"),
        ],
    )
    .await;

    Conversation::connect(&with_password("secret", settings(relay.addr)))
        .await
        .unwrap();

    assert!(relay.heard().await.ends_with("c2VjcmV0\r\n"));
}

#[tokio::test]
async fn password_is_kept_where_nobody_asks_for_it() {
    let relay = Scripted::start(
        "220 relay\r\n",
        &[
            ("EHLO wire.example\r\n", "250 relay\r\n"),
            ("a password", ""),
        ],
    )
    .await;

    let error = refusal(&with_password("secret", settings(relay.addr))).await;

    assert!(matches!(error, SmtpError::AuthNotOffered), "{error:?}");
    assert_eq!(relay.heard().await, "EHLO wire.example\r\n");
}

#[tokio::test]
async fn old_relay_is_greeted_with_helo() {
    let script = &[
        ("EHLO wire.example\r\n", "502 what\r\n"),
        ("HELO wire.example\r\n", "250 hello\r\n"),
    ];
    let relay = Scripted::start("220-relay\r\n220 old\r\n", script).await;

    assert!(connect(relay.addr).await.is_usable());
}

#[tokio::test]
async fn tls_is_spoken_after_starttls_and_from_the_first_byte() {
    let sink = sink();
    for (tls, begin) in [
        (TlsMode::Required, Begin::AfterStartTls),
        (TlsMode::Opportunistic, Begin::AfterStartTls),
        (TlsMode::Implicit, Begin::AtOnce),
    ] {
        sink.clear();
        let addr = tls::relay(begin, sink.addr()).await;
        let trusting = RelaySettings {
            tls,
            tls_config: tls::trusting(),
            ..settings(addr)
        };

        let mut relay = Conversation::connect(&with_password("secret", trusting))
            .await
            .unwrap();
        relay.send(FROM, "ok@example.org", MAIL).await.unwrap();
        relay.send(FROM, "ok@example.org", MAIL).await.unwrap();
        relay.quit().await.unwrap();

        assert!(
            sink.mails()
                .iter()
                .all(|mail| mail.raw.as_deref() == Some(MAIL))
        );
        assert_eq!(sink.count(), 2, "{tls:?}");
    }
}

#[tokio::test]
async fn untrusted_certificate_is_refused() {
    let sink = sink();
    for (tls, begin) in [
        (TlsMode::Opportunistic, Begin::AfterStartTls),
        (TlsMode::Implicit, Begin::AtOnce),
    ] {
        let addr = tls::relay(begin, sink.addr()).await;

        let error = refusal(&RelaySettings {
            tls,
            ..settings(addr)
        })
        .await;

        assert!(matches!(error, SmtpError::Tls(_)), "{error:?}");
    }
}

#[tokio::test]
async fn certificate_for_another_name_is_refused() {
    let sink = sink();
    let addr = tls::relay(Begin::AtOnce, sink.addr()).await;
    let elsewhere = RelaySettings {
        // The same relay under an address that its certificate does not carry.
        host: "0.0.0.0".to_owned(),
        tls: TlsMode::Implicit,
        tls_config: tls::trusting(),
        ..settings(addr)
    };

    let error = refusal(&elsewhere).await;

    assert!(matches!(error, SmtpError::Tls(_)), "{error:?}");
}

#[tokio::test]
async fn starttls_that_is_not_offered_ends_or_is_done_without() {
    let sink = sink();

    let required = RelaySettings {
        tls: TlsMode::Required,
        ..settings(sink.addr())
    };
    assert!(matches!(refusal(&required).await, SmtpError::TlsNotOffered));

    let opportunistic = RelaySettings {
        tls: TlsMode::Opportunistic,
        ..settings(sink.addr())
    };
    let mut relay = Conversation::connect(&opportunistic).await.unwrap();
    relay.send(FROM, "ok@example.org", MAIL).await.unwrap();
}

#[tokio::test]
async fn starttls_that_is_off_for_now_ends_or_is_done_without() {
    const SCRIPT: &[(&str, &str)] = &[
        ("EHLO wire.example\r\n", "250-relay\r\n250 STARTTLS\r\n"),
        ("STARTTLS\r\n", "454 not now\r\n"),
    ];

    let relay = Scripted::start("220 relay\r\n", SCRIPT).await;
    let error = refusal(&RelaySettings {
        tls: TlsMode::Required,
        ..settings(relay.addr)
    })
    .await;
    assert!(
        matches!(
            error,
            SmtpError::Deferred {
                stage: Stage::StartTls,
                ..
            }
        ),
        "{error:?}"
    );

    let relay = Scripted::start("220 relay\r\n", SCRIPT).await;
    let opportunistic = RelaySettings {
        tls: TlsMode::Opportunistic,
        ..settings(relay.addr)
    };
    assert!(
        Conversation::connect(&opportunistic)
            .await
            .unwrap()
            .is_usable()
    );
}

#[tokio::test]
async fn plain_text_behind_starttls_is_refused() {
    let script = &[
        ("EHLO wire.example\r\n", "250-relay\r\n250 STARTTLS\r\n"),
        (
            "STARTTLS\r\n",
            "220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n",
        ),
        ("a handshake", ""),
    ];
    let relay = Scripted::start("220 relay\r\n", script).await;

    let error = refusal(&RelaySettings {
        tls: TlsMode::Required,
        ..settings(relay.addr)
    })
    .await;

    assert!(matches!(error, SmtpError::PlaintextInjected), "{error:?}");
    assert!(
        relay.heard().await.ends_with("STARTTLS\r\n"),
        "nothing was said after it"
    );
}
