//! Messages as they go over the wire: multipart text and HTML, every body quoted-printable, every header safe.
//!
//! The item's parts are encoded once; a recipient's parts are encoded apart and put behind them, for each piece ends
//! with a line end and quoted-printable knows no state beyond a line.

use super::Letter;
use crate::contents::Wire;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use release::model::Extent;
use release::render::{Item, Mail, MailTemplate, Recipient, story_mail};
use std::time::{Duration, UNIX_EPOCH};

/// Why a mail could not be built.
#[derive(Debug, thiserror::Error)]
pub(super) enum MessageError {
    /// An address that lettre refuses.
    #[error("`{address}` cannot be written to: {source}")]
    Address {
        /// As stored.
        address: String,
        /// Why.
        source: lettre::address::AddressError,
    },
    /// Anything else that lettre refuses.
    #[error("the mail cannot be built: {0}")]
    Build(#[from] lettre::error::Error),
}

/// Who the wire's mail comes from.
#[derive(Debug, Clone)]
pub struct From {
    mailbox: Mailbox,
    address: String,
    list_domain: String,
}

impl From {
    /// Reads `Name <address>`; `list_domain` is the domain of List-Id and Message-ID.
    ///
    /// # Errors
    /// [`lettre::address::AddressError`] if it is no address.
    pub fn parse(text: &str, list_domain: &str) -> Result<From, lettre::address::AddressError> {
        let mailbox: Mailbox = text.parse()?;
        Ok(From {
            address: mailbox.email.to_string(),
            list_domain: list_domain.to_owned(),
            mailbox,
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

/// A template with its shared parts in quoted-printable.
#[derive(Debug)]
pub(super) struct Encoded {
    template: MailTemplate,
    text: Vec<u8>,
    html_open: Vec<u8>,
    html_close: Vec<u8>,
    reply_to: Option<Mailbox>,
    language: String,
}

impl Encoded {
    fn new(template: MailTemplate, reply_to: Option<Mailbox>, language: String) -> Encoded {
        Encoded {
            text: quoted_printable(&template.text),
            html_open: quoted_printable(&template.html_open),
            html_close: quoted_printable(&template.html_close),
            language,
            reply_to,
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
) -> Result<Vec<u8>, MessageError> {
    let template = &encoded.template;
    let text = [
        encoded.text.as_slice(),
        &quoted_printable(&template.text_footer(recipient)),
    ]
    .concat();
    let footer = quoted_printable(&template.html_footer(recipient));
    let html = [encoded.html_open.as_slice(), &footer, &encoded.html_close].concat();
    let mut builder = envelope(from, letter, &template.subject)?
        .raw_header(raw("Content-Language", encoded.language.clone()))
        .raw_header(raw(
            "List-Id",
            format!("{} <alerts.{}>", phrase(&wire.name), from.list_domain),
        ))
        .raw_header(raw(
            "List-Unsubscribe",
            format!("<{}>", recipient.unsubscribe_url),
        ))
        .raw_header(raw(
            "List-Unsubscribe-Post",
            "List-Unsubscribe=One-Click".to_owned(),
        ));
    if let Some(reply_to) = &encoded.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    finish(builder, text, html)
}

/// A mail of the wire's own, such as a confirmation.
pub(super) fn plain(
    from: &From,
    letter: &Letter<'_>,
    mail: &Mail,
) -> Result<Vec<u8>, MessageError> {
    let builder = envelope(from, letter, &mail.subject)?;
    finish(
        builder,
        quoted_printable(&mail.text),
        quoted_printable(&mail.html),
    )
}

fn envelope(
    from: &From,
    letter: &Letter<'_>,
    subject: &str,
) -> Result<MessageBuilder, MessageError> {
    let to: Address = letter.to.parse().map_err(|source| MessageError::Address {
        address: release::address::printable(letter.to),
        source,
    })?;
    Ok(Message::builder()
        .message_id(Some(format!("<{}@{}>", letter.id, from.list_domain)))
        .date(UNIX_EPOCH + Duration::from_millis(letter.now_ms.max(0) as u64))
        .from(from.mailbox.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(subject))
        .raw_header(raw("Auto-Submitted", "auto-generated".to_owned())))
}

fn finish(builder: MessageBuilder, text: Vec<u8>, html: Vec<u8>) -> Result<Vec<u8>, MessageError> {
    let part = |content_type, bytes| {
        let body = Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::QuotedPrintable);
        SinglePart::builder().header(content_type).body(body)
    };
    let parts = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, html));
    Ok(builder.multipart(parts)?.formatted())
}

/// Quoted-printable with CRLF line ends (RFC 2045): no byte of a body reaches the SMTP stream unencoded.
fn quoted_printable(text: &str) -> Vec<u8> {
    let crlf = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\n', "\r\n");
    Body::new_with_encoding(crlf, ContentTransferEncoding::QuotedPrintable)
        .expect("quoted-printable encodes every text")
        .into_vec()
}

fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), one_line(&value))
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
            to: "ana@example.com",
            now_ms: 0,
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
            to: "ana@example.com\r\nRCPT TO:<b@example.com>",
            now_ms: 0,
        };
        let mail = Mail {
            subject: "s".into(),
            text: "t".into(),
            html: "h".into(),
        };

        assert!(matches!(
            plain(&from, &letter, &mail),
            Err(MessageError::Address { .. })
        ));
    }
}
