//! Return paths that say which delivery comes back (VERP): the local part of a mail's envelope sender.
//!
//! A report of a bounce names its mail in many ways, and most of them can be made up. What the envelope's sender was only the
//! relay and the receiving server knew; it is signed, so nobody can make another delivery's from it.

use super::{BadToken, LinkKey, MAC_BYTES, pop_varint, push_varint};
use crate::ids::{base32, from_base32};
use hmac::Mac;

/// What every return path begins with; relays deliver `b+anything` to the mailbox `b` (RFC 5233).
pub const VERP_PREFIX: &str = "b+";
/// Keeps a return path's code from being any other signed text: no [`Capability`](super::Capability) has this letter.
const PURPOSE: u8 = b'b';

impl LinkKey {
    /// The local part to which mail about this delivery comes back, at most 52 of the 64 characters that RFC 5321 allows. Lower-case
    /// letters and digits only, for mail systems change case.
    pub fn verp(&self, alert_id: i64, endpoint_id: i64) -> String {
        let mut bytes = vec![self.id];
        push_varint(&mut bytes, alert_id);
        push_varint(&mut bytes, endpoint_id);
        let mac = self.verp_mac(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&mac[..MAC_BYTES]);
        format!("{VERP_PREFIX}{}", base32(&bytes))
    }

    /// Keys of the alert and the endpoint of which a local part tells, in either case. The comparison takes the same time wherever it
    /// differs.
    ///
    /// # Errors
    /// [`BadToken`] if it is none of ours.
    pub fn read_verp(&self, local: &str) -> Result<(i64, i64), BadToken> {
        let local = local.to_ascii_lowercase();
        let code = local.strip_prefix(VERP_PREFIX).ok_or(BadToken)?;
        let bytes = from_base32(code).ok_or(BadToken)?;
        let length = bytes.len().checked_sub(MAC_BYTES).ok_or(BadToken)?;
        let (payload, mac) = bytes.split_at(length);
        self.verp_mac(payload)
            .verify_truncated_left(mac)
            .map_err(|_| BadToken)?;
        let (&id, mut rest) = payload.split_first().ok_or(BadToken)?;
        let mut number = || pop_varint(&mut rest).ok_or(BadToken);
        let (alert_id, endpoint_id) = (number()?, number()?);
        match id == self.id && rest.is_empty() {
            true => Ok((alert_id, endpoint_id)),
            false => Err(BadToken),
        }
    }

    fn verp_mac(&self, payload: &[u8]) -> hmac::Hmac<sha2::Sha256> {
        self.mac
            .clone()
            .chain_update([self.id, PURPOSE])
            .chain_update(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> LinkKey {
        LinkKey::new(1, &[7; 32])
    }

    #[test]
    fn return_path_names_its_delivery_in_either_case() {
        for ids in [
            (0, 0),
            (1, 1),
            (300, 70_000),
            (i64::MAX, i64::from(u32::MAX)),
        ] {
            let local = key().verp(ids.0, ids.1);

            assert!(local.len() <= 52, "{local}");
            let code = &local[VERP_PREFIX.len()..];
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            assert!(code.chars().all(plain), "{local}");
            assert_eq!(key().read_verp(&local), Ok(ids));
            assert_eq!(key().read_verp(&local.to_uppercase()), Ok(ids));
        }
    }

    #[test]
    fn return_path_that_was_changed_cut_or_signed_by_another_is_refused() {
        let local = key().verp(300, 70_000);

        for at in 0..local.len() {
            let mut changed = local.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(key().read_verp(&changed), Err(BadToken), "position {at}");
            assert_eq!(key().read_verp(&local[..at]), Err(BadToken), "cut at {at}");
        }
        for bad in ["", "b+", "b", "b+0", "b+é", &format!("{local}0")] {
            assert_eq!(key().read_verp(bad), Err(BadToken), "{bad}");
        }
        assert_eq!(LinkKey::new(1, &[8; 32]).read_verp(&local), Err(BadToken));
        assert_eq!(LinkKey::new(2, &[7; 32]).read_verp(&local), Err(BadToken));
    }

    #[test]
    fn link_is_no_return_path_and_return_path_no_link() {
        use super::super::Capability;
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;

        let local = key().verp(9, 12);
        let bytes = from_base32(&local[VERP_PREFIX.len()..]).unwrap();
        assert_eq!(key().verify(&URL_SAFE_NO_PAD.encode(bytes)), Err(BadToken));

        let link = key().sign(&Capability::Confirm {
            endpoint_id: 9,
            upto: 12,
        });
        let bytes = URL_SAFE_NO_PAD.decode(link).unwrap();
        let local = format!("{VERP_PREFIX}{}", base32(&bytes));
        assert_eq!(key().read_verp(&local), Err(BadToken));
    }
}
