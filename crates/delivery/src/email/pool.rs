//! Connections to one relay, kept for the next mail. How many are open at once is bounded by the worker's slots.

use super::conversation::{Conversation, RelaySettings, Reply, SmtpError, Stage};
use crate::stream::Stream;
use std::sync::Mutex;

/// After so many mails a connection is closed: relays like to balance their load.
const MAILS_PER_CONNECTION: u32 = 1000;

/// What one mail is sent with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope<'a> {
    /// The sender, to whom it comes back.
    pub(super) from: &'a str,
    /// The recipient.
    pub(super) to: &'a str,
}

/// Idle connections to one relay.
#[derive(Debug)]
pub(super) struct Pool {
    relay: RelaySettings,
    idle: Mutex<Vec<Open>>,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Open {
    conversation: Conversation<Stream>,
    mails: u32,
}

impl Pool {
    /// A pool without connections.
    pub(super) fn new(relay: RelaySettings) -> Pool {
        Pool {
            relay,
            idle: Mutex::default(),
        }
    }

    /// Whether a connection waits for a mail.
    pub(super) fn is_idle(&self) -> bool {
        !self.idle().is_empty()
    }

    /// Sends one mail on an idle connection; none if there is none that the relay has not closed meanwhile.
    ///
    /// That shows at the first command: nothing of the mail was taken.
    pub(super) async fn send_on_idle(
        &self,
        envelope: Envelope<'_>,
        message: &[u8],
    ) -> Option<Result<Reply, SmtpError>> {
        let open = self.idle().pop()?;
        match self.send(open, envelope, message).await {
            Err(SmtpError::Broken { .. }) => None,
            // Said when it had been idle for too long, and heard only now.
            Err(SmtpError::Deferred { stage, reply })
                if reply.code == 421 && matches!(stage, Stage::Mail | Stage::Reset) =>
            {
                None
            }
            settled => Some(settled),
        }
    }

    /// Opens a connection.
    pub(super) async fn open(&self) -> Result<Open, SmtpError> {
        Ok(Open {
            conversation: Conversation::connect(&self.relay).await?,
            mails: 0,
        })
    }

    /// Sends one mail, and keeps the connection if it is still good.
    pub(super) async fn send(
        &self,
        mut open: Open,
        envelope: Envelope<'_>,
        message: &[u8],
    ) -> Result<Reply, SmtpError> {
        let Envelope { from, to } = envelope;
        let result = open.conversation.send(from, to, message).await;
        open.mails += 1;
        if open.conversation.is_usable() {
            match open.mails {
                MAILS_PER_CONNECTION.. => drop(tokio::spawn(open.conversation.quit())),
                _ => self.idle().push(open),
            }
        }
        result
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Open>> {
        self.idle.lock().expect("no holder panics")
    }
}
