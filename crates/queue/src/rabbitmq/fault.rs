//! What a failure of the broker means: wait, or a person has to act.

use super::config::RabbitMqConfig;
use crate::QueueError;
use lapin::{Error, ErrorKind};

/// Reply codes of AMQP 0-9-1 that only a person can mend.
const ACCESS_REFUSED: u16 = 403;
const NOT_FOUND: u16 = 404;
const PRECONDITION_FAILED: u16 = 406;
const NOT_ALLOWED: u16 = 530;

/// A failure while connecting.
pub(super) fn connecting(config: &RabbitMqConfig, error: &Error) -> QueueError {
    let (at, reason) = (config.at(), reason(error));
    let Ok(uri) = config.uri() else {
        return QueueError::Unreachable { at, reason };
    };
    let user = uri.authority.userinfo.username;
    if is_distrust(error) {
        return QueueError::Untrusted { at, reason };
    }
    match code(error) {
        Some(NOT_ALLOWED | NOT_FOUND) if reason.contains("not found") => QueueError::NoVhost {
            at,
            vhost: uri.vhost,
        },
        Some(ACCESS_REFUSED | NOT_ALLOWED) => QueueError::Refused { at, user, reason },
        _ => QueueError::Unreachable { at, reason },
    }
}

/// A failure while declaring a queue or exchange, or beginning to consume from it.
pub(super) fn using(config: &RabbitMqConfig, what: &str, error: &Error) -> QueueError {
    let reason = reason(error);
    let what = what.to_owned();
    match code(error) {
        Some(PRECONDITION_FAILED) => QueueError::Mismatch { what, reason },
        Some(ACCESS_REFUSED) => QueueError::Denied {
            user: config
                .uri()
                .map_or_else(|_| String::new(), |uri| uri.authority.userinfo.username),
            what,
            prefix: config.prefix.clone(),
            reason,
        },
        _ => QueueError::Unreachable {
            at: config.at(),
            reason: format!("{what}: {reason}"),
        },
    }
}

/// Whether the broker does not have what was asked for.
pub(super) fn is_not_found(error: &Error) -> bool {
    code(error) == Some(NOT_FOUND)
}

/// The broker's words, or the system's.
pub(super) fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::ProtocolError(error) => error.get_message().to_string(),
        ErrorKind::IOError(error) => error.to_string(),
        _ => error.to_string(),
    }
}

/// The TLS library wraps its verdict in an I/O error, of which only the words tell it from others.
fn is_distrust(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::IOError(error) => error.to_string().contains("certificate"),
        _ => false,
    }
}

fn code(error: &Error) -> Option<u16> {
    match error.kind() {
        ErrorKind::ProtocolError(error) => Some(error.get_id()),
        _ => None,
    }
}
