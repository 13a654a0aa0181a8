//! Changes to what is kept: bytes, pieces of the languages, and parts of other files, put in, taken out, repeated.

/// What parsers look for, and what trips them.
const PIECES: &[&str] = &[
    " AND ",
    " OR ",
    " NOT ",
    "(",
    ")",
    "\"",
    "*",
    "title:",
    "lead:",
    "body:",
    "topic:mining",
    "geo:US-CA",
    "lang:zh-Hant",
    "source:acme",
    "ticker:XNYS:KYN",
    "lane:flash",
    " NEAR/5 ",
    " ONEAR/50 ",
    "atleast/3(",
    "first/2(",
    "cs(",
    "everything",
    " adj5 ",
    " w/3 ",
    "hd=",
    "/F50/",
    "atleast3 ",
    "$3",
    "headline(",
    "ingress:",
    "{\"all\":[",
    "{\"any\":[",
    "{\"not\":",
    "{\"words\":\"a b\"}",
    "{\"near\":[\"a\",[\"b\",\"c\"]],\"between\":5}",
    "]}",
    "}",
    ",",
    "\\",
    "\n",
    "\0",
    "\u{202e}",
    "\u{200f}",
    "\u{301}",
    "\u{fffd}",
    "İ",
    "ı",
    "ß",
    "ﬁ",
    "東京",
    "삼성전자는",
    "ประเทศ",
    "شَرِكة",
    "Ё",
    "👩‍👩‍👧",
    "’s ",
    "\r\n",
    "\r\n.\r\n",
    "\n.",
    ".",
    "Bcc: ",
    "=?utf-8?q?",
    "250-",
    "250 2.1.0 ",
    "421 ",
    "@",
    "https://",
    "127.0.0.1",
    "[::ffff:7f00:1]",
    "0x7f",
    "%25",
    "。",
    ":8443/",
    "localhost",
    "v1,",
    "v1a,",
    "=",
];

/// An endless row of changed inputs.
pub(crate) struct Changes<'a> {
    kept: &'a [Vec<u8>],
    state: u64,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(kept: &'a [Vec<u8>], seed: u64) -> Changes<'a> {
        let state = seed.max(1);
        Changes { kept, state }
    }

    /// A number below `n` (xorshift64*).
    fn below(&mut self, n: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }

    /// Something kept, changed in up to eight places.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let at = self.below(self.kept.len());
        let mut bytes = self.kept[at].clone();
        for _ in 0..=self.below(8) {
            self.change(&mut bytes);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let from = self.below(bytes.len() + 1);
        let to = (from + self.below(32)).min(bytes.len());
        match self.below(6) {
            0 => drop(bytes.drain(from..to)),
            1 => {
                let piece = PIECES[self.below(PIECES.len())];
                bytes.splice(from..from, piece.bytes());
            }
            2 => {
                let again = bytes[from..to].repeat(1 + self.below(12));
                bytes.splice(to..to, again);
            }
            3 => {
                let other = self.below(self.kept.len());
                let other = &self.kept[other];
                let (begin, len) = (self.below(other.len() + 1), self.below(64));
                let part = other[begin..(begin + len).min(other.len())].to_vec();
                bytes.splice(from..to, part);
            }
            4 => bytes.insert(from, self.below(256) as u8),
            _ => {
                if let Some(byte) = bytes.get_mut(from) {
                    *byte ^= 1 << self.below(8);
                }
            }
        }
    }
}
