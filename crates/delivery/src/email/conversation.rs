//! One conversation with a mail relay, spoken by hand: RFC 5321 over any stream.
//!
//! It reads the relay's replies and writes one mail for one recipient at a time. With PIPELINING (RFC 2920) a mail
//! takes two flights, envelope and message; lettre's own transport takes four, and a stall of 40 ms for want of
//! `TCP_NODELAY`. It keeps nothing: a crash leaves a connection that the relay forgets, and the one thing that cannot
//! be known by then, whether a final dot was heard, has its own error, [`SmtpError::Unknown`].
//!
//! * **A refusal is not a failure.** The recipient is refused, the connection lives: [`SmtpError::connection_usable`].
//! * **What a caller passes cannot become a command.** Addresses with forbidden characters and messages with a bare
//!   CR or LF are refused before anything is written (RUSTSEC-2026-0561).
//! * **A reply is never read as the answer to another command.** After a time-out, a reply that makes no sense, or a
//!   `send` that was cancelled half-way, the conversation is over.

mod error;
mod open;
mod outgoing;
mod reply;
mod settings;
mod wire;

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

pub use self::error::{SmtpError, Stage};
pub use self::outgoing::{check_address, check_line_ends, stuff};
pub use self::reply::{EnhancedStatus, Reply, ReplyFault};
pub use self::settings::{Credentials, Limits, RelaySettings, TlsMode};

use self::reply::Offers;
use self::wire::Wire;

/// An open session with a relay, past greeting, TLS and authentication.
#[derive(Debug)]
pub struct Conversation<S> {
    wire: Wire<S>,
    offers: Offers,
    limits: Limits,
    phase: Phase,
}

