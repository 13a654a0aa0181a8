//! From a host name to a conversation: greeting, EHLO, TLS, authentication.

use std::io;
use std::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::error::{SmtpError, Stage};
use super::outgoing::check_address;
use super::reply::Offers;
use super::settings::{Credentials, RelaySettings, TlsMode};
use super::wire::Wire;
use super::{Conversation, Phase};
use crate::stream::Stream;

impl Conversation<Stream> {
    /// Connects to the relay, encrypts and authenticates as the settings say.
    ///
    /// # Errors
    /// Whatever goes wrong on the way; no mail has left.
    pub async fn connect(settings: &RelaySettings) -> Result<Conversation<Stream>, SmtpError> {
        let stream = dial(settings).await?;
        let peer = stream
            .peer_addr()
            .map_err(|source| SmtpError::Broken {
                stage: Stage::Connect,
                source,
            })?
            .ip();
        let mut conversation = if settings.tls == TlsMode::Implicit {
            Conversation::over(handshake(settings, stream).await?, settings).await?
        } else {
            Conversation::over(Stream::Plain(stream), settings)
                .await?
                .with_starttls(settings)
                .await?
        };
        if let Some(credentials) = &settings.credentials {
            if !conversation.is_encrypted() && !is_local(peer) {
                return Err(SmtpError::CredentialsExposed);
            }
            conversation.authenticate(credentials).await?;
        }
        Ok(conversation)
    }

    /// Whether what is said cannot be overheard.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.wire.stream(), Stream::Tls(_))
    }

    async fn with_starttls(
        mut self,
        settings: &RelaySettings,
    ) -> Result<Conversation<Stream>, SmtpError> {
        match settings.tls {
            TlsMode::None | TlsMode::Implicit => return Ok(self),
            TlsMode::Opportunistic if !self.offers.starttls => return Ok(self),
            TlsMode::Required if !self.offers.starttls => return Err(SmtpError::TlsNotOffered),
            TlsMode::Opportunistic | TlsMode::Required => {}
        }
        match self.command(Stage::StartTls, "STARTTLS\r\n").await {
            Ok(_) => {}
            // TLS is not available for now (RFC 3207, 4), and we can do without.
            Err(SmtpError::Deferred { reply, .. })
                if settings.tls == TlsMode::Opportunistic && reply.code == 454 =>
            {
                return Ok(self);
            }
            Err(error) => return Err(error),
        }
        let Stream::Plain(stream) = self.wire.into_stream()? else {
            return Err(SmtpError::TlsNotOffered);
        };
        let mut encrypted =
            Conversation::silent(Wire::new(handshake(settings, stream).await?), settings);
        // What was offered before TLS may have been offered by somebody else (RFC 3207, 4.2).
        encrypted.hello(settings).await?;
        Ok(encrypted)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Conversation<S> {
    /// Takes up the conversation over a stream that is already connected: greeting and EHLO, neither TLS nor
    /// authentication.
    ///
    /// # Errors
    /// When the relay refuses, or does not answer properly.
    pub async fn over(stream: S, settings: &RelaySettings) -> Result<Conversation<S>, SmtpError> {
        let mut conversation = Conversation::silent(Wire::new(stream), settings);
        conversation.verdict(Stage::Greeting).await?;
        conversation.hello(settings).await?;
        Ok(conversation)
    }

    fn silent(wire: Wire<S>, settings: &RelaySettings) -> Conversation<S> {
        Conversation {
            wire,
            offers: Offers::default(),
            limits: settings.limits,
            phase: Phase::Ready,
        }
    }

    /// EHLO, or HELO for relays that know no better (RFC 5321, 3.2).
    async fn hello(&mut self, settings: &RelaySettings) -> Result<(), SmtpError> {
        let name = &settings.helo_name;
        check_address(name)?;
        match self
            .command(Stage::Hello, &format!("EHLO {name}\r\n"))
            .await
        {
            Ok(reply) => self.offers = Offers::parse(&reply),
            Err(SmtpError::Refused { reply, .. }) if matches!(reply.code, 500 | 502) => {
                self.command(Stage::Hello, &format!("HELO {name}\r\n"))
                    .await?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// AUTH PLAIN (RFC 4616), else the older LOGIN.
    async fn authenticate(&mut self, credentials: &Credentials) -> Result<(), SmtpError> {
        let Credentials { user, password } = credentials;
        if self.offers.auth_plain {
            let plain = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
            self.command(Stage::Auth, &format!("AUTH PLAIN {plain}\r\n"))
                .await?;
        } else if self.offers.auth_login {
            self.prompted("AUTH LOGIN\r\n").await?;
            self.prompted(&format!("{}\r\n", BASE64_STANDARD.encode(user)))
                .await?;
            let password = BASE64_STANDARD.encode(password);
            self.command(Stage::Auth, &format!("{password}\r\n"))
                .await?;
        } else {
            return Err(SmtpError::AuthNotOffered);
        }
        Ok(())
    }

    /// A line of AUTH that the relay asks to go on after.
    async fn prompted(&mut self, line: &str) -> Result<(), SmtpError> {
        self.wire.put(format_args!("{line}"));
        self.flush(Stage::Auth).await?;
        self.reply(Stage::Auth).await?.judge_class(Stage::Auth, 3)?;
        Ok(())
    }
}

async fn dial(settings: &RelaySettings) -> Result<TcpStream, SmtpError> {
    let stage = Stage::Connect;
    let connecting = TcpStream::connect((settings.host.as_str(), settings.port));
    let stream = match timeout(settings.limits.connect, connecting).await {
        Err(_) => return Err(SmtpError::TimedOut { stage }),
        Ok(connected) => connected.map_err(|source| SmtpError::Broken { stage, source })?,
    };
    // Without it each mail waits 40 ms for the relay's delayed acknowledgement.
    stream
        .set_nodelay(true)
        .map_err(|source| SmtpError::Broken { stage, source })?;
    Ok(stream)
}

async fn handshake(settings: &RelaySettings, stream: TcpStream) -> Result<Stream, SmtpError> {
    let invalid = |_| {
        SmtpError::Tls(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a name for TLS",
        ))
    };
    let name = ServerName::try_from(settings.host.clone()).map_err(invalid)?;
    let connecting = TlsConnector::from(settings.tls_config.clone()).connect(name, stream);
    match timeout(settings.limits.connect, connecting).await {
        Err(_) => Err(SmtpError::Tls(io::ErrorKind::TimedOut.into())),
        Ok(Err(error)) => Err(SmtpError::Tls(error)),
        Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
    }
}

/// Whether what is said to `peer` cannot be overheard on a network.
fn is_local(peer: IpAddr) -> bool {
    peer.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_exposed_beyond_loopback() {
        for local in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(is_local(local.parse().unwrap()), "{local}");
        }
        for remote in [
            "10.0.0.1",
            "192.0.2.1",
            "0.0.0.0",
            "fe80::1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
        ] {
            assert!(!is_local(remote.parse().unwrap()), "{remote}");
        }
    }
}
