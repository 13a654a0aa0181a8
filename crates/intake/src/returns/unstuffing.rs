//! The body of a message on its way in: dots undone, the end found (RFC 5321, section 4.5.2).
//!
//! The end is `CRLF . CRLF` and nothing else: a bare CR or LF is text, so nobody smuggles a second message past a server that reads
//! line ends in another way.

/// As much of a message as is kept, in bytes; the rest is read and forgotten.
const KEPT_BYTES: usize = release::bounce::MOST_BYTES;

/// What the last bytes were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Nothing, or CRLF.
    LineStart,
    /// A dot at the start of a line; it is not kept.
    Dot,
    /// And CR after it.
    DotCr,
    /// CR.
    Cr,
    /// Anything else.
    Text,
}

/// A message as far as it has come in.
#[derive(Debug)]
pub(super) struct Unstuffing {
    at: At,
    kept: Vec<u8>,
    length: usize,
}

impl Unstuffing {
    pub(super) fn begin() -> Unstuffing {
        Unstuffing {
            at: At::LineStart,
            kept: Vec::new(),
            length: 0,
        }
    }

    /// Takes bytes up to the end of the message; gives how many of them belonged to it, and whether it ended.
    pub(super) fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (at, byte) in bytes.iter().enumerate() {
            if self.ends_with(*byte) {
                return (at + 1, true);
            }
        }
        (bytes.len(), false)
    }

    /// How long it is by now, in bytes.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// The beginning of the message.
    pub(super) fn into_message(self) -> Vec<u8> {
        self.kept
    }

    fn ends_with(&mut self, byte: u8) -> bool {
        match (self.at, byte) {
            (At::LineStart, b'.') => self.at = At::Dot,
            (At::Dot, b'\r') => self.at = At::DotCr,
            (At::DotCr, b'\n') => return true,
            (before, _) => {
                if before == At::DotCr {
                    self.keep(b'\r');
                }
                self.keep(byte);
                self.at = match (before, byte) {
                    (_, b'\r') => At::Cr,
                    (At::Cr, b'\n') => At::LineStart,
                    _ => At::Text,
                };
            }
        }
        false
    }

    fn keep(&mut self, byte: u8) {
        self.length += 1;
        if self.kept.len() < KEPT_BYTES {
            self.kept.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ends_at_its_dot_and_nowhere_else() {
        let check = |sent: &[u8], message: &[u8], rest: &[u8]| {
            // However it is cut on its way.
            for size in [1, 2, 3, sent.len()] {
                let mut unstuffing = Unstuffing::begin();
                let mut used = 0;
                let ended = sent.chunks(size).any(|chunk| {
                    let (taken, ended) = unstuffing.take(chunk);
                    used += taken;
                    ended
                });
                assert!(ended, "{}", sent.escape_ascii());
                assert_eq!(unstuffing.into_message(), message);
                assert_eq!(&sent[used..], rest);
            }
        };

        check(b".\r\nQUIT\r\n", b"", b"QUIT\r\n");
        check(b"one\r\n..two\r\n.\r\n", b"one\r\n.two\r\n", b"");
        check(b"..\r\n.x\r\n.\r\n", b".\r\nx\r\n", b"");
        check(
            b"a\n.\nb\r.\rc\r\n.\rd\r\n.\r\n",
            b"a\n.\nb\r.\rc\r\n\rd\r\n",
            b"",
        );
    }

    #[test]
    fn beginning_is_kept_and_all_is_counted() {
        let mut unstuffing = Unstuffing::begin();
        let long = vec![b'x'; KEPT_BYTES + 9];

        assert_eq!(unstuffing.take(&long), (long.len(), false));
        assert_eq!(unstuffing.take(b"\r\n.\r\n"), (5, true));

        assert_eq!(unstuffing.length(), KEPT_BYTES + 11);
        assert_eq!(unstuffing.into_message().len(), KEPT_BYTES);
    }
}
