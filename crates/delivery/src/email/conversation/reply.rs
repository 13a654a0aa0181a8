//! What a relay answers: the reply grammar of RFC 5321, 4.2.

use std::fmt;

use super::error::{SmtpError, Stage};

/// The longest line of a reply, in bytes (RFC 5321 allows 512).
const LINE_BYTES: usize = 2 * 1024;
/// The longest reply, in bytes.
const REPLY_BYTES: usize = 16 * 1024;

/// A complete reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three digits, 200 to 599.
    pub code: u16,
    /// The enhanced status code, where the relay gives one of the same class (RFC 3463).
    pub enhanced: Option<EnhancedStatus>,
    /// The text of all lines without their codes, one a line. Control characters are replaced: it may be logged.
    pub text: String,
}

/// An enhanced status code such as `5.1.1` (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnhancedStatus {
    /// 2 success, 4 for now, 5 for good.
    pub class: u16,
    /// What it is about: 1 addressing, 2 mailbox, 4 network, 7 policy.
    pub subject: u16,
    /// What exactly.
    pub detail: u16,
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A reply that the grammar does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyFault {
    /// A line of more than 2 KiB.
    #[error("a line of the reply is too long")]
    LineTooLong,
    /// More than 16 KiB.
    #[error("the reply is too long")]
    TooLong,
    /// A line that does not begin with a code from 200 to 599 and a space or hyphen.
    #[error("a line of the reply has no code")]
    NoCode,
    /// Lines of one reply with different codes.
    #[error("the lines of the reply have different codes")]
    MixedCodes,
    /// Words that nobody asked for: the next reply would be taken for the answer to another command.
    #[error("the relay speaks out of turn")]
    Unasked,
    /// A code that answers another question.
    #[error("the reply {0} is no answer here")]
    Misplaced(u16),
}

impl Reply {
    /// The first reply in `bytes` and its length, or `None` while it is incomplete.
    ///
    /// # Errors
    /// [`ReplyFault`], whatever may follow.
    pub fn parse(bytes: &[u8]) -> Result<Option<(Reply, usize)>, ReplyFault> {
        let mut code = None;
        let mut text = String::new();
        let mut start = 0;
        loop {
            let rest = &bytes[start..];
            let Some(length) = rest.iter().take(LINE_BYTES).position(|&byte| byte == b'\n') else {
                return if rest.len() >= LINE_BYTES {
                    Err(ReplyFault::LineTooLong)
                } else {
                    Ok(None)
                };
            };
            start += length + 1;
            if start > REPLY_BYTES {
                return Err(ReplyFault::TooLong);
            }
            let line = Line::parse(&rest[..length])?;
            if *code.get_or_insert(line.code) != line.code {
                return Err(ReplyFault::MixedCodes);
            }
            push_printable(&mut text, line.text);
            if line.last {
                let enhanced = EnhancedStatus::parse(&text, line.code);
                return Ok(Some((
                    Reply {
                        code: line.code,
                        enhanced,
                        text,
                    },
                    start,
                )));
            }
            text.push('\n');
        }
    }

    /// What this reply means at `stage`: 3xx where more is to follow, else 2xx, is good.
    pub(super) fn judge(self, stage: Stage) -> Result<Reply, SmtpError> {
        let wanted = if stage == Stage::Data { 3 } else { 2 };
        self.judge_class(stage, wanted)
    }

    /// What this reply means where class `wanted` (the first digit) is good.
    pub(super) fn judge_class(self, stage: Stage, wanted: u16) -> Result<Reply, SmtpError> {
        match self.code / 100 {
            class if class == wanted => Ok(self),
            4 => Err(SmtpError::Deferred { stage, reply: self }),
            5 => Err(SmtpError::Refused { stage, reply: self }),
            _ if stage == Stage::Dot => Err(ReplyFault::Misplaced(self.code).after_dot(stage)),
            _ => Err(SmtpError::Protocol {
                stage,
                source: ReplyFault::Misplaced(self.code),
            }),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.code, self.text.replace('\n', " "))
    }
}

impl ReplyFault {
    /// A nonsensical answer to the dot tells nothing about the mail.
    pub(super) fn after_dot(self, stage: Stage) -> SmtpError {
        SmtpError::Unknown {
            stage,
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, self),
        }
    }
}

struct Line<'a> {
    code: u16,
    last: bool,
    text: &'a [u8],
}

impl Line<'_> {
    fn parse(line: &[u8]) -> Result<Line<'_>, ReplyFault> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (code, rest) = line.split_at_checked(3).ok_or(ReplyFault::NoCode)?;
        if !matches!(code[0], b'2'..=b'5') || !code.iter().all(u8::is_ascii_digit) {
            return Err(ReplyFault::NoCode);
        }
        let code = code
            .iter()
            .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
        match rest.split_first() {
            None => Ok(Line {
                code,
                last: true,
                text: b"",
            }),
            Some((b' ', text)) => Ok(Line {
                code,
                last: true,
                text,
            }),
            Some((b'-', text)) => Ok(Line {
                code,
                last: false,
                text,
            }),
            Some(_) => Err(ReplyFault::NoCode),
        }
    }
}

fn push_printable(text: &mut String, bytes: &[u8]) {
    text.extend(
        String::from_utf8_lossy(bytes)
            .chars()
            .map(|char| match char {
                '\t' => ' ',
                char if char.is_control() => char::REPLACEMENT_CHARACTER,
                char => char,
            }),
    );
}

impl EnhancedStatus {
    /// The status that `text` begins with, if it is of the same class as `code` (RFC 2034, 4).
    fn parse(text: &str, code: u16) -> Option<EnhancedStatus> {
        let word = text.split([' ', '\n']).next()?;
        let mut numbers = word.split('.').map(|number| {
            let digits =
                (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
            if digits { number.parse().ok() } else { None }
        });
        let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
        (numbers.next().is_none() && class == code / 100).then_some(EnhancedStatus {
            class,
            subject,
            detail,
        })
    }
}

/// What a relay offered in its answer to EHLO, as far as we use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Offers {
    pub(super) pipelining: bool,
    pub(super) starttls: bool,
    pub(super) auth_plain: bool,
    pub(super) auth_login: bool,
    /// Whether it wants to know how large a message is (RFC 1870).
    pub(super) size: bool,
    /// The largest message it takes (RFC 1870); none where it names no limit.
    pub(super) size_bytes: Option<u64>,
}

impl Offers {
    pub(super) fn parse(reply: &Reply) -> Offers {
        let mut offers = Offers::default();
        // The first line is the relay's name.
        for line in reply.text.lines().skip(1) {
            let mut words = line.split([' ', '=']);
            let keyword = words.next().unwrap_or("");
            if keyword.eq_ignore_ascii_case("PIPELINING") {
                offers.pipelining = true;
            } else if keyword.eq_ignore_ascii_case("STARTTLS") {
                offers.starttls = true;
            } else if keyword.eq_ignore_ascii_case("SIZE") {
                offers.size = true;
                let size = words.next().and_then(|word| word.parse().ok());
                offers.size_bytes = size.filter(|size| *size > 0);
            } else if keyword.eq_ignore_ascii_case("AUTH") {
                for scheme in words {
                    offers.auth_plain |= scheme.eq_ignore_ascii_case("PLAIN");
                    offers.auth_login |= scheme.eq_ignore_ascii_case("LOGIN");
                }
            }
        }
        offers
    }
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
