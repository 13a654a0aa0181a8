//! Signed links: what a mailed URL lets its holder do, and nothing else.
//!
//! A token is key id, purpose, ids and an HMAC-SHA256 (truncated to 128 bits, RFC 2104 section 5) in URL-safe base64.
//! One capability each: a forwarded mail can unsubscribe from what it was sent for, never open the preferences.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const MAC_BYTES: usize = 16;
/// More subscriptions than this behind one alert are written as "all of this endpoint's".
const MAX_SUBSCRIPTIONS: usize = 24;

/// What the holder of a link may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Capability {
    /// Stop these subscriptions of the endpoint; an empty list means all of them.
    Unsubscribe {
        /// The endpoint's key.
        endpoint_id: i64,
        /// The subscriptions' keys.
        subscriptions: Vec<i64>,
    },
    /// Say that the owner of the address asked for its subscriptions.
    Confirm {
        /// The endpoint's key.
        endpoint_id: i64,
    },
}

impl Capability {
    fn purpose(&self) -> u8 {
        match self {
            Capability::Unsubscribe { .. } => b'u',
            Capability::Confirm { .. } => b'c',
        }
    }
}

/// Why a link does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is not one of ours, or it was cut short or changed on its way")]
pub struct BadToken;

/// The key that signs links.
#[derive(Clone)]
pub struct LinkKey {
    id: u8,
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LinkKey({}, ***)", self.id)
    }
}

impl LinkKey {
    /// A key from its number and 32 random bytes.
    pub fn new(id: u8, secret: &[u8; 32]) -> LinkKey {
        let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
        LinkKey { id, mac }
    }

    /// The token for this capability.
    pub fn sign(&self, capability: &Capability) -> String {
        let mut bytes = vec![self.id, capability.purpose()];
        match capability {
            Capability::Unsubscribe {
                endpoint_id,
                subscriptions,
            } => {
                push_varint(&mut bytes, *endpoint_id);
                if subscriptions.len() <= MAX_SUBSCRIPTIONS {
                    subscriptions
                        .iter()
                        .for_each(|id| push_varint(&mut bytes, *id));
                }
            }
            Capability::Confirm { endpoint_id } => push_varint(&mut bytes, *endpoint_id),
        }
        let mac = self
            .mac
            .clone()
            .chain_update(&bytes)
            .finalize()
            .into_bytes();
        bytes.extend_from_slice(&mac[..MAC_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token allows. The comparison takes the same time wherever it differs.
    pub fn verify(&self, token: &str) -> Result<Capability, BadToken> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadToken)?;
        if bytes.len() < MAC_BYTES + 3 || bytes[0] != self.id {
            return Err(BadToken);
        }
        let (payload, mac) = bytes.split_at(bytes.len() - MAC_BYTES);
        self.mac
            .clone()
            .chain_update(payload)
            .verify_truncated_left(mac)
            .map_err(|_| BadToken)?;
        let mut rest = &payload[2..];
        let endpoint_id = pop_varint(&mut rest).ok_or(BadToken)?;
        match payload[1] {
            b'c' if rest.is_empty() => Ok(Capability::Confirm { endpoint_id }),
            b'u' => {
                let mut subscriptions = Vec::new();
                while !rest.is_empty() {
                    subscriptions.push(pop_varint(&mut rest).ok_or(BadToken)?);
                }
                Ok(Capability::Unsubscribe {
                    endpoint_id,
                    subscriptions,
                })
            }
            _ => Err(BadToken),
        }
    }
}

/// LEB128; ids are never negative.
fn push_varint(bytes: &mut Vec<u8>, id: i64) {
    let mut value = id.unsigned_abs();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn pop_varint(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return i64::try_from(value).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> LinkKey {
        LinkKey::new(1, &[7; 32])
    }

    #[test]
    fn what_is_signed_is_verified() {
        for capability in [
            Capability::Confirm {
                endpoint_id: 4_294_967_295,
            },
            Capability::Unsubscribe {
                endpoint_id: 1,
                subscriptions: vec![1, 300, 70_000],
            },
            Capability::Unsubscribe {
                endpoint_id: 1,
                subscriptions: vec![],
            },
        ] {
            assert_eq!(key().verify(&key().sign(&capability)), Ok(capability));
        }
    }

    #[test]
    fn a_token_that_was_changed_cut_or_signed_by_another_is_refused() {
        let token = key().sign(&Capability::Unsubscribe {
            endpoint_id: 9,
            subscriptions: vec![12],
        });

        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(key().verify(&changed), Err(BadToken), "position {at}");
            assert_eq!(key().verify(&token[..at]), Err(BadToken), "cut at {at}");
        }
        assert_eq!(LinkKey::new(1, &[8; 32]).verify(&token), Err(BadToken));
        assert_eq!(LinkKey::new(2, &[7; 32]).verify(&token), Err(BadToken));
    }

    #[test]
    fn one_purpose_does_not_open_another() {
        let confirm = key().sign(&Capability::Confirm { endpoint_id: 9 });

        assert!(matches!(
            key().verify(&confirm),
            Ok(Capability::Confirm { endpoint_id: 9 })
        ));
    }
}