/// Where the relay is between two mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It waits for MAIL.
    Ready,
    /// It holds an envelope that came to nothing, and wants RSET first.
    Envelope,
    /// It is gone, or it is not known which command its next reply answers.
    Over,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Conversation<S> {
    /// Whether another mail can be sent.
    pub fn is_usable(&self) -> bool {
        self.phase != Phase::Over
    }

    /// The largest message that the relay says it takes, in bytes (RFC 1870); none where it names no limit.
    pub fn size_limit_bytes(&self) -> Option<u64> {
        self.offers.size_bytes
    }

    /// Sends one mail, and returns the relay's reply to the final dot.
    ///
    /// `from` may be empty (a bounce address of `<>`). `message` is a whole message of RFC 5322 with CRLF line ends
    /// and a 7-bit body; it is dot-stuffed here.
    ///
    /// # Errors
    /// [`SmtpError::BadAddress`] and [`SmtpError::BareLineEnd`] before anything is written;
    /// [`SmtpError::Refused`] (5xx) and [`SmtpError::Deferred`] (4xx) by what the relay says;
    /// [`SmtpError::Unknown`] when the connection is lost after the final dot, and otherwise when it is lost before.
    pub async fn send(&mut self, from: &str, to: &str, message: &[u8]) -> Result<Reply, SmtpError> {
        if to.is_empty() {
            return Err(SmtpError::BadAddress);
        }
        check_address(from)?;
        check_address(to)?;
        check_line_ends(message)?;
        let mail = self.mail_line(from, message);
        // Over until it has gone well: so a cancelled send leaves no conversation out of step.
        let phase = std::mem::replace(&mut self.phase, Phase::Over);
        match phase {
            Phase::Over => {
                let source =
                    io::Error::new(io::ErrorKind::NotConnected, "the conversation is over");
                return Err(SmtpError::Broken {
                    stage: Stage::Mail,
                    source,
                });
            }
            _ if self.offers.pipelining => {
                self.envelope_in_one_flight(phase, &mail, to).await?;
            }
            _ => self.envelope_step_by_step(phase, &mail, to).await?,
        }
        self.message(message).await
    }

    /// Takes leave (RFC 5321, 4.1.1.10).
    ///
    /// # Errors
    /// When the relay does not answer properly, which matters to nobody but a log.
    pub async fn quit(mut self) -> Result<(), SmtpError> {
        if self.is_usable() {
            self.command(Stage::Quit, "QUIT\r\n").await?;
        }
        self.wire
            .close(self.limits.command)
            .await
            .map_err(|fault| fault.before_dot(Stage::Quit))
    }

    /// MAIL, with the message's size where the relay wants to know it: one that is too long is refused before it is sent
    /// (RFC 1870).
    fn mail_line(&self, from: &str, message: &[u8]) -> String {
        match self.offers.size {
            true => format!("MAIL FROM:<{from}> SIZE={}\r\n", message.len()),
            false => format!("MAIL FROM:<{from}>\r\n"),
        }
    }

    async fn envelope_in_one_flight(
        &mut self,
        phase: Phase,
        mail: &str,
        to: &str,
    ) -> Result<(), SmtpError> {
        if phase == Phase::Envelope {
            self.wire.put(format_args!("RSET\r\n"));
        }
        self.wire
            .put(format_args!("{mail}RCPT TO:<{to}>\r\nDATA\r\n"));
        self.flush(Stage::Mail).await?;
        if phase == Phase::Envelope {
            self.verdict(Stage::Reset).await?;
        }
        let mut refusal = None;
        let mut wants_message = false;
        for stage in [Stage::Mail, Stage::Rcpt, Stage::Data] {
            match self.verdict(stage).await {
                Ok(_) => wants_message = stage == Stage::Data,
                Err(error) if error.connection_usable() => refusal = refusal.or(Some(error)),
                // Over. What was refused before that is still the better answer.
                Err(error) => return Err(refusal.unwrap_or(error)),
            }
        }
        let Some(refusal) = refusal else {
            return Ok(());
        };
        self.phase = if wants_message {
            self.lone_dot().await
        } else {
            Phase::Envelope
        };
        Err(refusal)
    }

    async fn envelope_step_by_step(
        &mut self,
        phase: Phase,
        mail: &str,
        to: &str,
    ) -> Result<(), SmtpError> {
        if phase == Phase::Envelope {
            self.command(Stage::Reset, "RSET\r\n").await?;
        }
        self.envelope_command(Stage::Mail, mail).await?;
        self.envelope_command(Stage::Rcpt, &format!("RCPT TO:<{to}>\r\n"))
            .await?;
        self.envelope_command(Stage::Data, "DATA\r\n").await
    }

    async fn envelope_command(&mut self, stage: Stage, line: &str) -> Result<(), SmtpError> {
        match self.command(stage, line).await {
            Ok(_) => Ok(()),
            Err(error) => {
                if error.connection_usable() {
                    self.phase = Phase::Envelope;
                }
                Err(error)
            }
        }
    }

    /// Ends a message that must not be sent, because the relay asked for it after refusing the recipient
    /// (RFC 2920, 3.1). Whatever it answers, it has nobody to send it to.
    async fn lone_dot(&mut self) -> Phase {
        match self.command(Stage::Dot, ".\r\n").await {
            Ok(_) => Phase::Ready,
            Err(error) if error.connection_usable() => Phase::Ready,
            Err(_) => Phase::Over,
        }
    }

    async fn message(&mut self, message: &[u8]) -> Result<Reply, SmtpError> {
        let end = Instant::now() + self.limits.dot;
        stuff(message, self.wire.output());
        // A write that fails has not handed over the last byte, so the final dot cannot have been heard.
        self.wire
            .write(end)
            .await
            .map_err(|fault| fault.before_dot(Stage::Dot))?;
        let reply = match self.wire.flushed_reply(end).await {
            Ok(reply) => reply,
            Err(fault) => return Err(fault.after_dot(Stage::Dot)),
        };
        let verdict = reply.judge(Stage::Dot);
        if verdict
            .as_ref()
            .map_or_else(SmtpError::connection_usable, |_| true)
        {
            self.phase = Phase::Ready;
        }
        verdict
    }

    /// One command line, and the relay's verdict on it.
    async fn command(&mut self, stage: Stage, line: &str) -> Result<Reply, SmtpError> {
        self.wire.put(format_args!("{line}"));
        self.flush(stage).await?;
        self.verdict(stage).await
    }

    async fn flush(&mut self, stage: Stage) -> Result<(), SmtpError> {
        let end = Instant::now() + self.limits.command;
        self.wire
            .write(end)
            .await
            .map_err(|fault| fault.before_dot(stage))
    }

    async fn verdict(&mut self, stage: Stage) -> Result<Reply, SmtpError> {
        self.reply(stage).await?.judge(stage)
    }

    async fn reply(&mut self, stage: Stage) -> Result<Reply, SmtpError> {
        let end = Instant::now() + self.limits.command;
        self.wire
            .flushed_reply(end)
            .await
            .map_err(|fault| fault.before_dot(stage))
    }
}
