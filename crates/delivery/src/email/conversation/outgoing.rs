//! What may be written to a relay, and in which form.

use super::error::SmtpError;
use memchr::memmem;

/// The longest path, in bytes (RFC 5321, 4.5.3.1.3).
const ADDRESS_BYTES: usize = 256;

/// Refuses what would end the address, or the command around it, early. Addresses outside ASCII need SMTPUTF8, which
/// we do not speak.
///
/// # Errors
/// [`SmtpError::BadAddress`].
pub fn check_address(address: &str) -> Result<(), SmtpError> {
    let forbidden = |byte: u8| !byte.is_ascii_graphic() || matches!(byte, b'<' | b'>');
    if address.len() > ADDRESS_BYTES || address.bytes().any(forbidden) {
        return Err(SmtpError::BadAddress);
    }
    Ok(())
}

/// Refuses a message with a CR or LF that is not part of a CRLF.
///
/// # Errors
/// [`SmtpError::BareLineEnd`].
pub fn check_line_ends(message: &[u8]) -> Result<(), SmtpError> {
    let torn = |one, two| (one == b'\r') != (two == b'\n');
    if message.starts_with(b"\n") || message.ends_with(b"\r") || any_pair(message, torn) {
        return Err(SmtpError::BareLineEnd);
    }
    Ok(())
}

/// Appends the message and its final dot, doubling each dot at the start of a line (RFC 5321, 4.5.2).
pub fn stuff(message: &[u8], output: &mut Vec<u8>) {
    output.reserve(message.len() + 64);
    if message.starts_with(b".") {
        output.push(b'.');
    }
    let mut copied = 0;
    for line_end in memmem::find_iter(message, b"\n.") {
        output.extend_from_slice(&message[copied..=line_end]);
        output.push(b'.');
        copied = line_end + 1;
    }
    output.extend_from_slice(&message[copied..]);
    if !message.is_empty() && !message.ends_with(b"\n") {
        output.extend_from_slice(b"\r\n");
    }
    output.extend_from_slice(b".\r\n");
}

/// Whether any two neighbouring bytes are as `wanted`. It looks at all of them, without a branch: so it is compiled to
/// wide instructions, and a message that is in order (nearly all are) is read many times faster.
fn any_pair(bytes: &[u8], wanted: impl Fn(u8, u8) -> bool) -> bool {
    let followers = bytes.get(1..).unwrap_or_default();
    bytes
        .iter()
        .zip(followers)
        .fold(false, |found, (&one, &two)| found | wanted(one, two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_could_end_a_command_are_refused() {
        for good in ["", "a@b", "b+0a1b=x@wire.example", "\"a\\\"b\"@c"] {
            assert!(check_address(good).is_ok(), "{good:?}");
        }
        for bad in [
            "a@b\r\nDATA",
            "a@b\n",
            "a\r@b",
            "a\0@b",
            "a b@c",
            "<a@b>",
            "a@b>",
            "a\t@b",
            "ä@b",
            "a\u{7f}@b",
        ] {
            assert!(
                matches!(check_address(bad), Err(SmtpError::BadAddress)),
                "{bad:?}"
            );
        }
        assert!(check_address(&"a".repeat(257)).is_err());
    }

    #[test]
    fn bare_line_ends_are_found_wherever_they_are() {
        for good in ["", "a", "\r\n", "a\r\n", "a\r\n\r\nb", "a\r\nb\r\n"] {
            assert!(check_line_ends(good.as_bytes()).is_ok(), "{good:?}");
        }
        for bad in [
            "\r", "\n", "a\nb\r\n", "a\rb\r\n", "\n\r", "a\r\r\n", "a\r\n\n", "a\r\n.\r",
            "\n.\r\n", "\n.\n",
        ] {
            assert!(
                matches!(check_line_ends(bad.as_bytes()), Err(SmtpError::BareLineEnd)),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn dots_are_doubled_and_the_message_is_ended() {
        let check = |message: &str, expected: &str| {
            let mut output = Vec::new();
            stuff(message.as_bytes(), &mut output);
            assert_eq!(String::from_utf8(output).unwrap(), expected);
        };

        check("", ".\r\n");
        check("a\r\n", "a\r\n.\r\n");
        check("a", "a\r\n.\r\n");
        check(".", "..\r\n.\r\n");
        check(".\r\n", "..\r\n.\r\n");
        check("a.\r\n..b\r\n.\r\n", "a.\r\n...b\r\n..\r\n.\r\n");
    }
}
