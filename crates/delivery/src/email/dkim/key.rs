//! A key that signs, and the record in DNS by which others check it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use std::fmt;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

/// Why a file holds no key for DKIM.
#[derive(Debug, thiserror::Error)]
pub enum BadKey {
    /// It is not PEM, or holds something else.
    #[error("no private key in PEM is in it")]
    NoPem,
    /// An elliptic curve other than ed25519, an RSA key under 2048 or over 4096 bits, or a damaged one.
    #[error("the key is neither RSA of 2048 to 4096 bits nor ed25519: {0}")]
    Unfit(ring::error::KeyRejected),
}

/// A private key with its selector, the name under which DNS has the public one.
pub struct DkimKey {
    selector: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>, SystemRandom),
    Ed25519(Box<Ed25519KeyPair>),
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DkimKey")
            .field("selector", &self.selector)
            .finish_non_exhaustive()
    }
}

impl DkimKey {
    /// Reads a private key in PEM, as OpenSSL writes it: PKCS#8, or PKCS#1 for RSA.
    ///
    /// # Errors
    /// [`BadKey`] says why it is none.
    pub fn from_pem(selector: &str, pem: &[u8]) -> Result<DkimKey, BadKey> {
        let rsa = |pair| Pair::Rsa(Box::new(pair), SystemRandom::new());
        let pair = match PrivateKeyDer::from_pem_slice(pem).map_err(|_| BadKey::NoPem)? {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).map(rsa),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                // OpenSSL's files lack the public key, which ring would like to compare.
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
                    .map(|pair| Pair::Ed25519(Box::new(pair)))
                    .or_else(|_| RsaKeyPair::from_pkcs8(der).map(rsa))
            }
            _ => return Err(BadKey::NoPem),
        };
        Ok(DkimKey {
            selector: selector.to_owned(),
            pair: pair.map_err(BadKey::Unfit)?,
        })
    }

    /// The name before `._domainkey.` in DNS.
    pub fn selector(&self) -> &str {
        &self.selector
    }

    /// What the TXT record says (RFC 6376, 3.6.1).
    pub fn record(&self) -> String {
        let (kind, key) = match &self.pair {
            Pair::Rsa(pair, _) => ("rsa", subject_public_key(pair.public().as_ref())),
            Pair::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
        };
        format!("v=DKIM1; k={kind}; p={}", BASE64_STANDARD.encode(key))
    }

    /// What `a=` says.
    pub(super) fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(..) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The signature of a text.
    pub(super) fn sign(&self, text: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair, random) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, random, text, &mut signature)
                    .expect("the signature is as long as the key, and the system has randomness");
                signature
            }
            // RFC 8463, 3: the hash is what is signed.
            Pair::Ed25519(pair) => pair.sign(digest(&SHA256, text).as_ref()).as_ref().to_vec(),
        }
    }
}

/// A public RSA key as SubjectPublicKeyInfo (RFC 5280, 4.1), which is what verifiers read in `p=`.
fn subject_public_key(rsa: &[u8]) -> Vec<u8> {
    /// The algorithm rsaEncryption, without parameters (RFC 3279, 2.3.1).
    const RSA: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let bits = der(0x03, &[&[0], rsa].concat());
    der(0x30, &[&RSA, bits.as_slice()].concat())
}

/// A value with its tag and length (X.690, 8.1).
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = length.iter().position(|&byte| byte != 0);
    let length = &length[significant.unwrap_or(length.len() - 1)..];
    let mut value = vec![tag];
    if content.len() >= 0x80 {
        value.push(0x80 | length.len() as u8);
    }
    value.extend_from_slice(length);
    value.extend_from_slice(content);
    value
}
