//! Public identifiers: a prefix that says what is named, and 80 random bits.
//!
//! They are random, never sortable: an ascending id would tell when an unreleased text was submitted.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Crockford's base32 alphabet in lower case: no `i`, `l`, `o`, `u` to misread.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What a [`PublicId`] names; the prefix in its text form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `rel_`: a release.
    Release,
    /// `sty_`: a story.
    Story,
    /// `iss_`: an issuer.
    Issuer,
    /// `ep_`: an endpoint.
    Endpoint,
    /// `sub_`: a subscription.
    Subscription,
    /// `alr_`: an alert.
    Alert,
    /// `tok_`: the name (not the secret) of an API token.
    Token,
    /// `req_`: a request, followed from HTTP to the worker.
    Request,
    /// `per_`: a person who signs in.
    Person,
    /// `bun_`: editions that were submitted together.
    Bundle,
}

impl Kind {
    /// The prefix without its underscore.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Release => "rel",
            Kind::Story => "sty",
            Kind::Issuer => "iss",
            Kind::Endpoint => "ep",
            Kind::Subscription => "sub",
            Kind::Alert => "alr",
            Kind::Token => "tok",
            Kind::Request => "req",
            Kind::Person => "per",
            Kind::Bundle => "bun",
        }
    }
}

/// A public identifier such as `rel_7k2m9q4x0c5b8n1t`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicId(String);

impl PublicId {
    /// An identifier of this kind from 80 random bits.
    pub fn from_random(kind: Kind, random: [u8; 10]) -> PublicId {
        PublicId(format!("{}_{}", kind.prefix(), base32(&random)))
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The secret of an API token, from 256 random bits.
pub fn token_secret(random: [u8; 32]) -> String {
    format!("dl_{}", base32(&random))
}

/// Bytes as lower-case Crockford base32 without padding.
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for &byte in bytes {
        buffer = (buffer << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits) as usize & 31]));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits)) as usize & 31]));
    }
    text
}

/// The bytes that [`base32`] wrote; none if it did not write this text.
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for sign in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == sign)?;
        buffer = (buffer << 5) | value as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
        buffer &= (1 << bits) - 1;
    }
    // A sign too many, or one that says more than its byte.
    (bits < 5 && buffer == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_read_back_and_nothing_else_is() {
        for bytes in [&b""[..], b"h", b"hi", b"abcde", &[0xff; 31]] {
            assert_eq!(from_base32(&base32(bytes)).as_deref(), Some(bytes));
        }
        for bad in ["0", "01", "d1mh", "d1m", "D1MG", "d1mi", "d1m "] {
            assert_eq!(from_base32(bad), None, "{bad}");
        }
    }

    #[test]
    fn id_has_its_prefix_and_sixteen_characters() {
        let id = PublicId::from_random(Kind::Release, [0xff; 10]);

        assert_eq!(id.as_str(), "rel_zzzzzzzzzzzzzzzz");
        assert_eq!(base32(&[0]), "00");
        assert_eq!(base32(b"hi"), "d1mg");
    }
}
