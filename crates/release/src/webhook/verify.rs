//! Whether a call is the wire's: what a receiver does by Standard Webhooks 1.0.0.

use super::sign::{BadSecret, mac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;

/// How far a call's time may be from the receiver's, in seconds.
const TOLERANCE_S: u64 = 300;

/// A call as its receiver has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received<'a> {
    /// The header `webhook-id`.
    pub id: &'a str,
    /// The header `webhook-timestamp`.
    pub timestamp: &'a str,
    /// The header `webhook-signature`.
    pub signatures: &'a str,
    /// As it came, byte for byte.
    pub body: &'a [u8],
}

/// Why a call is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// The receiver's own secret is none.
    #[error(transparent)]
    Secret(#[from] BadSecret),
    /// Not a number.
    #[error("webhook-timestamp is not a number of seconds")]
    Timestamp,
    /// Sent too long ago, or in the future: somebody may have kept it.
    #[error("webhook-timestamp is more than 5 minutes away")]
    Stale,
    /// Not signed with this secret.
    #[error("no signature of webhook-signature is that of this call")]
    Signature,
}

/// Believes a call if one of its signatures is that of the secret. Each is compared whole, and in the same time wherever it
/// differs. `now_s` is in Unix seconds.
///
/// # Errors
/// [`Unverified`].
pub fn verify(secret: &str, call: &Received<'_>, now_s: i64) -> Result<(), Unverified> {
    let mac = mac(secret, call.id, call.timestamp, call.body)?;
    let sent_s: i64 = call.timestamp.parse().map_err(|_| Unverified::Timestamp)?;
    if sent_s.abs_diff(now_s) > TOLERANCE_S {
        return Err(Unverified::Stale);
    }
    let is_ours = |signature: &str| {
        let encoded = signature.strip_prefix("v1,");
        let decoded = encoded.and_then(|encoded| STANDARD.decode(encoded).ok());
        decoded.is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
    };
    match call.signatures.split(' ').any(is_ours) {
        true => Ok(()),
        false => Err(Unverified::Signature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::signature;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn check(signatures: &str, expect: Result<(), Unverified>) {
        let call = Received {
            id: "msg_1",
            timestamp: "1614265330",
            signatures,
            body: b"{}",
        };
        assert_eq!(verify(SECRET, &call, 1_614_265_330), expect, "{signatures}");
    }

    #[test]
    fn one_whole_signature_of_the_secret_is_believed_and_no_part_of_it() {
        let ours = signature(SECRET, "msg_1", 1_614_265_330, b"{}").unwrap();
        let other = signature(SECRET, "msg_2", 1_614_265_330, b"{}").unwrap();

        check(&ours, Ok(()));
        check(&format!("v1a,AAAA {other} {ours}"), Ok(()));
        check(&other, Err(Unverified::Signature));
        for at in 0..ours.len() {
            check(&ours[..at], Err(Unverified::Signature));
        }
        for bad in ["", " ", "v1,", "v1, v1,", "v1,AAAA"] {
            check(bad, Err(Unverified::Signature));
        }
        check(&ours.replace("v1,", "v2,"), Err(Unverified::Signature));
        check(&format!("{ours}AAAA"), Err(Unverified::Signature));
    }

    #[test]
    fn calls_of_another_time_are_not_believed() {
        let at = |timestamp: &str, now_s| {
            let call = Received {
                id: "msg_1",
                timestamp,
                signatures: &signature(SECRET, "msg_1", 1000, b"").unwrap(),
                body: b"",
            };
            verify(SECRET, &call, now_s)
        };

        assert_eq!(at("1000", 1300), Ok(()));
        assert_eq!(at("1000", 700), Ok(()));
        assert_eq!(at("1000", 1301), Err(Unverified::Stale));
        assert_eq!(at("1000", 699), Err(Unverified::Stale));
        assert_eq!(at("1001", 1000), Err(Unverified::Signature));
        assert_eq!(at("01000", 1000), Err(Unverified::Signature));
        assert_eq!(at("soon", 1000), Err(Unverified::Timestamp));
        assert_eq!(at("-9223372036854775808", i64::MAX), Err(Unverified::Stale));
    }
}
