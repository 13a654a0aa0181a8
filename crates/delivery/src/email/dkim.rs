//! DKIM: each mail is signed for the sender's domain (RFC 6376), by RSA, by ed25519 (RFC 8463), or by both.
//!
//! Headers and body are canonicalised relaxed. A header is named once more than it stands in the mail, so that none can be
//! added on the way; both List-Unsubscribe headers are among them, as RFC 8058 wants. Signing runs where the mail is
//! made: a signature takes less than a millisecond, and another thread would cost more than it gives.

mod key;

pub use key::{BadKey, DkimKey};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use memchr::memmem;
use ring::digest::{SHA256, digest};

/// What is signed, in the order of a usual mail. What relays and lists add or change is not among them.
const SIGNED: [&str; 15] = [
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-language",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// A signature is folded into lines of so many characters (RFC 5322, 2.1.1 asks for at most 78).
const LINE_CHARS: usize = 72;

/// Signs mails for one domain.
#[derive(Debug)]
pub struct Signer {
    domain: String,
    keys: Vec<DkimKey>,
}

impl Signer {
    /// Signs for the domain with each of these keys; without any, not at all.
    pub fn new(domain: &str, keys: Vec<DkimKey>) -> Signer {
        Signer {
            domain: domain.to_ascii_lowercase(),
            keys,
        }
    }

    /// The mail with a signature before it for each key. `now_ms` is the time of signing, Unix milliseconds.
    ///
    /// A message without an empty line after its headers is given back as it is.
    pub(super) fn sign(&self, message: Vec<u8>, now_ms: i64) -> Vec<u8> {
        let head_end = match memmem::find(&message, b"\r\n\r\n") {
            Some(head_end) if !self.keys.is_empty() => head_end,
            _ => return message,
        };
        let (head, body) = (&message[..head_end + 2], &message[head_end + 4..]);
        let body_hash = BASE64_STANDARD.encode(digest(&SHA256, &relaxed_body(body)));
        let (names, mut signed) = relaxed_headers(head);
        let names = folded(&names);
        let headers_length = signed.len();
        let mut whole = Vec::with_capacity(message.len() + 2048 * self.keys.len());
        for key in &self.keys {
            let tags = format!(
                "v=1; a={}; c=relaxed/relaxed;\r\n\td={}; s={}; t={};\r\n\th={names};\r\n\tbh={body_hash};\r\n\tb=",
                key.algorithm(),
                self.domain,
                key.selector(),
                now_ms / 1000,
            );
            signed.truncate(headers_length);
            signed.extend_from_slice(b"dkim-signature:");
            relaxed_value(tags.as_bytes(), &mut signed);
            let signature = BASE64_STANDARD.encode(key.sign(&signed));
            whole.extend_from_slice(b"DKIM-Signature: ");
            whole.extend_from_slice(tags.as_bytes());
            for line in signature.as_bytes().chunks(LINE_CHARS) {
                whole.extend_from_slice(b"\r\n\t");
                whole.extend_from_slice(line);
            }
            whole.extend_from_slice(b"\r\n");
        }
        whole.extend_from_slice(&message);
        whole
    }
}

/// The names for `h=`, and the headers that they name, as they are signed (RFC 6376, 3.4.2 and 5.4.2): of several of one name
/// the last comes first.
fn relaxed_headers(head: &[u8]) -> (Vec<&'static str>, Vec<u8>) {
    let headers = headers(head);
    let (mut names, mut signed) = (Vec::with_capacity(32), Vec::with_capacity(head.len()));
    for name in SIGNED {
        let same = headers
            .iter()
            .rev()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes()));
        for (_, value) in same {
            signed.extend_from_slice(name.as_bytes());
            signed.push(b':');
            relaxed_value(value, &mut signed);
            signed.extend_from_slice(b"\r\n");
            names.push(name);
        }
        names.push(name);
    }
    (names, signed)
}

/// Names with colons between them, in short lines.
fn folded(names: &[&str]) -> String {
    let (mut list, mut line_chars) = (String::with_capacity(512), 0);
    for name in names {
        if !list.is_empty() {
            list.push(':');
        }
        if line_chars + name.len() >= LINE_CHARS {
            list.push_str("\r\n\t ");
            line_chars = 0;
        }
        list.push_str(name);
        line_chars += name.len() + 1;
    }
    list
}

/// Names and values, the values as they stand, folded.
fn headers(head: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut headers = Vec::with_capacity(24);
    let mut rest = head;
    while !rest.is_empty() {
        let mut line_ends = memchr::memchr_iter(b'\n', rest).map(|at| at + 1);
        let is_last = |at: &usize| !matches!(rest.get(*at), Some(b' ' | b'\t'));
        let end = line_ends.find(is_last).unwrap_or(rest.len());
        let (header, after) = rest.split_at(end);
        if let Some(colon) = memchr::memchr(b':', header) {
            headers.push((header[..colon].trim_ascii_end(), &header[colon + 1..]));
        }
        rest = after;
    }
    headers
}

/// Unfolded, each run of spaces one space, none at the ends.
fn relaxed_value(value: &[u8], out: &mut Vec<u8>) {
    let words = value
        .split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        .filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

/// Each run of spaces one space, none at the ends of lines, no empty lines at the end (RFC 6376, 3.4.4).
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    let (mut line_ends, mut is_spaced) = (0, false);
    for &byte in body {
        match byte {
            b' ' | b'\t' => is_spaced = true,
            // Part of a CRLF: a bare one never leaves (see `conversation`).
            b'\r' => {}
            b'\n' => (line_ends, is_spaced) = (line_ends + 1, false),
            _ => {
                for _ in 0..std::mem::take(&mut line_ends) {
                    out.extend_from_slice(b"\r\n");
                }
                if std::mem::take(&mut is_spaced) {
                    out.push(b' ');
                }
                out.push(byte);
            }
        }
    }
    if !out.is_empty() {
        out.extend_from_slice(b"\r\n");
    }
    out
}

#[cfg(test)]
#[path = "dkim_tests.rs"]
mod tests;
