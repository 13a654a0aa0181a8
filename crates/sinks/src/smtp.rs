//! The mail receiver as tests see it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::listening::Listening;
use crate::record::{Attempts, Keep, Recorder, Shortfall};
use crate::smtp_mood::SmtpMood;
use crate::smtp_session;

/// One accepted mail for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The value of the Message-ID header without its angle brackets; empty if there was none.
    pub message_id: String,
    /// The sender of the envelope; empty for `<>`.
    pub from: String,
    /// The recipient of the envelope. A mail for several is recorded once for each.
    pub recipient: String,
    /// When the final dot was read.
    pub received: Instant,
    /// How long the message was, as it was sent.
    pub size_bytes: usize,
    /// The message without dot-stuffing, with [`Keep::Bodies`].
    pub raw: Option<Vec<u8>>,
}

/// A mail relay that records what it accepts.
///
/// It speaks RFC 5321 with PIPELINING, 8BITMIME, SIZE and AUTH PLAIN (any password but `wrong` will do). The local
/// part of each recipient says how that recipient is served:
///
/// | local part | what happens |
/// |---|---|
/// | `refuse-NNN-…` | RCPT is answered NNN (400 to 599), e.g. `refuse-550-anna` |
/// | `full-452-…` | the same under another name: a mailbox that is full |
/// | `lure-NNN-…` | RCPT is answered NNN, yet DATA 354 and the dot 554 (a relay that RFC 2920, 3.1 warns of) |
/// | `greylist-N-…` | the first N RCPTs of this recipient are answered 451, later ones accepted |
/// | `stall-rcpt-…` | RCPT is never answered |
/// | `stall-dot-…` | the mail is read, not recorded, and never answered |
/// | `drop-rcpt-…` | disconnects instead of an answer to RCPT |
/// | `drop-data-…` | disconnects instead of an answer to DATA |
/// | `drop-dot-…` | the mail is accepted and recorded, then it disconnects: the outcome is unknown to the sender |
/// | `reject-NNN-…` | the mail is read, not recorded, and answered NNN |
/// | anything else | is accepted and recorded |
///
/// What a whole relay does is its [`SmtpMood`]. The sink ends when it is dropped.
pub struct SmtpSink {
    listening: Listening,
    desk: Arc<SmtpDesk>,
}

/// What all sessions of one sink share.
pub(crate) struct SmtpDesk {
    pub(crate) keep: Keep,
    pub(crate) mails: Recorder<ReceivedMail>,
    pub(crate) greylisted: Attempts,
    mood: RwLock<SmtpMood>,
}

impl SmtpDesk {
    pub(crate) fn mood(&self) -> SmtpMood {
        *self.mood.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SmtpSink {
    /// Listens at `bind` (port 0 finds a free one), keeping ids only. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(bind: SocketAddr) -> io::Result<SmtpSink> {
        SmtpSink::start_keeping(bind, Keep::Ids)
    }

    /// Listens at `bind` and keeps as much of each mail as `keep` says.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start_keeping(bind: SocketAddr, keep: Keep) -> io::Result<SmtpSink> {
        let desk = Arc::new(SmtpDesk {
            keep,
            mails: Recorder::new(),
            greylisted: Attempts::default(),
            mood: RwLock::new(SmtpMood::Normal),
        });
        let serving = desk.clone();
        let listening = Listening::start(bind, move |stream| {
            smtp_session::serve(stream, serving.clone())
        })?;
        Ok(SmtpSink { listening, desk })
    }

    /// The address it listens at, with the real port.
    pub fn addr(&self) -> SocketAddr {
        self.listening.addr()
    }

    /// Closes the port and all connections; what was recorded can still be asked for.
    pub async fn stop(&self) {
        self.listening.stop().await;
    }

    /// Changes how the whole relay behaves.
    pub fn set_mood(&self, mood: SmtpMood) {
        *self
            .desk
            .mood
            .write()
            .unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// All mails so far, in the order in which they were accepted.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.desk.mails.rows()
    }

    /// How many mails were accepted, doubles included.
    pub fn count(&self) -> usize {
        self.desk.mails.count()
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        self.listening.connections()
    }

    /// How often each Message-ID came; above one is a double.
    pub fn ids(&self) -> HashMap<String, u32> {
        self.desk.mails.ids(id_of)
    }

    /// Waits until `wanted` mails are recorded, doubles included.
    ///
    /// # Errors
    /// When fewer have come within `deadline`.
    pub async fn wait_for(&self, wanted: usize, deadline: Duration) -> Result<(), Shortfall> {
        self.desk.mails.wait_for(wanted, deadline).await
    }

    /// Waits until mails with `wanted` different Message-IDs are recorded.
    ///
    /// # Errors
    /// When fewer have come within `deadline`.
    pub async fn wait_for_ids(&self, wanted: usize, deadline: Duration) -> Result<(), Shortfall> {
        self.desk.mails.wait_for_ids(wanted, deadline, id_of).await
    }

    /// Forgets all mails, and whom it has greylisted.
    pub fn clear(&self) {
        self.desk.mails.clear();
        self.desk.greylisted.clear();
    }
}

fn id_of(mail: &ReceivedMail) -> Option<&str> {
    Some(&mail.message_id)
}
