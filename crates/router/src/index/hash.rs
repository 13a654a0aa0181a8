//! A keyed hash of short texts: a multiplication to twice the width, folded, for each eight bytes (the construction of
//! wyhash). It is made for tables whose keys come from strangers: the key is drawn at random for each index, so that
//! nobody can write filters whose words share a place. Wherever it decides, the text itself is compared as well.

use std::hash::{BuildHasher, RandomState};

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The key of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HashKey(pub(super) u64);

impl HashKey {
    /// A key from the system's randomness, by way of the standard library's own hash tables.
    pub(super) fn random() -> HashKey {
        HashKey(RandomState::new().hash_one(MIX))
    }

    /// The hash of a text of a kind.
    pub(super) fn hash(self, kind: u8, text: &[u8]) -> u64 {
        let mut state = fold(self.0 ^ u64::from(kind), MIX ^ text.len() as u64);
        let mut chunks = text.chunks_exact(8);
        for chunk in &mut chunks {
            let word = u64::from_le_bytes(chunk.try_into().expect("chunks have eight bytes"));
            state = fold(state ^ word, self.0 | 1);
        }
        let rest = chunks.remainder();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        fold(state ^ u64::from_le_bytes(last), MIX)
    }
}

fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ (wide >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn texts_kinds_and_keys_are_told_apart() {
        let key = HashKey(7);
        let texts = [
            "",
            "a",
            "b",
            "abcdefgh",
            "abcdefgi",
            "abcdefgh\0",
            "12345678a",
        ];
        let mut seen = HashSet::new();
        for text in texts {
            for kind in [1, 2] {
                assert!(
                    seen.insert(key.hash(kind, text.as_bytes())),
                    "{kind} {text:?}"
                );
            }
        }

        assert_ne!(HashKey(7).hash(1, b"abc"), HashKey(8).hash(1, b"abc"));
    }
}
