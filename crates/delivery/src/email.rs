//! The email worker's way out: messages by lettre, the SMTP conversation ours.

pub mod conversation;
mod folder;
mod message;
mod pool;

pub(crate) use message::DigestMail;
pub use message::{From, StoryMails};
pub use pool::Pool;

use crate::contents::Wire;
use crate::{Failure, SendError, Sent};
use conversation::SmtpError;
use folder::Folder;
use release::capability::Capability;
use release::model::Extent;
use release::render::{Mail, Reason, Recipient};
use std::path::PathBuf;
use store::DueDelivery;

/// Sends mails through a relay, or keeps them in a folder where none is configured.
#[derive(Debug)]
pub struct Mailer {
    from: From,
    transport: Transport,
}

#[derive(Debug)]
enum Transport {
    Relay(Pool),
    Folder(Folder),
}

/// What one mail needs beside its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter<'a> {
    /// The delivery's identity, the same at every attempt; the left part of the Message-ID.
    pub(crate) id: &'a str,
    /// The recipient's address.
    pub(crate) to: &'a str,
    /// The Date header, Unix milliseconds.
    pub(crate) now_ms: i64,
    /// What was told of the story before: identities as the mails of this recipient have them, the oldest first.
    pub(crate) answers: &'a [String],
}

impl Mailer {
    /// Sends through a relay.
    pub fn relay(from: From, pool: Pool) -> Mailer {
        Mailer {
            from,
            transport: Transport::Relay(pool),
        }
    }

    /// Writes `.eml` files into a folder, which is created when it is not there.
    pub fn folder(from: From, folder: PathBuf) -> std::io::Result<Mailer> {
        Ok(Mailer {
            from,
            transport: Transport::Folder(Folder::open(folder)?),
        })
    }

    /// Sends the mail that tells of a release. `reasons` are the subscriptions behind it; the page at `why_url` shows what matched.
    pub(crate) async fn send_story(
        &self,
        letter: &Letter<'_>,
        wire: &Wire,
        mails: &StoryMails,
        delivery: &DueDelivery,
        reasons: &[Reason],
        why_url: &str,
    ) -> Result<Sent, SendError> {
        let mail = match delivery.extent {
            Extent::Full => &mails.full,
            Extent::Link => &mails.link,
        };
        self.send_alert(letter, wire, mail, delivery, reasons, Some(why_url))
            .await
    }

    /// Sends a digest.
    pub(crate) async fn send_digest(
        &self,
        letter: &Letter<'_>,
        wire: &Wire,
        mail: &DigestMail,
        delivery: &DueDelivery,
        reasons: &[Reason],
    ) -> Result<Sent, SendError> {
        self.send_alert(letter, wire, &mail.0, delivery, reasons, None)
            .await
    }

    async fn send_alert(
        &self,
        letter: &Letter<'_>,
        wire: &Wire,
        mail: &message::Encoded,
        delivery: &DueDelivery,
        reasons: &[Reason],
        why_url: Option<&str>,
    ) -> Result<Sent, SendError> {
        let subscriptions = reasons.iter().map(|reason| reason.id).collect();
        let capability = Capability::Unsubscribe {
            endpoint_id: delivery.endpoint_id,
            subscriptions,
        };
        let unsubscribe_url = format!(
            "{}/unsubscribe/{}",
            wire.public_url,
            wire.link_key.sign(&capability)
        );
        let texts: Vec<String> = reasons.iter().map(|reason| reason.text.clone()).collect();
        let recipient = Recipient {
            reasons: &texts,
            why_url,
            unsubscribe_url: &unsubscribe_url,
        };
        let message =
            message::alert(&self.from, wire, letter, mail, &recipient).map_err(unsendable)?;
        self.send(letter, message).await
    }

    /// Sends a mail of the wire's own, such as a confirmation.
    pub(crate) async fn send_plain(
        &self,
        letter: &Letter<'_>,
        mail: &Mail,
    ) -> Result<Sent, SendError> {
        let message = message::plain(&self.from, letter, mail).map_err(unsendable)?;
        self.send(letter, message).await
    }

    async fn send(&self, letter: &Letter<'_>, message: Vec<u8>) -> Result<Sent, SendError> {
        match &self.transport {
            Transport::Relay(pool) => {
                let reply = pool
                    .send(self.from.address(), letter.to, &message)
                    .await
                    .map_err(|error| verdict(&error))?;
                Ok(Sent {
                    status: Some(i64::from(reply.code)),
                })
            }
            Transport::Folder(folder) => {
                folder.keep(letter.id, &message).await.map_err(|error| {
                    Failure::unanswered(format!("the mail folder cannot be written: {error}"))
                        .retry()
                })?;
                Ok(Sent { status: None })
            }
        }
    }
}

/// A mail that cannot be built will not build next time.
fn unsendable(error: message::BadAddress) -> SendError {
    SendError::Fail(Failure::unanswered(error.to_string()))
}

/// 5xx about this mail is final; 5xx about the connection, 4xx and everything else is tried again.
fn verdict(failure: &SmtpError) -> SendError {
    use conversation::Stage::{Data, Dot, Mail, Rcpt};
    let error = with_source(failure);
    match failure {
        SmtpError::Refused {
            stage: Rcpt | Data | Dot | Mail,
            reply,
        } => SendError::Fail(Failure::answered(i64::from(reply.code), error)),
        SmtpError::Refused { reply, .. } | SmtpError::Deferred { reply, .. } => {
            Failure::answered(i64::from(reply.code), error).retry()
        }
        SmtpError::BareLineEnd | SmtpError::BadAddress => {
            SendError::Fail(Failure::unanswered(error))
        }
        _ => Failure::unanswered(error).retry(),
    }
}

fn with_source(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
