//! As much of MIME (RFC 2045, RFC 2046) as a report needs: fields, the parts of a multipart message, and how a part was encoded.
//!
//! Each byte is looked at a fixed number of times, whatever it is: who sends this is not our friend. So no encoded word of a header is
//! decoded, and no part is split again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Fields of one group that are kept.
const MOST_FIELDS: usize = 200;
/// The longest value of a field, in bytes; the rest is left out.
const VALUE_BYTES: usize = 4 * 1024;
/// Parts that are looked at.
const MOST_PARTS: usize = 16;

/// Fields, `Name: value` each, up to an empty line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads fields; gives what follows the empty line.
    pub(super) fn read(text: &str) -> (Fields, &str) {
        let (mut fields, mut length) = (Fields::default(), 0);
        for line in text.split_inclusive('\n') {
            length += line.len();
            let line = line.trim_end_matches(['\r', '\n']);
            if line.is_empty() {
                break;
            }
            fields.add(line);
        }
        (fields, &text[length..])
    }

    /// A line that begins with a gap goes on with the field before it; one that is no field is left out.
    fn add(&mut self, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = self.0.last_mut() {
                push(value, " ");
                push(value, line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':')
            && self.0.len() < MOST_FIELDS
        {
            let mut kept = String::new();
            push(&mut kept, value.trim());
            self.0.push((name.trim_end().to_ascii_lowercase(), kept));
        }
    }

    /// The first value of a field, named in lower case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn push(value: &mut String, more: &str) {
    let room = VALUE_BYTES.saturating_sub(value.len());
    value.push_str(&more[..more.floor_char_boundary(room)]);
}

/// A message, or a part of one.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Its headers.
    pub(super) fields: Fields,
    body: &'a str,
}

impl<'a> Part<'a> {
    pub(super) fn read(text: &'a str) -> Part<'a> {
        let (fields, body) = Fields::read(text);
        Part { fields, body }
    }

    /// `multipart/report`; a plain text where nothing is said.
    pub(super) fn media_type(&self) -> String {
        let value = self.fields.get("content-type").unwrap_or("text/plain");
        let media_type = value.split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    /// Its parts, if it is a multipart message; none of them is split again.
    pub(super) fn parts(&self) -> Vec<Part<'a>> {
        let is_multipart = self.media_type().starts_with("multipart/");
        let Some(boundary) = self.boundary().filter(|_| is_multipart) else {
            return Vec::new();
        };
        let (mut parts, mut begun, mut at) = (Vec::new(), None, 0);
        for line in self.body.split_inclusive('\n') {
            let is_end = match delimits(line, boundary) {
                None => {
                    at += line.len();
                    continue;
                }
                Some(is_end) => is_end,
            };
            parts.extend(begun.map(|begun| Part::read(&self.body[begun..at])));
            at += line.len();
            begun = (!is_end && parts.len() < MOST_PARTS).then_some(at);
            if begun.is_none() {
                return parts;
            }
        }
        // Cut short.
        parts.extend(begun.map(|begun| Part::read(&self.body[begun..])));
        parts
    }

    fn boundary(&self) -> Option<&str> {
        let value = self.fields.get("content-type")?;
        let at = value.to_ascii_lowercase().find("boundary=")?;
        let value = &value[at + "boundary=".len()..];
        let boundary = match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => value.split([';', ' ', '\t']).next(),
        };
        boundary.filter(|boundary| !boundary.is_empty())
    }

    /// Its body, with the encoding for the transfer undone; as it stands where that cannot be.
    pub(super) fn text(&self) -> String {
        let encoding = self.fields.get("content-transfer-encoding");
        let decoded = match encoding.map(str::to_ascii_lowercase).as_deref() {
            Some("base64") => base64(self.body),
            Some("quoted-printable") => Some(quoted_printable(self.body)),
            _ => None,
        };
        match decoded {
            Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            None => self.body.to_owned(),
        }
    }
}

