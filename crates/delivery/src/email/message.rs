//! Messages as they go over the wire: multipart text and HTML, every body quoted-printable, every header safe.
//!
//! What all recipients of an item share is encoded once, headers and body; a recipient's own headers and footers are encoded
//! apart and put between, for each piece ends with a line end and quoted-printable knows no state beyond a line.

use super::Letter;
use crate::contents::Wire;
use lettre::Address;
use lettre::message::header::{
    self, ContentTransferEncoding, ContentType, HeaderName, HeaderValue, Headers,
};
use lettre::message::{Body, Mailbox, Mailboxes, MultiPart, SinglePart};
use release::model::Extent;
use release::render::{Item, Mail, MailTemplate, Recipient, story_mail};
use std::borrow::Cow;
use std::io::Write;
use std::time::{Duration, UNIX_EPOCH};

/// Where a recipient's part goes in what is encoded for all: quoted-printable holds no such byte.
const SEAM: u8 = 0;

/// The longest subject, in characters: a word of it is never parted, and a line has 998 bytes (RFC 5322, 2.1.1).
const SUBJECT_CHARS: usize = 500;

/// An address that lettre refuses.
#[derive(Debug, thiserror::Error)]
#[error("`{address}` cannot be written to: {source}")]
pub(super) struct BadAddress {
    /// As stored.
    address: String,
    /// Why.
    source: lettre::address::AddressError,
}

/// Who the wire's mail comes from.
#[derive(Debug, Clone)]
pub struct From {
    address: String,
    list_domain: String,
    /// What every mail says of its sender, and of itself.
    headers: String,
}

impl From {
    /// Reads `Name <address>`; `list_domain` is the domain of List-Id and Message-ID.
    ///
    /// # Errors
    /// [`lettre::address::AddressError`] if it is no address.
    pub fn parse(text: &str, list_domain: &str) -> Result<From, lettre::address::AddressError> {
        let mailbox: Mailbox = text.parse()?;
        let address = mailbox.email.to_string();
        let mut headers = Headers::new();
        headers.set(header::From::from(Mailboxes::from(mailbox)));
        headers.insert_raw(raw("Auto-Submitted", "auto-generated"));
        headers.set(header::MIME_VERSION_1_0);
        Ok(From {
            address,
            list_domain: list_domain.to_owned(),
            headers: headers.to_string(),
        })
    }

    /// The envelope's sender.
    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

/// The mails that tell of an item, encoded as far as all recipients share them.
#[derive(Debug)]
pub struct StoryMails {
    pub(super) full: Encoded,
    pub(super) link: Encoded,
}

impl StoryMails {
    /// Renders and encodes the shared parts.
    pub fn new(item: &Item) -> StoryMails {
        let reply_to = item.release.reply_contact().and_then(|contact| {
            let address: Address = contact.email.as_ref()?.as_str().parse().ok()?;
            Some(Mailbox::new(Some(contact.name.clone()), address))
        });
        let language = item.release.edition.language.to_string();
        let encode = |extent| {
            let template = story_mail(item, extent);
            Encoded::new(template, reply_to.clone(), language.clone())
        };
        StoryMails {
            full: encode(Extent::Full),
            link: encode(Extent::Link),
        }
    }
}

/// A digest, encoded.
#[derive(Debug)]
pub(crate) struct DigestMail(pub(super) Encoded);

impl DigestMail {
    /// Encodes a digest; `language` is that of its frame.
    pub(crate) fn new(template: MailTemplate, language: String) -> DigestMail {
        DigestMail(Encoded::new(template, None, language))
    }
}

/// A template with all that its recipients share, as bytes.
#[derive(Debug)]
pub(super) struct Encoded {
    template: MailTemplate,
    /// Without those of the sender and of the recipient.
    headers: String,
    /// The body: up to the text's footer, from there to the HTML's, and the rest.
    body: [Vec<u8>; 3],
}

impl Encoded {
    fn new(template: MailTemplate, reply_to: Option<Mailbox>, language: String) -> Encoded {
        let mut headers = Headers::new();
        headers.set(subject(&template.subject));
        headers.insert_raw(raw("Content-Language", &language));
        headers.insert_raw(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        if let Some(reply_to) = reply_to {
            headers.set(header::ReplyTo::from(Mailboxes::from(reply_to)));
        }
        let mut text = quoted_printable(&template.text);
        text.push(SEAM);
        let mut html = quoted_printable(&template.html_open);
        html.push(SEAM);
        html.extend(quoted_printable(&template.html_close));
        let body = alternatives(text, html);
        let mut pieces = body.split(|byte| *byte == SEAM).map(<[u8]>::to_vec);
        Encoded {
            headers: headers.to_string(),
            body: std::array::from_fn(|_| pieces.next().unwrap_or_default()),
            template,
        }
    }
}

/// The mail that tells one recipient of an item, or of several.
pub(super) fn alert(
    from: &From,
    wire: &Wire,
    letter: &Letter<'_>,
    encoded: &Encoded,
    recipient: &Recipient<'_>,
) -> Result<Vec<u8>, BadAddress> {
    let mut own = envelope(from, letter)?;
    own.insert_raw(raw(
        "List-Id",
        &format!("{} <alerts.{}>", phrase(&wire.name), from.list_domain),
    ));
    own.insert_raw(raw(
        "List-Unsubscribe",
        &format!("<{}>", recipient.unsubscribe_url),
    ));
    let text_footer = quoted_printable(&encoded.template.text_footer(recipient));
    let html_footer = quoted_printable(&encoded.template.html_footer(recipient));
    let [open, middle, close] = encoded.body.each_ref().map(Vec::as_slice);
    let body = [open, &text_footer, middle, &html_footer, close];
    Ok(whole(&[&from.headers, &encoded.headers], &own, &body))
}

/// A mail of the wire's own, such as a confirmation.
pub(super) fn plain(from: &From, letter: &Letter<'_>, mail: &Mail) -> Result<Vec<u8>, BadAddress> {
    let mut own = envelope(from, letter)?;
    own.set(subject(&mail.subject));
    let body = alternatives(quoted_printable(&mail.text), quoted_printable(&mail.html));
    Ok(whole(&[&from.headers], &own, &[&body]))
}

/// What makes a mail this one mail to this one recipient.
fn envelope(from: &From, letter: &Letter<'_>) -> Result<Headers, BadAddress> {
    let to: Address = letter.to.parse().map_err(|source| BadAddress {
        address: release::address::printable(letter.to),
        source,
    })?;
    let sent = UNIX_EPOCH + Duration::from_millis(letter.now_ms.max(0) as u64);
    let mut headers = Headers::new();
    let id = |left: &str| format!("<{left}@{}>", from.list_domain);
    headers.set(header::MessageId::from(id(letter.id)));
    if let Some(last) = letter.answers.last() {
        let all: Vec<String> = letter.answers.iter().map(|left| id(left)).collect();
        headers.set(header::InReplyTo::from(id(last)));
        headers.set(header::References::from(all.join(" ")));
    }
    headers.set(header::Date::new(sent));
    headers.set(header::To::from(Mailboxes::from(Mailbox::new(None, to))));
    Ok(headers)
}

/// Headers, each with its line end, and a body that begins with its own.
fn whole(shared: &[&str], own: &Headers, body: &[&[u8]]) -> Vec<u8> {
    let length = |pieces: &[&[u8]]| pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let mut message = Vec::with_capacity(length(body) + 2048);
    for headers in shared {
        message.extend_from_slice(headers.as_bytes());
    }
    write!(message, "{own}").expect("a vector takes every write");
    for piece in body {
        message.extend_from_slice(piece);
    }
    message
}

/// Both parts, the text first (RFC 2046, 5.1.4), with the header that says so.
fn alternatives(text: Vec<u8>, html: Vec<u8>) -> Vec<u8> {
    let part = |content_type, bytes| {
        let body = Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::QuotedPrintable);
        SinglePart::builder().header(content_type).body(body)
    };
    MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, html))
        .formatted()
}

