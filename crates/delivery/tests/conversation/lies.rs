//! Relays that answer what was not asked.

use std::io::ErrorKind;

use delivery::email::conversation::{ReplyFault, SmtpError, Stage};

use crate::scripted::Scripted;
use crate::{FROM, MAIL, connect};

#[tokio::test]
async fn words_out_of_turn_are_not_taken_for_an_answer() {
    let relay = Scripted::start(
        "220 relay\r\n",
        &[
            ("EHLO wire.example\r\n", "250-relay\r\n250 PIPELINING\r\n"),
            (
                "DATA\r\n",
                "250 ok\r\n250 ok\r\n354 go\r\n250 taken already\r\n",
            ),
            ("end of the message", ""),
        ],
    )
    .await;
    let mut conversation = connect(relay.addr).await;

    let error = conversation.send(FROM, "a@b", MAIL).await.unwrap_err();

    assert!(
        matches!(
            error,
            SmtpError::Protocol {
                stage: Stage::Dot,
                source: ReplyFault::Unasked
            }
        ),
        "{error:?}"
    );
    assert!(!conversation.is_usable());
    drop(conversation);
    assert!(
        relay.heard().await.ends_with("DATA\r\n"),
        "the message was not sent"
    );
}

#[tokio::test]
async fn nonsense_in_answer_to_the_dot_leaves_the_outcome_unknown() {
    let relay = Scripted::start(
        "220 relay\r\n",
        &[
            ("EHLO wire.example\r\n", "250-relay\r\n250 PIPELINING\r\n"),
            ("DATA\r\n", "250 ok\r\n250 ok\r\n354 go\r\n"),
            ("\r\n.\r\n", "<html>\r\n"),
        ],
    )
    .await;
    let mut conversation = connect(relay.addr).await;

    let error = conversation.send(FROM, "a@b", b"x\r\n").await.unwrap_err();

    let unknown = |error: &SmtpError| matches!(error, SmtpError::Unknown { source, .. } if source.kind() == ErrorKind::InvalidData);
    assert!(unknown(&error) && !conversation.is_usable(), "{error:?}");
}

#[tokio::test]
async fn refusal_is_told_even_if_the_relay_hangs_up_after_it() {
    let relay = Scripted::start(
        "220 relay\r\n",
        &[
            ("EHLO wire.example\r\n", "250-relay\r\n250 PIPELINING\r\n"),
            ("DATA\r\n", "250 ok\r\n550 5.1.1 nobody\r\n"),
        ],
    )
    .await;
    let mut conversation = connect(relay.addr).await;

    let error = conversation.send(FROM, "a@b", MAIL).await.unwrap_err();

    assert!(
        matches!(
            &error,
            SmtpError::Refused {
                stage: Stage::Rcpt,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(!conversation.is_usable());
}
