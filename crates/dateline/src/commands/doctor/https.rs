//! `public_url`, reached as a reader does: its certificate, and how long that still holds.

use super::check::Check;
use crate::settings::Settings;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use store::Clock;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::{ServerName, UnixTime};
use tokio_rustls::rustls::time_provider::TimeProvider;
use url::{Host, Url};

/// A certificate that ends sooner should have been renewed.
const AHEAD: Duration = Duration::from_secs(14 * 24 * 3600);
/// For the connection, and again for the handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// So far after now.
#[derive(Debug)]
struct Later(Duration);

impl TimeProvider for Later {
    fn current_time(&self) -> Option<UnixTime> {
        let now = Duration::from_millis(u64::try_from(Clock::System.now_ms()).ok()?);
        Some(UnixTime::since_unix_epoch(now + self.0))
    }
}

pub(super) async fn check(settings: &Settings) -> Check {
    let shown = &settings.public_url;
    let Ok(url) = Url::parse(shown) else {
        return Check::bad("https", format!("{shown} is not a URL"), "set public_url");
    };
    if url.scheme() != "https" {
        return Check::warn(
            "https",
            format!("links start with {shown}, which is not encrypted"),
            "put a proxy with HTTPS in front (deploy/proxy) and set public_url before the first alert leaves",
        );
    }
    match shake_hands(&url, Duration::ZERO).await {
        Err(error) => Check::bad(
            "https",
            format!("{shown} cannot be opened: {error}"),
            "readers see the same: mend the proxy, its certificate (whole chain, this name), or the name's address in DNS",
        ),
        Ok(()) => match shake_hands(&url, AHEAD).await {
            Ok(()) => Check::ok("https", format!("{shown} shows a good certificate")),
            Err(error) => Check::warn(
                "https",
                format!("the certificate of {shown} does not hold for 14 more days: {error}"),
                "renew it, and find out why that did not happen by itself",
            ),
        },
    }
}

/// Opens a connection whose certificates must hold at the moment so far ahead.
async fn shake_hands(url: &Url, ahead: Duration) -> io::Result<()> {
    let port = url.port_or_known_default().unwrap_or(443);
    let (address, name) = match url.host() {
        Some(Host::Domain(name)) => (name.to_owned(), ServerName::try_from(name.to_owned())),
        Some(Host::Ipv4(ip)) => (
            ip.to_string(),
            Ok(ServerName::from(std::net::IpAddr::V4(ip))),
        ),
        Some(Host::Ipv6(ip)) => (
            ip.to_string(),
            Ok(ServerName::from(std::net::IpAddr::V6(ip))),
        ),
        None => return Err(io::Error::other("it names no host")),
    };
    let name = name.map_err(io::Error::other)?;
    let mut config = ClientConfig::clone(&*delivery::tls_config()?);
    config.time_provider = Arc::new(Later(ahead));
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "no answer within 10 s");
    let stream = timeout(PATIENCE, TcpStream::connect((address.as_str(), port)));
    let stream = stream.await.map_err(late)??;
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
    timeout(PATIENCE, connecting).await.map_err(late)??;
    Ok(())
}
