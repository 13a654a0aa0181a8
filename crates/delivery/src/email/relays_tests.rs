use super::*;
use crate::email::conversation::{Limits, TlsMode};
use sinks::{SmtpMood, SmtpSink, SmtpStage, Trouble};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

const NOW: i64 = 1_800_000_000_000;
const ENVELOPE: Envelope<'_> = Envelope {
    from: "alerts@wire.example",
    to: "ana@reader.example",
};

fn sink() -> SmtpSink {
    SmtpSink::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap()
}

fn relays(sinks: &[(&SmtpSink, u32)]) -> (Relays, Clock) {
    let clock = Clock::stepped(NOW);
    let settings = |addr: SocketAddr| RelaySettings {
        host: addr.ip().to_string(),
        port: addr.port(),
        tls: TlsMode::None,
        credentials: None,
        helo_name: "wire.example".to_owned(),
        tls_config: crate::tls_config().unwrap(),
        limits: Limits::default(),
    };
    let relays = sinks
        .iter()
        .map(|(sink, weight)| (settings(sink.addr()), *weight));
    (Relays::new(relays.collect(), clock.clone()), clock)
}

async fn send(relays: &Relays) -> Result<Reply, SmtpError> {
    relays.send(ENVELOPE, b"Subject: News\r\n\r\n").await
}

#[tokio::test]
async fn mails_are_shared_by_weight_evenly_mixed() {
    let (heavy, light) = (sink(), sink());
    let (relays, _) = relays(&[(&heavy, 3), (&light, 1)]);

    for round in 1..=10 {
        for _ in 0..4 {
            send(&relays).await.unwrap();
        }
        assert_eq!((heavy.count(), light.count()), (3 * round, round));
    }
    assert_eq!((heavy.connections(), light.connections()), (1, 1));
}

#[tokio::test]
async fn mail_goes_by_another_relay_and_the_failing_one_is_left_alone_for_longer_each_time() {
    let (failing, other) = (sink(), sink());
    failing.set_mood(SmtpMood::Refuse421);
    let (relays, clock) = relays(&[(&failing, 1), (&other, 1)]);

    // Tried after 1 s, then 2 s, 4 s …: by one mail each, which then goes by the other relay.
    for (tries, wait_s) in [(1, 1), (2, 2), (3, 4), (4, 8)] {
        for _ in 0..10 {
            send(&relays).await.unwrap();
        }
        assert_eq!(failing.connections(), tries);
        clock.advance(Duration::from_millis(wait_s * 1000 - 1));
        for _ in 0..3 {
            send(&relays).await.unwrap();
        }
        assert_eq!(failing.connections(), tries);
        clock.advance(Duration::from_millis(1));
    }
    assert_eq!((failing.count(), other.count()), (0, 52));

    failing.set_mood(SmtpMood::Normal);
    for _ in 0..10 {
        send(&relays).await.unwrap();
    }
    assert!((4..=6).contains(&failing.count()), "{}", failing.count());
}

#[tokio::test]
async fn nothing_is_tried_while_no_relay_takes_mail() {
    let only = sink();
    only.set_mood(SmtpMood::Refuse421);
    let (relays, clock) = relays(&[(&only, 1)]);
    assert_eq!(relays.closed(), None);

    let error = send(&relays).await.unwrap_err();
    assert!(error.is_of_the_relay(), "{error:?}");
    let (until_ms, why) = relays.closed().unwrap();

    assert_eq!(until_ms, NOW + FIRST_WAIT_MS);
    assert!(why.contains("421 "), "{why}");
    clock.advance(Duration::from_millis(1000));
    assert_eq!(relays.closed(), None);
}

#[tokio::test]
async fn relay_that_took_leave_of_an_idle_connection_gets_the_mail_on_a_new_one() {
    let only = sink();
    let (relays, _) = relays(&[(&only, 1)]);
    send(&relays).await.unwrap();

    // What a relay says to a connection that was idle for too long, heard at the next command.
    only.set_mood(SmtpMood::TakesLeave);
    send(&relays).await.unwrap();

    assert_eq!((only.count(), only.connections()), (2, 2));
}

#[tokio::test]
async fn what_a_relay_says_of_a_mail_is_no_failure_of_the_relay() {
    let only = sink();
    let (relays, _) = relays(&[(&only, 1)]);
    for to in [
        "refuse-550-a@b",
        "full-452-a@b",
        "drop-rcpt-a@b",
        "drop-dot-a@b",
    ] {
        let envelope = Envelope { to, ..ENVELOPE };
        let error = relays.send(envelope, b"\r\n").await.unwrap_err();
        assert!(!error.is_of_the_relay(), "{to}: {error:?}");
        assert_eq!(relays.closed(), None, "{to}");
    }
}

/// One that takes no more connections still takes mails on those that it has.
#[tokio::test]
async fn relay_with_too_many_connections_is_sent_to_on_an_idle_one() {
    let only = sink();
    let (relays, _) = relays(&[(&only, 1)]);
    let (one, two) = tokio::join!(send(&relays), send(&relays));
    one.unwrap();
    two.unwrap();
    assert_eq!(only.connections(), 2);

    only.set_mood(SmtpMood::At(SmtpStage::Greeting, Trouble::Reply(421)));
    let sent = tokio::join!(send(&relays), send(&relays), send(&relays));
    let refused = [sent.0, sent.1, sent.2].into_iter().filter_map(Result::err);
    assert_eq!(refused.count(), 1);

    assert_eq!(relays.closed(), None);
    send(&relays).await.unwrap();
    assert_eq!(only.count(), 5);
}
