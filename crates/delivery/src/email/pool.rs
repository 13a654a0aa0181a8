//! Connections to the relay, kept for the next mail. How many are open at once is bounded by the worker's slots.

use super::conversation::{Conversation, RelaySettings, Reply, SmtpError};
use crate::stream::Stream;
use std::sync::Mutex;

/// After so many mails a connection is closed: relays like to balance their load.
const MAILS_PER_CONNECTION: u32 = 1000;

/// Idle connections to one relay.
#[derive(Debug)]
pub struct Pool {
    relay: RelaySettings,
    idle: Mutex<Vec<Open>>,
}

#[derive(Debug)]
struct Open {
    conversation: Conversation<Stream>,
    mails: u32,
}

impl Pool {
    /// A pool without connections.
    pub fn new(relay: RelaySettings) -> Pool {
        Pool {
            relay,
            idle: Mutex::default(),
        }
    }

    /// Sends one mail on an idle connection, or on a new one.
    ///
    /// An idle connection that the relay has closed meanwhile shows at the first command: the mail then goes on a new
    /// one, for nothing of it was taken.
    pub(super) async fn send(
        &self,
        from: &str,
        to: &str,
        message: &[u8],
    ) -> Result<Reply, SmtpError> {
        if let Some(open) = self.take() {
            match self.send_on(open, from, to, message).await {
                Err(SmtpError::Broken { .. }) => {}
                settled => return settled,
            }
        }
        // Boxed, for it is large, and most mails need none.
        let conversation = Box::pin(Conversation::connect(&self.relay)).await?;
        self.send_on(
            Open {
                conversation,
                mails: 0,
            },
            from,
            to,
            message,
        )
        .await
    }

    async fn send_on(
        &self,
        mut open: Open,
        from: &str,
        to: &str,
        message: &[u8],
    ) -> Result<Reply, SmtpError> {
        let result = open.conversation.send(from, to, message).await;
        open.mails += 1;
        if open.conversation.is_usable() {
            match open.mails {
                MAILS_PER_CONNECTION.. => drop(tokio::spawn(open.conversation.quit())),
                _ => self.idle.lock().expect("no holder panics").push(open),
            }
        }
        result
    }

    fn take(&self) -> Option<Open> {
        self.idle.lock().expect("no holder panics").pop()
    }
}
