//! A site behind TLS on loopback, with a certificate made for the test.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Files of a certificate for localhost that is its own authority.
pub(crate) struct Certificate {
    pub(crate) certificate: PathBuf,
    key: PathBuf,
}

/// Makes one that ends in so many days.
pub(crate) fn certificate(folder: &Path, days: u32) -> Certificate {
    let made = Certificate {
        certificate: folder.join("certificate.pem"),
        key: folder.join("key.pem"),
    };
    let mut command = Command::new("openssl");
    command.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]);
    command.args([
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]);
    command.args([
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-days",
        &days.to_string(),
    ]);
    command
        .arg("-out")
        .arg(&made.certificate)
        .arg("-keyout")
        .arg(&made.key);
    let output = command
        .output()
        .expect("openssl is missing: run tests/tools, or install Debian's openssl");
    assert!(output.status.success(), "{output:?}");
    made
}

/// A site that shakes hands, and nothing else.
pub(crate) struct Page {
    pub(crate) address: SocketAddr,
}

impl Page {
    pub(crate) async fn start(own: &Certificate) -> Page {
        let chain = vec![CertificateDer::from_pem_file(&own.certificate).unwrap()];
        let key = PrivateKeyDer::from_pem_file(&own.key).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = acceptor.accept(stream).await;
            }
        });
        Page { address }
    }
}
