//! Mail addresses, read strictly: what passes here is safe in a header and in an SMTP envelope.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A mail address whose domain is ASCII (IDNA) and whose local part is an RFC 5321 dot-string.
///
/// Quoted local parts and address literals are refused: no press list needs them, and both are classic ways in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress(String);

/// Why a mail address was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a mail address: {reason}", printable(.value))]
pub struct AddressError {
    value: String,
    reason: &'static str,
}

impl MailAddress {
    /// Reads `local@domain`; an international domain becomes its IDNA form.
    pub fn parse(value: &str) -> Result<MailAddress, AddressError> {
        let refuse = |reason| AddressError {
            value: value.to_owned(),
            reason,
        };
        if value.chars().any(char::is_control) {
            return Err(refuse("it contains a control character (CR, LF or NUL)"));
        }
        let (local, domain) = value
            .rsplit_once('@')
            .ok_or_else(|| refuse("it has no @"))?;
        if local.is_empty() || local.len() > 64 {
            return Err(refuse("the part before @ must have 1 to 64 characters"));
        }
        if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err(refuse("dots before @ must stand between other characters"));
        }
        if !local.bytes().all(is_local_byte) {
            return Err(refuse(
                "the part before @ may hold ASCII letters, digits and .!#$%&'*+-/=?^_`{|}~ only",
            ));
        }
        let domain = idna::domain_to_ascii_strict(domain)
            .map_err(|_| refuse("the domain after @ is not a valid host name"))?;
        if !domain.contains('.') && domain != "localhost" {
            return Err(refuse("the domain after @ has no dot"));
        }
        if domain.len() > 253 {
            return Err(refuse("the domain after @ is longer than 253 characters"));
        }
        Ok(MailAddress(format!("{local}@{domain}")))
    }

    /// The address as it goes into an envelope.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// For logs: the first character and the domain, `a***@example.com`.
    pub fn masked(&self) -> String {
        let first = self.0.chars().next().unwrap_or('*');
        format!("{first}***@{}", self.domain())
    }
}

fn is_local_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// For logs and operators: enough of a mail address or URL to know it by, not enough to use it.
pub fn masked(address: &str) -> String {
    match MailAddress::parse(address) {
        Ok(address) => address.masked(),
        Err(_) => {
            let origin: Vec<&str> = address.splitn(4, '/').take(3).collect();
            format!("{}/…", printable(&origin.join("/")))
        }
    }
}

/// A value for an error message: control characters visible, over-long values cut.
pub fn printable(value: &str) -> String {
    let visible = |c: char| {
        if c.is_control() {
            c.escape_debug().to_string()
        } else {
            c.to_string()
        }
    };
    let mut shown: String = value.chars().take(120).map(visible).collect();
    if value.chars().nth(120).is_some() {
        shown.push('…');
    }
    shown
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for MailAddress {
    type Error = AddressError;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        MailAddress::parse(&value)
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> String {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_accepted_or_refused_with_the_reason() {
        let check =
            |value: &str, expect: Result<&str, &str>| match (MailAddress::parse(value), expect) {
                (Ok(address), Ok(text)) => assert_eq!(address.as_str(), text),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (got, _) => panic!("{value}: {got:?}"),
            };

        check("ana@example.com", Ok("ana@example.com"));
        check(
            "ana+wire@Bücher.example",
            Ok("ana+wire@xn--bcher-kva.example"),
        );
        check("press@@example", Err("before @"));
        check("press", Err("no @"));
        check("a@b", Err("no dot"));
        check("a..b@example.com", Err("dots"));
        check(
            "a@example.com\r\nRCPT TO:<x@y.example>",
            Err("control character"),
        );
        check("a@exa\0mple.com", Err("control character"));
        check("<a>@example.com", Err("ASCII letters"));
        check("a b@example.com", Err("ASCII letters"));
        check("\"a b\"@example.com", Err("ASCII letters"));
    }

    #[test]
    fn masked_url_hides_the_path() {
        assert_eq!(
            masked("https://hooks.example/T0/secret?k=1"),
            "https://hooks.example/…"
        );
        assert_eq!(masked("ana@example.com"), "a***@example.com");
    }

    #[test]
    fn masked_address_hides_the_person() {
        assert_eq!(
            MailAddress::parse("ana.ruiz@example.com").unwrap().masked(),
            "a***@example.com"
        );
    }
}
