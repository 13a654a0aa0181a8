//! The reply grammar, by tables.

use super::*;

#[track_caller]
fn check(bytes: &str, code: u16, enhanced: Option<&str>, text: &str) {
    let (reply, length) = Reply::parse(bytes.as_bytes()).unwrap().unwrap();

    assert_eq!(
        (reply.code, &*reply.text, length),
        (code, text, bytes.len()),
        "{bytes:?}"
    );
    assert_eq!(
        reply.enhanced.map(|status| status.to_string()).as_deref(),
        enhanced,
        "{bytes:?}"
    );
}

#[test]
fn replies_are_read_with_their_status() {
    check("250 ok\r\n", 250, None, "ok");
    check("250\r\n", 250, None, "");
    check("250 \r\n", 250, None, "");
    check("250 2.1.5 ok\r\n", 250, Some("2.1.5"), "2.1.5 ok");
    check(
        "550-5.7.26 no\r\n550 5.7.26 DMARC\r\n",
        550,
        Some("5.7.26"),
        "5.7.26 no\n5.7.26 DMARC",
    );
    check(
        "550 4.1.1 of another class\r\n",
        550,
        None,
        "4.1.1 of another class",
    );
    check("550 5.1 short\r\n", 550, None, "5.1 short");
    check("550 5.1.1.1 long\r\n", 550, None, "5.1.1.1 long");
    check("550 5.+1.1 signed\r\n", 550, None, "5.+1.1 signed");
    check("250 line feed only\n", 250, None, "line feed only");
    check("250 a\u{1b}[2Jb\r\n", 250, None, "a\u{fffd}[2Jb");
}

#[test]
fn incomplete_replies_wait() {
    let whole = b"250-a\r\n250 b\r\n";
    for length in 0..whole.len() {
        assert_eq!(Reply::parse(&whole[..length]), Ok(None), "{length} bytes");
    }
}

#[test]
fn second_reply_is_left_alone() {
    assert_eq!(Reply::parse(b"250 a\r\n550 b\r\n").unwrap().unwrap().1, 7);
}

#[test]
fn nonsense_is_refused() {
    let check = |bytes: &[u8], fault| {
        assert_eq!(Reply::parse(bytes), Err(fault), "{}", bytes.escape_ascii())
    };

    check(b"\r\n", ReplyFault::NoCode);
    check(b"ok\r\n", ReplyFault::NoCode);
    check(b"25O ok\r\n", ReplyFault::NoCode);
    check(b"150 ok\r\n", ReplyFault::NoCode);
    check(b"650 ok\r\n", ReplyFault::NoCode);
    check(b"2500 ok\r\n", ReplyFault::NoCode);
    check(b"HTTP/1.1 400 Bad Request\r\n", ReplyFault::NoCode);
    check(b"250-a\r\n550 b\r\n", ReplyFault::MixedCodes);
}

#[test]
fn size_is_bounded_even_before_the_end_is_seen() {
    let longest = format!("250 {}\r\n", "x".repeat(LINE_BYTES - 6));
    assert!(Reply::parse(longest.as_bytes()).unwrap().is_some());
    assert_eq!(
        Reply::parse(&[b'2'; LINE_BYTES]),
        Err(ReplyFault::LineTooLong)
    );
    assert_eq!(
        Reply::parse(format!("250 x{}", &longest[4..]).as_bytes()),
        Err(ReplyFault::LineTooLong)
    );

    let line = "250-xxxxxxxxxxxxxxxxxxxxxxxxxx\r\n";
    let lines = REPLY_BYTES / line.len();
    assert_eq!(Reply::parse(line.repeat(lines).as_bytes()), Ok(None));
    assert_eq!(
        Reply::parse(line.repeat(lines + 1).as_bytes()),
        Err(ReplyFault::TooLong)
    );
}

#[test]
fn offers_are_read_in_either_case_and_old_form() {
    let reply = |text: &str| Reply {
        code: 250,
        enhanced: None,
        text: text.to_owned(),
    };

    let all = Offers {
        pipelining: true,
        starttls: true,
        auth_plain: true,
        auth_login: true,
        size: true,
        size_bytes: Some(10_240_000),
    };
    assert_eq!(
        Offers::parse(&reply(
            "relay\nPIPELINING\nstarttls\nAUTH LOGIN PLAIN\nsize 10240000"
        )),
        all
    );
    assert_eq!(
        Offers::parse(&reply("PIPELINING\n8BITMIME")),
        Offers::default()
    );
    // RFC 1870: 0, or no number, names no limit.
    for unlimited in ["relay\nSIZE", "relay\nSIZE 0"] {
        let offers = Offers::parse(&reply(unlimited));
        assert_eq!((offers.size, offers.size_bytes), (true, None));
    }
    assert!(Offers::parse(&reply("relay\nAUTH=LOGIN")).auth_login);
}

#[test]
fn verdict_goes_by_class_and_stage() {
    let reply = |code| Reply {
        code,
        enhanced: None,
        text: String::new(),
    };

    assert!(reply(251).judge(Stage::Rcpt).is_ok());
    assert!(reply(354).judge(Stage::Data).is_ok());
    assert!(matches!(
        reply(250).judge(Stage::Data),
        Err(SmtpError::Protocol { .. })
    ));
    assert!(matches!(
        reply(354).judge(Stage::Dot),
        Err(SmtpError::Unknown { .. })
    ));
    assert!(matches!(
        reply(451).judge(Stage::Dot),
        Err(SmtpError::Deferred {
            stage: Stage::Dot,
            ..
        })
    ));
    assert!(
        reply(550)
            .judge(Stage::Rcpt)
            .unwrap_err()
            .connection_usable()
    );
    assert!(
        !reply(421)
            .judge(Stage::Rcpt)
            .unwrap_err()
            .connection_usable()
    );
    assert!(
        !reply(554)
            .judge(Stage::Greeting)
            .unwrap_err()
            .connection_usable()
    );
}
