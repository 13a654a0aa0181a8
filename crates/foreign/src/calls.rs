//! URLs of webhooks, signatures of calls, and links in mails.

use release::capability::{Capability, LinkKey};
use release::network::is_public;
use release::webhook::{
    Allowed, Guard, Ports, Received, Target, Unverified, new_secret, signature, verify,
};
use std::net::IpAddr;
use std::sync::LazyLock;

static GUARD: LazyLock<Guard> = LazyLock::new(|| {
    let ports = Ports::parse("443 1024-65535").expect("ports");
    Guard::new(Allowed::default(), ports)
});
static SECRET: LazyLock<String> = LazyLock::new(|| new_secret([7; 32]));
static LINK_KEY: LazyLock<LinkKey> = LazyLock::new(|| LinkKey::new(1, &[7; 32]));

/// More subscriptions than this are written as all of an endpoint's.
const MOST_NAMED: usize = 24;

/// A URL that is let through leads by https to one public host, and means the same when it is read again; one that is not has
/// a reason and a mend that can be shown.
pub fn urls(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match GUARD.check(&text) {
        Ok(target) => is_fit_to_call(&target),
        Err(error) => {
            let said = format!("{error}: {}", error.mend());
            assert!(!said.contains(char::is_control), "{said:?}");
        }
    }
}

fn is_fit_to_call(target: &Target) {
    assert!(target.is_https, "{target:?}");
    assert!(
        target.port == 443 || target.port >= 1024,
        "port {}",
        target.port
    );
    for part in [&target.host, &target.authority, &target.path] {
        assert!(part.bytes().all(|byte| byte.is_ascii_graphic()), "{part:?}");
    }
    assert!(
        !target.authority.contains(['@', '/', '\\', '%']),
        "{target:?}"
    );
    assert!(target.path.starts_with('/'), "{target:?}");
    if let Ok(address) = target.host.parse::<IpAddr>() {
        assert!(is_public(address), "{address}");
    }
    let last = target.host.trim_end_matches('.').rsplit('.').next();
    assert!(!matches!(last, Some("localhost" | "local" | "internal")));
    let again = format!("https://{}{}", target.authority, target.path);
    assert_eq!(GUARD.check(&again).as_ref(), Ok(target), "{again}");
}

/// Of a call (id, timestamp, signatures and body, parted at the bytes 0) its own signature is believed, whole, and no other
/// text.
pub fn signatures(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.splitn(4, '\0');
    let mut part = || parts.next().unwrap_or_default();
    let (id, timestamp, given, body) = (part(), part(), part(), part().as_bytes());
    let now_s: i64 = timestamp.parse().unwrap_or_default();
    let judged = |timestamp: &str, signatures: &str| {
        let call = Received {
            id,
            timestamp,
            signatures,
            body,
        };
        verify(&SECRET, &call, now_s)
    };
    let ours = signature(&SECRET, id, now_s, body).expect("a secret");
    let plain = now_s.to_string();
    assert_eq!(judged(&plain, &ours), Ok(()));
    for at in 0..ours.len() {
        assert_eq!(judged(&plain, &ours[..at]), Err(Unverified::Signature));
    }
    let holds_ours = given.split(' ').any(|one| one == ours);
    assert_eq!(judged(&plain, given).is_ok(), holds_ours, "{given}");
    if timestamp.parse::<i64>().is_err() {
        assert_eq!(judged(timestamp, &ours), Err(Unverified::Timestamp));
    }
}

/// A link that was signed says what it was signed for, and nothing once a character is cut or changed. What was not signed says
/// nothing: the input is read as a token, and its bytes as ids of subscriptions.
pub fn links(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if LINK_KEY.verify(&text).is_ok() {
        is_sealed(&text);
    }
    let mut ids = bytes.chunks(4).map(|chunk| {
        chunk
            .iter()
            .fold(0, |id, byte| (id << 8) | i64::from(*byte))
    });
    let endpoint_id = ids.next().unwrap_or_default();
    let mut subscriptions: Vec<i64> = ids.take(2 * MOST_NAMED).collect();
    let signed = |subscriptions: &[i64]| {
        let subscriptions = subscriptions.to_vec();
        LINK_KEY.sign(&Capability::Unsubscribe {
            endpoint_id,
            subscriptions,
        })
    };
    let token = signed(&subscriptions);
    is_sealed(&token);
    if subscriptions.len() > MOST_NAMED {
        subscriptions.clear();
    }
    let told = Capability::Unsubscribe {
        endpoint_id,
        subscriptions,
    };
    assert_eq!(LINK_KEY.verify(&token), Ok(told));
}

fn is_sealed(token: &str) {
    for at in 0..token.len() {
        assert!(
            LINK_KEY.verify(&token[..at]).is_err(),
            "{token} cut at {at}"
        );
        let mut changed = token.to_owned().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8_lossy(&changed);
        assert!(
            LINK_KEY.verify(&changed).is_err(),
            "{token} changed at {at}"
        );
    }
}