/// Whether a line stands between two parts; true for the last of them.
fn delimits(line: &str, boundary: &str) -> Option<bool> {
    let rest = line.strip_prefix("--")?.strip_prefix(boundary)?;
    match rest.trim_end() {
        "" => Some(false),
        "--" => Some(true),
        _ => None,
    }
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let is_sign = |byte: &u8| !byte.is_ascii_whitespace() && *byte != b'=';
    let signs: Vec<u8> = text.bytes().filter(is_sign).collect();
    STANDARD_NO_PAD.decode(signs).ok()
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let end = line.trim_end_matches(['\r', '\n']);
        // A soft line break: the line goes on.
        let (line, after) = match end.strip_suffix('=') {
            Some(line) => (line, ""),
            None => (end, &line[end.len()..]),
        };
        let mut pieces = line.split('=');
        bytes.extend(pieces.next().unwrap_or_default().bytes());
        for piece in pieces {
            let byte = piece.get(..2).map(|digits| u8::from_str_radix(digits, 16));
            match byte {
                Some(Ok(byte)) => {
                    bytes.push(byte);
                    bytes.extend(piece[2..].bytes());
                }
                _ => {
                    bytes.push(b'=');
                    bytes.extend(piece.bytes());
                }
            }
        }
        bytes.extend(after.bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_up_to_the_empty_line() {
        let (fields, rest) = Fields::read("From x\nA: 1\r\n\t2\nB : é\n  \nno field\n\nbody\n\n");

        assert_eq!(fields.get("a"), Some("1 2"));
        assert_eq!(fields.get("b"), Some("é "));
        assert_eq!((fields.get("c"), rest), (None, "body\n\n"));
        assert_eq!(Fields::read(""), (Fields::default(), ""));
    }

    #[test]
    fn parts_stand_between_their_boundaries() {
        let check = |content_type: &str, body: &str, expect: &[&str]| {
            let text = format!("Content-Type: {content_type}\n\n{body}");
            let part = Part::read(&text);
            let parts: Vec<String> = part.parts().iter().map(Part::text).collect();
            assert_eq!(parts, expect, "{content_type}");
        };
        let body = "before\n--a;b\n\none\n--a;b --\n--a;bc\n--a;b \r\nX: y\n\ntwo\n--a;b--\nafter\n--a;b\n\nthree";

        let one = "one\n--a;b --\n--a;bc\n";
        check(
            "Multipart/Report; report-type=x;\n\tBoundary=\"a;b\"",
            body,
            &[one, "two\n"],
        );
        check("text/plain; boundary=\"a;b\"", body, &[]);
        check("multipart/report", body, &[]);
        check("multipart/report; boundary=\"\"", body, &[]);
        check("multipart/report; boundary=x; y", "--x\n\ncut", &["cut"]);
        let many = "--x\n\n".repeat(MOST_PARTS + 9);
        check("multipart/report; boundary=x", &many, &[""; MOST_PARTS]);
    }

    #[test]
    fn encodings_are_undone_where_they_are_sound() {
        let check = |encoding: &str, body: &str, expect: &str| {
            let text = format!("Content-Transfer-Encoding: {encoding}\n\n{body}");
            assert_eq!(Part::read(&text).text(), expect, "{body}");
        };

        check("BASE64", "aGkg\r\nw6k=\r\n", "hi é");
        check("base64", "!!", "!!");
        check(
            "quoted-printable",
            "5.1.=\r\n1 =C3=A9 =zz =\n",
            "5.1.1 é =zz ",
        );
        check("7bit", "a=20b", "a=20b");
    }

    #[test]
    fn long_values_and_many_fields_are_cut() {
        let long = format!(
            "A: {}\n{}",
            "é".repeat(VALUE_BYTES),
            " x\n".repeat(VALUE_BYTES)
        );
        let many = "A: b\n".repeat(MOST_FIELDS + 1);

        let value = Fields::read(&long).0.get("a").unwrap().len();

        assert!((VALUE_BYTES - 1..=VALUE_BYTES).contains(&value), "{value}");
        assert_eq!(Fields::read(&many).0.0.len(), MOST_FIELDS);
    }
}
