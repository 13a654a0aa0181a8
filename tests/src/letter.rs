//! A mail as its reader's program sees it.

use sinks::ReceivedMail;

/// A received mail, taken apart.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Headers in their order, unfolded.
    pub headers: Vec<(String, String)>,
    /// The text part, decoded.
    pub text: String,
    /// The HTML part, decoded.
    pub html: String,
    /// As it came.
    pub raw: String,
}

impl Letter {
    /// Reads what the sink kept.
    pub fn of(mail: &ReceivedMail) -> Letter {
        let raw = mail.raw.as_deref().expect("the sink keeps bodies");
        let raw = String::from_utf8(raw.to_vec()).expect("our mails are ASCII");
        let (head, body) = raw.split_once("\r\n\r\n").expect("head and body");
        let headers = unfolded(head);
        let boundary = headers.iter().find_map(|(_, value)| {
            let (_, rest) = value.split_once("boundary=\"")?;
            rest.split('"').next()
        });
        let separator = format!("--{}", boundary.expect("our mails have parts"));
        let mut parts = body
            .split(&separator)
            .filter_map(|part| part.split_once("\r\n\r\n"))
            .map(|(_, text)| decoded(text));
        Letter {
            headers,
            text: parts.next().unwrap_or_default(),
            html: parts.next().unwrap_or_default(),
            raw,
        }
    }

    /// A header's value; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// Names of all headers, sorted, in lower case.
    pub fn header_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        names.sort();
        names
    }

    /// The path of a link of ours in the text, from this part of it on: `/unsubscribe/…`.
    pub fn link(&self, part: &str) -> String {
        let at = self.text.find(part).expect("the link is in the text");
        let link = self.text[at..].split_whitespace().next();
        link.unwrap_or_default().to_owned()
    }
}

fn unfolded(head: &str) -> Vec<(String, String)> {
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    head.split("\r\n")
        .map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

/// Quoted-printable (RFC 2045, 6.7), written apart from the code under test.
fn decoded(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = (first == b'=').then(|| after.get(..2)).flatten();
        let value = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}
