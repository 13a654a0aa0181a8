//! Signatures by Standard Webhooks 1.0.0 over `{id}.{timestamp}.{body}`: `v1,` and base64 of HMAC-SHA256, or `v1a,` and
//! base64 of ed25519.

use super::SigningKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A secret that cannot sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing secret is not `whsec_` and base64 of 24 to 64 bytes")]
pub struct BadSecret;

/// A secret from 32 random bytes, as its owner gets it.
pub fn new_secret(random: [u8; 32]) -> String {
    format!("whsec_{}", STANDARD.encode(random))
}

/// What signs the calls to an endpoint, each for itself: a receiver that knows one of them believes the call.
#[derive(Debug, Clone, Copy)]
pub enum Signers<'a> {
    /// Secrets that both sides know.
    Secrets {
        /// The newest.
        newest: &'a str,
        /// Those before it that still hold, with spaces between them.
        before: &'a str,
    },
    /// Keys of the wire.
    Keys {
        /// The newest.
        newest: &'a SigningKey,
        /// The one before it, while it is not retired.
        before: Option<&'a SigningKey>,
    },
}

impl Signers<'_> {
    /// The `webhook-signature` header: signatures with spaces between them. `timestamp` is in Unix seconds.
    ///
    /// # Errors
    /// [`BadSecret`].
    pub fn header(&self, id: &str, timestamp: i64, body: &[u8]) -> Result<String, BadSecret> {
        match self {
            Signers::Secrets { newest, before } => {
                let mut header = signature(newest, id, timestamp, body)?;
                for secret in before.split_whitespace() {
                    header.push(' ');
                    header.push_str(&signature(secret, id, timestamp, body)?);
                }
                Ok(header)
            }
            Signers::Keys { newest, before } => {
                let mut content = format!("{id}.{timestamp}.").into_bytes();
                content.extend_from_slice(body);
                let keys = std::iter::once(*newest).chain(*before);
                let signatures: Vec<String> = keys.map(|key| key.signature(&content)).collect();
                Ok(signatures.join(" "))
            }
        }
    }
}

/// The signature by one secret. `timestamp` is in Unix seconds.
///
/// # Errors
/// [`BadSecret`].
pub fn signature(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, BadSecret> {
    let mac = mac(secret, id, &timestamp.to_string(), body)?;
    Ok(format!(
        "v1,{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

/// What a signature is the outcome of.
pub(super) fn mac(
    secret: &str,
    id: &str,
    timestamp: &str,
    body: &[u8],
) -> Result<Hmac<Sha256>, BadSecret> {
    let encoded = secret.strip_prefix("whsec_").ok_or(BadSecret)?;
    let key = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
    if !(24..=64).contains(&key.len()) {
        return Err(BadSecret);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| BadSecret)?;
    for piece in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(piece);
    }
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the specification's own libraries.
    #[test]
    fn signature_is_the_one_of_the_specification() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = br#"{"test": 2432232314}"#;

        let signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);

        assert_eq!(
            signed.as_deref(),
            Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
    }

    #[test]
    fn every_signer_signs_for_itself() {
        let (newest, before) = (new_secret([1; 32]), new_secret([2; 32]));
        let alone = |secret: &str| signature(secret, "id", 7, b"body").unwrap();
        let (key, old_key) = (
            SigningKey::from_seed(&[1; 32]),
            SigningKey::from_seed(&[2; 32]),
        );
        let check = |signers: Signers<'_>, expect: &[String]| {
            let header = signers.header("id", 7, b"body").unwrap();
            assert_eq!(header.split(' ').collect::<Vec<_>>(), expect, "{signers:?}");
        };
        let (newest, older) = (newest.as_str(), format!("{before} {newest}"));

        check(Signers::Secrets { newest, before: "" }, &[alone(newest)]);
        check(
            Signers::Secrets {
                newest,
                before: &older,
            },
            &[alone(newest), alone(&before), alone(newest)],
        );
        let by = |key: &SigningKey| key.signature(b"id.7.body");
        check(
            Signers::Keys {
                newest: &key,
                before: None,
            },
            &[by(&key)],
        );
        check(
            Signers::Keys {
                newest: &key,
                before: Some(&old_key),
            },
            &[by(&key), by(&old_key)],
        );
    }

    #[test]
    fn bad_secrets_are_refused() {
        for secret in [
            "",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_",
            "whsec_!!!!",
            "whsec_c2hvcnQ=",
        ] {
            assert_eq!(signature(secret, "id", 0, b""), Err(BadSecret), "{secret}");
        }
    }
}