/// Quoted-printable with CRLF line ends (RFC 2045): no byte of a body reaches the SMTP stream unencoded.
fn quoted_printable(text: &str) -> Vec<u8> {
    let lines = match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    };
    let crlf = lines.replace('\n', "\r\n");
    Body::new_with_encoding(crlf, ContentTransferEncoding::QuotedPrintable)
        .expect("quoted-printable encodes every text")
        .into_vec()
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), one_line(value))
}

/// A subject; one that is longer than any headline is cut.
fn subject(text: &str) -> header::Subject {
    let mut line = one_line(text);
    if let Some((end, _)) = line.char_indices().nth(SUBJECT_CHARS) {
        line.truncate(end);
        line.push('…');
    }
    header::Subject::from(line)
}

/// What becomes a header is one line: lint refuses line ends at intake, and none passes here either.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A display name as an RFC 5322 quoted string.
fn phrase(name: &str) -> String {
    format!("\"{}\"", name.replace(['"', '\\'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_headers_and_bodies_stay_inside_the_message() {
        let from = From::parse("Dateline <alerts@wire.example>", "wire.example").unwrap();
        let letter = Letter {
            id: "alr_1_ep_1",
            delivery: (1, 1),
            to: "ana@example.com",
            now_ms: 0,
            answers: &[],
        };
        let mail = Mail {
            subject: "News\r\nBcc: victim@example.com".into(),
            text: "One\n.\nMAIL FROM:<x@y.example>\rtwo\r\n.\r\nQUIT\r\n".into(),
            html: "<p>ü</p>\n".into(),
        };

        let message = String::from_utf8(plain(&from, &letter, &mail).unwrap()).unwrap();

        assert!(message.is_ascii());
        assert!(
            !message.lines().any(|line| line.starts_with("Bcc")),
            "{message}"
        );
        assert_eq!(
            message.matches('\n').count(),
            message.matches("\r\n").count()
        );
        assert_eq!(
            message.matches('\r').count(),
            message.matches("\r\n").count()
        );
        assert!(message.lines().all(|line| line.len() <= 998));
    }

    #[test]
    fn an_address_with_a_line_end_is_refused() {
        let from = From::parse("Dateline <alerts@wire.example>", "wire.example").unwrap();
        let letter = Letter {
            id: "x",
            delivery: (1, 1),
            to: "ana@example.com\r\nRCPT TO:<b@example.com>",
            now_ms: 0,
            answers: &[],
        };
        let mail = Mail {
            subject: "s".into(),
            text: "t".into(),
            html: "h".into(),
        };

        assert!(matches!(
            plain(&from, &letter, &mail),
            Err(BadAddress { .. })
        ));
    }
}
