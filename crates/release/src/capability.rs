//! Signed links: what a mailed URL lets its holder do, and nothing else.
//!
//! A token is key id, purpose, ids and an HMAC-SHA256 (truncated to 128 bits, RFC 2104 section 5) in URL-safe base64.
//! One capability each: a forwarded mail can unsubscribe from what it was sent for, never open the preferences.

mod verp;

pub use verp::VERP_PREFIX;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const MAC_BYTES: usize = 16;
/// More subscriptions than this behind one alert are, to stop them, written as "all of this endpoint's".
const MAX_SUBSCRIPTIONS: usize = 24;

/// What the secret of a session begins with, and no token's does: a bearer says by it which of the two it is.
pub const SESSION_PREFIX: &str = "dls_";

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
        /// The key of the last subscription that the mail told of; what was asked for later must be chosen by hand.
        upto: i64,
    },
    /// Say that the owner of a webhook asked for its subscriptions.
    ConfirmHook {
        /// The webhook's key.
        endpoint_id: i64,
        /// The key of the last subscription that the mail told of.
        upto: i64,
    },
    /// See and change all that one endpoint gets.
    Preferences {
        /// The endpoint's key.
        endpoint_id: i64,
        /// Unix milliseconds; the holder of the key judges it.
        expires_ms: i64,
    },
    /// Open one session; the store knows whose, until when, and whether it was used.
    SignIn {
        /// The sign-in's key.
        sign_in: i64,
    },
    /// See by which words a release matched these subscriptions of the endpoint: what the mail says, and no more of their filters.
    Why {
        /// The endpoint's key.
        endpoint_id: i64,
        /// The release's key.
        release_id: i64,
        /// Unix milliseconds; the holder of the key judges it.
        expires_ms: i64,
        /// The subscriptions' keys; those beyond the first 24 are left out.
        subscriptions: Vec<i64>,
    },
    /// See a release exactly as it will look, before it clears.
    Proof {
        /// The release's key.
        release_id: i64,
        /// Unix milliseconds; the holder of the key judges it.
        expires_ms: i64,
    },
}

impl Capability {
    /// What a token holds: the purpose, and numbers.
    fn parts(&self) -> (u8, Vec<i64>) {
        match self {
            Capability::Unsubscribe {
                endpoint_id,
                subscriptions,
            } => {
                let mut numbers = vec![*endpoint_id];
                if subscriptions.len() <= MAX_SUBSCRIPTIONS {
                    numbers.extend(subscriptions);
                }
                (b'u', numbers)
            }
            Capability::Confirm { endpoint_id, upto } => (b'c', vec![*endpoint_id, *upto]),
            Capability::ConfirmHook { endpoint_id, upto } => (b'h', vec![*endpoint_id, *upto]),
            Capability::Preferences {
                endpoint_id,
                expires_ms,
            } => (b'm', vec![*endpoint_id, *expires_ms]),
            Capability::SignIn { sign_in } => (b's', vec![*sign_in]),
            Capability::Why {
                endpoint_id,
                release_id,
                expires_ms,
                subscriptions,
            } => {
                let mut numbers = vec![*endpoint_id, *release_id, *expires_ms];
                numbers.extend(subscriptions.iter().take(MAX_SUBSCRIPTIONS));
                (b'w', numbers)
            }
            Capability::Proof {
                release_id,
                expires_ms,
            } => (b'p', vec![*release_id, *expires_ms]),
        }
    }

