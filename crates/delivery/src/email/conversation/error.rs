//! How a conversation with a relay can fail.

use std::fmt;
use std::io;

use super::reply::{Reply, ReplyFault};

/// The point of the conversation that an answer belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Resolving the name and connecting.
    Connect,
    /// The relay's first words.
    Greeting,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL, the sender.
    Mail,
    /// RCPT, the recipient.
    Rcpt,
    /// DATA, before the message.
    Data,
    /// The message and its final dot.
    Dot,
    /// RSET, between two mails.
    Reset,
    /// QUIT.
    Quit,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Stage::Connect => "connect",
            Stage::Greeting => "greeting",
            Stage::Hello => "EHLO",
            Stage::StartTls => "STARTTLS",
            Stage::Auth => "AUTH",
            Stage::Mail => "MAIL",
            Stage::Rcpt => "RCPT",
            Stage::Data => "DATA",
            Stage::Dot => "final dot",
            Stage::Reset => "RSET",
            Stage::Quit => "QUIT",
        })
    }
}

/// Why a mail was not, or perhaps not, sent.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// A 5xx: it will not be otherwise next time.
    #[error("relay refused at {stage}: {reply}")]
    Refused {
        /// What was refused.
        stage: Stage,
        /// In which words.
        reply: Reply,
    },
    /// A 4xx: it may be otherwise later.
    #[error("relay deferred at {stage}: {reply}")]
    Deferred {
        /// What was deferred.
        stage: Stage,
        /// In which words.
        reply: Reply,
    },
    /// The final dot was written and its answer is missing: the relay may have taken the mail.
    #[error("outcome unknown: no answer at {stage}")]
    Unknown {
        /// Always the final dot.
        stage: Stage,
        /// How the answer was lost: `TimedOut`, `InvalidData` for one that makes no sense, or the connection's error.
        source: io::Error,
    },
    /// The connection broke before the final dot: the relay has not taken the mail.
    #[error("connection broke at {stage}")]
    Broken {
        /// Where.
        stage: Stage,
        /// How.
        source: io::Error,
    },
    /// The relay took too long before the final dot: it has not taken the mail.
    #[error("relay took too long at {stage}")]
    TimedOut {
        /// Where.
        stage: Stage,
    },
    /// The relay answered what the protocol does not allow, before the final dot.
    #[error("relay broke the protocol at {stage}")]
    Protocol {
        /// Where.
        stage: Stage,
        /// What was wrong.
        source: ReplyFault,
    },
    /// The message holds a CR or LF that is no line end. Nothing was written.
    #[error("message holds a bare CR or LF")]
    BareLineEnd,
    /// An address, or our own name, is empty, too long, or holds what is not allowed there. Nothing was written.
    #[error("address or name holds a forbidden character, is empty, or is too long")]
    BadAddress,
    /// The TLS handshake failed.
    #[error("TLS with the relay failed")]
    Tls(#[source] io::Error),
    /// TLS is required, and the relay does not offer it.
    #[error("relay does not offer STARTTLS")]
    TlsNotOffered,
    /// Something was said in plain text behind STARTTLS, to be taken for encrypted (CVE-2011-0411 and its kind).
    #[error("plain text was injected behind STARTTLS")]
    PlaintextInjected,
    /// The connection is neither encrypted nor local, so the password was not sent.
    #[error("credentials are not sent over an unencrypted connection")]
    CredentialsExposed,
    /// The relay offers neither AUTH PLAIN nor AUTH LOGIN.
    #[error("relay offers no way to authenticate that we know")]
    AuthNotOffered,
}

impl SmtpError {
    /// Whether the conversation can send other mails after this.
    pub fn connection_usable(&self) -> bool {
        match self {
            SmtpError::BareLineEnd | SmtpError::BadAddress => true,
            SmtpError::Refused { stage, reply } | SmtpError::Deferred { stage, reply } => {
                // 421 is the last thing a relay says (RFC 5321, 3.8).
                matches!(stage, Stage::Mail | Stage::Rcpt | Stage::Data | Stage::Dot)
                    && reply.code != 421
            }
            _ => false,
        }
    }

    /// Whether the receiver asks for fewer mails, or slower ones: 421 or 4.7.x about a mail (RFC 3463, 3.8).
    pub fn asks_for_less(&self) -> bool {
        let SmtpError::Deferred { stage, reply } = self else {
            return false;
        };
        let by_policy = reply
            .enhanced
            .is_some_and(|status| (status.class, status.subject) == (4, 7));
        matches!(stage, Stage::Rcpt | Stage::Data | Stage::Dot) && (reply.code == 421 || by_policy)
    }

    /// Whether it says something of the relay and nothing of the mail, of which nothing was taken: the relay could not be
    /// reached, turned us away before it heard of a mail, or took leave at its first command.
    pub fn is_of_the_relay(&self) -> bool {
        use Stage::{Auth, Connect, Greeting, Hello, Mail, Reset, StartTls};
        match self {
            SmtpError::Tls(_)
            | SmtpError::TlsNotOffered
            | SmtpError::PlaintextInjected
            | SmtpError::CredentialsExposed
            | SmtpError::AuthNotOffered => true,
            SmtpError::Deferred { stage, reply } if reply.code == 421 => {
                matches!(
                    stage,
                    Connect | Greeting | Hello | StartTls | Auth | Reset | Mail
                )
            }
            SmtpError::Refused { stage, .. }
            | SmtpError::Deferred { stage, .. }
            | SmtpError::Broken { stage, .. }
            | SmtpError::TimedOut { stage }
            | SmtpError::Protocol { stage, .. } => {
                matches!(stage, Connect | Greeting | Hello | StartTls | Auth)
            }
            SmtpError::Unknown { .. } | SmtpError::BareLineEnd | SmtpError::BadAddress => false,
        }
    }
}
