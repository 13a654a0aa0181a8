//! The mail receiver against a client that writes its bytes by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use sinks::{Keep, SmtpMood, SmtpSink};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

const BIND: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const SOON: Duration = Duration::from_secs(10);

struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(sink: &SmtpSink) -> Client {
        Client(BufReader::new(
            TcpStream::connect(sink.addr())
                .await
                .expect("the sink listens"),
        ))
    }

    /// Connected, greeted, and past EHLO.
    async fn greeted(sink: &SmtpSink) -> Client {
        let mut client = Client::connect(sink).await;
        assert_eq!(client.code().await, "220");
        client.say("EHLO test\r\n").await;
        assert_eq!(client.code().await, "250");
        client
    }

    async fn say(&mut self, text: &str) {
        self.0
            .write_all(text.as_bytes())
            .await
            .expect("the sink reads");
    }

    /// All lines of the next reply; empty when the connection has ended.
    async fn reply(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if !matches!(self.0.read_line(&mut line).await, Ok(1..)) {
                return lines;
            }
            let last = line.as_bytes()[3] == b' ';
            lines.push(line.trim_end().to_owned());
            if last {
                return lines;
            }
        }
    }

    /// The code of the next reply; empty when the connection has ended.
    async fn code(&mut self) -> String {
        self.reply()
            .await
            .last()
            .map_or(String::new(), |line| line[..3].to_owned())
    }

    async fn codes(&mut self, count: usize) -> Vec<String> {
        let mut codes = Vec::new();
        for _ in 0..count {
            codes.push(self.code().await);
        }
        codes
    }
}

fn envelope(recipient: &str) -> String {
    format!("MAIL FROM:<b@example.org> SIZE=9\r\nRCPT TO:<{recipient}>\r\nDATA\r\n")
}

fn message(id: &str) -> String {
    format!("Message-ID: <{id}>\r\nSubject: x\r\n\r\n..dot\r\n.\r\n")
}

/// Sends one mail in two flights and returns the codes of MAIL, RCPT, DATA and, if DATA was taken, of the dot.
async fn send(client: &mut Client, recipient: &str, id: &str) -> Vec<String> {
    client.say(&envelope(recipient)).await;
    let mut codes = client.codes(3).await;
    if codes[2] == "354" {
        client.say(&message(id)).await;
        codes.push(client.code().await);
    }
    codes
}

/// What a recipient is answered, and whether the mail was recorded.
async fn check(recipient: &str, codes: [&str; 4], recorded: usize) {
    let sink = SmtpSink::start(BIND).expect("loopback can be bound");
    let mut client = Client::greeted(&sink).await;

    let answered = send(&mut client, &format!("{recipient}-anna@example.org"), "a@b").await;

    let expected: Vec<_> = codes.into_iter().take(answered.len()).collect();
    assert_eq!(answered, expected, "{recipient}");
    assert_eq!(sink.count(), recorded, "{recipient}");
}

#[tokio::test]
async fn recipients_are_served_as_they_ask() {
    check("ok", ["250", "250", "354", "250"], 1).await;
    check("refuse-550", ["250", "550", "554", ""], 0).await;
    check("full-452", ["250", "452", "554", ""], 0).await;
    check("lure-550", ["250", "550", "354", "554"], 0).await;
    check("reject-554", ["250", "250", "354", "554"], 0).await;
    check("reject-451", ["250", "250", "354", "451"], 0).await;
    check("drop-rcpt", ["250", "", "", ""], 0).await;
    check("drop-data", ["250", "250", "", ""], 0).await;
    check("drop-dot", ["250", "250", "354", ""], 1).await;
}

#[tokio::test]
async fn mail_is_recorded_with_envelope_id_and_plain_body() {
    let sink = SmtpSink::start_keeping(BIND, Keep::Bodies).unwrap();
    let mut client = Client::greeted(&sink).await;

    send(&mut client, "anna@example.org", "id@dateline").await;

    let mail = sink.mails().remove(0);
    assert_eq!(
        (&*mail.message_id, &*mail.from, &*mail.recipient),
        ("id@dateline", "b@example.org", "anna@example.org")
    );
    assert_eq!(
        mail.raw.unwrap(),
        b"Message-ID: <id@dateline>\r\nSubject: x\r\n\r\n.dot\r\n"
    );
}

#[tokio::test]
async fn greylisted_recipient_is_accepted_at_the_third_attempt() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut client = Client::greeted(&sink).await;

    for code in ["451", "451", "250"] {
        let answered = send(&mut client, "greylist-2-a@example.org", "a@b").await;
        assert_eq!(answered[1], code);
        client.say("RSET\r\n").await;
        assert_eq!(client.code().await, "250");
    }

    assert_eq!(sink.count(), 1);
}

#[tokio::test]
async fn whole_session_in_one_write_is_answered_in_order() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut client = Client::connect(&sink).await;
    let (anna, body) = (envelope("anna@example.org"), message("twice@b"));

    client
        .say(&format!(
            "EHLO a\r\n{anna}{body}{anna}{body}NOOP\r\nVRFY x\r\nQUIT\r\n"
        ))
        .await;

    let codes = client.codes(14).await.join(" ");
    assert_eq!(
        codes,
        "220 250 250 250 354 250 250 250 354 250 250 500 221 "
    );
    assert_eq!(sink.ids()["twice@b"], 2);
}

#[tokio::test]
async fn session_in_single_bytes_is_understood() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut client = Client::greeted(&sink).await;

    for byte in (envelope("a@b.example") + &message("a@b")).chars() {
        client.say(&byte.to_string()).await;
        tokio::task::yield_now().await;
    }

    assert_eq!(client.codes(4).await, ["250", "250", "354", "250"]);
    assert_eq!(sink.ids()["a@b"], 1);
}

