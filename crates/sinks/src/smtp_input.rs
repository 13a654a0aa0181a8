//! The bytes a mail client has sent: command lines, and messages up to their final dot.

use std::io;

use memchr::{memchr, memmem};
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is read at a time, in bytes.
const READ_BYTES: usize = 64 * 1024;
/// The longest command line taken, in bytes (RFC 5321 asks for 512; RFC 4954 for 12,288 with AUTH).
const LINE_BYTES: usize = 12 * 1024 + 512;
/// The dot line that ends a message, with the line end before it.
const FINAL_DOT: &[u8] = b"\r\n.\r\n";

/// One buffer, filled at its end and consumed from its start, and used again for the whole connection.
#[derive(Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    /// Everything before it is consumed.
    start: usize,
    /// No message ends before it, so that a large one is not searched again at every read.
    searched: usize,
}

/// A line that a mail server may not accept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadLine {
    TooLong,
    BareLineFeed,
}

impl Input {
    /// Reads what has come; false at the end of the stream.
    pub(crate) async fn fill(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<bool> {
        if self.start > 0 {
            self.searched = self.searched.saturating_sub(self.start);
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        self.bytes.reserve(READ_BYTES);
        Ok(stream.read_buf(&mut self.bytes).await? > 0)
    }

    /// The next command line without its CRLF, if it is complete.
    pub(crate) fn line(&mut self) -> Result<Option<&[u8]>, BadLine> {
        let rest = &self.bytes[self.start..];
        let Some(end) = memchr(b'\n', rest) else {
            return if rest.len() > LINE_BYTES {
                Err(BadLine::TooLong)
            } else {
                Ok(None)
            };
        };
        if end > LINE_BYTES {
            return Err(BadLine::TooLong);
        }
        self.start += end + 1;
        match rest[..end].strip_suffix(b"\r") {
            Some(line) => Ok(Some(line)),
            None => Err(BadLine::BareLineFeed),
        }
    }

    /// The next message, still dot-stuffed, with its last CRLF but without the dot line, if it is complete.
    pub(crate) fn message(&mut self) -> Option<&[u8]> {
        let rest = &self.bytes[self.start..];
        if rest.starts_with(b".\r\n") {
            self.start += 3;
            return Some(b"");
        }
        let from = self.searched.saturating_sub(self.start);
        let Some(found) = memmem::find(&rest[from..], FINAL_DOT) else {
            // The terminator may be split between this read and the next.
            self.searched = (self.start + rest.len())
                .saturating_sub(FINAL_DOT.len() - 1)
                .max(self.start);
            return None;
        };
        let end = from + found;
        self.start += end + FINAL_DOT.len();
        Some(&rest[..end + 2])
    }
}

/// Takes away the dots that the client doubled at the starts of lines (RFC 5321, 4.5.2).
pub(crate) fn unstuff(message: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(message.len());
    let mut rest = message.strip_prefix(b".").unwrap_or(message);
    while let Some(line_end) = memmem::find(rest, b"\r\n.") {
        plain.extend_from_slice(&rest[..line_end + 2]);
        rest = &rest[line_end + 3..];
    }
    plain.extend_from_slice(rest);
    plain
}

/// The value of the Message-ID header without its angle brackets; empty when there is none.
pub(crate) fn message_id(message: &[u8]) -> &str {
    const NAME: &[u8] = b"message-id:";
    let mut rest = message;
    while let Some(end) = memchr(b'\n', rest) {
        if end <= 1 {
            break;
        }
        if rest.len() > NAME.len() && rest[..NAME.len()].eq_ignore_ascii_case(NAME) {
            return bracketed(&rest[NAME.len()..]);
        }
        rest = &rest[end + 1..];
    }
    ""
}

/// What stands between the first `<` and `>`; the header may be folded before it, but no id contains a space.
fn bracketed(value: &[u8]) -> &str {
    let value = value.trim_ascii_start();
    let end = value
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(value.len());
    let id = value[..end]
        .strip_prefix(b"<")
        .and_then(|id| id.strip_suffix(b">"));
    std::str::from_utf8(id.unwrap_or(&value[..end])).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `text` in pieces of `size` bytes and collects all messages.
    async fn messages(text: &[u8], size: usize) -> Vec<Vec<u8>> {
        let mut input = Input::default();
        let mut found = Vec::new();
        for mut piece in text.chunks(size) {
            assert!(input.fill(&mut piece).await.unwrap());
            while let Some(message) = input.message() {
                found.push(message.to_vec());
            }
        }
        found
    }

    #[tokio::test]
    async fn final_dot_is_found_however_it_is_split() {
        let text = b"A: b\r\n\r\n..stuffed\r\n.\r not yet\r\n.\r\n.\r\n\r\n.\r\nlast\r\n.\r\n";

        for size in 1..=text.len() {
            let found = messages(text, size).await;

            let expected: [&[u8]; 4] = [
                b"A: b\r\n\r\n..stuffed\r\n.\r not yet\r\n",
                b"",
                b"\r\n",
                b"last\r\n",
            ];
            assert_eq!(found, expected, "pieces of {size}");
        }
    }

    #[tokio::test]
    async fn lines_wait_for_their_end() {
        let mut input = Input::default();

        input.fill(&mut &b"EHLO a\r\nMAIL FR"[..]).await.unwrap();
        assert_eq!(input.line(), Ok(Some(&b"EHLO a"[..])));
        assert_eq!(input.line(), Ok(None));

        input.fill(&mut &b"OM:<>\r\nNOOP\n"[..]).await.unwrap();
        assert_eq!(input.line(), Ok(Some(&b"MAIL FROM:<>"[..])));
        assert_eq!(input.line(), Err(BadLine::BareLineFeed));
    }

    #[tokio::test]
    async fn endless_line_is_refused() {
        let mut input = Input::default();

        input.fill(&mut &[b'x'; LINE_BYTES + 1][..]).await.unwrap();

        assert_eq!(input.line(), Err(BadLine::TooLong));
    }

    #[test]
    fn doubled_dots_become_one() {
        assert_eq!(
            unstuff(b"..a\r\nb.\r\n...c\r\n..\r\n"),
            b".a\r\nb.\r\n..c\r\n.\r\n"
        );
        assert_eq!(unstuff(b""), b"");
    }

    #[test]
    fn message_id_is_read_from_the_head_only() {
        assert_eq!(message_id(b"To: a\r\nmessage-ID: <x@y>\r\n\r\n"), "x@y");
        assert_eq!(message_id(b"Message-ID:\r\n <x@y>\r\nTo: a\r\n\r\n"), "x@y");
        assert_eq!(message_id(b"Message-Id: bare\r\n\r\n"), "bare");
        assert_eq!(message_id(b"To: a\r\n\r\nMessage-ID: <x@y>\r\n"), "");
        assert_eq!(message_id(b""), "");
    }
}
