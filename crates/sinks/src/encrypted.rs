//! TLS for receivers: a certificate of an authority that nobody trusts but a test.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

/// Calls at once that a receiver takes on one connection of HTTP/2.
pub(crate) const MOST_STREAMS: u32 = 8;

/// What a receiver behind TLS offers to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// HTTP/1.1, without a word about protocols (RFC 7301), as old receivers do.
    Http1,
    /// HTTP/2, eight calls at once on a connection, and HTTP/1.1 for who wants that.
    Http2,
}

/// Trusts the authority of these receivers, and nobody else.
///
/// # Errors
/// None, unless this crate was broken.
pub fn trusting() -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(AUTHORITY).map_err(io::Error::other)?;
    roots.add(authority).map_err(io::Error::other)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(Arc::new(
        config.with_root_certificates(roots).with_no_client_auth(),
    ))
}

/// Accepts TLS connections.
#[derive(Clone)]
pub(crate) struct Encryption(TlsAcceptor);

impl Encryption {
    pub(crate) fn new(offer: Offer) -> io::Result<Encryption> {
        let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).map_err(io::Error::other)?];
        let key = PrivateKeyDer::from_pem_slice(KEY).map_err(io::Error::other)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(io::Error::other)?;
        if offer == Offer::Http2 {
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        Ok(Encryption(TlsAcceptor::from(Arc::new(config))))
    }

    /// The encrypted stream, and whether HTTP/2 was agreed on.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
    ) -> io::Result<(TlsStream<TcpStream>, bool)> {
        let stream = self.0.accept(stream).await?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok((stream, is_http2))
    }
}

/// Made for tests with openssl; its key is thrown away.
const AUTHORITY: &[u8] = b"\
-----BEGIN CERTIFICATE-----
MIIBnTCCAUOgAwIBAgIUBEu1DK/pMoiWLwPBaok6KuL9oGQwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQRGF0ZWxpbmUgdGVzdCBDQTAgFw0yNjExMzAyMDE0MjZaGA8y
MTI2MTEwNjIwMTQyNlowGzEZMBcGA1UEAwwQRGF0ZWxpbmUgdGVzdCBDQTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABDQpJ0hG4jL5ZOsRM7ZNYsPUy1mGgB3XUYLK
9rg5kXQcxQUMow8O3lfTIU3qTXdalnyYP0XgtRC1UNE4rgYC16mjYzBhMB0GA1Ud
DgQWBBRfIqMdQwTkjhqO5V5qaQYJlW4E6jAfBgNVHSMEGDAWgBRfIqMdQwTkjhqO
5V5qaQYJlW4E6jAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAKBggq
hkjOPQQDAgNIADBFAiAKUJHziuqVujEqd77I/NuBa+bM8F8j7n8Zx+GalX8kiAIh
APJq5bfkKnWIVaFYTTCSxyQdclkkTskm5vRjBfpFOKx0
-----END CERTIFICATE-----";

/// For hook.example and its subdomains, localhost and 127.0.0.1, from 2020 to 2119.
const CERTIFICATE: &[u8] = b"\
-----BEGIN CERTIFICATE-----
MIIB1DCCAXqgAwIBAgIBATAKBggqhkjOPQQDAjAbMRkwFwYDVQQDDBBEYXRlbGlu
ZSB0ZXN0IENBMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAXMRUw
EwYDVQQDDAxob29rLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT3
Ih+h6EA9JF0yMvPb74h3JnRmB0c+FaO2NcttkcNB8yum9tE/HMeru2YxOvGU56y4
LAUNEBDhpx+WKUxByXPno4GwMIGtMDgGA1UdEQQxMC+CDGhvb2suZXhhbXBsZYIO
Ki5ob29rLmV4YW1wbGWCCWxvY2FsaG9zdIcEfwAAATAMBgNVHRMBAf8EAjAAMA4G
A1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUTayh
Nw8+Tn8v0WW5msiToTbgUmIwHwYDVR0jBBgwFoAUXyKjHUME5I4ajuVeamkGCZVu
BOowCgYIKoZIzj0EAwIDSAAwRQIhAMqC4hyiasEFM+CewUMYIgdooG1ZQ+85Ej5/
D3utrXkWAiBDPqRzHGgcF/vCcVsGzXh0VE7wwQ1D0mFblqFcIgIlQw==
-----END CERTIFICATE-----";

/// Worth nothing outside of tests.
const KEY: &[u8] = b"\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5Thch/qnNCJmbl2p
OE/JZfPYMaTPSGUVW3D5Huw7JvahRANCAAT3Ih+h6EA9JF0yMvPb74h3JnRmB0c+
FaO2NcttkcNB8yum9tE/HMeru2YxOvGU56y4LAUNEBDhpx+WKUxByXPn
-----END PRIVATE KEY-----";
