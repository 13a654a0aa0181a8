//! The email worker's way out: messages by lettre, signatures and the SMTP conversation ours.

pub mod conversation;
mod dkim;
mod folder;
mod message;
mod pace;
mod pool;
mod relays;

pub use dkim::{BadKey, DkimKey, Signer};
pub(crate) use message::DigestMail;
pub use message::{From, StoryMails};
pub use pace::PaceSettings;
pub(crate) use pace::Pass;
pub use relays::Relays;

use crate::contents::Wire;
use crate::{Failure, SendError, Sent};
use conversation::SmtpError;
use folder::Folder;
use pace::Pace;
use pool::Envelope;
use release::capability::{Capability, LinkKey};
use release::model::{Extent, Lane};
use release::render::{Mail, Reason, Recipient};
use std::path::PathBuf;
use store::{Clock, DueDelivery};

/// Sends mails through relays, or keeps them in a folder where none is configured.
#[derive(Debug)]
pub struct Mailer {
    from: From,
    signer: Signer,
    returning: Returning,
    transport: Transport,
}

/// To whom a mail comes back that cannot be delivered.
#[derive(Debug)]
pub enum Returning {
    /// To the sender whom readers see.
    ToSender,
    /// To an address of the delivery's own at this domain: the report says by it what came back (VERP).
    Named {
        /// The domain.
        domain: String,
        /// Signs the address.
        key: LinkKey,
    },
}

#[derive(Debug)]
enum Transport {
    Relays { relays: Relays, pace: Pace },
    Folder(Folder),
}

/// A mail that may not leave yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wait {
    /// When to ask again, Unix milliseconds.
    pub(crate) due_ms: i64,
    /// Why, for the ledger.
    pub(crate) why: String,
}

/// What one mail needs beside its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter<'a> {
    /// The delivery's identity, the same at every attempt; the left part of the Message-ID.
    pub(crate) id: &'a str,
    /// The keys of the alert and of the endpoint.
    pub(crate) delivery: (i64, i64),
    /// The recipient's address.
    pub(crate) to: &'a str,
    /// The Date header, Unix milliseconds.
    pub(crate) now_ms: i64,
    /// What was told of the story before: identities as the mails of this recipient have them, the oldest first.
    pub(crate) answers: &'a [String],
}

/// A mail as it goes to the relay, to one recipient, at the beginning of 1970.
///
/// # Errors
/// [`SendError::Fail`] if the address is none.
pub fn written(from: &From, to: &str, mail: &Mail) -> Result<Vec<u8>, SendError> {
    let letter = Letter {
        id: "alr_ep",
        delivery: (0, 0),
        to,
        now_ms: 0,
        answers: &[],
    };
    message::plain(from, &letter, mail).map_err(unsendable)
}

impl Mailer {
    /// Sends through relays, at the pace that each recipient's domain may be written to.
    pub fn relays(
        from: From,
        signer: Signer,
        returning: Returning,
        relays: Relays,
        pace: PaceSettings,
        clock: Clock,
    ) -> Mailer {
        let pace = Pace::new(pace, clock);
        Mailer {
            from,
            signer,
            returning,
            transport: Transport::Relays { relays, pace },
        }
    }

    /// Writes `.eml` files into a folder, which is created when it is not there.
    pub fn folder(from: From, signer: Signer, folder: PathBuf) -> std::io::Result<Mailer> {
        Ok(Mailer {
            from,
            signer,
            returning: Returning::ToSender,
            transport: Transport::Folder(Folder::open(folder)?),
        })
    }

    /// Says how many workers live, this one among them: they share what a domain may be sent.
    pub(crate) fn share_with(&self, workers: u32) {
        if let Transport::Relays { pace, .. } = &self.transport {
            pace.share_with(workers);
        }
    }

    /// Lets a mail to an address begin; it is on its way until what this gives is dropped.
    ///
    /// # Errors
    /// Until when it has to wait, if no relay takes mail or the address's domain has enough for now.
    pub(crate) fn enter<'a>(
        &'a self,
        address: &'a str,
        lane: Lane,
    ) -> Result<Option<Pass<'a>>, Wait> {
        let Transport::Relays { relays, pace } = &self.transport else {
            return Ok(None);
        };
        if let Some((due_ms, error)) = relays.closed() {
            let why = format!("no relay takes mail: {error}");
            return Err(Wait { due_ms, why });
        }
        let full = |due_ms| Wait {
            due_ms,
            why: "the recipient's domain has enough for now".to_owned(),
        };
        pace.enter(address, lane).map(Some).map_err(full)
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
        let message = self.signer.sign(message, letter.now_ms);
        match &self.transport {
            Transport::Relays { relays, pace } => {
                let returning = self.return_path(letter);
                let envelope = Envelope {
                    from: returning.as_deref().unwrap_or(self.from.address()),
                    to: letter.to,
                };
                let sent = relays.send(envelope, &message).await;
                let reply = sent.map_err(|error| {
                    if error.asks_for_less() {
                        pace.slow_down(letter.to);
                    }
                    verdict(&error)
                })?;
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

    /// The envelope's sender, where it is not the one whom readers see.
    fn return_path(&self, letter: &Letter<'_>) -> Option<String> {
        let Returning::Named { domain, key } = &self.returning else {
            return None;
        };
        let (alert_id, endpoint_id) = letter.delivery;
        Some(format!("{}@{domain}", key.verp(alert_id, endpoint_id)))
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