#[tokio::test]
async fn one_mail_to_three_is_recorded_for_those_that_take_it() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut client = Client::greeted(&sink).await;

    client
        .say("mail from:<>\r\nrcpt to:<a@b>\r\nRCPT TO:<refuse-550@b>\r\nRCPT TO:<c@b>\r\nDATA\r\n")
        .await;
    assert_eq!(client.codes(5).await, ["250", "250", "550", "250", "354"]);
    client.say(&message("a@b")).await;
    assert_eq!(client.code().await, "250");

    let recipients: Vec<_> = sink
        .mails()
        .into_iter()
        .map(|mail| mail.recipient)
        .collect();
    assert_eq!(recipients, ["a@b", "c@b"]);
}

#[tokio::test]
async fn commands_out_of_order_are_refused() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut client = Client::greeted(&sink).await;

    client.say("DATA\r\nRCPT TO:<a@b>\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nRCPT TO:a\r\nDATA\r\nNOOP\n").await;

    assert_eq!(
        client.codes(8).await,
        ["503", "503", "250", "503", "501", "554", "500", ""]
    );
}

#[tokio::test]
async fn plain_credentials_are_taken_unless_wrong() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut client = Client::greeted(&sink).await;

    // "\0user\0password", then "\0user\0wrong".
    client
        .say("AUTH PLAIN AHVzZXIAcGFzc3dvcmQ=\r\nAUTH PLAIN\r\nAHVzZXIAd3Jvbmc=\r\nAUTH LOGIN\r\n")
        .await;

    assert_eq!(client.codes(4).await, ["235", "334", "535", "504"]);
}

#[tokio::test]
async fn stalled_recipients_are_not_answered_until_stop() {
    for recipient in ["stall-rcpt-a@b", "stall-dot-a@b"] {
        let sink = SmtpSink::start(BIND).unwrap();
        let mut client = Client::greeted(&sink).await;
        client
            .say(&(envelope(recipient) + &message("a@b") + "NOOP\r\n"))
            .await;
        let answered = if recipient.starts_with("stall-rcpt") {
            1
        } else {
            3
        };
        client.codes(answered).await;

        sink.stop().await;

        assert_eq!(client.code().await, "", "{recipient}");
        assert_eq!(sink.count(), 0);
    }
}

#[tokio::test]
async fn relay_that_refuses_says_421_to_new_and_open_connections() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut open = Client::greeted(&sink).await;

    sink.set_mood(SmtpMood::Refuse421);
    open.say("NOOP\r\n").await;
    let mut new = Client::connect(&sink).await;

    assert_eq!(open.codes(2).await, ["421", ""]);
    assert_eq!(new.codes(2).await, ["421", ""]);
    assert_eq!(sink.connections(), 2);
}

#[tokio::test]
async fn mute_relay_says_nothing_until_stop() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut open = Client::greeted(&sink).await;

    sink.set_mood(SmtpMood::Mute);
    open.say("NOOP\r\n").await;
    let mut new = Client::connect(&sink).await;
    new.say("EHLO a\r\n").await;
    sink.stop().await;

    assert_eq!(
        (open.code().await, new.code().await),
        (String::new(), String::new())
    );
}

#[tokio::test]
async fn pipelining_is_offered_unless_the_mood_forbids() {
    let sink = SmtpSink::start(BIND).unwrap();
    for (mood, offered) in [(SmtpMood::Normal, true), (SmtpMood::NoPipelining, false)] {
        sink.set_mood(mood);
        let mut client = Client::connect(&sink).await;
        client.code().await;

        client.say("EHLO a\r\n").await;

        assert_eq!(
            client
                .reply()
                .await
                .iter()
                .any(|line| line == "250-PIPELINING"),
            offered,
            "{mood:?}"
        );
    }
}

#[tokio::test]
async fn slow_relay_pauses_before_each_reply_and_far_one_before_each_flight() {
    let pause = Duration::from_millis(20);
    let sink = SmtpSink::start(BIND).unwrap();
    for (mood, least) in [
        (SmtpMood::Slow(pause), 3 * pause),
        (SmtpMood::Far(pause), pause),
    ] {
        sink.set_mood(SmtpMood::Normal);
        let mut client = Client::greeted(&sink).await;
        sink.set_mood(mood);

        let begun = Instant::now();
        client.say("NOOP\r\nNOOP\r\nNOOP\r\n").await;
        assert_eq!(client.codes(3).await, ["250", "250", "250"]);

        assert!(begun.elapsed() >= least, "{mood:?}");
    }
}

#[tokio::test]
async fn long_replies_have_64_kib_and_one_code() {
    let sink = SmtpSink::start(BIND).unwrap();
    sink.set_mood(SmtpMood::LongReplies);
    let mut client = Client::connect(&sink).await;

    let reply = client.reply().await;

    assert!(reply.iter().map(|line| line.len() + 2).sum::<usize>() >= 64 * 1024);
    assert!(
        reply
            .iter()
            .all(|line| line.starts_with("220") && line.len() <= 510)
    );
}

#[tokio::test]
async fn stop_frees_the_port_and_keeps_the_records() {
    let sink = SmtpSink::start(BIND).unwrap();
    let mut client = Client::greeted(&sink).await;
    send(&mut client, "a@b", "a@b").await;

    sink.stop().await;
    let again = SmtpSink::start(sink.addr()).unwrap();

    assert_eq!(again.addr(), sink.addr());
    assert_eq!(sink.wait_for(1, SOON).await, Ok(()));
    let mut rest = Vec::new();
    assert!(matches!(
        client.0.read_to_end(&mut rest).await,
        Ok(0) | Err(_)
    ));
    sink.clear();
    assert_eq!(sink.count(), 0);
}
