//! What follows from a refusal: one judgement, whether a relay said it at once or a report says it later.

use crate::model::named;
use serde::{Deserialize, Serialize};
use std::fmt;

named! {
    /// What follows from mail that came back.
    BounceKind {
        /// The mailbox is not there, and will not be: nothing more is sent to it.
        Hard => "hard",
        /// It may be otherwise another day; several in a row pause the endpoint.
        Soft => "soft",
        /// The reader called it spam: nothing more is sent.
        Complaint => "complaint",
    }
}

/// The longest of a receiver's words that are kept, in bytes.
const SAID_BYTES: usize = 500;

/// Enhanced status codes (RFC 3463, RFC 7505) which say that there is no such mailbox: bad mailbox, bad domain, bad syntax, moved,
/// a domain that takes no mail; disabled. What is policy (5.7), full (5.2.2), routing (5.4), or about the sender (5.1.7, 5.1.8) is not.
const NO_MAILBOX: [(u16, u16); 6] = [(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)];

/// How receivers without such a code say it.
const NO_MAILBOX_WORDS: [&str; 14] = [
    "user unknown",
    "unknown user",
    "no such user",
    "user not found",
    "user does not exist",
    "unknown recipient",
    "no such recipient",
    "recipient not found",
    "recipient does not exist",
    "no such mailbox",
    "no mailbox",
    "mailbox not found",
    "mailbox does not exist",
    "account does not exist",
];

/// A refusal, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// What follows.
    pub kind: BounceKind,
    /// The enhanced status code, `5.1.1`; empty where none was given.
    pub status: String,
    /// In the receiver's words, one line; may be empty.
    pub said: String,
}

impl Bounce {
    /// What a relay's or a receiver's words say; none if they refuse nothing for good.
    pub fn of_words(words: &str) -> Option<Bounce> {
        let status = Status::all(words).find(|status| status.class == 5);
        if status.is_none() && !has_refusal_code(words) {
            return None;
        }
        Some(Bounce::of(status, words))
    }

    /// What a report says of a failed delivery: its status, and the words of the receiver, which may say more exactly what was meant.
    pub(super) fn of_status(status: &str, said: &str) -> Bounce {
        let stated = Status::all(status).next();
        match stated.filter(|status| !status.is_vague()) {
            Some(status) => Bounce::of(Some(status), said),
            None => Bounce::of(Status::all(said).next().or(stated), said),
        }
    }

    /// What a reader's complaint says.
    pub(super) fn complaint(said: &str) -> Bounce {
        Bounce {
            kind: BounceKind::Complaint,
            status: String::new(),
            said: one_line(said),
        }
    }

    fn of(status: Option<Status>, words: &str) -> Bounce {
        Bounce {
            kind: match is_hard(status, words) {
                true => BounceKind::Hard,
                false => BounceKind::Soft,
            },
            status: status.map_or_else(String::new, |status| status.to_string()),
            said: one_line(words),
        }
    }
}

/// Whether the mailbox is not there, and will not be.
fn is_hard(status: Option<Status>, words: &str) -> bool {
    match status {
        Some(status) if status.class != 5 => false,
        Some(status) if !status.is_vague() => NO_MAILBOX.contains(&(status.subject, status.detail)),
        _ => {
            let words = words.to_lowercase();
            let says = |said: &&str| words.contains(*said);
            // Who doubts that the sender exists says it in the same words.
            NO_MAILBOX_WORDS.iter().any(says) && !words.contains("sender")
        }
    }
}

/// An enhanced status code (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Status {
    class: u16,
    subject: u16,
    detail: u16,
}

impl Status {
    /// The codes in a text.
    fn all(text: &str) -> impl Iterator<Item = Status> {
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        text.split(move |c: char| !is_part(c))
            .filter_map(Status::parse)
    }

    fn parse(text: &str) -> Option<Status> {
        let mut numbers = text.trim_end_matches('.').split('.').map(|number| {
            let is_short = (1..=3).contains(&number.len());
            is_short.then(|| number.parse::<u16>().ok()).flatten()
        });
        let mut number = || numbers.next().flatten();
        let (class, subject, detail) = (number()?, number()?, number()?);
        let is_code = matches!(class, 2 | 4 | 5) && numbers.next().is_none();
        is_code.then_some(Status {
            class,
            subject,
            detail,
        })
    }

    /// Whether it says no more than that something was refused.
    fn is_vague(self) -> bool {
        matches!((self.subject, self.detail), (0 | 5, 0) | (1, 0))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// Whether a reply of SMTP stands in a text that refuses for good: 500 to 599.
fn has_refusal_code(words: &str) -> bool {
    let mut tokens = words.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    tokens.any(|token| {
        token.len() == 3 && token.starts_with('5') && token.bytes().all(|b| b.is_ascii_digit())
    })
}

fn one_line(words: &str) -> String {
    let is_gap = |c: char| c.is_whitespace() || c.is_control();
    let mut line = String::new();
    for word in words.split(is_gap).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > SAID_BYTES {
            line.truncate(line.floor_char_boundary(SAID_BYTES));
            break;
        }
    }
    line
}
