//! Which relay, and how to speak to it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::ClientConfig;

/// A mail relay and the terms on which it is spoken to.
#[derive(Debug, Clone)]
pub struct RelaySettings {
    /// Name or address; with TLS, the name that its certificate must carry.
    pub host: String,
    /// The port: 25, 465 with [`TlsMode::Implicit`], 587 for submission.
    pub port: u16,
    /// Whether to encrypt.
    pub tls: TlsMode,
    /// Who we are, for relays that ask.
    pub credentials: Option<Credentials>,
    /// The name we greet with: our own host name.
    pub helo_name: String,
    /// Which certificates are trusted.
    pub tls_config: Arc<ClientConfig>,
    /// How long to wait for each answer.
    pub limits: Limits,
}

impl RelaySettings {
    /// Host and port, for people.
    pub fn at(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// When a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsMode {
    /// Never.
    None,
    /// With STARTTLS where the relay offers it. A handshake that fails is an error all the same.
    Opportunistic,
    /// With STARTTLS, or no mail is sent.
    #[default]
    Required,
    /// From the first byte (RFC 8314).
    Implicit,
}

/// A user name and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password; never logged.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// How long the relay may take (RFC 5321, 4.5.3.2 asks for at least so long at the dot).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// To resolve and connect, and again for a TLS handshake.
    pub connect: Duration,
    /// To take a flight of commands, and again for each reply.
    pub command: Duration,
    /// To take the message and answer its final dot.
    pub dot: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connect: Duration::from_secs(10),
            command: Duration::from_secs(60),
            dot: Duration::from_secs(300),
        }
    }
}
