//! What goes to a relay, and what it answers.

use delivery::email::conversation::{Reply, check_address, check_line_ends, stuff};
use delivery::email::{From, written};
use release::address::MailAddress;
use release::render::Mail;
use std::sync::LazyLock;

static SENDER: LazyLock<From> = LazyLock::new(|| {
    From::parse("Dateline <alerts@wire.example>", "wire.example").expect("an address")
});

/// Every header of a mail of the wire's own.
const HEADERS: [&str; 9] = [
    "From",
    "Auto-Submitted",
    "MIME-Version",
    "Message-ID",
    "Date",
    "To",
    "Subject",
    "Content-Type",
    "Content-Transfer-Encoding",
];
/// The longest line (RFC 5322, 2.1.1), in bytes.
const LINE_BYTES: usize = 998;
/// What a relay may have said before it is hung up on, in bytes.
const REPLY_BYTES: usize = 18 * 1024;

/// Whatever address, subject and bodies are, parted at the bytes 0: what is written is one mail to one recipient, of short
/// ASCII lines, with the wire's headers and no other. An address that is accepted can stand in a command and in a header.
pub fn mails(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.splitn(4, '\0');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let address = MailAddress::parse(&part());
    let mail = Mail {
        subject: part(),
        text: part(),
        html: part(),
    };
    match address {
        Ok(address) => is_written(&address, &mail),
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error}"),
    }
    let other = MailAddress::parse("ana@reader.example").expect("an address");
    is_written(&other, &mail);
}

fn is_written(to: &MailAddress, mail: &Mail) {
    assert_eq!(MailAddress::parse(to.as_str()).as_ref(), Ok(to));
    assert!(check_address(to.as_str()).is_ok(), "{to}");
    if let Ok(message) = written(&SENDER, to.as_str(), mail) {
        is_one_mail(&message);
    }
}

fn is_one_mail(message: &[u8]) {
    check_line_ends(message).expect("whole line ends");
    let text = std::str::from_utf8(message).expect("ASCII");
    assert!(text.is_ascii(), "{text}");
    assert!(text.lines().all(|line| line.len() <= LINE_BYTES), "{text}");
    let (head, _) = text.split_once("\r\n\r\n").expect("a head");
    for line in head.split("\r\n") {
        let is_folded = line.starts_with([' ', '\t']);
        let name = line.split(':').next().unwrap_or_default();
        assert!(is_folded || HEADERS.contains(&name), "{line}");
    }
    let to = head.split("\r\n").filter(|line| line.starts_with("To:"));
    assert_eq!(to.count(), 1, "{head}");
}

/// A message with whole line ends is stuffed so that its only line of one dot is its end, and a relay has it back as it was. One
/// with a bare CR or LF is refused.
pub fn dots(bytes: &[u8]) {
    let crlf_only = bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'\r' => bytes.get(at + 1) == Some(&b'\n'),
        b'\n' => at > 0 && bytes[at - 1] == b'\r',
        _ => true,
    });
    assert_eq!(check_line_ends(bytes).is_ok(), crlf_only);
    if !crlf_only {
        return;
    }
    let mut stuffed = Vec::new();
    stuff(bytes, &mut stuffed);
    let mut received = Vec::new();
    let mut lines = stuffed.split_inclusive(|byte| *byte == b'\n');
    for line in lines.by_ref() {
        if line == b".\r\n" {
            break;
        }
        received.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    assert_eq!(lines.next(), None, "something stands after the end");
    let added = received.strip_prefix(bytes).expect("the message");
    assert!(added.is_empty() || added == b"\r\n");
}

/// A reply is found at the same place whatever follows it; its text is fit for a log; what is no reply is not waited for.
pub fn replies(bytes: &[u8]) {
    match Reply::parse(bytes) {
        Ok(Some((reply, length))) => {
            assert!((200..600).contains(&reply.code), "{reply:?}");
            let is_odd = |c: char| c.is_control() && c != '\n';
            assert!(!reply.text.contains(is_odd), "{reply:?}");
            assert_eq!(bytes[length - 1], b'\n');
            let alone = Reply::parse(&bytes[..length]);
            assert_eq!(alone, Ok(Some((reply, length))));
            assert_eq!(Reply::parse(&bytes[..length - 1]), Ok(None));
        }
        Ok(None) => assert!(bytes.len() < REPLY_BYTES),
        Err(fault) => {
            let more = [bytes, b"\r\n250 ok\r\n"].concat();
            assert_eq!(Reply::parse(&more), Err(fault));
        }
    }
}
