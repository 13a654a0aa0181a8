//! A relay behind TLS: it speaks the plain part itself and passes the rest to a sink.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// When TLS begins.
#[derive(Clone, Copy)]
pub(crate) enum Begin {
    AtOnce,
    AfterStartTls,
}

/// Starts a relay that serves any number of connections, and returns where.
pub(crate) async fn relay(begin: Begin, sink: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("loopback can be bound");
    let addr = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client, begin, sink));
        }
    });
    addr
}

async fn serve(mut client: TcpStream, begin: Begin, sink: SocketAddr) -> std::io::Result<()> {
    let mut sink = TcpStream::connect(sink).await?;
    if let Begin::AfterStartTls = begin {
        client.write_all(b"220 relay\r\n").await?;
        read_line(&mut client).await?;
        // What is said before TLS must be forgotten: the sink has no AUTH LOGIN.
        client
            .write_all(b"250-relay\r\n250-AUTH LOGIN\r\n250 STARTTLS\r\n")
            .await?;
        read_line(&mut client).await?;
        client.write_all(b"220 go\r\n").await?;
        // There is no second greeting after STARTTLS.
        read_line(&mut sink).await?;
    }
    let mut client = acceptor().accept(client).await?;
    tokio::io::copy_bidirectional(&mut client, &mut sink).await?;
    Ok(())
}

async fn read_line(stream: &mut TcpStream) -> std::io::Result<()> {
    while stream.read_u8().await? != b'\n' {}
    Ok(())
}

/// Trusts the test authority and nobody else.
pub(crate) fn trusting() -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(AUTHORITY).expect("valid PEM"))
        .expect("a valid authority");
    client(roots)
}

/// Trusts nobody.
pub(crate) fn distrusting() -> Arc<ClientConfig> {
    client(RootCertStore::empty())
}

fn client(roots: RootCertStore) -> Arc<ClientConfig> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks them");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

fn acceptor() -> TlsAcceptor {
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).expect("valid PEM")];
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("valid PEM");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks them")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("key and certificate match");
    TlsAcceptor::from(Arc::new(config))
}

/// Made for these tests with openssl; its key is thrown away.
const AUTHORITY: &[u8] = b"\
-----BEGIN CERTIFICATE-----
MIIBnTCCAUOgAwIBAgIUH3J2udW/zgB9AoSXSExZs3YoVS4wCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQRGF0ZWxpbmUgdGVzdCBDQTAgFw0yNjExMjMyMDMwMDdaGA8y
MTI2MTAzMDIwMzAwN1owGzEZMBcGA1UEAwwQRGF0ZWxpbmUgdGVzdCBDQTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABL403y0rHRbXIWsb2lCS9060XGijQ/XLlzdi
SuA4kjGd/uGDqSPNjH16bGh+GNHX8gVrQ5ybDpmJWu48dRstArajYzBhMB0GA1Ud
DgQWBBSyKw+e4/1+hiQp41lxL/m+8TZeATAfBgNVHSMEGDAWgBSyKw+e4/1+hiQp
41lxL/m+8TZeATAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAKBggq
hkjOPQQDAgNIADBFAiEA+qM2CL9jPkMdASe2MXEtU49fx1/7fTlnuzCBwxEZd9oC
ICZjxjHQUe46qkQbyouatkzmZSJRRq3RWD2B/u96m993
-----END CERTIFICATE-----";

/// For localhost and 127.0.0.1, from 2020 to 2120.
const CERTIFICATE: &[u8] = b"\
-----BEGIN CERTIFICATE-----
MIIBtDCCAVmgAwIBAgIBATAKBggqhkjOPQQDAjAbMRkwFwYDVQQDDBBEYXRlbGlu
ZSB0ZXN0IENBMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAUMRIw
EAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQo7lah
PzafttvJVQxJ7ToGJgNbNtYfLgdOYeSSF6l8zL9Mfu7FB4vN5M0Kcis4WeHKds7l
+FjJHyDF6DIHi03So4GSMIGPMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAM
BgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcD
ATAdBgNVHQ4EFgQUApTHc8yzh9JI8pDWds8lOT5zuRkwHwYDVR0jBBgwFoAUsisP
nuP9foYkKeNZcS/5vvE2XgEwCgYIKoZIzj0EAwIDSQAwRgIhAK5MC3Ni1nQtZmMy
nDlkNb9ACc8q8OIWnhgHVdaxPx6kAiEAqj7zzrtDmn+7EC84lKKgU/zRjuAy51sh
kAZXYZuZWU4=
-----END CERTIFICATE-----";

/// Worth nothing outside these tests.
const KEY: &[u8] = b"\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvHcQDHoe2/x3qL56
k/S8MCGlE9Sj4mIVMj9/RCBQlEqhRANCAAQo7lahPzafttvJVQxJ7ToGJgNbNtYf
LgdOYeSSF6l8zL9Mfu7FB4vN5M0Kcis4WeHKds7l+FjJHyDF6DIHi03S
-----END PRIVATE KEY-----";