    /// What [`Self::parts`] came from.
    fn of_parts(purpose: u8, numbers: &[i64]) -> Option<Capability> {
        match (purpose, numbers) {
            (b'u', [endpoint_id, subscriptions @ ..]) => Some(Capability::Unsubscribe {
                endpoint_id: *endpoint_id,
                subscriptions: subscriptions.to_vec(),
            }),
            // As mailed before links told how far they reach.
            (b'c', &[endpoint_id]) => Some(Capability::Confirm {
                endpoint_id,
                upto: 0,
            }),
            (b'c', &[endpoint_id, upto]) => Some(Capability::Confirm { endpoint_id, upto }),
            (b'h', &[endpoint_id, upto]) => Some(Capability::ConfirmHook { endpoint_id, upto }),
            (b'm', &[endpoint_id, expires_ms]) => Some(Capability::Preferences {
                endpoint_id,
                expires_ms,
            }),
            (b's', &[sign_in]) => Some(Capability::SignIn { sign_in }),
            (b'w', &[endpoint_id, release_id, expires_ms, ref subscriptions @ ..]) => {
                Some(Capability::Why {
                    endpoint_id,
                    release_id,
                    expires_ms,
                    subscriptions: subscriptions.to_vec(),
                })
            }
            (b'p', &[release_id, expires_ms]) => Some(Capability::Proof {
                release_id,
                expires_ms,
            }),
            _ => None,
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
        let (purpose, numbers) = capability.parts();
        let mut bytes = vec![self.id, purpose];
        numbers
            .iter()
            .for_each(|number| push_varint(&mut bytes, *number));
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
        let mut numbers = Vec::new();
        while !rest.is_empty() {
            numbers.push(pop_varint(&mut rest).ok_or(BadToken)?);
        }
        Capability::of_parts(payload[1], &numbers).ok_or(BadToken)
    }

    /// What stands for a text that was erased: tells whether another text is the same, and nothing else of it.
    pub fn fingerprint(&self, text: &str) -> String {
        let mac = self.mac.clone().chain_update(b"erased:").chain_update(text);
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// A token for one session's forms: what another site cannot know, and so cannot post. The session's secret itself
    /// never stands in a page.
    pub fn form_token(&self, session_secret: &str) -> String {
        let mac = self
            .mac
            .clone()
            .chain_update(b"form:")
            .chain_update(session_secret);
        URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..MAC_BYTES])
    }

    /// Whether a form came from a page of this session. The comparison takes the same time wherever it differs.
    pub fn is_form_token(&self, session_secret: &str, token: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|token| {
            let mac = self
                .mac
                .clone()
                .chain_update(b"form:")
                .chain_update(session_secret);
            token.len() == MAC_BYTES && mac.verify_truncated_left(&token).is_ok()
        })
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
                upto: 7,
            },
            Capability::ConfirmHook {
                endpoint_id: 1,
                upto: 0,
            },
            Capability::Preferences {
                endpoint_id: 1,
                expires_ms: 1_800_000_000_000,
            },
            Capability::Unsubscribe {
                endpoint_id: 1,
                subscriptions: vec![1, 300, 70_000],
            },
            Capability::Unsubscribe {
                endpoint_id: 1,
                subscriptions: vec![],
            },
            Capability::SignIn { sign_in: 12 },
            Capability::Why {
                endpoint_id: 1,
                release_id: 70_000,
                expires_ms: 1_800_000_000_000,
                subscriptions: vec![1, 300],
            },
            Capability::Proof {
                release_id: 3,
                expires_ms: 1_800_000_000_000,
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
    fn forms_of_another_session_are_refused() {
        let token = key().form_token("dls_1");

        assert!(key().is_form_token("dls_1", &token));
        assert!(!key().is_form_token("dls_2", &token));
        assert!(!key().is_form_token("dls_1", ""));
        assert!(!key().is_form_token("dls_1", &token[..token.len() - 2]));
        assert!(!LinkKey::new(1, &[8; 32]).is_form_token("dls_1", &token));
    }

    #[test]
    fn one_purpose_does_not_open_another() {
        let numbers = [9, 12, 1_800_000_000_000, 3];
        let purposes = [
            (b'u', 2),
            (b'c', 2),
            (b'h', 2),
            (b'm', 2),
            (b'p', 2),
            (b'w', 4),
        ];

        for (purpose, count) in purposes {
            let capability = Capability::of_parts(purpose, &numbers[..count]).unwrap();
            let token = key().sign(&capability);
            for (other, _) in purposes.into_iter().filter(|(other, _)| *other != purpose) {
                let opened = key().verify(&token).unwrap();
                assert_ne!(Some(opened), Capability::of_parts(other, &numbers[..count]));
            }
        }
    }

    #[test]
    fn fingerprint_tells_same_from_other_and_needs_the_key() {
        let print = key().fingerprint("ana@reader.example");

        assert_eq!(print, key().fingerprint("ana@reader.example"));
        assert_ne!(print, key().fingerprint("ben@reader.example"));
        assert_ne!(
            print,
            LinkKey::new(1, &[8; 32]).fingerprint("ana@reader.example")
        );
    }
}
