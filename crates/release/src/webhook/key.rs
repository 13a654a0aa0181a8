//! Keys of the wire that sign calls by ed25519 (RFC 8032), which Standard Webhooks 1.0.0 calls `v1a`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::fmt;

/// A key that signs; whoever verifies needs its public half only.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// The key that a seed makes.
    pub fn from_seed(seed: &[u8; 32]) -> SigningKey {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        SigningKey(pair.expect("32 bytes of any kind are a seed"))
    }

    /// `whpk_` and base64 of the 32 bytes of the public half.
    pub fn public(&self) -> String {
        format!("whpk_{}", STANDARD.encode(self.0.public_key()))
    }

    /// `v1a,` and base64 of the 64 bytes of the signature.
    pub(super) fn signature(&self, content: &[u8]) -> String {
        format!("v1a,{}", STANDARD.encode(self.0.sign(content)))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.public()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        std::array::from_fn(|at| digit(2 * at))
    }

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn signature_is_the_one_of_the_standard() {
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let public: [u8; 32] =
            bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signed: [u8; 64] = bytes(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );

        let key = SigningKey::from_seed(&seed);

        assert_eq!(key.public(), format!("whpk_{}", STANDARD.encode(public)));
        assert_eq!(
            key.signature(&[0x72]),
            format!("v1a,{}", STANDARD.encode(signed))
        );
    }

    #[test]
    fn what_is_logged_of_a_key_is_public() {
        let key = SigningKey::from_seed(&[7; 32]);

        assert_eq!(
            format!("{key:?}"),
            format!("SigningKey({:?})", key.public())
        );
    }
}
