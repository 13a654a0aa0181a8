//! From a judged URL to a connection: the name is resolved once, every address it resolves to is judged, and the judged
//! address is the one that is connected to. So a name that answers differently the next time changes nothing.

use super::names::Names;
use crate::stream::{HTTP2, Stream};
use release::webhook::{Guard, Target};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// Opens connections.
pub(super) struct Dialer {
    guard: Guard,
    names: Names,
    /// For each of the name, TCP (whatever number of addresses is tried) and TLS.
    limit: Duration,
    tls: Arc<ClientConfig>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("{host} did not resolve within {} s", limit.as_secs_f32())]
    SlowName { host: String, limit: Duration },
    #[error("{host} does not resolve: {source}")]
    NoName { host: String, source: io::Error },
    #[error("{host} resolves to {address}, which is not a public address")]
    NotPublic { host: String, address: SocketAddr },
    #[error("no connection to {at}: {source}")]
    Refused { at: SocketAddr, source: io::Error },
    #[error("no connection to {authority} within {} s", limit.as_secs_f32())]
    Slow { authority: String, limit: Duration },
    #[error("no TLS with {authority}: {source}")]
    Tls {
        authority: String,
        source: io::Error,
    },
}

impl Dialer {
    /// Whoever shows a certificate that `tls` trusts is spoken to, by HTTP/2 if it likes.
    pub(super) fn new(guard: Guard, names: Names, limit: Duration, tls: &ClientConfig) -> Dialer {
        let mut tls = tls.clone();
        tls.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
        Dialer {
            guard,
            names,
            limit,
            tls: Arc::new(tls),
        }
    }

    /// Connects, and encrypts where the URL says so.
    pub(super) async fn dial(&self, target: &Target) -> Result<Stream, DialError> {
        let addresses = self.addresses(target).await?;
        let stream = self.connect(target, &addresses).await?;
        if !target.is_https {
            return Ok(Stream::Plain(stream));
        }
        let failed = |source| DialError::Tls {
            authority: target.authority.clone(),
            source,
        };
        let name = ServerName::try_from(target.host.clone())
            .map_err(|error| failed(io::Error::other(error)))?;
        let handshake = TlsConnector::from(self.tls.clone()).connect(name, stream);
        match timeout(self.limit, handshake).await {
            Ok(stream) => Ok(Stream::Tls(Box::new(stream.map_err(failed)?))),
            Err(_elapsed) => Err(self.slow(target)),
        }
    }

    /// All addresses of a host, if every one may be called: one that may not is a sign of somebody who tries.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, DialError> {
        let host = &target.host;
        let looked_up = timeout(self.limit, self.names.look_up(host, target.port)).await;
        let addresses = looked_up
            .map_err(|_elapsed| DialError::SlowName {
                host: host.clone(),
                limit: self.limit,
            })?
            .map_err(|source| DialError::NoName {
                host: host.clone(),
                source,
            })?;
        let forbidden = |address: &&SocketAddr| !self.guard.admits(host, address.ip());
        match addresses.iter().find(forbidden) {
            Some(address) => Err(DialError::NotPublic {
                host: host.clone(),
                address: *address,
            }),
            None => Ok(addresses),
        }
    }

    /// One after the other; each gets an equal share of the time that is left.
    async fn connect(
        &self,
        target: &Target,
        addresses: &[SocketAddr],
    ) -> Result<TcpStream, DialError> {
        let end = Instant::now() + self.limit;
        let mut failure = self.slow(target);
        for (at, left) in addresses.iter().zip((1..=addresses.len() as u32).rev()) {
            let now = Instant::now();
            let share = now + end.saturating_duration_since(now) / left;
            match timeout_at(share, TcpStream::connect(at)).await {
                Ok(Ok(stream)) => {
                    // Without it a request in two segments waits for an acknowledgement; where it cannot be set, it only waits.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(source)) => failure = DialError::Refused { at: *at, source },
                Err(_elapsed) => {}
            }
        }
        Err(failure)
    }

    fn slow(&self, target: &Target) -> DialError {
        DialError::Slow {
            authority: target.authority.clone(),
            limit: self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use release::webhook::{Allowed, Ports};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn next_address_is_tried_where_one_refuses() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (open, shut) = (listener.local_addr().unwrap(), closed.local_addr().unwrap());
        drop(closed);
        let guard = Guard::new(
            Allowed::parse("127.0.0.0/8").unwrap(),
            Ports::parse("").unwrap(),
        );
        let target = guard.check("http://127.0.0.1:9/").unwrap();
        let tls = crate::tls_config().unwrap();
        let dialer = Dialer::new(guard, Names::System, Duration::from_secs(5), &tls);

        let connected = dialer.connect(&target, &[shut, open]).await;
        let refused = dialer.connect(&target, &[shut]).await;

        assert_eq!(connected.unwrap().peer_addr().unwrap(), open);
        assert!(matches!(refused, Err(DialError::Refused { at, .. }) if at == shut));
    }
}
