//! Mail that comes back, and the addresses to which it does.

use release::bounce::{BounceKind, MOST_BYTES, read};
use release::capability::{LinkKey, VERP_PREFIX};

/// The most return paths that a message may claim: four in each of four headers, and in each of sixteen parts.
const MOST_PATHS: usize = 4 * (4 + 16);
/// The most that is kept of a receiver's words, in bytes.
const SAID_BYTES: usize = 500;

/// Whatever came back says little and on one line: some claims, a code that is one, words without control characters. What stands
/// beyond the limit changes nothing.
pub fn returned(bytes: &[u8]) {
    let read_once = read(bytes);
    assert!(read_once.paths.len() <= MOST_PATHS);
    for path in &read_once.paths {
        let code = path
            .strip_prefix(VERP_PREFIX)
            .expect("only what looks like ours");
        assert!(code.is_ascii() && !code.contains('@'), "{path}");
    }
    if let Some(bounce) = &read_once.bounce {
        assert!(bounce.said.len() <= SAID_BYTES && !bounce.said.contains(char::is_control));
        let mut numbers = bounce.status.split('.');
        let is_code = numbers.all(|number| !number.is_empty() && number.parse::<u16>().is_ok());
        assert!(bounce.status.is_empty() || is_code, "{}", bounce.status);
        if bounce.kind == BounceKind::Complaint {
            assert!(bounce.status.is_empty());
        }
    }
    if bytes.len() > MOST_BYTES {
        assert_eq!(read(&bytes[..MOST_BYTES]), read_once);
    }
}

/// An address is a return path only as it was made, in either case.
pub fn return_path(bytes: &[u8]) {
    let local = String::from_utf8_lossy(bytes);
    let key = LinkKey::new(1, &[7; 32]);
    if let Ok((alert_id, endpoint_id)) = key.read_verp(&local) {
        assert_eq!(key.verp(alert_id, endpoint_id), local.to_ascii_lowercase());
    }
    let ids = (
        bytes.len() as i64,
        i64::from(bytes.first().copied().unwrap_or(0)),
    );
    assert_eq!(key.read_verp(&key.verp(ids.0, ids.1)), Ok(ids));
}
